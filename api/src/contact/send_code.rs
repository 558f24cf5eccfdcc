use crate::confirmation::Confirmed;
use crate::gateway::mail::Mailer;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::verification::{SentCode, permit, required};
use actix_web::http::StatusCode;
use actix_web::post;
use chrono::{DateTime, Utc};
use domain::actor::Realm;
use domain::confirmation::require;
use domain::contact::{ContactPoint, send_code};
use domain::email::EmailAddress;
use domain::error::{Code, Faults, Place};
use domain::phone::MobileNumber;
use domain::verification::Sent;
use serde::{Deserialize, Serialize};
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
    let mobile = MobileNumber::parse(&body.value.mobile)
        .map_err(|wrong| Faults::one(Place::Body, "/mobile", wrong))?;
    send(call, member, confirmed, body.fingerprint, mobile.into()).await
}

/// The mailbox that is to be one's own.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "wang@example.com"}))]
pub(crate) struct SendEmailCode {
    /// The email address.
    #[schema(min_length = 3, max_length = 254)]
    email: String,
}

/// A code that is on its way by email.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SentEmailCode {
    /// Where it goes.
    #[schema(example = "w***@example.com")]
    email_masked: String,
    /// Until when it is valid.
    expires_at: DateTime<Utc>,
    /// When another one may be asked for.
    resend_after: DateTime<Utc>,
}

/// Ask for a code to one's next email address
///
/// `change_my_email` takes it.
#[utoipa::path(
    operation_id = "send_email_code", tag = "session",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `change_email`.")),
    request_body = SendEmailCode,
    responses((status = 202, description = "The code is on its way.", body = SentEmailCode)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["confirmation_required", "email_off", "code_resend_too_soon", "code_daily_limit", "code_budget_spent", "human_check_required", "human_check_failed", "input_invalid"]))),
)]
#[post("/v1/me/email/codes")]
pub(crate) async fn send_email_code(
    call: Call,
    member: Member,
    confirmed: Confirmed,
    body: Body<SendEmailCode>,
) -> Outcome {
    let email =
        EmailAddress::parse(&body.value.email).map_err(|wrong| Faults::one(Place::Body, "/email", wrong))?;
    if matches!(call.service.mailer, Mailer::Off) {
        return Err(Code::EmailOff.into());
    }
    send(call, member, confirmed, body.fingerprint, email.into()).await
}

async fn send(
    call: Call,
    Member(actor): Member,
    confirmed: Confirmed,
    fingerprint: [u8; 32],
    contact: ContactPoint,
) -> Outcome {
    let (tenant, action) = (Some(actor.tenant), contact.change());
    let confirmation = confirmed.of(&call, actor.session, action);
    // Nobody spends another's codes without having shown who they are.
    require(confirmation.as_ref(), &call.world().context, &actor, action)?;
    let permit = permit(&call, Realm::Tenant, contact.purpose(), contact, None, tenant).await?;
    call.write(tenant, fingerprint, move |tx, world| {
        let (permit, limits) = (required(permit.as_ref())?, &world.service.settings.codes);
        let sent = send_code(tx, &world.context, &actor, confirmation.as_ref(), permit, limits)?;
        match &permit.contact {
            ContactPoint::Mobile(mobile) => Reply::json(StatusCode::ACCEPTED, &SentCode::of(mobile, &sent)),
            ContactPoint::Email(email) => {
                let Sent { expires_at, resend_after } = sent;
                let view = SentEmailCode { email_masked: email.masked(), expires_at, resend_after };
                Reply::json(StatusCode::ACCEPTED, &view)
            }
        }
    })
    .await
}
