use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::verification::{SentCode, permit, required};
use actix_web::http::StatusCode;
use actix_web::post;
use domain::actor::Realm;
use domain::confirmation::{SensitiveAction, require};
use domain::error::{Faults, Place};
use domain::number::send_code;
use domain::phone::MobileNumber;
use domain::verification::Purpose;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// The number that is to be one's own.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"mobile": "13800138001"}))]
pub(crate) struct SendMobileCode {
    /// The mobile number.
    #[schema(min_length = 5, max_length = 30)]
    mobile: String,
}

/// Ask for a code to one's next number
///
/// `change_my_mobile` takes it.
#[utoipa::path(
    operation_id = "send_mobile_code", tag = "session",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `change_mobile`.")),
    request_body = SendMobileCode,
    responses((status = 202, description = "The code is on its way.", body = SentCode)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["confirmation_required", "code_resend_too_soon", "code_daily_limit", "code_budget_spent", "human_check_required", "human_check_failed", "input_invalid"]))),
)]
#[post("/v1/me/mobile/codes")]
pub(crate) async fn send_mobile_code(
    call: Call,
    member: Member,
    confirmed: Confirmed,
    body: Body<SendMobileCode>,
) -> Outcome {
    let (actor, tenant, action) = (member.0, Some(member.0.tenant), SensitiveAction::ChangeMobile);
    let mobile = MobileNumber::parse(&body.value.mobile)
        .map_err(|wrong| Faults::one(Place::Body, "/mobile", wrong))?;
    let confirmation = confirmed.of(&call, actor.session, action);
    // Nobody spends another's codes without having shown who they are.
    require(confirmation.as_ref(), &call.world().context, &actor, action)?;
    let permit = permit(&call, Realm::Tenant, Purpose::ChangeMobile, &mobile, None, tenant).await?;
    call.write(tenant, body.fingerprint, move |tx, world| {
        let (permit, limits) = (required(permit.as_ref())?, &world.service.settings.sms.limits);
        let sent = send_code(tx, &world.context, &actor, confirmation.as_ref(), permit, limits)?;
        Reply::json(StatusCode::ACCEPTED, &SentCode::of(&permit.mobile, &sent))
    })
    .await
}
