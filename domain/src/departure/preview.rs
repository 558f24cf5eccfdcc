//! What somebody has in hand, and what became of it.

use super::{Departure, DepartureStore, HadTag};
use crate::access::{self, AccessStore, Permission};
use crate::actor::MemberActor;
use crate::error::{Code, Result};
use crate::id::{DepartmentId, MemberId};
use crate::member::MemberStore;
use crate::tag::TagStore;

/// What somebody has in hand that others would have to take over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InHand {
    /// The departments that they lead, with their names.
    pub leaderships: Vec<(DepartmentId, String)>,
    /// The tags that they have.
    pub tags: Vec<HadTag>,
    /// How many report to them.
    pub reports: u64,
}

/// What a member has in hand. Nothing happens.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn preview(
    tx: &mut (impl AccessStore + MemberStore + DepartureStore + TagStore),
    actor: &MemberActor,
    id: MemberId,
) -> Result<InHand> {
    access::require_for(tx, actor, Permission::MemberManage, id)?;
    tx.member(id)?.ok_or(Code::NotFound)?;
    let led = tx.led_by(&[id])?;
    let leaderships = led.into_iter().map(|(_, department, name)| (department, name)).collect();
    let tags = if actor.rights.everywhere(Permission::TagRead) { tx.taggings(&[id])? } else { Vec::new() };
    let tags = tags.into_iter().map(|(_, tag, name)| HadTag { tag, name }).collect();
    Ok(InHand { leaderships, tags, reports: tx.count_reports(id)? })
}

/// How a member left, and to whom what they had in hand went.
///
/// # Errors
/// `forbidden`, `not_found` also for who has not left.
pub fn get(
    tx: &mut (impl AccessStore + DepartureStore),
    actor: &MemberActor,
    id: MemberId,
) -> Result<Departure> {
    access::require_for(tx, actor, Permission::MemberManage, id)?;
    let departure = tx.departure(id)?.ok_or(Code::NotFound)?;
    as_seen(tx, actor, departure)
}

/// Without what its reader does not see: they manage where whoever left was mainly, and that one may have been elsewhere as well.
pub(super) fn as_seen(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    mut departure: Departure,
) -> Result<Departure> {
    let sight = access::sight(tx, actor)?;
    if !actor.rights.everywhere(Permission::TagRead) {
        departure.tags.clear();
    }
    if sight.is_full() {
        return Ok(departure);
    }
    let led: Vec<DepartmentId> = departure.leaderships.iter().map(|led| led.department).collect();
    let hidden: Vec<DepartmentId> =
        tx.paths(&led)?.into_iter().filter(|(_, path)| !sight.sees(path)).map(|(id, _)| id).collect();
    departure.leaderships.retain(|led| !hidden.contains(&led.department));
    let heirs = departure.leaderships.iter().filter_map(|led| led.successor);
    let heirs: Vec<MemberId> = heirs.chain(departure.tags_to).chain(departure.reports_to).collect();
    let seen = sight.among(tx, &heirs)?;
    let shown = |heir: &mut Option<MemberId>| *heir = heir.filter(|heir| seen.has(*heir));
    departure.leaderships.iter_mut().for_each(|led| shown(&mut led.successor));
    shown(&mut departure.tags_to);
    shown(&mut departure.reports_to);
    Ok(departure)
}
