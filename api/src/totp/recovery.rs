use super::{RecoveryCodes, RecoveryCodesView};
use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::http::StatusCode;
use actix_web::post;
use domain::confirmation::SensitiveAction;
use domain::totp::renew_recovery_codes as renew;

/// Get other recovery codes
///
/// Those so far are worth nothing any more.
#[utoipa::path(
    operation_id = "renew_recovery_codes", tag = "session",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `change_second_factor`.")),
    responses((status = 201, description = "They are shown this one time.", body = RecoveryCodesView)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["totp_not_begun", "confirmation_required"]))),
)]
#[post("/v1/me/recovery-codes")]
pub(crate) async fn renew_recovery_codes(call: Call, member: Member, confirmed: Confirmed) -> Outcome {
    let confirmation = confirmed.of(&call, member.0.session, SensitiveAction::ChangeSecondFactor);
    let codes = RecoveryCodes::make(&call.service.random);
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        renew(tx, &world.context, &member.0, confirmation.as_ref(), &codes.hashes())?;
        Ok(Reply::json(StatusCode::CREATED, &RecoveryCodesView::of(&codes))?.secret())
    })
    .await
}
