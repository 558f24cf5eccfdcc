use super::DepartureView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::departure::get;
use uuid::Uuid;

/// See how a member left
///
/// The hand-over report, for as long as they can come back.
#[utoipa::path(
    operation_id = "get_departure", tag = "organization",
    params(("id" = Uuid, Path, description = "The member, who has left.")),
    responses((status = 200, description = "The departure.", body = DepartureView)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage"))),
)]
#[get("/v1/members/{id}/departure")]
pub(crate) async fn get_departure(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    _: Params<NoParams>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, _| {
        Reply::ok(&DepartureView::from(&get(tx, &member.0, id.into_inner().into())?))
    })
    .await
}
