use super::SensitiveActionName;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::verification::{SentCode, permit, required};
use actix_web::http::StatusCode;
use actix_web::post;
use domain::actor::Realm;
use domain::confirmation::{SensitiveAction, send_code};
use domain::member::MemberStore;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// What is to be confirmed.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"action": "close_account"}))]
pub(crate) struct SendConfirmationCode {
    /// The code counts for this alone.
    action: SensitiveActionName,
}

/// Ask for a code that confirms
///
/// It goes to one's own number; `confirm_action` takes it.
#[utoipa::path(
    operation_id = "send_confirmation_code", tag = "session",
    request_body = SendConfirmationCode,
    responses((status = 202, description = "The code is on its way.", body = SentCode)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["code_resend_too_soon", "code_daily_limit", "code_budget_spent", "human_check_required", "human_check_failed"]))),
)]
#[post("/v1/me/confirmation-codes")]
pub(crate) async fn send_confirmation_code(
    call: Call,
    member: Member,
    body: Body<SendConfirmationCode>,
) -> Outcome {
    let (tenant, actor) = (Some(member.0.tenant), member.0);
    let action = SensitiveAction::from(body.value.action);
    let mobile = call.read(tenant, move |tx, _| Ok(tx.profile(actor.member)?.mobile)).await?;
    let permit = permit(&call, Realm::Tenant, action.purpose(), &mobile, None, tenant).await?;
    call.write(tenant, body.fingerprint, move |tx, world| {
        let (permit, limits) = (required(permit.as_ref())?, &world.service.settings.codes);
        let sent = send_code(tx, &world.context, &actor, action, permit, limits)?;
        Reply::json(StatusCode::ACCEPTED, &SentCode::of(permit.mobile()?, &sent))
    })
    .await
}
