use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use domain::ownership::withdraw;

/// Take the offer of the organization back, or decline it
#[utoipa::path(
    operation_id = "withdraw_ownership_offer", tag = "organization",
    responses((status = 204, description = "Nothing is offered any more.")),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["not_found"]))),
)]
#[delete("/v1/organization/ownership-offer")]
pub(crate) async fn withdraw_ownership_offer(call: Call, member: Member) -> Outcome {
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        withdraw(tx, &world.context, &member.0)?;
        Ok(Reply::no_content())
    })
    .await
}
