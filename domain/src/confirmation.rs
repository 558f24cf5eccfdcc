//! Confirmations: what nobody does with a session alone. A code or the password, given afresh, confirms one action in one session
//! for five minutes.

use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::guess::{Guarded, GuessStore, Patience, admit, note_wrong};
use crate::id::SessionId;
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::named::named;
use crate::password::{Compared, PasswordStore, StoredPassword, still};
use crate::session::Identity;
use crate::totp::{Given, TotpStore, authenticator, try_second_factor};
use crate::verification::{
    self, Check, Code as Digits, CodeBook, Entered, Limits, Permit, Purpose, Requester, Sent, Subject,
    VerificationStore,
};
use chrono::{DateTime, Duration, Utc};

named! {
    /// What has to be confirmed.
    SensitiveAction {
        /// Close the account.
        CloseAccount "close_account";
        /// Dissolve the organization.
        DissolveOrganization "dissolve_organization";
        /// Set or change the password.
        SetPassword "set_password";
        /// Change the number: a password alone does not do.
        ChangeMobile "change_mobile";
        /// Set, change or give up the email address.
        ChangeEmail "change_email";
        /// Set up or give up the second factor.
        ChangeSecondFactor "change_second_factor";
        /// Change the security policy; where that policy says so.
        ChangeSecurityPolicy "change_security_policy";
        /// Take a copy of one's own data; where the policy says so.
        ExportMyData "export_my_data";
        /// Object to a takeover; where the policy says so.
        ObjectToTakeover "object_to_takeover";
        /// Hand the organization over: a password alone does not do.
        HandOverOwnership "hand_over_ownership";
        /// Become its owner: nor does it here.
        AcceptOwnership "accept_ownership";
    }
}

impl SensitiveAction {
    /// What a code that confirms it is for, which its message says.
    #[must_use]
    pub fn purpose(self) -> Purpose {
        match self {
            Self::HandOverOwnership | Self::AcceptOwnership => Purpose::TransferOwnership,
            _ => Purpose::ConfirmSensitive,
        }
    }

    /// Whether a password is enough to confirm it.
    fn takes_password(self) -> bool {
        !matches!(self, Self::ChangeMobile | Self::HandOverOwnership | Self::AcceptOwnership)
    }
}

/// How long a confirmation lasts.
pub const LIFETIME: Duration = Duration::minutes(5);

/// Somebody showed that it is them who want something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation {
    /// What they want.
    pub action: SensitiveAction,
    /// In which session.
    pub session: SessionId,
    /// Until when it counts.
    pub expires_at: DateTime<Utc>,
}

/// Refuses who has not confirmed an action in this session of late.
///
/// # Errors
/// `confirmation_required`, with the action.
pub fn require(
    given: Option<&Confirmation>,
    context: &Context<'_>,
    actor: &MemberActor,
    action: SensitiveAction,
) -> Result<()> {
    let counts = |given: &Confirmation| {
        given.action == action && given.session == actor.session && context.now < given.expires_at
    };
    if given.is_some_and(counts) {
        Ok(())
    } else {
        Err(Error::new(Code::ConfirmationRequired).with("action", action.name()))
    }
}

