//! Closing an account: the person is erased from every tenant at once.

use super::{PersonStore, SensitiveAction, confirm};
use crate::actor::{Actor, MemberActor, MemberRole};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::verification::{Check, Code as Digits, CodeBook, VerificationStore};

/// Closes the actor's account, for a code. Whatever comes of the code has to be committed.
///
/// # Errors
/// `owner_of_organization` for whoever owns one: it is dissolved or handed over first.
pub fn close(
    tx: &mut (impl PersonStore + MemberStore + VerificationStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    code: &Digits,
    codes: &dyn CodeBook,
) -> Result<Check> {
    let owned = tx.memberships(actor.account)?.into_iter().find(|place| place.role == MemberRole::Owner);
    if let Some(owned) = owned {
        return Err(Error::new(Code::OwnerOfOrganization).with("organization", owned.tenant_name));
    }
    let mobile = tx.profile(actor.member)?.mobile;
    let check = confirm(tx, context, actor, &mobile, SensitiveAction::CloseAccount, code, codes)?;
    if check == Check::Correct {
        tx.erase_accounts(&[actor.account])?;
        let entry = Entry::new("account.closed", "account", actor.account).of(actor.tenant);
        tx.record(context, &Actor::Member(*actor), entry)?;
    }
    Ok(check)
}
