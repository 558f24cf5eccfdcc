use super::{TICKETS, TicketMessage};
use crate::gateway::documents::Part;
use crate::http::actor::Requester;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::content::content;
use crate::http::form::{Form, Wanted};
use crate::http::params::{NoParams, Params};
use crate::inspection::Uploaded;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, get, post};
use domain::context::Random;
use domain::error::{Code, Faults, Place, Result};
use domain::id::{DocumentId, TicketId};
use domain::ticket::{Attachment, Content, MessageText, own, view_attachment, write};
use persistence::Folder;
use utoipa::ToSchema;
use uuid::Uuid;

/// The text parts; a character of a message has up to four bytes.
const TEXTS: [Wanted; 1] = [("text", 16_000)];

/// A file to send along.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "这是报错的截图。", "file": "the bytes of screen.png"}))]
#[expect(dead_code, reason = "the contract's shape; the parts are read as they come")]
pub(crate) struct AttachTicketFile {
    /// Words that go with it.
    #[schema(min_length = 1, max_length = 4000)]
    text: Option<String>,
    /// JPEG, PNG, WebP or PDF of at most 10 pages.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// A file and its words, understood.
pub(super) struct Sent {
    file: Uploaded,
    text: Option<MessageText>,
    pub(super) fingerprint: [u8; 32],
}

impl Sent {
    pub(super) async fn receive(call: &Call, request: &HttpRequest, payload: Payload) -> Result<Self> {
        let limit = call.service.settings.storage.document_bytes;
        let form = Form::receive(&call.service, request, payload, &TEXTS, limit)
            .await
            .map_err(|failure| failure.0)?;
        let fingerprint = form.fingerprint();
        let mut faults = Faults::of(Place::Body);
        let text = faults.at("/text", form.text("text").map(MessageText::parse).transpose());
        if form.file.is_none() {
            faults.note("/file", Code::DocumentMissing);
        }
        let (Some(text), Some(file)) = (text, form.file) else { return Err(faults.into_error()) };
        Ok(Self { file, text, fingerprint })
    }

    /// Keeps the file, and gives what the message says.
    pub(super) async fn keep(self, call: &Call) -> Result<(DocumentId, Content)> {
        let id = DocumentId::from(call.service.random.uuid());
        let kept = call.service.clone().into_inner().take_in(self.file, Folder::Tickets, id).await?;
        Ok((id, Content { text: self.text, attachment: Some(Attachment { id, content: kept }) }))
    }
}

/// Send a file
///
/// It is a message, with or without words. The type goes by the content, not by the name; images are kept upright and without
/// metadata.
#[utoipa::path(
    operation_id = "attach_ticket_file", tag = "support",
    params(("id" = Uuid, Path, description = "The ticket.")),
    request_body(content = AttachTicketFile, content_type = "multipart/form-data"),
    responses((status = 201, description = "The message.", body = TicketMessage)),
    security(("access_token" = []), ("registration_token" = [])),
    extensions(("x-errors" = json!(["document_too_large", "ticket_closed", "ticket_full", "input_invalid"]))),
)]
#[post("/v1/tickets/{id}/attachments")]
pub(crate) async fn attach_ticket_file(
    call: Call,
    id: Path<Uuid>,
    requester: Requester,
    request: HttpRequest,
    payload: Payload,
) -> Outcome {
    let (ticket, who) = (TicketId::from(id.into_inner()), requester.0.clone());
    // Nobody's file is taken in for a ticket that they do not see.
    call.read(requester.tenant(), move |tx, _| own(tx, &who, ticket).map(drop)).await?;
    let sent = Sent::receive(&call, &request, payload).await?;
    let fingerprint = sent.fingerprint;
    let (id, message) = sent.keep(&call).await?;
    let reply = call
        .write(requester.tenant(), fingerprint, move |tx, world| {
            let message = write(tx, &world.context, &requester.0, ticket, &message)?;
            Reply::json(StatusCode::CREATED, &TicketMessage::of(&message, TICKETS))
        })
        .await;
    call.service.forget_unneeded(Folder::Tickets, id, &reply).await;
    reply
}

/// See a file of a conversation
///
/// Every view is journalled.
#[utoipa::path(
    operation_id = "get_ticket_attachment_content", tag = "support",
    params(("id" = Uuid, Path, description = "The ticket."), ("attachment_id" = Uuid, Path, description = "The file.")),
    responses((status = 200, description = "The file.",
        content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "application/pdf")),
        headers(("ETag" = String, description = "The digest of the content."))),
        (status = 304, description = "It has not changed.")),
    security(("access_token" = []), ("registration_token" = [])),
)]
#[get("/v1/tickets/{id}/attachments/{attachment_id}/content")]
pub(crate) async fn get_ticket_attachment_content(
    call: Call,
    ids: Path<(Uuid, Uuid)>,
    requester: Requester,
    _: Params<NoParams>,
) -> Outcome {
    let (ticket, id) = ids.into_inner();
    let viewed = call.transact(move |tx, world| {
        view_attachment(tx, &world.context, &requester.0, ticket.into(), id.into())
    });
    let found = viewed.await?;
    content(&call, Folder::Tickets, found.id, &found.content, Part::View).await
}
