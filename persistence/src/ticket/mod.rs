//! Tickets and their messages. Global tables: whoever opens one may have no tenant yet, and operators work over all of them.

mod row;

pub(crate) use row::{MessageRow, Row, card_place, text_place};

use crate::connection::on;
use crate::error::{Understood, one_row};
use crate::schema::{certification_applications as applications, ticket_messages as messages, tickets};
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::access::{Permission, require};
use domain::certification::ApplicationNumber;
use domain::error::Result;
use domain::id::{ApplicationId, DocumentId, MemberId, MessageId, RegistrationId, TenantId, TicketId};
use domain::ticket::{Filter, Message, Position, Requester, Ticket, TicketState, TicketStore};
use row::rank;

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
        let row = self.ticket_row(&Ticket { version: ticket.version + 1, ..ticket.clone() })?;
        let known = tickets::table.find(Id::from(ticket.id)).filter(tickets::version.eq(ticket.version));
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
            // Whoever has proved nothing yet does not get more by settling what they have.
            let all = matches!(requester, Requester::Applicant(_));
            let unresolved = tickets::state.ne(TicketState::Resolved.name());
            if all { query.count().get_result(db) } else { query.filter(unresolved).count().get_result(db) }
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
            let own: Vec<Id> = filter.except.iter().copied().map(Id::from).collect();
            if !own.is_empty() {
                let others = tickets::tenant_id.ne_all(own).assume_not_null();
                query = query.filter(tickets::tenant_id.is_null().or(others));
            }
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
