use super::TicketView;
use crate::http::actor::Requester;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::post;
use actix_web::web::Path;
use domain::ticket::resolve;
use uuid::Uuid;

/// Say that a ticket is settled
#[utoipa::path(
    operation_id = "resolve_ticket", tag = "support",
    params(("id" = Uuid, Path, description = "The ticket.")),
    responses((status = 200, description = "The ticket.", body = TicketView)),
    security(("access_token" = []), ("registration_token" = [])),
    extensions(("x-errors" = json!(["ticket_closed"]))),
)]
#[post("/v1/tickets/{id}/resolution")]
pub(crate) async fn resolve_ticket(call: Call, id: Path<Uuid>, requester: Requester) -> Outcome {
    let id = id.into_inner().into();
    call.write(requester.tenant(), NO_BODY, move |tx, world| {
        let ticket = resolve(tx, &world.context, &requester.0, id)?;
        Reply::ok(&TicketView::of(&ticket, world.context.now))
    })
    .await
}
