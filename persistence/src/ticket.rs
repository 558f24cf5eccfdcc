//! Tickets and their messages. Global tables: whoever opens one may have no tenant yet, and operators work over all of them.
//! What they say is private, so it is sealed.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{certification_applications as applications, ticket_messages as messages, tickets};
use crate::sql_type::{Id, Instant, Json};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::access::{Permission, require};
use domain::certification::{ApplicationNumber, DocumentContent, MediaType, SealedKey};
use domain::error::{Error, Result};
use domain::id::{ApplicationId, DocumentId, MemberId, MessageId, RegistrationId, TenantId, TicketId};
use domain::ticket::{
    Attachment, Author, Card, Content, Filter, Kept, Message, MessageText, OpenedFor, Position, Priority,
    Requester, Ticket, TicketState, TicketStore, TicketSubject, Topic,
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

fn rank(priority: Priority) -> i64 {
    Priority::ALL.iter().zip(0..).find(|(known, _)| **known == priority).map_or(0, |(_, rank)| rank)
}

fn priority(rank: i64) -> Option<Priority> {
    Priority::ALL.get(usize::try_from(rank).ok()?).copied()
}

impl Tx<'_> {
    fn ticket_row(&self, ticket: &Ticket) -> Result<Row> {
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

    fn message_row(&self, message: &Message) -> Result<MessageRow> {
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

/// Lets tickets in a state through. A macro, because a boxed query belongs to one database.
macro_rules! in_state {
    ($query:expr, $state:expr, $now:expr) => {{
        // What was resolved long enough ago is closed, though nobody has written so.
        let since = Instant(TicketState::closed_since($now));
        let resolved = tickets::state.eq(TicketState::Resolved.name());
        match $state {
            TicketState::Closed => {
                $query.filter(resolved).filter(tickets::resolved_at.le(since).assume_not_null())
            }
            TicketState::Resolved => {
                $query.filter(resolved).filter(tickets::resolved_at.gt(since).assume_not_null())
            }
            state => $query.filter(tickets::state.eq(state.name())),
        }
    }};
}

/// Lets the tickets through that somebody sees.
macro_rules! seen_by {
    ($query:expr, $requester:expr) => {
        match $requester {
            Requester::Applicant(registration) => {
                $query.filter(tickets::registration_id.eq(Some(Id::from(*registration))))
            }
            Requester::Member(actor) => {
                let query = $query.filter(tickets::tenant_id.eq(Some(Id::from(actor.tenant))));
                let own = tickets::member_id.eq(Id::from(actor.member)).assume_not_null();
                if require(actor, Permission::CertificationRead).is_ok() {
                    query.filter(own.or(tickets::application_id.is_not_null()))
                } else {
                    query.filter(own)
                }
            }
        }
    };
}

impl TicketStore for Tx<'_> {
    fn insert_ticket(&mut self, ticket: &Ticket) -> Result<()> {
        let row = self.ticket_row(ticket)?;
        on!(self.db, |db| diesel::insert_into(tickets::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn ticket(&mut self, id: TicketId) -> Result<Ticket> {
        let row: Row =
            on!(self.db, |db| tickets::table.find(Id::from(id)).select(Row::as_select()).first(db))
                .understood()?;
        self.ticket_of(&row)
    }

    fn update_ticket(&mut self, ticket: &Ticket) -> Result<()> {
        let mut row = self.ticket_row(ticket)?;
        row.version += 1;
        let known = tickets::table.find(row.id).filter(tickets::version.eq(ticket.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn open_tickets(&mut self, requester: &Requester) -> Result<u32> {
        let count: i64 = on!(self.db, |db| {
            let query: tickets::BoxedQuery<'_, _> = tickets::table.into_boxed();
            let query = match requester {
                Requester::Applicant(registration) => {
                    query.filter(tickets::registration_id.eq(Some(Id::from(*registration))))
                }
                Requester::Member(actor) => query
                    .filter(tickets::tenant_id.eq(Some(Id::from(actor.tenant))))
                    .filter(tickets::member_id.eq(Some(Id::from(actor.member)))),
            };
            query.filter(tickets::state.ne(TicketState::Resolved.name())).count().get_result(db)
        })
        .understood()?;
        Ok(count.try_into().unwrap_or(u32::MAX))
    }

    fn tickets_of(
        &mut self,
        requester: &Requester,
        state: Option<TicketState>,
        after: Option<TicketId>,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Ticket>> {
        let rows: Vec<Row> = on!(self.db, |db| {
            let mut query: tickets::BoxedQuery<'_, _> = tickets::table.into_boxed();
            query = seen_by!(query, requester);
            if let Some(state) = state {
                query = in_state!(query, state, now);
            }
            if let Some(after) = after {
                query = query.filter(tickets::id.lt(Id::from(after)));
            }
            query.order(tickets::id.desc()).limit(limit.into()).select(Row::as_select()).load(db)
        })
        .understood()?;
        rows.iter().map(|row| self.ticket_of(row)).collect()
    }

    fn tickets(
        &mut self,
        filter: &Filter,
        after: Option<&Position>,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Ticket>> {
        let rows: Vec<Row> = on!(self.db, |db| {
            let mut query: tickets::BoxedQuery<'_, _> = tickets::table.into_boxed();
            query = in_state!(query, filter.state.unwrap_or(TicketState::Open), now);
            if let Some(priority) = filter.priority {
                query = query.filter(tickets::priority.eq(rank(priority)));
            }
            if let Some(topic) = filter.topic {
                query = query.filter(tickets::topic.eq(topic.name()));
            }
            if let Some(assignee) = filter.assignee {
                query = query.filter(tickets::assignee.eq(Some(Id::from(assignee))));
            }
            query = match filter.unassigned {
                Some(true) => query.filter(tickets::assignee.is_null()),
                Some(false) => query.filter(tickets::assignee.is_not_null()),
                None => query,
            };
            if let Some(number) = &filter.number {
                query = query.filter(tickets::number.eq(Some(number.as_str())));
            }
            if let Some(after) = after {
                let (rank, since, id) =
                    (rank(after.priority), Instant(after.waiting_since), Id::from(after.id));
                let same = tickets::waiting_since.eq(since).and(tickets::id.gt(id));
                let later = tickets::waiting_since.gt(since).or(same);
                query = query.filter(tickets::priority.lt(rank).or(tickets::priority.eq(rank).and(later)));
            }
            query
                .order((tickets::priority.desc(), tickets::waiting_since, tickets::id))
                .limit(limit.into())
                .select(Row::as_select())
                .load(db)
        })
        .understood()?;
        rows.iter().map(|row| self.ticket_of(row)).collect()
    }

    fn open_ticket_on(&mut self, application: ApplicationId) -> Result<Option<TicketId>> {
        let found: Option<Id> = on!(self.db, |db| tickets::table
            .filter(tickets::application_id.eq(Some(Id::from(application))))
            .filter(tickets::state.ne(TicketState::Resolved.name()))
            .order(tickets::id.desc())
            .select(tickets::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(found.map(Id::get))
    }

    fn application_numbered(&mut self, number: &ApplicationNumber) -> Result<Option<ApplicationId>> {
        let tenant = self.bound()?;
        let found: Option<Id> = on!(self.db, |db| applications::table
            .filter(applications::tenant_id.eq(tenant))
            .filter(applications::number.eq(number.as_str()))
            .select(applications::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(found.map(Id::get))
    }

    fn adopt_tickets(
        &mut self,
        registration: RegistrationId,
        tenant: TenantId,
        member: MemberId,
    ) -> Result<()> {
        let theirs = tickets::table.filter(tickets::registration_id.eq(Some(Id::from(registration))));
        let now_theirs = (
            tickets::registration_id.eq(None::<Id>),
            tickets::tenant_id.eq(Some(Id::from(tenant))),
            tickets::member_id.eq(Some(Id::from(member))),
            tickets::version.eq(tickets::version + 1),
        );
        on!(self.db, |db| diesel::update(theirs).set(now_theirs).execute(db)).understood().map(drop)
    }

    fn insert_message(&mut self, message: &Message) -> Result<()> {
        let row = self.message_row(message)?;
        on!(self.db, |db| diesel::insert_into(messages::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn messages(
        &mut self,
        ticket: TicketId,
        internal: bool,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>> {
        let rows: Vec<MessageRow> = on!(self.db, |db| {
            let mut query: messages::BoxedQuery<'_, _> = messages::table.into_boxed();
            query = query.filter(messages::ticket_id.eq(Id::from(ticket)));
            if !internal {
                query = query.filter(messages::internal.eq(false));
            }
            if let Some(after) = after {
                query = query.filter(messages::id.gt(Id::from(after)));
            }
            query.order(messages::id).limit(limit.into()).select(MessageRow::as_select()).load(db)
        })
        .understood()?;
        rows.into_iter().map(|row| self.message_of(row)).collect()
    }

    fn attachment(&mut self, ticket: TicketId, id: DocumentId) -> Result<Message> {
        let row: MessageRow = on!(self.db, |db| messages::table
            .filter(messages::ticket_id.eq(Id::from(ticket)))
            .filter(messages::attachment_id.eq(Some(Id::from(id))))
            .select(MessageRow::as_select())
            .first(db))
        .understood()?;
        self.message_of(row)
    }

    fn attachments_by_id(&mut self, ids: &[DocumentId]) -> Result<Vec<DocumentId>> {
        let ids: Vec<_> = ids.iter().copied().map(Id::from).collect();
        let found: Vec<Id> = on!(self.db, |db| messages::table
            .filter(messages::attachment_id.eq_any(ids).assume_not_null())
            .select(messages::attachment_id.assume_not_null())
            .load(db))
        .understood()?;
        Ok(found.into_iter().map(Id::get).collect())
    }
}
