use super::{SentCode, permit, required};
use crate::http::actor::KnownDevice;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::session::RealmName;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::actor::Realm;
use domain::error::{Code, Faults, Place, Violation};
use domain::password::ask_for_reset;
use domain::phone::MobileNumber;
use domain::session;
use domain::verification::Purpose;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// What a code can be asked for here.
///
/// - `sign_in`: to sign in
/// - `reset_password`: to set a new password in the place of a forgotten one; only in the realm of tenants
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CodePurpose {
    SignIn,
    ResetPassword,
}

/// A code that is wanted.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"purpose": "sign_in", "mobile": "13800138000"}))]
pub(crate) struct RequestCode {
    /// What for.
    purpose: CodePurpose,
    /// Where it goes.
    #[schema(min_length = 5, max_length = 30)]
    mobile: String,
    /// For which world; `tenant` when nothing is said.
    realm: Option<RealmName>,
}

/// Ask for a code
///
/// The answer is the same for every number, known or not; only a known one gets an SMS.
#[utoipa::path(
    operation_id = "request_code", tag = "session",
    params(("X-Device-Token" = Option<String>, Header, description = "The token of a device that has signed in before: it has limits of its own, which strangers cannot spend.")),
    request_body = RequestCode,
    responses((status = 202, description = "If somebody has this number, a code is on its way.", body = SentCode)),
    extensions(("x-errors" = json!(["code_resend_too_soon", "code_daily_limit", "code_budget_spent", "human_check_required", "human_check_failed", "network_not_allowed", "input_invalid"]))),
)]
#[post("/v1/codes")]
pub(crate) async fn request_code(call: Call, device: KnownDevice, body: Body<RequestCode>) -> Outcome {
    let mobile = MobileNumber::parse(&body.value.mobile)
        .map_err(|wrong| Faults::one(Place::Body, "/mobile", wrong))?;
    let realm = body.value.realm.map_or(Realm::Tenant, Realm::from);
    if realm == Realm::Platform && !call.world().context.origin.operators {
        return Err(Code::NetworkNotAllowed.into());
    }
    let resets = body.value.purpose == CodePurpose::ResetPassword;
    if resets && realm == Realm::Platform {
        let only = Violation::new(Code::ValueNotAllowed).with("allowed", "sign_in");
        return Err(Faults::one(Place::Body, "/purpose", only).into());
    }
    let purpose = if resets { Purpose::ResetPassword } else { Purpose::SignIn };
    let permit = permit(&call, realm, purpose, mobile, device.0, None).await?;
    call.write(None, body.fingerprint, move |tx, world| {
        let limits = &world.service.settings.codes;
        let permit = required(permit.as_ref())?;
        let sent = if resets {
            ask_for_reset(tx, &world.context, permit, limits)?
        } else {
            session::request_code(tx, &world.context, permit, limits)?
        };
        Reply::json(StatusCode::ACCEPTED, &SentCode::of(permit.mobile()?, &sent))
    })
    .await
}
