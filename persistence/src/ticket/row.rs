//! Tickets and messages as they are kept. What they say is private, so it is sealed.

use crate::error::corrupt;
use crate::schema::{ticket_messages as messages, tickets};
use crate::sql_type::{Id, Instant, Json};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::certification::{ApplicationNumber, DocumentContent, MediaType, SealedKey};
use domain::error::{Error, Result};
use domain::ticket::{
    Attachment, Author, Card, Content, Kept, Message, MessageText, OpenedFor, Priority, Ticket, TicketState,
    TicketSubject, Topic,
};
use serde::{Deserialize, Serialize};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tickets, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct Row {
    id: Id,
    tenant_id: Option<Id>,
    member_id: Option<Id>,
    registration_id: Option<Id>,
    application_id: Option<Id>,
    number: Option<String>,
    topic: String,
    card_sealed: Vec<u8>,
    /// The place among all priorities, so that a queue can be ordered by it.
    priority: i64,
    state: String,
    assignee: Option<Id>,
    resolved_at: Option<Instant>,
    waiting_since: Instant,
    created_at: Instant,
    changed_at: Instant,
    messages: i64,
    attachments: i64,
    version: i64,
}

#[derive(Serialize, Deserialize)]
struct CardJson {
    subject: String,
    organization: String,
    name: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
pub(crate) struct MessageRow {
    ticket_id: Id,
    id: Id,
    author_kind: String,
    author_id: Option<Id>,
    internal: bool,
    text_sealed: Option<Vec<u8>>,
    attachment_id: Option<Id>,
    attachment: Option<Json>,
    key_sealed: Option<Vec<u8>>,
    created_at: Instant,
}

#[derive(Serialize, Deserialize)]
struct AttachmentJson {
    media_type: MediaType,
    size: u64,
    sha256: String,
    kept_sha256: String,
    width: Option<u32>,
    height: Option<u32>,
    pages: Option<u32>,
}

pub(crate) fn card_place(id: Id) -> String {
    format!("tickets.card {}", id.0)
}

pub(crate) fn text_place(ticket: Id, id: Id) -> String {
    format!("ticket_messages.text {} {}", ticket.0, id.0)
}

pub(super) fn rank(priority: Priority) -> i64 {
    Priority::ALL.iter().zip(0..).find(|(known, _)| **known == priority).map_or(0, |(_, rank)| rank)
}

fn priority(rank: i64) -> Option<Priority> {
    Priority::ALL.get(usize::try_from(rank).ok()?).copied()
}

impl Tx<'_> {
    pub(super) fn ticket_row(&self, ticket: &Ticket) -> Result<Row> {
        let id = Id::from(ticket.id);
        let (tenant_id, member_id, registration_id) = match ticket.opened_for {
            OpenedFor::Member(tenant, member) => (Some(tenant.into()), Some(member.into()), None),
            OpenedFor::Applicant(registration) => (None, None, Some(registration.into())),
        };
        let (state, resolved_at) = match ticket.kept {
            Kept::Open => (TicketState::Open, None),
            Kept::Answered => (TicketState::Answered, None),
            Kept::Resolved { at } => (TicketState::Resolved, Some(at)),
        };
        let card = CardJson {
            subject: ticket.card.subject.as_str().to_owned(),
            organization: ticket.card.organization.clone(),
            name: ticket.card.name.clone(),
        };
        Ok(Row {
            id,
            tenant_id,
            member_id,
            registration_id,
            application_id: ticket.application.as_ref().map(|(id, _)| (*id).into()),
            number: ticket.application.as_ref().map(|(_, number)| number.as_str().to_owned()),
            topic: ticket.topic.name().to_owned(),
            card_sealed: self.seal(&card_place(id), &card)?,
            priority: rank(ticket.priority),
            state: state.name().to_owned(),
            assignee: ticket.assignee.map(Id::from),
            resolved_at: resolved_at.map(Instant),
            waiting_since: ticket.waiting_since.into(),
            created_at: ticket.created_at.into(),
            changed_at: ticket.changed_at.into(),
            messages: ticket.messages.into(),
            attachments: ticket.attachments.into(),
            version: ticket.version,
        })
    }

