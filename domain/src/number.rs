//! The number of an account: changing it, and what it still proves when nobody has come with it for long.
//!
//! Carriers give numbers that are not used to somebody else. Whoever then gets a code is not the person whom the account is.

use crate::account::{Account, AccountStore};
use crate::actor::{Actor, MemberActor};
use crate::confirmation::{self, Confirmation, SensitiveAction};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::notice::{Notice, NoticeKind, NoticeStore, Params, tell};
use crate::phone::MobileNumber;
use crate::session::{Identity, SessionStore};
use crate::verification::{
    self, Check, Code as Digits, CodeBook, Entered, Limits, Permit, Purpose, Requester, Sent, Subject,
    VerificationStore,
};
use chrono::{DateTime, Duration, Utc};

/// That somebody came with a number is noted at most so often.
const NOTED: Duration = Duration::days(1);

impl Account {
    /// Whether the number may have a new owner, so that a code sent to it proves nothing by itself.
    #[must_use]
    pub fn is_idle(&self, now: DateTime<Utc>, idle: Option<Duration>) -> bool {
        idle.is_some_and(|idle| self.seen_at + idle <= now)
    }
}

/// Notes that the person came.
///
/// # Errors
/// When the store fails.
pub(crate) fn seen(tx: &mut impl AccountStore, context: &Context<'_>, account: &Account) -> Result<()> {
    if account.seen_at + NOTED <= context.now { tx.note_seen(account.id, context.now) } else { Ok(()) }
}

/// Notes that whoever has a number is its owner, which whoever runs the installation has made sure of.
///
/// # Errors
/// `not_found`.
pub fn vouch(
    tx: &mut (impl AccountStore + Journal),
    context: &Context<'_>,
    mobile: &MobileNumber,
) -> Result<()> {
    let account = tx.account_by_mobile(mobile)?.ok_or(Code::NotFound)?;
    tx.note_seen(account.id, context.now)?;
    let before = account.seen_at.to_rfc3339();
    let entry = Entry::new("account.number_vouched_for", "account", account.id);
    tx.record(context, &Actor::System, entry.change("seen_at", before, context.now.to_rfc3339()))
}

/// Sends a code to the number that is to be the actor's. Nothing tells whether anybody has it.
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
    confirmation::require(confirmation, context, actor, SensitiveAction::ChangeMobile)?;
    let subject = Subject::mobile_change(actor.account);
    let request = verification::Request { permit, subject: &subject, new_subject: false, deliver: true };
    verification::send(tx, context, &request, limits)
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// The code was not right.
    Refused(Check),
    /// The number is another account's.
    Taken,
    /// It is the actor's.
    Done,
}

/// Changes the actor's number to one that they hold, too. Every other session ends. Whatever comes of it has to be committed.
///
/// # Errors
/// `confirmation_required`.
pub fn change(
    tx: &mut (impl AccountStore + VerificationStore + SessionStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (mobile, code): (&MobileNumber, &Digits),
    confirmation: Option<&Confirmation>,
    codes: &dyn CodeBook,
) -> Result<Changed> {
    confirmation::require(confirmation, context, actor, SensitiveAction::ChangeMobile)?;
    let entered = Entered {
        purpose: Purpose::ChangeMobile,
        subject: &Subject::mobile_change(actor.account),
        mobile,
        requester: Requester::Stranger,
        code,
    };
    match verification::enter(tx, context, &entered, codes)? {
        Check::Correct => {}
        check => return Ok(Changed::Refused(check)),
    }
    // Only who holds the number learns that it is somebody's.
    if tx.account_by_mobile(mobile)?.is_some_and(|other| other.id != actor.account) {
        return Ok(Changed::Taken);
    }
    let account = tx.account(actor.account)?.ok_or(Code::SessionEnded)?;
    tx.set_mobile(account.id, mobile)?;
    tx.note_seen(account.id, context.now)?;
    tx.end_sessions(account.id, Some(actor.session), context.now)?;
    let notice = Notice::new(context, actor.member, NoticeKind::MobileChanged, Params::new());
    tell(tx, context, actor.tenant, &notice)?;
    let numbers = [("mobile", account.mobile.as_str().to_owned(), mobile.as_str().to_owned())];
    let entry = Entry::new("account.mobile_changed", "account", account.id).of(actor.tenant);
    tx.record(context, &Actor::Member(*actor), entry.about(Identity::Account(account.id).id(), numbers))?;
    Ok(Changed::Done)
}
