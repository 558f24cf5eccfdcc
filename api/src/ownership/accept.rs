use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::post;
use domain::confirmation::SensitiveAction;
use domain::ownership::accept;

/// Become the owner of the organization
///
/// For whom it is offered to, who confirms it with a code or their authenticator. The old owner stays as a member, with the roles that were
/// given to them; both rights change within a second.
#[utoipa::path(
    operation_id = "accept_ownership", tag = "organization",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `accept_ownership`.")),
    responses((status = 204, description = "It is done.")),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["not_found", "organization_disputed", "dissolution_under_way", "confirmation_required"]))),
)]
#[post("/v1/organization/ownership-offer/acceptance")]
pub(crate) async fn accept_ownership(call: Call, member: Member, confirmed: Confirmed) -> Outcome {
    let confirmation = confirmed.of(&call, member.0.session, SensitiveAction::AcceptOwnership);
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        accept(tx, &world.context, &member.0, confirmation.as_ref())?;
        Ok(Reply::no_content())
    })
    .await
}
