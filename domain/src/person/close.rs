//! Closing an account: the person is erased from every tenant at once.

use super::PersonStore;
use crate::actor::{MemberActor, MemberRole};
use crate::confirmation::{self, Confirmation, SensitiveAction};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::joining::JoiningStore;
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;

/// Closes the actor's account.
///
/// # Errors
/// `owner_of_organization` for whoever owns one: it is dissolved or handed over first. `confirmation_required`.
pub fn close(
    tx: &mut (impl PersonStore + MemberStore + JoiningStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    confirmation: Option<&Confirmation>,
) -> Result<()> {
    let owned = tx.memberships(actor.account)?.into_iter().find(|place| place.role == MemberRole::Owner);
    if let Some(owned) = owned {
        return Err(Error::new(Code::OwnerOfOrganization).with("organization", owned.tenant_name));
    }
    confirmation::require(confirmation, context, actor, SensitiveAction::CloseAccount)?;
    let mobile = tx.profile(actor.member)?.mobile;
    tx.forget_join_requests(&mobile)?;
    tx.erase_accounts(&[actor.account])?;
    let entry = Entry::new("account.closed", "account", actor.account).of(actor.tenant);
    tx.record(context, &actor.into(), entry)
}
