use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use domain::confirmation::SensitiveAction;
use domain::totp::forget;

/// Turn the authenticator off
///
/// Confirmed with a code of it, or with one kept for the day without it. The owner is told by SMS, and by email where there is an address.
#[utoipa::path(
    operation_id = "forget_totp", tag = "session",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `change_second_factor`.")),
    responses((status = 204, description = "Signing in asks for no code of it any more.")),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["totp_not_begun", "confirmation_required"]))),
)]
#[delete("/v1/me/totp")]
pub(crate) async fn forget_totp(call: Call, member: Member, confirmed: Confirmed) -> Outcome {
    let confirmation = confirmed.of(&call, member.0.session, SensitiveAction::ChangeSecondFactor);
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        forget(tx, &world.context, &member.0, confirmation.as_ref())?;
        Ok(Reply::no_content())
    })
    .await
}
