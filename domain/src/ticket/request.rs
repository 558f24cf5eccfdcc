//! What whoever asks for help can do.

use super::state::Kept;
use super::{
    Attachment, Author, Card, Content, MAX_OPEN, MAX_OPEN_APPLICANT, Message, MessageText, OpenedFor,
    Priority, Requester, Ticket, TicketState, TicketStore, TicketSubject, Topic, append, entry, viewed,
};
use crate::access::{self, Permission};
use crate::actor::Actor;
use crate::certification::ApplicationNumber;
use crate::context::Context;
use crate::error::{Code, Error, Faults, Place, Result};
use crate::id::{DocumentId, TicketId};
use crate::journal::Journal;
use crate::member::MemberStore;
use crate::registration::RegistrationStore;
use chrono::{DateTime, Utc};

/// A ticket to open.
#[derive(Debug, Clone)]
pub struct Opening {
    /// What it is about.
    pub topic: Topic,
    /// What it is called.
    pub subject: TicketSubject,
    /// What it says first.
    pub text: MessageText,
    /// The application that it names.
    pub number: Option<ApplicationNumber>,
}

/// Opens a ticket.
///
/// # Errors
/// `too_many_tickets`; `certification_number_unknown` at `/certification_number`, also for another tenant's.
pub fn open(
    tx: &mut (impl TicketStore + MemberStore + RegistrationStore + Journal),
    context: &Context<'_>,
    requester: &Requester,
    opening: &Opening,
) -> Result<Ticket> {
    let (opened_for, organization, name, limit) = match requester {
        Requester::Member(actor) => {
            let membership = tx.profile(actor.member)?.membership;
            let opened_for = OpenedFor::Member(actor.tenant, actor.member);
            (opened_for, membership.tenant_name, membership.name, MAX_OPEN)
        }
        Requester::Applicant(id) => {
            let registration = tx.registration(*id)?.ok_or(Code::Unauthenticated)?;
            let organization = registration.organization.name.as_str().to_owned();
            let name = registration.administrator.name.as_str().to_owned();
            (OpenedFor::Applicant(*id), organization, name, MAX_OPEN_APPLICANT)
        }
    };
    if tx.open_tickets(requester)? >= limit {
        return Err(Error::new(Code::TooManyTickets).with("limit", limit));
    }
    let application = match (&opening.number, requester) {
        (Some(number), Requester::Member(_)) => tx.application_numbered(number)?.zip(Some(number.clone())),
        (None, _) | (Some(_), Requester::Applicant(_)) => None,
    };
    if opening.number.is_some() && application.is_none() {
        return Err(Faults::one(Place::Body, "/certification_number", Code::CertificationNumberUnknown));
    }
    let card = Card { subject: opening.subject.clone(), organization, name };
    let about = (opening.topic, Priority::Normal);
    let mut ticket = Ticket::new(context, opened_for, application, about, card);
    let content = Content { text: Some(opening.text.clone()), attachment: None };
    append(tx, context, &mut ticket, Author::Requester, false, &content)?;
    tx.insert_ticket(&ticket)?;
    let entry = entry("ticket.opened", &ticket).change("topic", None::<String>, ticket.topic.name());
    tx.record(context, &Actor::from(requester), entry)?;
    Ok(ticket)
}

/// A page of the tickets that somebody sees: their own, and who may see the certification also those that name it.
///
/// # Errors
/// When the store fails.
pub fn list(
    tx: &mut impl TicketStore,
    context: &Context<'_>,
    requester: &Requester,
    state: Option<TicketState>,
    after: Option<TicketId>,
    limit: u32,
) -> Result<Vec<Ticket>> {
    tx.tickets_of(requester, state, after, limit, context.now)
}

/// A ticket that somebody sees.
///
/// # Errors
/// `not_found`, also for one that they do not see.
pub fn own(tx: &mut impl TicketStore, requester: &Requester, id: TicketId) -> Result<Ticket> {
    let ticket = tx.ticket(id)?;
    let sees = match (requester, ticket.opened_for) {
        (Requester::Member(actor), OpenedFor::Member(tenant, member)) => {
            let certification =
                ticket.application.is_some() && access::require(actor, Permission::CertificationRead).is_ok();
            actor.tenant == tenant && (actor.member == member || certification)
        }
        (Requester::Applicant(registration), OpenedFor::Applicant(of)) => *registration == of,
        _ => false,
    };
    if sees { Ok(ticket) } else { Err(Code::NotFound.into()) }
}

/// Writes a message; the ticket waits for an operator again.
///
/// # Errors
/// `not_found`, `ticket_closed`, `ticket_full`.
pub fn write(
    tx: &mut (impl TicketStore + Journal),
    context: &Context<'_>,
    requester: &Requester,
    id: TicketId,
    content: &Content,
) -> Result<Message> {
    let mut ticket = own(tx, requester, id)?;
    ticket.require_unclosed(context.now)?;
    let message = append(tx, context, &mut ticket, Author::Requester, false, content)?;
    wait(&mut ticket, context.now);
    tx.update_ticket(&ticket)?;
    let entry = entry("ticket.written", &ticket).change("message", None::<String>, message.id.to_string());
    tx.record(context, &Actor::from(requester), entry)?;
    Ok(message)
}

/// Lets a ticket wait for an operator, since when it does so already or from now on.
pub(super) fn wait(ticket: &mut Ticket, now: DateTime<Utc>) {
    if ticket.kept != Kept::Open {
        ticket.kept = Kept::Open;
        ticket.waiting_since = now;
    }
}

/// Says that a ticket is settled.
///
/// # Errors
/// `not_found`, `ticket_closed`.
pub fn resolve(
    tx: &mut (impl TicketStore + Journal),
    context: &Context<'_>,
    requester: &Requester,
    id: TicketId,
) -> Result<Ticket> {
    let mut ticket = own(tx, requester, id)?;
    ticket.require_unclosed(context.now)?;
    if matches!(ticket.kept, Kept::Resolved { .. }) {
        return Ok(ticket);
    }
    ticket.kept = Kept::Resolved { at: context.now };
    ticket.changed_at = context.now;
    tx.update_ticket(&ticket)?;
    ticket.version += 1;
    tx.record(context, &Actor::from(requester), entry("ticket.resolved", &ticket))?;
    Ok(ticket)
}

/// A file of a conversation, for whoever asked. Looking leaves a trace.
///
/// # Errors
/// `not_found`.
pub fn view_attachment(
    tx: &mut (impl TicketStore + Journal),
    context: &Context<'_>,
    requester: &Requester,
    id: TicketId,
    attachment: DocumentId,
) -> Result<Attachment> {
    let ticket = own(tx, requester, id)?;
    let message = tx.attachment(id, attachment)?;
    let found = message.content.attachment.filter(|_| !message.internal).ok_or(Code::NotFound)?;
    tx.record(context, &Actor::from(requester), viewed(&ticket, &found))?;
    Ok(found)
}
