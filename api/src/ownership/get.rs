use super::{OwnershipOfferView, view};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use domain::ownership::get;

/// See to whom the organization is offered
///
/// For the owner, and for whom it is offered to.
#[utoipa::path(
    operation_id = "get_ownership_offer", tag = "organization",
    responses((status = 200, description = "The offer.", body = OwnershipOfferView)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["not_found"]))),
)]
#[get("/v1/organization/ownership-offer")]
pub(crate) async fn get_ownership_offer(call: Call, member: Member, _: Params<NoParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let found = get(tx, &world.context, &member.0)?;
        Reply::ok(&view(tx, &found)?)
    })
    .await
}
