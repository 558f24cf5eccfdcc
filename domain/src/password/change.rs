//! Setting and changing one's own password. It ends every other session, and the owner is told.

use super::{PasswordHash, PasswordStore, Rules, StoredPassword};
use crate::account::AccountStore;
use crate::actor::MemberActor;
use crate::confirmation::{self, Confirmation, SensitiveAction};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::guess::{Guarded, GuessStore};
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::member::{MemberStore, Profile};
use crate::notice::{NoticeKind, NoticeStore, warn};
use crate::policy::PolicyStore;
use crate::session::{Identity, SessionStore};

/// What is known before a password is changed: the slow work is done with it, outside any transaction.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Who changes it.
    pub profile: Profile,
    /// The password so far.
    pub known: Option<StoredPassword>,
    /// What all of their organizations ask of it.
    pub rules: Rules,
}

/// Looks up what is needed to change the actor's password: only the owner is told more of it.
///
/// # Errors
/// `confirmation_required`.
pub fn prepare(
    tx: &mut (impl MemberStore + PasswordStore + PolicyStore),
    context: &Context<'_>,
    actor: &MemberActor,
    confirmation: Option<&Confirmation>,
) -> Result<Wanted> {
    confirmation::require(confirmation, context, actor, SensitiveAction::SetPassword)?;
    Ok(Wanted {
        profile: tx.profile(actor.member)?,
        known: tx.password(actor.account)?,
        rules: tx.password_rules(actor.account)?,
    })
}

/// Replaces the actor's password with one that was found good.
///
/// # Errors
/// `version_stale` when the password was changed since it was looked up.
pub fn change(
    tx: &mut (impl AccountStore + PasswordStore + SessionStore + GuessStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (wanted, hash): (&Wanted, &PasswordHash),
) -> Result<()> {
    let known = tx.password(actor.account)?;
    if known.as_ref().map(|known| known.version) != wanted.known.as_ref().map(|known| known.version) {
        return Err(Code::VersionStale.into());
    }
    tx.save_password(&StoredPassword::replaced(
        known,
        actor.account,
        hash.clone(),
        &wanted.rules,
        context.now,
    ))?;
    tx.end_sessions(actor.account, Some(actor.session), context.now)?;
    tx.forget_guesses(Guarded::Password, &Identity::Account(actor.account).to_string(), None)?;
    warn(tx, context, (actor.tenant, actor.member, actor.account), NoticeKind::PasswordChanged, None)?;
    let entry = Entry::new("account.password_changed", "account", actor.account).of(actor.tenant);
    tx.record(context, &actor.into(), entry)
}
