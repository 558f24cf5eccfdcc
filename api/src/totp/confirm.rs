use super::{RecoveryCodes, RecoveryCodesView};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::post;
use domain::error::{Code, Faults, Place};
use domain::totp::confirm;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// What the authenticator shows.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "287082"}))]
pub(crate) struct ConfirmTotp {
    /// Its six digits.
    #[schema(min_length = 1, max_length = 20)]
    code: String,
}

/// Turn an authenticator on
///
/// From now on signing in asks for a code of it, and every other session ends. The session that asks counts as one with two factors.
#[utoipa::path(
    operation_id = "confirm_totp", tag = "session",
    request_body = ConfirmTotp,
    responses((status = 200, description = "It counts. These codes are shown this one time.", body = RecoveryCodesView)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["totp_not_begun", "totp_already_on", "guess_too_soon", "guesses_exhausted", "input_invalid"]))),
)]
#[post("/v1/me/totp/confirmation")]
pub(crate) async fn confirm_totp(call: Call, member: Member, body: Body<ConfirmTotp>) -> Outcome {
    let codes = RecoveryCodes::make(&call.service.random);
    let code = body.value.code;
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let patience = &world.service.settings.passwords.patience;
        if confirm(tx, &world.context, &member.0, &code, &codes.hashes(), patience)? {
            Ok(Reply::ok(&RecoveryCodesView::of(&codes))?.secret())
        } else {
            Ok(world.refusal(&Faults::one(Place::Body, "/code", Code::TotpIncorrect)))
        }
    })
    .await
}
