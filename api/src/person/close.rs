use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::post;
use domain::confirmation::SensitiveAction;
use domain::person::close;

/// Close one's account
///
/// At once and for good: one's places in all organizations, devices, sessions, notices and tickets are erased, and nothing
/// opens any more what the journal says of the person. An owner dissolves the organization or hands it over first.
#[utoipa::path(
    operation_id = "close_account", tag = "person",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `close_account`.")),
    responses((status = 204, description = "The account is closed.")),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["owner_of_organization", "confirmation_required"]))),
)]
#[post("/v1/me/closure")]
pub(crate) async fn close_account(call: Call, member: Member, confirmed: Confirmed) -> Outcome {
    let confirmation = confirmed.of(&call, member.0.session, SensitiveAction::CloseAccount);
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        close(tx, &world.context, &member.0, confirmation.as_ref())?;
        Ok(Reply::no_content())
    })
    .await
}
