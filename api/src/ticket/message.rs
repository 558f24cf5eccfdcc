use super::{TICKETS, TicketMessage, WriteTicketMessage, conversation, words};
use crate::http::actor::Requester;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::http::page::{Page, PageParams};
use crate::http::params::Params;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{get, post};
use domain::id::TicketId;
use domain::ticket::{TicketStore, own, write};
use uuid::Uuid;

/// Read a conversation
#[utoipa::path(
    operation_id = "list_ticket_messages", tag = "support",
    params(("id" = Uuid, Path, description = "The ticket."), PageParams),
    responses((status = 200, description = "Messages, oldest first.", body = Page<TicketMessage>)),
    security(("access_token" = []), ("registration_token" = [])),
)]
#[get("/v1/tickets/{id}/messages")]
pub(crate) async fn list_ticket_messages(
    call: Call,
    id: Path<Uuid>,
    requester: Requester,
    page: Params<PageParams>,
) -> Outcome {
    let id = TicketId::from(id.into_inner());
    call.read(requester.tenant(), move |tx, world| {
        own(tx, &requester.0, id)?;
        let (keys, list) = (&world.service.keys, format!("ticket messages {id}"));
        let load = |after, limit| tx.messages(id, false, after, limit);
        let view = |message: &_| TicketMessage::of(message, TICKETS);
        Reply::ok(&conversation(keys, &list, &page.0, load, view)?)
    })
    .await
}

/// Write a message
///
/// The ticket waits for an operator again, also when it was resolved less than a week ago.
#[utoipa::path(
    operation_id = "write_ticket_message", tag = "support",
    params(("id" = Uuid, Path, description = "The ticket.")),
    request_body = WriteTicketMessage,
    responses((status = 201, description = "The message.", body = TicketMessage)),
    security(("access_token" = []), ("registration_token" = [])),
    extensions(("x-errors" = json!(["ticket_closed", "ticket_full", "input_invalid"]))),
)]
#[post("/v1/tickets/{id}/messages")]
pub(crate) async fn write_ticket_message(
    call: Call,
    id: Path<Uuid>,
    requester: Requester,
    body: Body<WriteTicketMessage>,
) -> Outcome {
    let (id, content) = (id.into_inner().into(), words(&body.value.text)?);
    call.write(requester.tenant(), body.fingerprint, move |tx, world| {
        let message = write(tx, &world.context, &requester.0, id, &content)?;
        Reply::json(StatusCode::CREATED, &TicketMessage::of(&message, TICKETS))
    })
    .await
}
