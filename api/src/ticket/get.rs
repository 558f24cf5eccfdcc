use super::TicketView;
use crate::http::actor::Requester;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::ticket::own;
use uuid::Uuid;

/// See a ticket
#[utoipa::path(
    operation_id = "get_ticket", tag = "support",
    params(("id" = Uuid, Path, description = "The ticket.")),
    responses((status = 200, description = "The ticket.", body = TicketView)),
    security(("access_token" = []), ("registration_token" = [])),
)]
#[get("/v1/tickets/{id}")]
pub(crate) async fn get_ticket(
    call: Call,
    id: Path<Uuid>,
    requester: Requester,
    _: Params<NoParams>,
) -> Outcome {
    let id = id.into_inner().into();
    call.read(requester.tenant(), move |tx, world| {
        Reply::ok(&TicketView::of(&own(tx, &requester.0, id)?, world.context.now))
    })
    .await
}
