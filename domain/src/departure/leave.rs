//! Seeing somebody off, or many.

use super::hand_over::{Leaving, Succession, above, hand_over_reports, hand_over_tags, succession};
use super::{Departure, DepartureStore, Leadership, Successors};
use crate::access::{self, Holder, Permission};
use crate::actor::{MemberActor, MemberRole};
use crate::bundle::bundle;
use crate::context::Context;
use crate::department::Placement;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::{AccountId, MemberId, SessionId};
use crate::job::{Job, JobQueue};
use crate::joining::JoiningStore;
use crate::journal::Entry;
use crate::member::{BULK, ChangingStore, ListedMember, Member, MemberState, listed};
use crate::person::PersonStore;
use crate::scheduled_change::{ScheduledChangeStore, cancelled};
use crate::session::SessionStore;
use crate::tag::TagStore;
use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use std::collections::HashMap;
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
    access::require_for(tx, actor, Permission::MemberManage, leaver.id)?;
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
    debug_assert!(leavers.len() <= BULK);
    let ids: Vec<_> = leavers.iter().map(|leaver| leaver.id).collect();
    let scope = access::scope(tx, actor, Permission::MemberManage, &ids)?;
    let mut found: HashMap<MemberId, ListedMember> =
        listed(tx, &ids)?.into_iter().map(|one| (one.member.id, one)).collect();
    let mut faults = Faults::of(Place::Body);
    let mut leaving = Vec::new();
    for (index, leaver) in leavers.iter().enumerate() {
        let at = format!("/members/{index}/id");
        let Some(one) = found.remove(&leaver.id).filter(|_| scope.seen.has(leaver.id)) else {
            let twice = ids[..index].contains(&leaver.id);
            faults.note(&at, if twice { Code::FieldRepeated } else { Code::MemberUnknown });
            continue;
        };
        if !scope.managed.has(leaver.id) {
            faults.note(&at, Code::RangeBeyondOwn);
        } else if leaver.expected.is_some_and(|expected| expected != one.member.version) {
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
    for lack in access::check_people(tx, actor, context.now, &ids)? {
        access::beyond(lack)?;
    }
    let Succession { led, heirs, taken } =
        succession(tx, (actor, context.now), &leaving, successors, &mut faults)?;
    faults.finish()?;
    for heir in taken {
        let heir = &heirs[&heir];
        tx.save_member(&heir.member)?;
        tx.replace_placements(&[(&heir.member, &heir.placements)])?;
    }
    let reports = hand_over_reports(tx, &ids, &leaving, successors.all)?;
    let tags_to = successors.all.filter(|_| successors.hand_over_tags);
    let mut tags = hand_over_tags(tx, (actor, context.now), &ids, tags_to)?;
    let accounts: Vec<AccountId> = leaving.values().filter_map(|one| one.member.account).collect();
    let ended = if accounts.is_empty() { Vec::new() } else { tx.end_sessions_here(&accounts, context.now)? };
    tx.forget_devices(&ids)?;
    let planned = tx.cancel_scheduled_of(&ids, context.now)?;
    let entries =
        planned.into_iter().map(|(change, member)| cancelled(actor.tenant, change, member)).collect();
    tx.record_all(context, &actor.into(), entries)?;
    tx.delete_links_of(&ids)?;
    let holders: Vec<Holder> = ids.iter().copied().map(Holder::Member).collect();
    access::lose(tx, context, actor, &holders)?;
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
        tx.record(context, &actor.into(), entry(actor, &departure))?;
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
    by: (&MemberActor, DateTime<Utc>),
    leaver: ListedMember,
    successors: &Successors,
    at: &str,
    faults: &mut Faults,
) -> Result<()> {
    if let Some(why) = stays(&leaver.member) {
        return Err(why.into());
    }
    let mut found = Faults::of(Place::Body);
    succession(tx, by, &HashMap::from([(leaver.member.id, leaver)]), successors, &mut found)?;
    for fault in found.found() {
        faults.note(&format!("{at}{}", fault.pointer), fault.violation.clone());
    }
    Ok(())
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
