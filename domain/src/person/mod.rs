//! A person's rights over what is kept about them (Personal Information Protection Law, articles 44 to 47): to have it, to
//! correct it, and to have it erased.

mod close;
mod correct;
mod export;

pub use close::close;
pub use correct::correct;
pub use export::{
    AcceptedVersion, KeptDevice, KeptMessage, KeptSession, KeptTicket, PersonData, PersonalNotice, export,
};

use crate::actor::{Actor, MemberActor};
use crate::context::Context;
use crate::error::Result;
use crate::id::AccountId;
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::named::named;
use crate::phone::MobileNumber;
use crate::verification::{
    self, Check, Code, CodeBook, Entered, Limits, Permit, Purpose, Requester, Sent, Subject,
    VerificationStore,
};

named! {
    /// What nobody does with a session alone: a code sent to their number has to confirm it.
    SensitiveAction {
        /// Close the account.
        CloseAccount "close_account";
        /// Dissolve the organization.
        DissolveOrganization "dissolve_organization";
        /// Set a password, or one that takes the place of a forgotten one.
        SetPassword "set_password";
    }
}

impl SensitiveAction {
    fn subject(self, actor: &MemberActor) -> Subject {
        match self {
            Self::CloseAccount => Subject::closure(actor.account),
            Self::DissolveOrganization => Subject::dissolution(actor.tenant),
            Self::SetPassword => Subject::password(actor.account),
        }
    }
}

/// Keeps what is about a person.
pub trait PersonStore {
    /// Everything that is kept about an account, over all tenants.
    ///
    /// # Errors
    /// When the store fails.
    fn person_data(&mut self, account: AccountId) -> Result<PersonData>;
    /// Erases accounts: their places, devices, sessions, notices, tickets and registrations, and the keys of what the journal
    /// says of them. What they accepted stays, without an address.
    ///
    /// # Errors
    /// When the store fails.
    fn erase_accounts(&mut self, accounts: &[AccountId]) -> Result<()>;
}

/// Sends the code that confirms a sensitive action to the actor's own number.
///
/// # Errors
/// `version_stale` when the number is no longer the permitted one, `code_resend_too_soon`.
pub fn send_confirmation(
    tx: &mut (impl MemberStore + VerificationStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    action: SensitiveAction,
    permit: &Permit,
    limits: &Limits,
) -> Result<Sent> {
    permit.require(&tx.profile(actor.member)?.mobile)?;
    let subject = action.subject(actor);
    let request = verification::Request { permit, subject: &subject, new_subject: false, deliver: true };
    let sent = verification::send(tx, context, &request, limits)?;
    let entry = Entry::new("account.confirmation_asked", "account", actor.account).of(actor.tenant).change(
        "action",
        None::<String>,
        action.name(),
    );
    tx.record(context, &Actor::Member(*actor), entry)?;
    Ok(sent)
}

/// Looks whether the code that is to confirm a sensitive action is right, without spending it. A wrong one has to be committed.
///
/// # Errors
/// When the store fails.
pub(crate) fn try_confirm(
    tx: &mut impl VerificationStore,
    context: &Context<'_>,
    actor: &MemberActor,
    mobile: &MobileNumber,
    action: SensitiveAction,
    code: &Code,
    codes: &dyn CodeBook,
) -> Result<Check> {
    let subject = action.subject(actor);
    verification::try_on(tx, context, &entered(&subject, mobile, code), codes)
}

fn entered<'a>(subject: &'a Subject, mobile: &'a MobileNumber, code: &'a Code) -> Entered<'a> {
    Entered { purpose: Purpose::ConfirmSensitive, subject, mobile, requester: Requester::Stranger, code }
}

/// Enters the code that confirms a sensitive action. Whatever comes of it has to be committed.
///
/// # Errors
/// When the store fails.
pub(crate) fn confirm(
    tx: &mut impl VerificationStore,
    context: &Context<'_>,
    actor: &MemberActor,
    mobile: &MobileNumber,
    action: SensitiveAction,
    code: &Code,
    codes: &dyn CodeBook,
) -> Result<Check> {
    let subject = action.subject(actor);
    verification::enter(tx, context, &entered(&subject, mobile, code), codes)
}
