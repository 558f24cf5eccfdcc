//! The ticket that an overdue review gets by itself, so that somebody other than its reviewer hears of it.

use super::{
    Author, Card, Content, MessageText, OpenedFor, Priority, Ticket, TicketStore, TicketSubject, Topic,
    append, entry,
};
use crate::actor::Actor;
use crate::certification::{Application, Submission};
use crate::context::Context;
use crate::error::{Error, Language, Result, if_there};
use crate::journal::Journal;
use crate::member::MemberStore;
use crate::notice::Notice;

/// Opens a ticket on an overdue review, unless one that names the application waits already. It says what the applicant was
/// told, in both languages, because nobody knows who will read it.
///
/// # Errors
/// When the store fails.
pub fn open_for_overdue(
    tx: &mut (impl TicketStore + MemberStore + Journal),
    context: &Context<'_>,
    application: &Application,
    submission: &Submission,
    told: &Notice,
) -> Result<()> {
    if tx.open_ticket_on(application.id)?.is_some() {
        return Ok(());
    }
    let Some(requester) = if_there(tx.profile(submission.by))? else { return Ok(()) };
    let requester = requester.membership;
    let number = application.number.as_str();
    let text = format!("{}\n{}", told.text(Language::Chinese), told.text(Language::English));
    let wrong = |_| Error::internal("the ticket of an overdue review");
    let card = Card {
        subject: TicketSubject::parse(&format!("{number} 审核超时 / overdue")).map_err(wrong)?,
        organization: requester.tenant_name,
        name: requester.name,
    };
    let opened_for = OpenedFor::Member(application.tenant, submission.by);
    let named = Some((application.id, application.number.clone()));
    let about = (Topic::Certification, Priority::High);
    let mut ticket = Ticket::new(context, opened_for, named, about, card);
    let content = Content { text: Some(MessageText::parse(&text).map_err(wrong)?), attachment: None };
    append(tx, context, &mut ticket, Author::System, false, &content)?;
    tx.insert_ticket(&ticket)?;
    tx.record(context, &Actor::System, entry("ticket.opened", &ticket))
}
