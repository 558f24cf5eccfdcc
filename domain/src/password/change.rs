//! Setting and changing one's own password. It ends every other session, and the owner is told.

use super::{PasswordHash, PasswordStore, Rules, StoredPassword};
use crate::actor::{Actor, MemberActor, Realm};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::guess::{Guarded, GuessStore, Patience, admit};
use crate::id::NoticeId;
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::member::{MemberStore, Profile};
use crate::notice::{Notice, NoticeKind, NoticeStore, Params, tell};
use crate::person::{SensitiveAction, confirm, try_confirm};
use crate::session::SessionStore;
use crate::verification::{Check, Code as Digits, CodeBook, Requester, Subject, VerificationStore};

/// What is known before a password is changed: the slow work is done with it, outside any transaction.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Who changes it.
    pub profile: Profile,
    /// The password so far.
    pub known: Option<StoredPassword>,
}

/// What shows that it is the owner who changes the password.
#[derive(Debug, Clone, Copy)]
pub enum Proof<'a> {
    /// The password so far, which was found right.
    Password,
    /// A code that was sent to their number.
    Code(&'a Digits),
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// The code was not right.
    Refused(Check),
    /// The password was replaced.
    Done,
}

/// Looks up what is needed to change the actor's password.
///
/// # Errors
/// When the store fails.
pub fn prepare(tx: &mut (impl MemberStore + PasswordStore), actor: &MemberActor) -> Result<Wanted> {
    Ok(Wanted { profile: tx.profile(actor.member)?, known: tx.password(actor.account)? })
}

/// Looks whether a code shows that it is the owner, without spending it: only the owner is told more of the password. A wrong
/// code has to be committed.
///
/// # Errors
/// When the store fails.
pub fn try_code(
    tx: &mut impl VerificationStore,
    context: &Context<'_>,
    actor: &MemberActor,
    wanted: &Wanted,
    code: &Digits,
    codes: &dyn CodeBook,
) -> Result<Check> {
    let mobile = &wanted.profile.mobile;
    try_confirm(tx, context, actor, mobile, SensitiveAction::SetPassword, code, codes)
}

/// Counts a try at the password so far, before it is looked at: whoever has somebody else's session guesses no faster than a
/// stranger.
///
/// # Errors
/// `guess_too_soon`, `guesses_exhausted`.
pub fn count_try(
    tx: &mut impl GuessStore,
    context: &Context<'_>,
    wanted: &Wanted,
    patience: &Patience,
) -> Result<()> {
    let subject = Subject::sign_in(Realm::Tenant, &wanted.profile.mobile);
    admit(tx, context, (Guarded::Password, subject.as_str(), Requester::Stranger), patience)
}

/// Forgets the tries, because the last one was right.
///
/// # Errors
/// When the store fails.
pub fn forget_tries(tx: &mut impl GuessStore, wanted: &Wanted) -> Result<()> {
    let subject = Subject::sign_in(Realm::Tenant, &wanted.profile.mobile);
    tx.forget_guesses(Guarded::Password, subject.as_str(), Some(Requester::Stranger))
}

/// Replaces the actor's password with one that was found good. Whatever comes of a code has to be committed.
///
/// # Errors
/// `version_stale` when the password was changed since it was looked up.
pub fn change(
    tx: &mut (
             impl PasswordStore
             + MemberStore
             + SessionStore
             + VerificationStore
             + GuessStore
             + NoticeStore
             + JobQueue
             + Journal
         ),
    context: &Context<'_>,
    actor: &MemberActor,
    proof: Proof<'_>,
    (known, hash): (Option<&StoredPassword>, &PasswordHash),
    rules: Rules,
    codes: &dyn CodeBook,
) -> Result<Replacement> {
    let profile = tx.profile(actor.member)?;
    let now_known = tx.password(actor.account)?;
    if now_known.as_ref().map(|known| known.version) != known.map(|known| known.version) {
        return Err(Code::VersionStale.into());
    }
    match proof {
        Proof::Password if now_known.is_some() => {}
        Proof::Password => return Err(Error::from(Code::PasswordNotSet)),
        Proof::Code(code) => {
            let action = SensitiveAction::SetPassword;
            let check = confirm(tx, context, actor, &profile.mobile, action, code, codes)?;
            if check != Check::Correct {
                return Ok(Replacement::Refused(check));
            }
        }
    }
    tx.save_password(&StoredPassword::replaced(now_known, actor.account, hash.clone(), rules, context.now))?;
    tx.end_sessions(actor.account, Some(actor.session), context.now)?;
    let subject = Subject::sign_in(Realm::Tenant, &profile.mobile);
    tx.forget_guesses(Guarded::Password, subject.as_str(), None)?;
    let notice = Notice {
        id: NoticeId::from(context.random.uuid()),
        member: actor.member,
        kind: NoticeKind::PasswordChanged,
        params: Params::new(),
        created_at: context.now,
        read_at: None,
    };
    tell(tx, context, actor.tenant, &notice)?;
    let entry = Entry::new("account.password_changed", "account", actor.account).of(actor.tenant);
    tx.record(context, &Actor::Member(*actor), entry)?;
    Ok(Replacement::Done)
}
