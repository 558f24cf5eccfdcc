//! Correcting what a tenant has about oneself.

use crate::actor::{Actor, MemberActor};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::journal::{Entry, Journal};
use crate::member::{MemberStore, Profile};
use crate::text::{PersonName, Position};

/// Corrects the actor's own name and job; what is none stays, and the inner none takes the job away.
///
/// # Errors
/// When the store fails.
pub fn correct(
    tx: &mut (impl MemberStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    name: Option<&PersonName>,
    position: Option<Option<&Position>>,
) -> Result<Profile> {
    let before = tx.profile(actor.member)?;
    let kept = |_| Error::internal("a kept name or job has no form");
    let old_name = PersonName::parse(&before.membership.name).map_err(kept)?;
    let old_position = before.position.as_deref().map(Position::parse).transpose().map_err(kept)?;
    let name = name.unwrap_or(&old_name);
    let position = position.unwrap_or(old_position.as_ref());
    tx.correct_member(actor.member, name, position)?;
    let mut after = before.clone();
    name.as_str().clone_into(&mut after.membership.name);
    after.position = position.map(|position| position.as_str().to_owned());
    if after != before {
        let entry = Entry::new("member.corrected", "member", actor.member).of(actor.tenant).about(
            actor.account,
            [
                ("name", Some(before.membership.name), Some(after.membership.name.clone())),
                ("position", before.position, after.position.clone()),
            ],
        );
        tx.record(context, &Actor::Member(*actor), entry)?;
    }
    Ok(after)
}