/// Sends the code that confirms an action to the actor's own number.
///
/// # Errors
/// `version_stale` when the number is no longer the permitted one, `code_resend_too_soon`.
pub fn send_code(
    tx: &mut (impl MemberStore + VerificationStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    action: SensitiveAction,
    permit: &Permit,
    limits: &Limits,
) -> Result<Sent> {
    permit.require(tx.profile(actor.member)?.mobile)?;
    let subject = Subject::confirmation(action, actor.account);
    let request = verification::Request { permit, subject: &subject, new_subject: false, deliver: true };
    let sent = verification::send(tx, context, &request, limits)?;
    tx.record(context, &actor.into(), entry("account.confirmation_asked", actor, action))?;
    Ok(sent)
}

/// Confirms an action with the code that was sent for it. Whatever comes of the code has to be committed.
///
/// # Errors
/// `authenticator_needed`.
pub fn confirm_by_code(
    tx: &mut (impl MemberStore + VerificationStore + TotpStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    action: SensitiveAction,
    code: &Digits,
    codes: &dyn CodeBook,
) -> Result<std::result::Result<Confirmation, Check>> {
    require_strong(tx, actor, action)?;
    let entered = Entered {
        purpose: action.purpose(),
        subject: &Subject::confirmation(action, actor.account),
        contact: &tx.profile(actor.member)?.mobile.into(),
        requester: Requester::Stranger,
        code,
    };
    match verification::enter(tx, context, &entered, codes)? {
        Check::Correct => confirmed(tx, context, actor, action).map(Ok),
        check => Ok(Err(check)),
    }
}

/// Counts a try at the actor's password, before it is looked at, and gives what it is compared with: whoever has somebody
/// else's session guesses no faster than a stranger.
///
/// # Errors
/// `authenticator_needed`, `password_not_enough`, `password_not_set`, `guess_too_soon`, `guesses_exhausted`.
pub fn admit_password(
    tx: &mut (impl PasswordStore + TotpStore + GuessStore),
    context: &Context<'_>,
    actor: &MemberActor,
    action: SensitiveAction,
    patience: &Patience,
) -> Result<StoredPassword> {
    require_strong(tx, actor, action)?;
    if !action.takes_password() {
        return Err(Code::PasswordNotEnough.into());
    }
    let known = tx.password(actor.account)?.ok_or(Code::PasswordNotSet)?;
    let who = Identity::Account(actor.account).to_string();
    admit(tx, context, (Guarded::Password, &who, Requester::Stranger), patience)?;
    Ok(known)
}

/// Confirms an action, if the password was right. Whatever comes of it has to be committed.
///
/// # Errors
/// `busy` when the password was changed meanwhile.
pub fn confirm_by_password(
    tx: &mut (impl PasswordStore + GuessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (action, compared): (SensitiveAction, &Compared),
    patience: &Patience,
) -> Result<Option<Confirmation>> {
    if !compared.right {
        note_wrong(tx, context, patience)?;
        tx.record(context, &actor.into(), entry("account.confirmation_refused", actor, action))?;
        return Ok(None);
    }
    still(tx, &compared.known)?;
    let who = Identity::Account(actor.account).to_string();
    tx.forget_guesses(Guarded::Password, &who, Some(Requester::Stranger))?;
    confirmed(tx, context, actor, action).map(Some)
}

/// Confirms an action with a code of the actor's authenticator, or one kept for the day without it. Whatever comes of it has to
/// be committed.
///
/// # Errors
/// `totp_not_begun`, `guess_too_soon`, `guesses_exhausted`.
pub fn confirm_by_second_factor(
    tx: &mut (impl TotpStore + GuessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (action, given): (SensitiveAction, &Given),
    patience: &Patience,
) -> Result<Option<Confirmation>> {
    let totp = authenticator(tx, Identity::Account(actor.account))?.ok_or(Code::TotpNotBegun)?;
    if try_second_factor(tx, context, (totp, Requester::Stranger), given, patience)? {
        return confirmed(tx, context, actor, action).map(Some);
    }
    tx.record(context, &actor.into(), entry("account.confirmation_refused", actor, action))?;
    Ok(None)
}

/// Who has an authenticator gives it up, or others codes for the day without it, with it alone: a stolen number is no way around.
fn require_strong(tx: &mut impl TotpStore, actor: &MemberActor, action: SensitiveAction) -> Result<()> {
    if action == SensitiveAction::ChangeSecondFactor
        && authenticator(tx, Identity::Account(actor.account))?.is_some()
    {
        return Err(Code::AuthenticatorNeeded.into());
    }
    Ok(())
}

fn confirmed(
    tx: &mut impl Journal,
    context: &Context<'_>,
    actor: &MemberActor,
    action: SensitiveAction,
) -> Result<Confirmation> {
    tx.record(context, &actor.into(), entry("account.confirmed", actor, action))?;
    Ok(Confirmation { action, session: actor.session, expires_at: context.now + LIFETIME })
}

fn entry(what: &'static str, actor: &MemberActor, action: SensitiveAction) -> Entry {
    let entry = Entry::new(what, "account", actor.account).of(actor.tenant);
    entry.change("action", None::<String>, action.name())
}
