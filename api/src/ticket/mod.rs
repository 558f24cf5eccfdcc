//! Tickets: whoever needs help asks, and operators answer.

pub(crate) mod attachment;
pub(crate) mod desk;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod message;
pub(crate) mod open;
pub(crate) mod resolve;

use crate::certification::DocumentMediaType;
use crate::http::page::{Page, PageParams, cut, position};
use crate::keys::Keys;
use crate::mirror::mirror;
use chrono::{DateTime, Utc};
use domain::error::{Faults, Place, Result};
use domain::id::MessageId;
use domain::ticket::{Attachment, Author, Content, Message, MessageText, Ticket};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

mirror! {
    /// What a ticket is about.
    TicketTopic = domain::ticket::Topic {
        Registration "registration" "joining";
        Certification "certification" "the certification of an organization";
        SignIn "sign_in" "signing in, codes, devices";
        Organization "organization" "departments, members, rights";
        Other "other" "anything else";
    }
}

mirror! {
    /// Where a ticket stands.
    TicketState = domain::ticket::TicketState {
        Open "open" "an operator has to answer";
        Answered "answered" "there is an answer";
        Resolved "resolved" "it is settled, and opens again when somebody writes within a week";
        Closed "closed" "it is settled for good";
    }
}

mirror! {
    /// How pressing a ticket is.
    TicketPriority = domain::ticket::Priority {
        Low "low" "it can wait";
        Normal "normal" "as most are";
        High "high" "before most";
        Urgent "urgent" "before all others";
    }
}

/// Who wrote a message.
///
/// - `requester`: whoever asked
/// - `operator`: whoever answers
/// - `system`: Gongpai itself
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TicketAuthor {
    Requester,
    Operator,
    System,
}

impl From<Author> for TicketAuthor {
    fn from(author: Author) -> Self {
        match author {
            Author::Requester => Self::Requester,
            Author::Operator(_) => Self::Operator,
            Author::System => Self::System,
        }
    }
}

/// A ticket, for whoever asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketView {
    /// Its id.
    id: Uuid,
    /// What it is about.
    topic: TicketTopic,
    /// What it is called.
    #[schema(example = "执照照片上传不了")]
    subject: String,
    /// The application that it names; null when it names none.
    #[schema(example = "GP-1S39QN9SEJHP")]
    certification_number: Option<String>,
    /// Where it stands.
    state: TicketState,
    /// How pressing it is.
    priority: TicketPriority,
    /// Since when it exists.
    created_at: DateTime<Utc>,
    /// When it changed last.
    changed_at: DateTime<Utc>,
}

impl TicketView {
    fn of(ticket: &Ticket, now: DateTime<Utc>) -> Self {
        Self {
            id: ticket.id.into(),
            topic: ticket.topic.into(),
            subject: ticket.card.subject.as_str().to_owned(),
            certification_number: ticket.application.as_ref().map(|(_, number)| number.as_str().to_owned()),
            state: ticket.state(now).into(),
            priority: ticket.priority.into(),
            created_at: ticket.created_at,
            changed_at: ticket.changed_at,
        }
    }
}

/// A file of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketAttachment {
    /// Its id.
    id: Uuid,
    /// What its bytes are, by their content.
    media_type: DocumentMediaType,
    /// How many bytes were received.
    #[schema(minimum = 1, example = 48_211)]
    size: u64,
    /// Pixels across; images only.
    width: Option<u32>,
    /// Pixels down; images only.
    height: Option<u32>,
    /// Pages; PDF only.
    pages: Option<u32>,
    /// Where it can be seen, upright and without metadata.
    #[schema(
        example = "/v1/tickets/0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d/attachments/0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4e/content"
    )]
    content_url: String,
}

impl TicketAttachment {
    /// `tickets` is the path under which whoever reads this finds tickets.
    fn of(attachment: &Attachment, message: &Message, tickets: &str) -> Self {
        let content = &attachment.content;
        Self {
            id: attachment.id.into(),
            media_type: content.media_type.into(),
            size: content.size,
            width: content.width,
            height: content.height,
            pages: content.pages,
            content_url: format!("{tickets}/{}/attachments/{}/content", message.ticket, attachment.id),
        }
    }
}

/// A message of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketMessage {
    /// Its id.
    id: Uuid,
    /// Who wrote it.
    author: TicketAuthor,
    /// The words; null when it is a file alone.
    #[schema(example = "拍了三次都提示不清晰。")]
    text: Option<String>,
    /// The file; null when there is none.
    attachment: Option<TicketAttachment>,
    /// When.
    created_at: DateTime<Utc>,
}

impl TicketMessage {
    fn of(message: &Message, tickets: &str) -> Self {
        let attachment = message.content.attachment.as_ref();
        Self {
            id: message.id.into(),
            author: message.author.into(),
            text: message.content.text.as_ref().map(|text| text.as_str().to_owned()),
            attachment: attachment.map(|attachment| TicketAttachment::of(attachment, message, tickets)),
            created_at: message.at,
        }
    }
}

/// The path under which whoever asked finds tickets.
const TICKETS: &str = "/v1/tickets";

/// A message to write.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "换了光线重新拍，可以了，谢谢。"}))]
pub(crate) struct WriteTicketMessage {
    /// What it says.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// The words of a message at a pointer.
fn words(text: &str) -> Result<Content> {
    let parsed = MessageText::parse(text);
    let text = parsed.map_err(|wrong| Faults::one(Place::Body, "/text", wrong))?;
    Ok(Content { text: Some(text), attachment: None })
}

/// A page of a conversation.
fn conversation<T: ToSchema>(
    keys: &Keys,
    list: &str,
    page: &PageParams,
    load: impl FnOnce(Option<MessageId>, u32) -> Result<Vec<Message>>,
    view: impl Fn(&Message) -> T,
) -> Result<Page<T>> {
    let after: Option<Uuid> = position(keys, list, page.cursor.as_deref())?;
    let limit = page.limit();
    let mut messages = load(after.map(MessageId::from), limit + 1)?;
    let next_cursor = cut(keys, list, limit, &mut messages, |last| Uuid::from(last.id))?;
    Ok(Page { data: messages.iter().map(view).collect(), next_cursor, total: None })
}
