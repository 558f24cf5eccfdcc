//! Changing where one is reached. The new contact point is entered with a code that was sent to it, so nobody signs in as, or is warned
//! at, what they do not hold.

use super::ContactPoint;
use crate::account::AccountStore;
use crate::actor::MemberActor;
use crate::confirmation::{self, Confirmation, SensitiveAction};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::notice::{NoticeKind, NoticeStore, warn};
use crate::session::{Identity, SessionStore};
use crate::verification::{
    self, Check, Code as Digits, CodeBook, Entered, Limits, Permit, Purpose, Requester, Sent, Subject,
    VerificationStore,
};

impl ContactPoint {
    /// What has to be confirmed to change to it.
    #[must_use]
    pub fn change(&self) -> SensitiveAction {
        match self {
            Self::Mobile(_) => SensitiveAction::ChangeMobile,
            Self::Email(_) => SensitiveAction::ChangeEmail,
        }
    }

    /// What the code is for that shows that somebody holds it.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        match self {
            Self::Mobile(_) => Purpose::ChangeMobile,
            Self::Email(_) => Purpose::ChangeEmail,
        }
    }

    fn subject(&self, actor: &MemberActor) -> Subject {
        match self {
            Self::Mobile(_) => Subject::mobile_change(actor.account),
            Self::Email(_) => Subject::email_change(actor.account),
        }
    }
}

/// Sends a code to what is to be the actor's. Nothing tells whether it is somebody's.
///
/// # Errors
/// `confirmation_required`, `code_resend_too_soon`.
pub fn send_code(
    tx: &mut (impl VerificationStore + JobQueue),
    context: &Context<'_>,
    actor: &MemberActor,
    confirmation: Option<&Confirmation>,
    permit: &Permit,
    limits: &Limits,
) -> Result<Sent> {
    confirmation::require(confirmation, context, actor, permit.contact.change())?;
    let subject = permit.contact.subject(actor);
    let request = verification::Request { permit, subject: &subject, new_subject: false, deliver: true };
    verification::send(tx, context, &request, limits)
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// The code was not right.
    Refused(Check),
    /// It is another account's.
    Taken,
    /// It is the actor's.
    Done,
}

/// Changes the actor's number or mailbox to one that they hold, too. After another number, every other session ends. Whatever comes of
/// it has to be committed.
///
/// # Errors
/// `confirmation_required`.
pub fn change(
    tx: &mut (impl AccountStore + VerificationStore + SessionStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (contact, code): (&ContactPoint, &Digits),
    confirmation: Option<&Confirmation>,
    codes: &dyn CodeBook,
) -> Result<Changed> {
    confirmation::require(confirmation, context, actor, contact.change())?;
    let (purpose, subject, requester) = (contact.purpose(), &contact.subject(actor), Requester::Stranger);
    match verification::enter(tx, context, &Entered { purpose, subject, contact, requester, code }, codes)? {
        Check::Correct => {}
        check => return Ok(Changed::Refused(check)),
    }
    // Only who holds it learns that it is somebody's.
    if tx.account_by(contact)?.is_some_and(|other| other.id != actor.account) {
        return Ok(Changed::Taken);
    }
    let account = tx.account(actor.account)?.ok_or(Code::SessionEnded)?;
    let former = match contact {
        ContactPoint::Mobile(mobile) => {
            tx.set_mobile(account.id, mobile)?;
            tx.note_seen(account.id, context.now)?;
            tx.end_sessions(account.id, Some(actor.session), context.now)?;
            Some(ContactPoint::from(account.mobile))
        }
        ContactPoint::Email(email) => {
            tx.set_email(account.id, Some(email))?;
            account.email.map(ContactPoint::from)
        }
    };
    changed(tx, context, actor, contact, (former.as_ref(), Some(contact)))?;
    Ok(Changed::Done)
}

/// Gives the actor's mailbox up.
///
/// # Errors
/// `confirmation_required`, `not_found` when there is none.
pub fn remove_email(
    tx: &mut (impl AccountStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    confirmation: Option<&Confirmation>,
) -> Result<()> {
    confirmation::require(confirmation, context, actor, SensitiveAction::ChangeEmail)?;
    let account = tx.account(actor.account)?.ok_or(Code::SessionEnded)?;
    let email = account.email.ok_or(Code::NotFound)?.into();
    tx.set_email(account.id, None)?;
    changed(tx, context, actor, &email, (Some(&email), None))
}

/// Warns of it, at the former contact point too, and journals it.
fn changed(
    tx: &mut (impl AccountStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    of: &ContactPoint,
    (former, next): (Option<&ContactPoint>, Option<&ContactPoint>),
) -> Result<()> {
    let (kind, action) = match of {
        ContactPoint::Mobile(_) => (NoticeKind::MobileChanged, "account.mobile_changed"),
        ContactPoint::Email(_) => (NoticeKind::EmailChanged, "account.email_changed"),
    };
    let elsewhere = former.filter(|former| Some(*former) != next);
    warn(tx, context, (actor.tenant, actor.member, actor.account), kind, elsewhere)?;
    let text = |contact: Option<&ContactPoint>| contact.map(|it| it.as_str().to_owned()).unwrap_or_default();
    let entry = Entry::new(action, "account", actor.account).of(actor.tenant);
    let entry = entry.about(Identity::Account(actor.account).id(), [(of.kind(), text(former), text(next))]);
    tx.record(context, &actor.into(), entry)
}
