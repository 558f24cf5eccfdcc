use super::DeskMessage;
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::http::page::{Page, PageParams};
use crate::http::params::Params;
use crate::ticket::{conversation, words};
use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{get, post};
use domain::id::TicketId;
use domain::ticket::{self, TicketStore, reply};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// An answer to write.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "您好，请关闭美颜和滤镜，在自然光下拍摄执照原件。"}))]
pub(crate) struct AnswerTicket {
    /// What it says.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
    /// Whether it is a note that operators alone see.
    internal: Option<bool>,
}

/// Read a conversation, as an operator
#[utoipa::path(
    operation_id = "list_desk_messages", tag = "support",
    params(("id" = Uuid, Path, description = "The ticket."), PageParams),
    responses((status = 200, description = "Messages and notes, oldest first.", body = Page<DeskMessage>)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("ticket:answer")), ("x-errors" = json!(["own_organization"]))),
)]
#[get("/v1/platform/tickets/{id}/messages")]
pub(crate) async fn list_desk_messages(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    page: Params<PageParams>,
) -> Outcome {
    let id = TicketId::from(id.into_inner());
    call.read(None, move |tx, world| {
        ticket::get(tx, &operator.0, id)?;
        let (keys, list) = (&world.service.keys, format!("desk messages {id}"));
        let load = |after, limit| tx.messages(id, true, after, limit);
        Reply::ok(&conversation(keys, &list, &page.0, load, DeskMessage::of)?)
    })
    .await
}

/// Answer a ticket
///
/// Whoever asked is told in their inbox and by SMS, unless it is internal. The first to answer looks after the ticket from
/// then on.
#[utoipa::path(
    operation_id = "answer_ticket", tag = "support",
    params(("id" = Uuid, Path, description = "The ticket.")),
    request_body = AnswerTicket,
    responses((status = 201, description = "The message.", body = DeskMessage)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("ticket:answer")), ("x-errors" = json!(["own_organization", "ticket_closed", "ticket_full", "input_invalid"]))),
)]
#[post("/v1/platform/tickets/{id}/messages")]
pub(crate) async fn answer_ticket(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    body: Body<AnswerTicket>,
) -> Outcome {
    let (id, content) = (id.into_inner().into(), words(&body.value.text)?);
    let internal = body.value.internal.unwrap_or(false);
    call.write(None, body.fingerprint, move |tx, world| {
        let message = reply(tx, &world.context, &operator.0, id, &content, internal)?;
        Reply::json(StatusCode::CREATED, &DeskMessage::of(&message))
    })
    .await
}
