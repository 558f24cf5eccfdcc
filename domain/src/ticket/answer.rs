//! What operators do with tickets. Nobody hears what their own company says to the platform.

use super::request::wait;
use super::state::Kept;
use super::{
    Attachment, Author, Content, Message, Priority, Ticket, TicketState, TicketStore, Topic, append, entry,
    viewed,
};
use crate::access::{self, Permission};
use crate::actor::{Actor, OperatorActor};
use crate::certification::ApplicationNumber;
use crate::context::Context;
use crate::error::{Code, Faults, Place, Result};
use crate::id::{DocumentId, OperatorId, TenantId, TicketId};
use crate::job::JobQueue;
use crate::journal::Journal;
use crate::notice::{Notice, NoticeKind, NoticeStore, Params, tell};
use crate::operator::{OperatorStore, require_outsider};
use crate::tenant::TenantScope;
use crate::ticket::OpenedFor;
use chrono::{DateTime, Utc};

/// Which tickets an operator looks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Where they stand; without it, those that wait for an operator.
    pub state: Option<TicketState>,
    /// How pressing they are.
    pub priority: Option<Priority>,
    /// What they are about.
    pub topic: Option<Topic>,
    /// Who looks after them.
    pub assignee: Option<OperatorId>,
    /// Whether nobody does.
    pub unassigned: Option<bool>,
    /// The application that they name.
    pub number: Option<ApplicationNumber>,
    /// Of which tenants none is shown.
    pub except: Vec<TenantId>,
}

/// The place of a ticket in the queue.
#[derive(Debug, Clone, Copy)]
pub struct Position {
    /// How pressing it is.
    pub priority: Priority,
    /// Since when it waits.
    pub waiting_since: DateTime<Utc>,
    /// Tells apart what waits since the same moment.
    pub id: TicketId,
}

/// What an operator changes about a ticket; what is none stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change {
    /// How pressing it is.
    pub priority: Option<Priority>,
    /// Who looks after it; the inner none takes them away.
    pub assignee: Option<Option<OperatorId>>,
    /// `true` settles it, `false` opens it again.
    pub resolved: Option<bool>,
}

/// A page of the queue, without what comes from the operator's own companies.
///
/// # Errors
/// `forbidden`.
pub fn queue(
    tx: &mut (impl TicketStore + OperatorStore),
    context: &Context<'_>,
    actor: &OperatorActor,
    filter: &Filter,
    after: Option<&Position>,
    limit: u32,
) -> Result<Vec<Ticket>> {
    access::require(actor, Permission::TicketAnswer)?;
    let filter = Filter { except: tx.tenants_of_operator(actor.operator)?, ..filter.clone() };
    tx.tickets(&filter, after, limit, context.now)
}

/// A ticket, for an operator.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`.
pub fn get(
    tx: &mut (impl TicketStore + OperatorStore),
    actor: &OperatorActor,
    id: TicketId,
) -> Result<Ticket> {
    access::require(actor, Permission::TicketAnswer)?;
    let ticket = tx.ticket(id)?;
    if let Some(tenant) = ticket.opened_for.tenant() {
        require_outsider(tx, actor, tenant)?;
    }
    Ok(ticket)
}

/// Answers, or writes a note that operators alone see. Whoever answers first looks after the ticket from then on, and whoever
/// asked is told.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`, `ticket_closed`, `ticket_full`.
pub fn reply(
    tx: &mut (impl TicketStore + OperatorStore + NoticeStore + JobQueue + TenantScope + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: TicketId,
    content: &Content,
    internal: bool,
) -> Result<Message> {
    let mut ticket = get(tx, actor, id)?;
    ticket.require_unclosed(context.now)?;
    let author = Author::Operator(actor.operator);
    let message = append(tx, context, &mut ticket, author, internal, content)?;
    if !internal {
        ticket.kept = Kept::Answered;
        ticket.assignee.get_or_insert(actor.operator);
        announce(tx, context, &ticket, &message)?;
    }
    tx.update_ticket(&ticket)?;
    let what = if internal { "ticket.noted" } else { "ticket.answered" };
    let entry = entry(what, &ticket).change("message", None::<String>, message.id.to_string());
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(message)
}

/// Tells the member that they have an answer. Who holds a registration alone has no inbox yet.
fn announce(
    tx: &mut (impl NoticeStore + JobQueue + TenantScope),
    context: &Context<'_>,
    ticket: &Ticket,
    message: &Message,
) -> Result<()> {
    let OpenedFor::Member(tenant, member) = ticket.opened_for else { return Ok(()) };
    tx.enter(tenant);
    let notice = Notice {
        id: context.id(),
        member,
        kind: NoticeKind::TicketAnswered,
        params: Params::from([("ticket".to_owned(), ticket.id.to_string())]),
        created_at: message.at,
        read_at: None,
    };
    tell(tx, context, tenant, &notice).map(drop)
}

/// Changes priority, assignee or state. `expected` is the version that the operator read.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`, `ticket_closed`, `version_stale`; `assignee_not_possible` at `/assignee_id`.
pub fn change(
    tx: &mut (impl TicketStore + OperatorStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: TicketId,
    change: &Change,
    expected: Option<i64>,
) -> Result<Ticket> {
    let before = get(tx, actor, id)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Code::VersionStale.into());
    }
    before.require_unclosed(context.now)?;
    let mut ticket = before.clone();
    if let Some(Some(assignee)) = change.assignee {
        require_possible(tx, assignee, &ticket)?;
    }
    ticket.assignee = change.assignee.unwrap_or(ticket.assignee);
    ticket.priority = change.priority.unwrap_or(ticket.priority);
    match (change.resolved, ticket.kept) {
        (Some(true), Kept::Open | Kept::Answered) => ticket.kept = Kept::Resolved { at: context.now },
        (Some(false), _) => wait(&mut ticket, context.now),
        _ => {}
    }
    if ticket == before {
        return Ok(before);
    }
    ticket.changed_at = context.now;
    tx.update_ticket(&ticket)?;
    ticket.version += 1;
    let name = |assignee: Option<OperatorId>| assignee.map(|id| id.to_string());
    let state = |ticket: &Ticket| ticket.state(context.now).name();
    let entry = entry("ticket.changed", &ticket)
        .change("priority", before.priority.name(), ticket.priority.name())
        .change("assignee", name(before.assignee), name(ticket.assignee))
        .change("state", state(&before), state(&ticket));
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(ticket)
}

/// Refuses to hand a ticket to somebody who cannot answer it.
fn require_possible(tx: &mut impl OperatorStore, assignee: OperatorId, ticket: &Ticket) -> Result<()> {
    let refused = || Faults::one(Place::Body, "/assignee_id", Code::AssigneeNotPossible);
    let operator = tx.operator(assignee)?.ok_or_else(refused)?;
    match ticket.opened_for.tenant() {
        Some(tenant) if tx.belongs_to(&operator.mobile, tenant)? => Err(refused()),
        _ => Ok(()),
    }
}

/// A file of a conversation, for an operator. Looking leaves a trace.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`.
pub fn read_attachment(
    tx: &mut (impl TicketStore + OperatorStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: TicketId,
    attachment: DocumentId,
) -> Result<Attachment> {
    let ticket = get(tx, actor, id)?;
    let found = tx.attachment(id, attachment)?.content.attachment.ok_or(Code::NotFound)?;
    tx.record(context, &Actor::Operator(*actor), viewed(&ticket, &found))?;
    Ok(found)
}
