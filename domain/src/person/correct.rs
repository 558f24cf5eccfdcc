//! Correcting what a tenant has about oneself.

use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Result};
use crate::member::{ChangingStore, ListedMember, MemberChange, Profile, keep, listed};
use crate::text::{PersonName, Position};

/// Corrects the actor's own name and job; what is none stays, and the inner none takes the job away.
///
/// # Errors
/// When the store fails.
pub fn correct(
    tx: &mut impl ChangingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    name: Option<&PersonName>,
    position: Option<Option<&Position>>,
) -> Result<Profile> {
    let before = listed(tx, &[actor.member])?.pop().ok_or(Code::NotFound)?;
    let fields = tx.member_fields()?;
    let ListedMember { member: mut after, placements, custom } = before.clone();
    if let Some(name) = name {
        after.details.name = name.clone();
    }
    if let Some(position) = position {
        after.details.position = position.cloned();
    }
    let change = MemberChange { at: String::new(), before: Some(before), after, placements, custom };
    keep(tx, context, &actor.into(), vec![change], &fields)?;
    tx.profile(actor.member)
}
