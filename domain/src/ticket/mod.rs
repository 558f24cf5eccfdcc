//! Tickets: somebody asks for help, and operators answer. A ticket is opened by a member, by whoever holds a registration,
//! or by Gongpai itself for a review that is overdue.

mod answer;
mod overdue;
mod request;
mod state;
mod store;

pub use answer::{Change, Filter, Position, change, get, queue, read_attachment, reply};
pub use overdue::open_for_overdue;
pub use request::{Opening, list, open, own, resolve, view_attachment, write};
pub use state::{Kept, TicketState};
pub use store::TicketStore;

use crate::actor::{Actor, MemberActor};
use crate::certification::{ApplicationNumber, DocumentContent};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::{
    ApplicationId, DocumentId, MemberId, MessageId, OperatorId, RegistrationId, TenantId, TicketId,
};
use crate::journal::Entry;
use crate::named::named;
use crate::text::{Line, Prose};
use chrono::{DateTime, Utc};

/// What a ticket is called: 1 to 100 characters.
pub type TicketSubject = Line<1, 100>;
/// What a message says: 1 to 4000 characters.
pub type MessageText = Prose<4000>;

/// How many tickets somebody may have that are not resolved.
pub const MAX_OPEN: u32 = 20;
/// How many tickets whoever has not proved their number yet may open in all.
pub const MAX_OPEN_APPLICANT: u32 = 3;
/// How many messages a ticket has at most.
pub const MAX_MESSAGES: u32 = 200;
/// How many of them carry a file.
pub const MAX_ATTACHMENTS: u32 = 20;

named! {
    /// What a ticket is about.
    Topic {
        /// Joining.
        Registration "registration";
        /// The certification of an organization.
        Certification "certification";
        /// Signing in, codes, devices.
        SignIn "sign_in";
        /// Departments, members, rights.
        Organization "organization";
        /// Anything else.
        Other "other";
    }
}

named! {
    /// How pressing a ticket is, least first.
    Priority {
        /// It can wait.
        Low "low";
        /// As most are.
        Normal "normal";
        /// Before most.
        High "high";
        /// Before all others.
        Urgent "urgent";
    }
}

/// Whoever asks for help.
#[derive(Debug, Clone)]
pub enum Requester {
    /// A member.
    Member(MemberActor),
    /// Whoever holds the token of a registration that is not completed.
    Applicant(RegistrationId),
}

impl From<&Requester> for Actor {
    fn from(requester: &Requester) -> Self {
        match requester {
            Requester::Member(member) => member.into(),
            Requester::Applicant(registration) => Self::Applicant(*registration),
        }
    }
}

/// For whom a ticket was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenedFor {
    /// A member of a tenant.
    Member(TenantId, MemberId),
    /// Whoever holds a registration.
    Applicant(RegistrationId),
}

impl OpenedFor {
    /// The tenant, if there is one yet.
    #[must_use]
    pub fn tenant(self) -> Option<TenantId> {
        match self {
            Self::Member(tenant, _) => Some(tenant),
            Self::Applicant(_) => None,
        }
    }
}

/// What stands on the cover of a ticket, as it was when it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// What it is called.
    pub subject: TicketSubject,
    /// The organization.
    pub organization: String,
    /// Who asks.
    pub name: String,
}

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// For whom it was opened.
    pub opened_for: OpenedFor,
    /// The application that it names.
    pub application: Option<(ApplicationId, ApplicationNumber)>,
    /// What it is about.
    pub topic: Topic,
    /// What stands on its cover.
    pub card: Card,
    /// How pressing it is.
    pub priority: Priority,
    /// Where it stands, as it is kept.
    pub kept: Kept,
    /// Who looks after it.
    pub assignee: Option<OperatorId>,
    /// Since when whoever asked waits, or waited last.
    pub waiting_since: DateTime<Utc>,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub changed_at: DateTime<Utc>,
    /// How many messages it has.
    pub messages: u32,
    /// How many of them carry a file.
    pub attachments: u32,
    /// The version read from the store.
    pub version: i64,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// Whoever asks.
    Requester,
    /// An operator.
    Operator(OperatorId),
    /// Gongpai itself.
    System,
}

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Under which id its bytes are kept.
    pub id: DocumentId,
    /// What is known of them.
    pub content: DocumentContent,
}

/// What a message says: words, a file, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The words.
    pub text: Option<MessageText>,
    /// The file.
    pub attachment: Option<Attachment>,
}

/// A message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Its ticket.
    pub ticket: TicketId,
    /// Who wrote it.
    pub author: Author,
    /// Whether operators alone see it.
    pub internal: bool,
    /// What it says.
    pub content: Content,
    /// When.
    pub at: DateTime<Utc>,
}

impl Ticket {
    /// A ticket that waits for its first message.
    fn new(
        context: &Context<'_>,
        opened_for: OpenedFor,
        application: Option<(ApplicationId, ApplicationNumber)>,
        (topic, priority): (Topic, Priority),
        card: Card,
    ) -> Self {
        Self {
            id: context.id(),
            opened_for,
            application,
            topic,
            card,
            priority,
            kept: Kept::Open,
            assignee: None,
            waiting_since: context.now,
            created_at: context.now,
            changed_at: context.now,
            messages: 0,
            attachments: 0,
            version: 1,
        }
    }

    /// Where it stands now: time alone closes what was resolved.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> TicketState {
        self.kept.state(now)
    }

    fn require_unclosed(&self, now: DateTime<Utc>) -> Result<()> {
        if self.state(now) == TicketState::Closed { Err(Code::TicketClosed.into()) } else { Ok(()) }
    }
}

/// Adds a message to a ticket. The ticket is changed and not kept yet.
fn append(
    tx: &mut impl TicketStore,
    context: &Context<'_>,
    ticket: &mut Ticket,
    author: Author,
    internal: bool,
    content: &Content,
) -> Result<Message> {
    let full = ticket.messages >= MAX_MESSAGES
        || (content.attachment.is_some() && ticket.attachments >= MAX_ATTACHMENTS);
    if full {
        return Err(Error::new(Code::TicketFull)
            .with("messages", MAX_MESSAGES)
            .with("attachments", MAX_ATTACHMENTS));
    }
    ticket.messages += 1;
    ticket.attachments += u32::from(content.attachment.is_some());
    ticket.changed_at = context.now;
    let message = Message {
        id: context.id(),
        ticket: ticket.id,
        author,
        internal,
        content: content.clone(),
        at: context.now,
    };
    tx.insert_message(&message)?;
    Ok(message)
}

/// An entry about a ticket. What it says is private, so entries name no words of it.
fn entry(action: &'static str, ticket: &Ticket) -> Entry {
    let entry = Entry::new(action, "ticket", ticket.id);
    match ticket.opened_for.tenant() {
        Some(tenant) => entry.of(tenant),
        None => entry,
    }
}

/// That somebody looked at a file.
fn viewed(ticket: &Ticket, attachment: &Attachment) -> Entry {
    entry("ticket.attachment_viewed", ticket).change("attachment", None::<String>, attachment.id.to_string())
}
