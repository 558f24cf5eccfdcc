//! Seeing somebody off, or many.

use super::{Departure, DepartureStore, HadTag, Leadership};
use crate::access::{self, Permission};
use crate::actor::{Actor, MemberActor, MemberRole};
use crate::bundle::bundle;
use crate::context::Context;
use crate::department::Placement;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::{AccountId, DepartmentId, MemberId, SessionId, TagId};
use crate::job::{Job, JobQueue};
use crate::joining::JoiningStore;
use crate::journal::Entry;
use crate::member::{
    BULK, ChangingStore, ListedMember, MAX_PLACEMENTS, MAX_REPORTING, Member, MemberState, listed,
};
use crate::person::PersonStore;
use crate::scheduled_change::{ScheduledChangeStore, cancelled};
use crate::session::SessionStore;
use crate::tag::TagStore;
use chrono::Duration;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

bundle! {
    /// Everything that leaving touches.
    LeavingStore: ChangingStore + DepartureStore + JoiningStore + PersonStore + SessionStore + TagStore + ScheduledChangeStore + JobQueue
}

/// Who is to leave.
#[derive(Debug, Clone, Copy)]
pub struct Leaver {
    /// The member.
    pub id: MemberId,
    /// The version that was seen, if that matters.
    pub expected: Option<i64>,
}

/// Who takes over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Successors {
    /// Everything that nobody else takes over.
    pub all: Option<MemberId>,
    /// Some departments, by somebody else or nobody.
    pub leaderships: Vec<(DepartmentId, Option<MemberId>)>,
    /// Whether whoever takes over has the tags as well.
    pub tags: bool,
}

