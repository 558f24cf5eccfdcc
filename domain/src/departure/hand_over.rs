//! To whom what somebody has in hand goes when they leave.

use super::{DepartureStore, HadTag, LeavingStore};
use crate::access::{self, AccessStore, Permission, Placing, check_tagging, placing};
use crate::actor::MemberActor;
use crate::department::Placement;
use crate::error::{Code, Faults, Result, Violation};
use crate::id::{DepartmentId, MemberId, TagId};
use crate::member::{ChangingStore, ListedMember, MAX_PLACEMENTS, MAX_REPORTING, MemberState, listed};
use crate::tag::TagStore;
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Who takes over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Successors {
    /// Everything that nobody else takes over.
    pub all: Option<MemberId>,
    /// Some departments, by somebody else or nobody.
    pub leaderships: Vec<(DepartmentId, Option<MemberId>)>,
    /// Whether whoever takes over has the tags as well.
    pub hand_over_tags: bool,
}

impl Successors {
    pub(super) fn of(&self, department: DepartmentId) -> Option<MemberId> {
        let own = self.leaderships.iter().find(|(led, _)| *led == department);
        own.map_or(self.all, |(_, successor)| *successor)
    }

    /// Where it is written who takes over a department.
    fn place_of(&self, department: DepartmentId) -> String {
        let own = self.leaderships.iter().position(|(led, _)| *led == department);
        own.map_or("/successor_id".to_owned(), |index| format!("/leaderships/{index}/successor_id"))
    }

    /// Everybody who is named, and where.
    fn named(&self) -> impl Iterator<Item = (String, MemberId)> + '_ {
        let all = self.all.map(|all| ("/successor_id".to_owned(), all));
        let own = self.leaderships.iter().enumerate().filter_map(|(index, (_, successor))| {
            successor.map(|successor| (format!("/leaderships/{index}/successor_id"), successor))
        });
        all.into_iter().chain(own)
    }
}

/// Those who leave, by their ids.
pub(super) type Leaving = HashMap<MemberId, ListedMember>;

/// Who takes over what.
pub(super) struct Succession {
    /// The departments that are led by those who leave, with their names.
    pub(super) led: Vec<(MemberId, DepartmentId, String)>,
    /// Those who take over, as they are to be.
    pub(super) heirs: Leaving,
    /// Which of them change.
    pub(super) taken: HashSet<MemberId>,
}

pub(super) fn succession(
    tx: &mut (impl ChangingStore + DepartureStore),
    (actor, now): (&MemberActor, DateTime<Utc>),
    leaving: &Leaving,
    successors: &Successors,
    faults: &mut Faults,
) -> Result<Succession> {
    let ids: Vec<MemberId> = leaving.keys().copied().collect();
    let led = tx.led_by(&ids)?;
    for (index, (department, _)) in successors.leaderships.iter().enumerate() {
        let at = format!("/leaderships/{index}/department_id");
        if !led.iter().any(|(_, known, _)| known == department) {
            faults.note(&at, Code::DepartmentUnknown);
        }
        if successors.leaderships[..index].iter().any(|(known, _)| known == department) {
            faults.note(&at, Code::FieldRepeated);
        }
    }
    let mut heirs = heirs(tx, successors, leaving, faults)?;
    let had: HashMap<MemberId, Vec<DepartmentId>> =
        heirs.iter().map(|(id, heir)| (*id, departments(heir))).collect();
    let taken = take_over(&led, successors, &mut heirs, faults);
    // Whoever leads a department is in it, with all that this gives.
    let placed: Vec<Placing> = taken
        .iter()
        .map(|id| Placing { member: *id, had: had[id].clone(), has: departments(&heirs[id]) })
        .filter(|one| one.had != one.has)
        .collect();
    let ids: Vec<MemberId> = heirs.keys().copied().collect();
    let scope = access::scope(tx, actor, Permission::MemberManage, &ids)?;
    let lacks = placing(tx, (actor.rights.as_ref(), now), &placed)?;
    for (at, id) in successors.named().filter(|(_, id)| heirs.contains_key(id)) {
        let lack = placed.iter().zip(&lacks).find(|(one, _)| one.member == id).map(|(_, lack)| *lack);
        match lack {
            _ if !scope.seen.has(id) => faults.note(&at, Code::MemberUnknown),
            Some(_) if !scope.managed.has(id) => faults.note(&at, Code::RangeBeyondOwn),
            Some(lack) if !lack.is_nothing() => faults.note(&at, lack.violation()),
            _ => {}
        }
    }
    Ok(Succession { led, heirs, taken })
}

fn departments(of: &ListedMember) -> Vec<DepartmentId> {
    of.placements.iter().map(|placement| placement.department).collect()
}

