use super::DeskMessage;
use crate::gateway::documents::Part;
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::content::content;
use crate::http::params::{NoParams, Params};
use crate::ticket::attachment::{AttachTicketFile, Sent};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, get, post};
use domain::id::TicketId;
use domain::ticket::{self, read_attachment, reply};
use persistence::Folder;
use uuid::Uuid;

/// Answer with a file
#[utoipa::path(
    operation_id = "attach_desk_file", tag = "support",
    params(("id" = Uuid, Path, description = "The ticket.")),
    request_body(content = AttachTicketFile, content_type = "multipart/form-data"),
    responses((status = 201, description = "The message.", body = DeskMessage)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("ticket:answer")), ("x-errors" = json!(["own_organization", "document_too_large", "ticket_closed", "ticket_full", "input_invalid"]))),
)]
#[post("/v1/platform/tickets/{id}/attachments")]
pub(crate) async fn attach_desk_file(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    request: HttpRequest,
    payload: Payload,
) -> Outcome {
    let (ticket, who) = (TicketId::from(id.into_inner()), operator.0);
    call.read(None, move |tx, _| ticket::get(tx, &who, ticket).map(drop)).await?;
    let sent = Sent::receive(&call, &request, payload).await?;
    let fingerprint = sent.fingerprint;
    let (id, message) = sent.keep(&call).await?;
    let answer = call
        .write(None, fingerprint, move |tx, world| {
            let message = reply(tx, &world.context, &operator.0, ticket, &message, false)?;
            Reply::json(StatusCode::CREATED, &DeskMessage::of(&message))
        })
        .await;
    call.service.forget_unneeded(Folder::Tickets, id, &answer).await;
    answer
}

/// See a file of a conversation, as an operator
///
/// Every view is journalled.
#[utoipa::path(
    operation_id = "get_desk_attachment_content", tag = "support",
    params(("id" = Uuid, Path, description = "The ticket."), ("attachment_id" = Uuid, Path, description = "The file.")),
    responses((status = 200, description = "The file.",
        content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "application/pdf")),
        headers(("ETag" = String, description = "The digest of the content."))),
        (status = 304, description = "It has not changed.")),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("ticket:answer")), ("x-errors" = json!(["own_organization"]))),
)]
#[get("/v1/platform/tickets/{id}/attachments/{attachment_id}/content")]
pub(crate) async fn get_desk_attachment_content(
    call: Call,
    ids: Path<(Uuid, Uuid)>,
    operator: Operator,
    _: Params<NoParams>,
) -> Outcome {
    let (ticket, id) = ids.into_inner();
    let viewed = call.transact(move |tx, world| {
        read_attachment(tx, &world.context, &operator.0, ticket.into(), id.into())
    });
    let found = viewed.await?;
    content(&call, Folder::Tickets, found.id, &found.content, Part::View).await
}