impl Successors {
    fn of(&self, department: DepartmentId) -> Option<MemberId> {
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

/// Sees a member off. Every session of theirs here ends; the ids of those are given. Whoever never came is forgotten at once.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`, `owner_stays`, `action_not_allowed` for who has left; at `/successor_id` and in
/// `/leaderships/…` `member_unknown`, `successor_leaves`, `department_unknown`, `value_too_long` for one who is in too many departments.
pub fn depart(
    tx: &mut impl LeavingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    leaver: Leaver,
    successors: &Successors,
    restorable: Duration,
) -> Result<(Departure, Vec<SessionId>)> {
    access::require(actor, Permission::MemberManage)?;
    let found = listed(tx, &[leaver.id])?.pop().ok_or(Code::NotFound)?;
    if leaver.expected.is_some_and(|expected| expected != found.member.version) {
        return Err(Code::VersionStale.into());
    }
    if let Some(why) = stays(&found.member) {
        return Err(why.into());
    }
    let faults = Faults::of(Place::Body);
    let (mut left, ended) = leave(tx, context, actor, vec![found], (successors, faults), restorable)?;
    left.pop().map(|left| (left, ended)).ok_or_else(|| Error::internal("nobody left"))
}

/// Sees many members off, or none of them.
///
/// # Errors
/// `forbidden`; every fault of every member at its place: `member_unknown`, `field_repeated`, `version_stale`, `owner_stays`,
/// `action_not_allowed`; and those of [`depart`].
pub fn depart_many(
    tx: &mut impl LeavingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    leavers: &[Leaver],
    successors: &Successors,
    restorable: Duration,
) -> Result<(Vec<Departure>, Vec<SessionId>)> {
    access::require(actor, Permission::MemberManage)?;
    debug_assert!(leavers.len() <= BULK);
    let ids: Vec<_> = leavers.iter().map(|leaver| leaver.id).collect();
    let mut found: HashMap<MemberId, ListedMember> =
        listed(tx, &ids)?.into_iter().map(|one| (one.member.id, one)).collect();
    let mut faults = Faults::of(Place::Body);
    let mut leaving = Vec::new();
    for (index, leaver) in leavers.iter().enumerate() {
        let at = format!("/members/{index}/id");
        let Some(one) = found.remove(&leaver.id) else {
            let twice = ids[..index].contains(&leaver.id);
            faults.note(&at, if twice { Code::FieldRepeated } else { Code::MemberUnknown });
            continue;
        };
        if leaver.expected.is_some_and(|expected| expected != one.member.version) {
            faults.note(&format!("/members/{index}/version"), Code::VersionStale);
        } else if let Some(why) = stays(&one.member) {
            faults.note(&at, why);
        }
        leaving.push(one);
    }
    leave(tx, context, actor, leaving, (successors, faults), restorable)
}

/// Why somebody cannot leave.
fn stays(member: &Member) -> Option<Violation> {
    match member.state {
        MemberState::Departed => {
            Some(Violation::new(Code::ActionNotAllowed).with("state", member.state.name()))
        }
        _ if member.role == MemberRole::Owner => Some(Code::OwnerStays.into()),
        _ => None,
    }
}

/// Those who leave, by their ids.
type Leaving = HashMap<MemberId, ListedMember>;

fn leave(
    tx: &mut impl LeavingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    leaving: Vec<ListedMember>,
    (successors, mut faults): (&Successors, Faults),
    restorable: Duration,
) -> Result<(Vec<Departure>, Vec<SessionId>)> {
    let ids: Vec<_> = leaving.iter().map(|one| one.member.id).collect();
    let leaving: Leaving = leaving.into_iter().map(|one| (one.member.id, one)).collect();
    let Succession { led, heirs, taken } = succession(tx, &leaving, successors, &mut faults)?;
    faults.finish()?;
    for heir in taken {
        let heir = &heirs[&heir];
        tx.save_member(&heir.member)?;
        tx.replace_placements(&[(&heir.member, &heir.placements)])?;
    }
    let reports = hand_over_reports(tx, &ids, &leaving, successors.all)?;
    let tags_to = successors.all.filter(|_| successors.tags);
    let mut tags = hand_over_tags(tx, &ids, tags_to)?;
    let accounts: Vec<AccountId> = leaving.values().filter_map(|one| one.member.account).collect();
    let ended = if accounts.is_empty() { Vec::new() } else { tx.end_sessions_here(&accounts, context.now)? };
    tx.forget_devices(&ids)?;
    let planned = tx.cancel_scheduled_of(&ids, context.now)?;
    let entries = planned.into_iter().map(|(change, member)| cancelled(actor, change, member)).collect();
    tx.record_all(context, &Actor::Member(*actor), entries)?;
    tx.delete_links_of(&ids)?;
    let mut hands: HashMap<MemberId, (Vec<Leadership>, u64)> = HashMap::new();
    for (leader, department, name) in led {
        let successor = successors.of(department);
        hands.entry(leader).or_default().0.push(Leadership { department, name, successor });
    }
    for (_, leader) in &reports {
        hands.entry(*leader).or_default().1 += 1;
    }
    let (mut departures, mut gone, mut forgotten) = (Vec::new(), Vec::new(), Vec::new());
    for id in ids {
        let one = &leaving[&id];
        let (leaderships, reports) = hands.remove(&id).unwrap_or_default();
        let until = one.member.account.map(|_| context.now + restorable);
        let departure = Departure {
            member: id,
            by: actor.member,
            state: one.member.state,
            placements: one.placements.clone(),
            leaderships,
            tags: tags.remove(&id).unwrap_or_default(),
            tags_to,
            reports,
            reports_to: successors.all.or_else(|| above(&leaving, id)),
            departed_at: context.now,
            restorable_until: until,
        };
        tx.record(context, &Actor::Member(*actor), entry(actor, &departure))?;
        if let Some(until) = until {
            let member = Member { state: MemberState::Departed, ..one.member.clone() };
            tx.save_member(&member)?;
            gone.push(member);
            let job = Job::EraseMember { tenant: actor.tenant.into(), member: id.into(), at: until };
            tx.enqueue(context.random.uuid(), &job, until, context.now)?;
        } else {
            forgotten.push(id);
        }
        departures.push(departure);
    }
    let nowhere: Vec<(&Member, &[Placement])> = gone.iter().map(|member| (member, &[][..])).collect();
    tx.replace_placements(&nowhere)?;
    let alone = tx.erase_members(&forgotten)?;
    tx.erase_accounts(&alone)?;
    let kept: Vec<_> =
        departures.iter().filter(|departure| departure.restorable_until.is_some()).cloned().collect();
    tx.insert_departures(&kept)?;
    Ok((departures, ended))
}

/// Notes whatever forbids by now that somebody leaves like this.
pub(crate) fn check_departure(
    tx: &mut (impl ChangingStore + DepartureStore),
    leaver: ListedMember,
    successors: &Successors,
    at: &str,
    faults: &mut Faults,
) -> Result<()> {
    if let Some(why) = stays(&leaver.member) {
        return Err(why.into());
    }
    let mut found = Faults::of(Place::Body);
    succession(tx, &HashMap::from([(leaver.member.id, leaver)]), successors, &mut found)?;
    for fault in found.found() {
        faults.note(&format!("{at}{}", fault.pointer), fault.violation.clone());
    }
    Ok(())
}

/// Who takes over what.
struct Succession {
    /// The departments that are led by those who leave, with their names.
    led: Vec<(MemberId, DepartmentId, String)>,
    /// Those who take over, as they are to be.
    heirs: Leaving,
    /// Which of them change.
    taken: HashSet<MemberId>,
}

fn succession(
    tx: &mut (impl ChangingStore + DepartureStore),
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
    let taken = take_over(&led, successors, &mut heirs, faults);
    Ok(Succession { led, heirs, taken })
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
fn above(leaving: &Leaving, of: MemberId) -> Option<MemberId> {
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
fn hand_over_reports(
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
fn hand_over_tags(
    tx: &mut impl TagStore,
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
        let new: Vec<_> = all.into_iter().filter(|tag| !known.contains(tag)).map(|tag| (tag, to)).collect();
        tx.insert_taggings(&new)?;
    }
    Ok(had)
}

fn entry(actor: &MemberActor, departure: &Departure) -> Entry {
    let leaderships: Value = departure
        .leaderships
        .iter()
        .map(|led| {
            let to = led.successor.map_or_else(|| "nobody".to_owned(), |to| to.to_string());
            format!("{} to {to}", led.department)
        })
        .collect();
    Entry::new("member.departed", "member", departure.member)
        .of(actor.tenant)
        .change("state", departure.state.name(), MemberState::Departed.name())
        .change("leaderships", Value::Array(Vec::new()), leaderships)
        .change(
            "tags",
            departure.tags.iter().map(|had| had.tag.to_string()).collect::<Value>(),
            Value::Array(Vec::new()),
        )
        .change(
            "tags_to",
            None::<String>,
            departure.tags_to.filter(|_| !departure.tags.is_empty()).map(|id| id.to_string()),
        )
        .change("reports", 0, departure.reports)
        .change("reports_to", None::<String>, departure.reports_to.map(|id| Uuid::from(id).to_string()))
}
