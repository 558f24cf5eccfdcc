use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use domain::confirmation::SensitiveAction;
use domain::contact::remove_email;

/// Give one's email address up
///
/// Nobody signs in with it any more. It is told a last time, and so is one's number.
#[utoipa::path(
    operation_id = "remove_my_email", tag = "session",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `change_email`.")),
    responses((status = 204, description = "There is none any more.")),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["confirmation_required", "not_found"]))),
)]
#[delete("/v1/me/email")]
pub(crate) async fn remove_my_email(call: Call, member: Member, confirmed: Confirmed) -> Outcome {
    let confirmation = confirmed.of(&call, member.0.session, SensitiveAction::ChangeEmail);
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        remove_email(tx, &world.context, &member.0, confirmation.as_ref())?;
        Ok(Reply::no_content())
    })
    .await
}
