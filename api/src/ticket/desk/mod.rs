//! The desk: what operators see of tickets, and do with them.

pub(crate) mod attachment;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod message;
pub(crate) mod update;

use super::{TicketMessage, TicketView};
use chrono::{DateTime, Utc};
use domain::ticket::{Author, Message, OpenedFor, Ticket};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A ticket, for operators.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeskTicket {
    #[serde(flatten)]
    ticket: TicketView,
    /// The tenant; null while there is none.
    tenant_id: Option<Uuid>,
    /// The registration, while there is no tenant.
    registration_id: Option<Uuid>,
    /// The application that it names; its review has the same id.
    application_id: Option<Uuid>,
    /// The organization, as it was called when the ticket was opened.
    #[schema(example = "深圳市工牌科技有限公司")]
    organization: String,
    /// Who asks.
    #[schema(example = "王小明")]
    requester: String,
    /// Who looks after it; null when nobody does.
    assignee_id: Option<Uuid>,
    /// Since when whoever asked waits, or waited last.
    waiting_since: DateTime<Utc>,
    /// Its version, for `If-Match`.
    #[schema(minimum = 1, example = 1)]
    version: i64,
}

impl DeskTicket {
    fn of(ticket: &Ticket, now: DateTime<Utc>) -> Self {
        let registration = match ticket.opened_for {
            OpenedFor::Member(..) => None,
            OpenedFor::Applicant(registration) => Some(registration),
        };
        Self {
            ticket: TicketView::of(ticket, now),
            tenant_id: ticket.opened_for.tenant().map(Into::into),
            registration_id: registration.map(Into::into),
            application_id: ticket.application.as_ref().map(|(id, _)| (*id).into()),
            organization: ticket.card.organization.clone(),
            requester: ticket.card.name.clone(),
            assignee_id: ticket.assignee.map(Into::into),
            waiting_since: ticket.waiting_since,
            version: ticket.version,
        }
    }
}

/// A message of a conversation, for operators.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeskMessage {
    #[serde(flatten)]
    message: TicketMessage,
    /// The operator who wrote it; null when none did.
    operator_id: Option<Uuid>,
    /// Whether operators alone see it.
    internal: bool,
}

impl DeskMessage {
    fn of(message: &Message) -> Self {
        let operator = match message.author {
            Author::Operator(operator) => Some(operator),
            Author::Requester | Author::System => None,
        };
        Self {
            message: TicketMessage::of(message, DESK),
            operator_id: operator.map(Into::into),
            internal: message.internal,
        }
    }
}

/// The path under which operators find tickets.
const DESK: &str = "/v1/platform/tickets";
