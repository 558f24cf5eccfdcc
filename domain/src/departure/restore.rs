//! Coming back.

use super::{Departure, DepartureStore};
use crate::access::{self, Permission, Placing, check_tagging, placing};
use crate::actor::{Actor, MemberActor};
use crate::certification::{CertificateStore, Terms};
use crate::context::Context;
use crate::department::{Path, Placement};
use crate::error::{Code, Error, Result};
use crate::id::{DepartmentId, MemberId, TagId};
use crate::journal::Entry;
use crate::member::{ChangingStore, ListedMember, Member, MemberState, has_room};
use crate::tag::TagStore;
use serde_json::Value;

/// Brings somebody back who left: as they were, in those of their departments and with those of their tags that are still there. What
/// others took over stays with them.
///
/// # Errors
/// `forbidden`, `not_found`, `action_not_allowed` for who has not left or not lately, `member_limit_reached`, `beyond_own_rights`.
pub fn restore(
    tx: &mut (impl ChangingStore + CertificateStore + DepartureStore + TagStore),
    context: &Context<'_>,
    actor: &MemberActor,
    id: MemberId,
    terms: &Terms,
) -> Result<ListedMember> {
    access::require_for(tx, actor, Permission::MemberManage, id)?;
    let member = tx.member(id)?.ok_or(Code::NotFound)?;
    let departure = tx
        .departure(id)?
        .filter(|departure| departure.restorable_until.is_some_and(|until| context.now < until));
    let Some(departure) = departure else {
        return Err(Error::new(Code::ActionNotAllowed).with("state", member.state.name()));
    };
    has_room(tx, context, terms, 1)?;
    let asked: Vec<DepartmentId> =
        departure.placements.iter().map(|placement| placement.department).collect();
    let mut there = tx.paths(&asked)?;
    if there.is_empty() {
        there.push((tx.root_department()?, Path::root()));
    }
    for (_, path) in &there {
        access::require_at(actor, Permission::MemberManage, path)?;
    }
    let has = there.into_iter().map(|(department, _)| department).collect();
    let back = Placing { member: id, had: Vec::new(), has };
    for lack in placing(tx, (actor.rights.as_ref(), context.now), &[back])? {
        access::beyond(lack)?;
    }
    check_tagging(tx, (actor, context.now), departure.tags.iter().map(|had| had.tag))?;
    bring_back(tx, context, &actor.into(), member, &departure)
}

/// The same, whoever decided it.
///
/// # Errors
/// When the store fails.
pub fn bring_back(
    tx: &mut (impl ChangingStore + DepartureStore + TagStore),
    context: &Context<'_>,
    by: &Actor,
    mut member: Member,
    departure: &Departure,
) -> Result<ListedMember> {
    let asked: Vec<DepartmentId> =
        departure.placements.iter().map(|placement| placement.department).collect();
    let there: Vec<DepartmentId> =
        tx.known_departments(&asked)?.into_iter().map(|department| department.id).collect();
    let mut placements: Vec<Placement> = departure
        .placements
        .iter()
        .filter(|placement| there.contains(&placement.department))
        .map(|placement| Placement { leads: false, ..*placement })
        .collect();
    if placements.is_empty() {
        placements.push(Placement { department: tx.root_department()?, order: 0, leads: false });
    }
    if !placements.iter().any(|placement| placement.department == member.department) {
        member.department = placements[0].department;
    }
    placements.sort_by_key(|placement| (placement.department != member.department, placement.department));
    // Nobody has come to report to them meanwhile, so that this makes no circle.
    if let Some(leader) = member.details.leader {
        member.details.leader = tx.reporting(&[leader])?.first().map(|(leader, _)| *leader);
    }
    member.state = departure.state;
    tx.save_member(&member)?;
    member.version += 1;
    tx.replace_placements(&[(&member, &placements)])?;
    let tags = tag_again(tx, departure)?;
    tx.delete_departure(member.id)?;
    let entry = Entry::new("member.restored", "member", member.id)
        .of(member.tenant)
        .change("state", MemberState::Departed.name(), member.state.name())
        .change("tags", Value::Array(Vec::new()), tags.iter().map(TagId::to_string).collect::<Value>());
    tx.record(context, by, entry)?;
    let custom =
        tx.custom_values(&[member.id])?.into_iter().map(|(_, field, value)| (field, value)).collect();
    Ok(ListedMember { member, placements, custom })
}

/// Gives somebody the tags back that they had, as far as those are there; also those that are full by now. Gives which.
fn tag_again(tx: &mut impl TagStore, departure: &Departure) -> Result<Vec<TagId>> {
    let had: Vec<TagId> = departure.tags.iter().map(|had| had.tag).collect();
    let there = tx.known_tags(&had)?;
    let back: Vec<_> = there.iter().map(|tag| (*tag, departure.member)).collect();
    tx.insert_taggings(&back)?;
    Ok(there)
}
