//! One's own authenticator: setting it up, showing that it works, giving it up.

use super::{Totp, TotpSecret, TotpStore, authenticator};
use crate::account::AccountStore;
use crate::actor::{Actor, MemberActor};
use crate::confirmation::{self, Confirmation, SensitiveAction};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::guess::{Guarded, GuessStore, Patience, admit};
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::notice::{NoticeKind, NoticeStore, warn, warn_account};
use crate::session::{Factor, Identity, SessionStore, TokenHash};
use crate::tenant::TenantScope;
use crate::verification::Requester;

/// Sets an authenticator up: it counts when it has shown that it works. One that was begun before is forgotten.
///
/// # Errors
/// `confirmation_required`, `totp_already_on`.
pub fn begin(
    tx: &mut impl TotpStore,
    context: &Context<'_>,
    actor: &MemberActor,
    confirmation: Option<&Confirmation>,
) -> Result<TotpSecret> {
    let owner = Identity::Account(actor.account);
    if authenticator(tx, owner)?.is_some() {
        return Err(Code::TotpAlreadyOn.into());
    }
    confirmation::require(confirmation, context, actor, SensitiveAction::ChangeSecondFactor)?;
    set_up(tx, context, owner)
}

/// A new secret for somebody.
pub(crate) fn set_up(tx: &mut impl TotpStore, context: &Context<'_>, owner: Identity) -> Result<TotpSecret> {
    tx.forget_totp(owner)?;
    let mut secret = TotpSecret([0; super::SECRET_BYTES]);
    secret.0.copy_from_slice(&context.random.bytes()[..super::SECRET_BYTES]);
    tx.save_totp(&Totp {
        owner,
        secret: secret.clone(),
        confirmed_at: None,
        last_step: None,
        recovery: Vec::new(),
        version: 0,
    })?;
    Ok(secret)
}

/// The authenticator shows that it works, and counts from now on; every other session ends. `recovery`: the codes for the day without
/// it. Says whether the code was right; that has to be committed, too.
///
/// # Errors
/// `totp_not_begun`, `totp_already_on`, `guess_too_soon`, `guesses_exhausted`.
pub fn confirm(
    tx: &mut (impl AccountStore + TotpStore + GuessStore + SessionStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    code: &str,
    recovery: &[TokenHash],
    patience: &Patience,
) -> Result<bool> {
    let totp = tx.totp(Identity::Account(actor.account))?.ok_or(Code::TotpNotBegun)?;
    if totp.is_on() {
        return Err(Code::TotpAlreadyOn.into());
    }
    let subject = totp.owner.to_string();
    admit(tx, context, (Guarded::SecondFactor, &subject, Requester::Stranger), patience)?;
    if !turn_on(tx, context, totp, code, recovery)? {
        return Ok(false);
    }
    tx.forget_guesses(Guarded::SecondFactor, &subject, Some(Requester::Stranger))?;
    // Whoever else is signed in has not shown it.
    tx.end_sessions(actor.account, Some(actor.session), context.now)?;
    // It was shown in this session, which counts as one with two factors from now on.
    if let Some(mut session) = tx.session(actor.session)? {
        session.factors = session.factors.with(Factor::Totp);
        tx.update_session(&session)?;
    }
    told(tx, context, actor, NoticeKind::SecondFactorOn, "account.totp_on")?;
    Ok(true)
}

/// Whether the authenticator works, so that it counts from now on.
pub(crate) fn turn_on(
    tx: &mut impl TotpStore,
    context: &Context<'_>,
    mut totp: Totp,
    code: &str,
    recovery: &[TokenHash],
) -> Result<bool> {
    if !totp.take(code, context.now)? {
        return Ok(false);
    }
    totp.confirmed_at = Some(context.now);
    totp.recovery = recovery.to_vec();
    tx.save_totp(&totp)?;
    Ok(true)
}

/// Gives the authenticator up.
///
/// # Errors
/// `confirmation_required`, `totp_not_begun`.
pub fn forget(
    tx: &mut (impl AccountStore + TotpStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    confirmation: Option<&Confirmation>,
) -> Result<()> {
    let owner = Identity::Account(actor.account);
    let totp = tx.totp(owner)?.ok_or(Code::TotpNotBegun)?;
    confirmation::require(confirmation, context, actor, SensitiveAction::ChangeSecondFactor)?;
    tx.forget_totp(owner)?;
    if !totp.is_on() {
        return Ok(());
    }
    told(tx, context, actor, NoticeKind::SecondFactorOff, "account.totp_off")
}

/// Forgets the authenticator of somebody who has lost it and the codes for the day without it: done by whoever runs the installation,
/// who has made sure of who asks. Their sessions go on, and they are told.
///
/// # Errors
/// `totp_not_begun`.
pub fn reset(
    tx: &mut (impl TotpStore + AccountStore + MemberStore + TenantScope + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    owner: Identity,
) -> Result<()> {
    tx.totp(owner)?.ok_or(Code::TotpNotBegun)?;
    tx.forget_totp(owner)?;
    let kind = match owner {
        Identity::Account(account) => {
            warn_account(tx, context, account, NoticeKind::SecondFactorOff)?;
            "account"
        }
        Identity::Operator(_) => "operator",
    };
    tx.record(context, &Actor::System, Entry::new("second_factor.reset", kind, owner.id()))
}

/// Other codes for the day without the authenticator; those so far are worth nothing any more.
///
/// # Errors
/// `confirmation_required`, `totp_not_begun`.
pub fn renew_recovery_codes(
    tx: &mut (impl TotpStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    confirmation: Option<&Confirmation>,
    recovery: &[TokenHash],
) -> Result<()> {
    let mut totp = authenticator(tx, Identity::Account(actor.account))?.ok_or(Code::TotpNotBegun)?;
    confirmation::require(confirmation, context, actor, SensitiveAction::ChangeSecondFactor)?;
    totp.recovery = recovery.to_vec();
    tx.save_totp(&totp)?;
    let entry = Entry::new("account.recovery_codes_renewed", "account", actor.account).of(actor.tenant);
    tx.record(context, &actor.into(), entry)
}

fn told(
    tx: &mut (impl AccountStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    kind: NoticeKind,
    action: &'static str,
) -> Result<()> {
    warn(tx, context, (actor.tenant, actor.member, actor.account), kind, None)?;
    let entry = Entry::new(action, "account", actor.account).of(actor.tenant);
    tx.record(context, &actor.into(), entry)
}