/// Those who take over, as they are.
fn heirs(
    tx: &mut impl ChangingStore,
    successors: &Successors,
    leaving: &Leaving,
    faults: &mut Faults,
) -> Result<Leaving> {
    let mut named: Vec<_> = successors.named().map(|(_, id)| id).collect();
    named.sort_unstable();
    named.dedup();
    let there = |one: &ListedMember| one.member.state != MemberState::Departed;
    let found: Leaving =
        listed(tx, &named)?.into_iter().filter(there).map(|one| (one.member.id, one)).collect();
    for (at, id) in successors.named() {
        if leaving.contains_key(&id) {
            faults.note(&at, Code::SuccessorLeaves);
        } else if !found.contains_key(&id) {
            faults.note(&at, Code::MemberUnknown);
        }
    }
    Ok(found)
}

/// Makes those who take over leaders of the departments; gives those who changed.
fn take_over(
    led: &[(MemberId, DepartmentId, String)],
    successors: &Successors,
    heirs: &mut Leaving,
    faults: &mut Faults,
) -> HashSet<MemberId> {
    let mut changed = HashSet::new();
    for (_, department, _) in led {
        let Some(heir) = successors.of(*department).and_then(|id| heirs.get_mut(&id)) else { continue };
        changed.insert(heir.member.id);
        match heir.placements.iter_mut().find(|placement| placement.department == *department) {
            Some(placement) => placement.leads = true,
            None => heir.placements.push(Placement { department: *department, order: 0, leads: true }),
        }
        if heir.placements.len() == MAX_PLACEMENTS + 1 {
            let violation = Violation::new(Code::ValueTooLong).with("max", MAX_PLACEMENTS);
            faults.note(&successors.place_of(*department), violation);
        }
    }
    changed
}

/// To whom somebody reports who does not leave.
pub(super) fn above(leaving: &Leaving, of: MemberId) -> Option<MemberId> {
    let mut next = leaving.get(&of)?.member.details.leader;
    let mut steps = 0;
    while let Some(one) = next.and_then(|id| leaving.get(&id)).filter(|_| steps <= leaving.len()) {
        next = one.member.details.leader;
        steps += 1;
    }
    next.filter(|id| !leaving.contains_key(id))
}

/// Whoever reports to one who leaves reports to the successor, or to whom that one reported. Whoever the successor reports to, by however
/// many others, cannot report to the successor, and moves up in either case.
pub(super) fn hand_over_reports(
    tx: &mut impl LeavingStore,
    ids: &[MemberId],
    leaving: &Leaving,
    successor: Option<MemberId>,
) -> Result<Vec<(MemberId, MemberId)>> {
    let mut reports = tx.reports_of(ids)?;
    reports.retain(|(report, _)| !leaving.contains_key(report));
    let mut line: HashSet<MemberId> = HashSet::new();
    let mut next = successor;
    // A question for each step up, of which there are at most so many.
    while let Some(one) = next.filter(|_| !reports.is_empty() && line.len() <= MAX_REPORTING) {
        if !line.insert(one) {
            break;
        }
        next = tx.reporting(&[one])?.pop().and_then(|(_, leader)| leader);
    }
    let mut groups: HashMap<Option<MemberId>, Vec<MemberId>> = HashMap::new();
    for (report, leader) in &reports {
        let to = successor.filter(|_| !line.contains(report)).or_else(|| above(leaving, *leader));
        groups.entry(to).or_default().push(*report);
    }
    for (leader, reports) in groups {
        tx.set_leader(&reports, leader)?;
    }
    Ok(reports)
}

/// Takes the tags of those who leave, and gives them to one who takes over; gives who had which.
pub(super) fn hand_over_tags(
    tx: &mut (impl TagStore + AccessStore),
    (actor, now): (&MemberActor, DateTime<Utc>),
    ids: &[MemberId],
    to: Option<MemberId>,
) -> Result<HashMap<MemberId, Vec<HadTag>>> {
    let mut had: HashMap<MemberId, Vec<HadTag>> = HashMap::new();
    for (member, tag, name) in tx.taggings(ids)? {
        had.entry(member).or_default().push(HadTag { tag, name });
    }
    if had.is_empty() {
        return Ok(had);
    }
    tx.delete_taggings(None, ids)?;
    if let Some(to) = to {
        let known: HashSet<TagId> = tx.taggings(&[to])?.into_iter().map(|(_, tag, _)| tag).collect();
        let all: BTreeSet<TagId> = had.values().flatten().map(|had| had.tag).collect();
        let new: Vec<TagId> = all.into_iter().filter(|tag| !known.contains(tag)).collect();
        check_tagging(tx, (actor, now), new.iter().copied())?;
        let new: Vec<_> = new.into_iter().map(|tag| (tag, to)).collect();
        tx.insert_taggings(&new)?;
    }
    Ok(had)
}