    pub(crate) fn ticket_of(&self, row: &Row) -> Result<Ticket> {
        let wrong = |column: &str| corrupt("tickets", row.id.0, column);
        let card: CardJson = self.open(&card_place(row.id), &row.card_sealed)?;
        let opened_for = match (row.tenant_id, row.member_id, row.registration_id) {
            (Some(tenant), Some(member), None) => OpenedFor::Member(tenant.get(), member.get()),
            (None, None, Some(registration)) => OpenedFor::Applicant(registration.get()),
            _ => return Err(wrong("member_id")),
        };
        let application = match (row.application_id, &row.number) {
            (Some(id), Some(number)) => {
                Some((id.get(), ApplicationNumber::parse(number).map_err(|_| wrong("number"))?))
            }
            _ => None,
        };
        let kept = match (TicketState::find(&row.state), row.resolved_at) {
            (Some(TicketState::Open), _) => Kept::Open,
            (Some(TicketState::Answered), _) => Kept::Answered,
            (Some(TicketState::Resolved), Some(at)) => Kept::Resolved { at: at.0 },
            _ => return Err(wrong("state")),
        };
        Ok(Ticket {
            id: row.id.get(),
            opened_for,
            application,
            topic: Topic::find(&row.topic).ok_or_else(|| wrong("topic"))?,
            card: Card {
                subject: TicketSubject::parse(&card.subject).map_err(|_| wrong("card.subject"))?,
                organization: card.organization,
                name: card.name,
            },
            priority: priority(row.priority).ok_or_else(|| wrong("priority"))?,
            kept,
            assignee: row.assignee.map(Id::get),
            waiting_since: row.waiting_since.0,
            created_at: row.created_at.0,
            changed_at: row.changed_at.0,
            messages: row.messages.try_into().map_err(|_| wrong("messages"))?,
            attachments: row.attachments.try_into().map_err(|_| wrong("attachments"))?,
            version: row.version,
        })
    }

    pub(super) fn message_row(&self, message: &Message) -> Result<MessageRow> {
        let (ticket_id, id) = (Id::from(message.ticket), Id::from(message.id));
        let (author_kind, author_id) = match message.author {
            Author::Requester => ("requester", None),
            Author::Operator(operator) => ("operator", Some(operator.into())),
            Author::System => ("system", None),
        };
        let file = message.content.attachment.as_ref();
        let attachment = file.map(|Attachment { content, .. }| AttachmentJson {
            media_type: content.media_type,
            size: content.size,
            sha256: content.sha256.clone(),
            kept_sha256: content.kept_sha256.clone(),
            width: content.width,
            height: content.height,
            pages: content.pages,
        });
        let attachment = attachment.map(serde_json::to_value).transpose();
        let text = message.content.text.as_ref().map(MessageText::as_str);
        Ok(MessageRow {
            ticket_id,
            id,
            author_kind: author_kind.to_owned(),
            author_id,
            internal: message.internal,
            text_sealed: text.map(|text| self.seal(&text_place(ticket_id, id), &text)).transpose()?,
            attachment_id: file.map(|file| file.id.into()),
            attachment: attachment
                .map_err(|error| Error::internal(format!("ticket message: {error}")))?
                .map(Json),
            key_sealed: file.map(|file| file.content.key.0.clone()),
            created_at: message.at.into(),
        })
    }

    pub(crate) fn message_of(&self, row: MessageRow) -> Result<Message> {
        let wrong = |column: &str| corrupt("ticket_messages", row.id.0, column);
        let text = row.text_sealed.as_ref();
        let text: Option<String> =
            text.map(|sealed| self.open(&text_place(row.ticket_id, row.id), sealed)).transpose()?;
        let attachment = match (row.attachment_id, row.attachment, row.key_sealed) {
            (Some(id), Some(Json(known)), Some(key)) => {
                let known: AttachmentJson = serde_json::from_value(known).map_err(|_| wrong("attachment"))?;
                let content = DocumentContent {
                    media_type: known.media_type,
                    size: known.size,
                    sha256: known.sha256,
                    kept_sha256: known.kept_sha256,
                    width: known.width,
                    height: known.height,
                    sharpness: None,
                    pages: known.pages,
                    key: SealedKey(key),
                };
                Some(Attachment { id: id.get(), content })
            }
            _ => None,
        };
        Ok(Message {
            id: row.id.get(),
            ticket: row.ticket_id.get(),
            author: match (row.author_kind.as_str(), row.author_id) {
                ("requester", None) => Author::Requester,
                ("operator", Some(id)) => Author::Operator(id.get()),
                ("system", None) => Author::System,
                _ => return Err(wrong("author_kind")),
            },
            internal: row.internal,
            content: Content {
                text: text.as_deref().map(MessageText::parse).transpose().map_err(|_| wrong("text"))?,
                attachment,
            },
            at: row.created_at.0,
        })
    }
}
