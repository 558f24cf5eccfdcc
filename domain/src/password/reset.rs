//! Setting a new password without the old one, for a code. Nothing tells whether anybody has the number.

use super::{PasswordHash, PasswordStore, Rules, StoredPassword};
use crate::account::AccountStore;
use crate::actor::{Actor, Realm};
use crate::contact::ContactPoint;
use crate::context::Context;
use crate::error::{Code, Result};
use crate::guess::{Guarded, GuessStore};
use crate::id::AccountId;
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::member::{MemberStore, Profile};
use crate::notice::{NoticeKind, NoticeStore, warn_account};
use crate::phone::MobileNumber;
use crate::policy::PolicyStore;
use crate::session::{Identity, SessionStore};
use crate::tenant::TenantScope;
use crate::verification::{
    self, Check, Code as Digits, CodeBook, Entered, Limits, Permit, Purpose, Requester, Sent, Subject,
    VerificationStore,
};

use chrono::Duration;

/// What is known of an account whose code was right.
#[derive(Debug, Clone)]
pub struct Reset {
    /// The account.
    pub account: AccountId,
    /// The person in each of their organizations, for the words that must not be in the password.
    pub profiles: Vec<Profile>,
    /// The password so far.
    pub known: Option<StoredPassword>,
    /// What all of their organizations ask of it.
    pub rules: Rules,
}

fn entered<'a>(
    subject: &'a Subject,
    contact: &'a ContactPoint,
    requester: Requester,
    code: &'a Digits,
) -> Entered<'a> {
    Entered { purpose: Purpose::ResetPassword, subject, contact, requester, code }
}

/// Asks for the code that sets a new password.
///
/// # Errors
/// The limits of [`verification::send`].
pub fn ask_for_reset(
    tx: &mut (impl VerificationStore + JobQueue + AccountStore),
    context: &Context<'_>,
    permit: &Permit,
    limits: &Limits,
) -> Result<Sent> {
    permit.mobile()?;
    let known = tx.account_by(&permit.contact)?.is_some();
    let subject = Subject::sign_in(Realm::Tenant, &permit.contact);
    let request = verification::Request { permit, subject: &subject, new_subject: false, deliver: known };
    verification::send(tx, context, &request, limits)
}

/// Looks whether a code is right without spending it, so that a password that is no good costs none, and what is known of the
/// account. A wrong code has to be committed.
///
/// # Errors
/// `number_idle` for a number that may have a new owner, unless it comes from a known device.
pub fn resettable(
    tx: &mut (impl VerificationStore + AccountStore + MemberStore + PasswordStore + PolicyStore),
    context: &Context<'_>,
    (mobile, requester): (&MobileNumber, Requester),
    code: &Digits,
    number_idle: Option<Duration>,
    codes: &dyn CodeBook,
) -> Result<std::result::Result<Reset, Check>> {
    let contact = &mobile.into();
    let subject = Subject::sign_in(Realm::Tenant, contact);
    let check = verification::try_on(tx, context, &entered(&subject, contact, requester, code), codes)?;
    if check != Check::Correct {
        return Ok(Err(check));
    }
    let Some(account) = tx.account_by(contact)? else { return Ok(Err(Check::Expired)) };
    if requester == Requester::Stranger && account.is_idle(context.now, number_idle) {
        return Err(Code::NumberIdle.into());
    }
    let profile = |membership| Profile {
        avatar: None,
        membership,
        position: None,
        mobile: account.mobile.clone(),
        email: account.email.clone(),
    };
    let profiles = tx.places(account.id)?.into_iter().map(profile).collect();
    let (known, rules) = (tx.password(account.id)?, tx.password_rules(account.id)?);
    Ok(Ok(Reset { account: account.id, profiles, known, rules }))
}

/// Spends the code, sets a password that was found good, and ends every session. Whatever comes of the code has to be
/// committed.
///
/// # Errors
/// `version_stale` when the password was changed meanwhile.
pub fn reset(
    tx: &mut (
             impl VerificationStore
             + AccountStore
             + PasswordStore
             + SessionStore
             + GuessStore
             + MemberStore
             + TenantScope
             + NoticeStore
             + JobQueue
             + Journal
         ),
    context: &Context<'_>,
    (mobile, requester): (&MobileNumber, Requester),
    code: &Digits,
    (reset, hash): (&Reset, &PasswordHash),
    codes: &dyn CodeBook,
) -> Result<Check> {
    let contact = &mobile.into();
    let subject = Subject::sign_in(Realm::Tenant, contact);
    let check = verification::enter(tx, context, &entered(&subject, contact, requester, code), codes)?;
    if check != Check::Correct {
        return Ok(check);
    }
    let known = tx.password(reset.account)?;
    if known.as_ref().map(|known| known.version) != reset.known.as_ref().map(|known| known.version) {
        return Err(Code::VersionStale.into());
    }
    tx.save_password(&StoredPassword::replaced(
        known,
        reset.account,
        hash.clone(),
        &reset.rules,
        context.now,
    ))?;
    tx.end_sessions(reset.account, None, context.now)?;
    tx.forget_guesses(Guarded::Password, &Identity::Account(reset.account).to_string(), None)?;
    warn_account(tx, context, reset.account, NoticeKind::PasswordChanged)?;
    for place in tx.places(reset.account)? {
        tx.enter(place.tenant);
        let entry = Entry::new("account.password_reset", "account", reset.account).of(place.tenant);
        tx.record(context, &Actor::Anonymous, entry)?;
    }
    Ok(Check::Correct)
}
