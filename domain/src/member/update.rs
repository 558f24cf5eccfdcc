//! Changing members, one or many at once.

use super::change::{ChangingStore, MemberChange, keep};
use super::review::{Review, review};
use super::view::listed;
use super::{ListedMember, Member, MemberDraft, MemberState, MemberStore};
use crate::access::{self, AccessStore, Permission, check_patch, check_places, check_placing};
use crate::actor::{Actor, MemberActor, MemberRole};
use crate::bundle::bundle;
use crate::context::Context;
use crate::department::DepartmentStore;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::{AccountId, DepartmentId, MemberId, SessionId};
use crate::joining::JoiningStore;
use crate::member_field::{MemberField, MemberFieldStore};
use crate::session::SessionStore;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// How many members are changed at once at most.
pub const BULK: usize = 1_000;

bundle! {
    /// What changing members touches, where some of them are shut out.
    UpdatingStore: ChangingStore + JoiningStore + SessionStore
}

/// What changes about a member.
#[derive(Debug, Clone)]
pub struct Patch {
    /// The member.
    pub id: MemberId,
    /// The version that was seen, if that matters.
    pub expected: Option<i64>,
    /// A merge patch (RFC 7396) for the [`MemberDraft`], and perhaps a `state`.
    pub document: Value,
}

/// Changes a member. Every session of one who is shut out ends; the ids of those are given.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`, `owner_stays`, `action_not_allowed`; every fault of what is written.
pub fn update(
    tx: &mut impl UpdatingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    patch: &Patch,
) -> Result<(ListedMember, Vec<SessionId>)> {
    access::require_for(tx, actor, Permission::MemberManage, patch.id)?;
    let before = listed(tx, &[patch.id])?.pop().ok_or(Code::NotFound)?;
    if patch.expected.is_some_and(|expected| expected != before.member.version) {
        return Err(Code::VersionStale.into());
    }
    let mut faults = Faults::of(Place::Body);
    let written = access::written_of(tx, actor, &[patch.id])?;
    check_patch(&patch.document, written.get(&patch.id).copied().unwrap_or_default(), "", &mut faults);
    faults.finish()?;
    let mut faults = Faults::of(Place::Body);
    let ground = Ground { root: tx.root_department()?, fields: tx.member_fields()? };
    // What forbids it altogether is told as such here, and at its place among many.
    let change = changed(String::new(), before, &patch.document, &ground, &mut faults)?;
    let changes: Vec<_> = change.into_iter().collect();
    let (mut kept, ended) = commit(tx, context, actor, changes, (&ground.fields, faults))?;
    kept.pop().map(|kept| (kept, ended)).ok_or_else(|| Error::internal("nobody was changed"))
}

/// Changes many members, or none of them.
///
/// # Errors
/// `forbidden`; every fault of every member, at its place: `member_unknown`, `version_stale`, `owner_stays`, `action_not_allowed`
/// and those of what is written.
pub fn update_many(
    tx: &mut impl UpdatingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    patches: &[Patch],
) -> Result<(Vec<ListedMember>, Vec<SessionId>)> {
    let ids: Vec<_> = patches.iter().map(|patch| patch.id).collect();
    let scope = access::scope(tx, actor, Permission::MemberManage, &ids)?;
    let written = access::written_of(tx, actor, &ids)?;
    let mut found: HashMap<MemberId, ListedMember> =
        listed(tx, &ids)?.into_iter().map(|one| (one.member.id, one)).collect();
    let ground = Ground { root: tx.root_department()?, fields: tx.member_fields()? };
    let mut faults = Faults::of(Place::Body);
    let mut changes = Vec::new();
    for (index, patch) in patches.iter().enumerate() {
        let (id, at) = (format!("/members/{index}/id"), format!("/members/{index}/patch"));
        let state = format!("{at}/state");
        let Some(before) = found.remove(&patch.id).filter(|_| scope.seen.has(patch.id)) else {
            let twice = ids[..index].contains(&patch.id);
            faults.note(&id, if twice { Code::FieldRepeated } else { Code::MemberUnknown });
            continue;
        };
        if !scope.managed.has(patch.id) {
            faults.note(&id, Code::RangeBeyondOwn);
            continue;
        }
        if patch.expected.is_some_and(|expected| expected != before.member.version) {
            faults.note(&format!("/members/{index}/version"), Code::VersionStale);
            continue;
        }
        let noted = faults.found().len();
        check_patch(&patch.document, written.get(&patch.id).copied().unwrap_or_default(), &at, &mut faults);
        if faults.found().len() > noted {
            continue;
        }
        let gone = before.member.state == MemberState::Departed;
        match changed(at, before, &patch.document, &ground, &mut faults) {
            Ok(change) => changes.extend(change),
            Err(violation) if gone => faults.note(&id, violation),
            Err(violation) => faults.note(&state, violation),
        }
    }
    commit(tx, context, actor, changes, (&ground.fields, faults))
}

/// Notes whatever forbids as things stand that a member changes like this, but for how many lead a department and who reports to whom by
/// others.
pub(crate) fn check_update(
    tx: &mut (impl AccessStore + MemberStore + DepartmentStore + MemberFieldStore),
    (actor, now): (&MemberActor, DateTime<Utc>),
    before: ListedMember,
    patch: &Value,
    at: &str,
    faults: &mut Faults,
) -> Result<()> {
    let written = access::written_of(tx, actor, &[before.member.id])?;
    let noted = faults.found().len();
    check_patch(patch, written.get(&before.member.id).copied().unwrap_or_default(), at, faults);
    if faults.found().len() > noted {
        return Ok(());
    }
    let ground = Ground { root: tx.root_department()?, fields: tx.member_fields()? };
    let Some(change) = changed(at.to_owned(), before, patch, &ground, faults)? else { return Ok(()) };
    if let Some(leader) = change.new_leader() {
        let pointer = format!("{at}/leader_id");
        if leader == change.after.id {
            faults.note(&pointer, Code::ReportingCircular);
        } else if tx.reporting(&[leader])?.is_empty() {
            faults.note(&pointer, Code::MemberUnknown);
        }
    }
    let (by, changes) = (Actor::from(actor), [change]);
    check_places(tx, &by, &changes, faults)?;
    check_placing(tx, (&by, now), &changes, faults)?;
    Review::new(&ground.fields, HashSet::new()).add(tx, &changes, faults)
}

/// What the tenant has, whoever changes.
struct Ground {
    root: DepartmentId,
    fields: Vec<MemberField>,
}

/// A member as the patch makes them; nothing when faults were noted. What forbids it altogether is the error.
fn changed(
    at: String,
    before: ListedMember,
    patch: &Value,
    ground: &Ground,
    faults: &mut Faults,
) -> std::result::Result<Option<MemberChange>, Violation> {
    if before.member.state == MemberState::Departed {
        return Err(Violation::new(Code::ActionNotAllowed).with("state", before.member.state.name()));
    }
    let state = patch.get("state").and_then(Value::as_str).and_then(MemberState::find);
    let state = new_state(&before, state)?;
    let Some(draft) = patched(&before, patch) else {
        faults.note(&at, Violation::new(Code::FormatInvalid).with("expected", "UpdateMember"));
        return Ok(None);
    };
    let Some(read) = draft.read(&at, (&ground.fields, &before.custom), faults) else { return Ok(None) };
    let member = Member { state, ..before.member.clone() };
    Ok(MemberChange::to(at, (Some(before), member), read, ground.root, faults))
}

/// What would be written of the member from now on.
fn patched(before: &ListedMember, patch: &Value) -> Option<MemberDraft> {
    let mut draft = MemberDraft::of(before);
    // Who leaves their main department without naming another has the first of the new ones.
    if patch.get("departments").is_some() && patch.get("department_id").is_none() {
        let main = draft.department_id.take();
        let stays = patch["departments"].as_array().into_iter().flatten().any(|one| {
            let id = one.get("department_id").and_then(Value::as_str);
            id.and_then(|id| id.parse().ok()) == main
        });
        draft.department_id = main.filter(|_| stays);
    }
    let mut patch = patch.clone();
    // One id is written in several ways.
    if let Some(custom) = patch.get_mut("custom").and_then(Value::as_object_mut) {
        let plain = |id: String| Uuid::parse_str(&id).map_or(id, |id| id.to_string());
        *custom = std::mem::take(custom).into_iter().map(|(id, value)| (plain(id), value)).collect();
    }
    let mut document = serde_json::to_value(draft).ok()?;
    json_patch::merge(&mut document, &patch);
    serde_json::from_value(document).ok()
}

fn new_state(
    before: &ListedMember,
    wanted: Option<MemberState>,
) -> std::result::Result<MemberState, Violation> {
    let (is, role) = (before.member.state, before.member.role);
    match wanted {
        None => Ok(is),
        Some(wanted) if wanted == is => Ok(is),
        Some(MemberState::Disabled) if role == MemberRole::Owner => Err(Code::OwnerStays.into()),
        Some(wanted @ (MemberState::Active | MemberState::Disabled))
            if matches!(is, MemberState::Active | MemberState::Disabled) =>
        {
            Ok(wanted)
        }
        Some(_) => Err(Violation::new(Code::ActionNotAllowed).with("state", is.name())),
    }
}

/// Notes who would be shut out, or whose number would change before they came, who has roles that the actor could not give.
fn check_standing(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    now: DateTime<Utc>,
    changes: &[MemberChange],
    faults: &mut Faults,
) -> Result<()> {
    let touched: Vec<(&MemberChange, &str)> = changes
        .iter()
        .filter_map(|change| {
            let was = change.was()?;
            let shut = change.after.state == MemberState::Disabled && was.state != MemberState::Disabled;
            let renumbered = was.account.is_none() && was.details.mobile != change.after.details.mobile;
            match (shut, renumbered) {
                (true, _) => Some((change, "state")),
                (_, true) => Some((change, "mobile")),
                _ => None,
            }
        })
        .collect();
    let ids: Vec<MemberId> = touched.iter().map(|(change, _)| change.after.id).collect();
    for ((change, field), lack) in touched.iter().zip(access::check_people(tx, actor, now, &ids)?) {
        if !lack.is_nothing() {
            faults.note(&format!("{}/{field}", change.at), lack.violation());
        }
    }
    Ok(())
}

fn commit(
    tx: &mut impl UpdatingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    changes: Vec<MemberChange>,
    (fields, mut faults): (&[MemberField], Faults),
) -> Result<(Vec<ListedMember>, Vec<SessionId>)> {
    let by = Actor::from(actor);
    review(tx, &changes, fields, &mut faults)?;
    check_standing(tx, actor, context.now, &changes, &mut faults)?;
    check_places(tx, &by, &changes, &mut faults)?;
    check_placing(tx, (&by, context.now), &changes, &mut faults)?;
    faults.finish()?;
    let shut_out: Vec<AccountId> = changes
        .iter()
        .filter(|change| change.after.state == MemberState::Disabled)
        .filter(|change| {
            change.before.as_ref().is_some_and(|before| before.member.state != MemberState::Disabled)
        })
        .filter_map(|change| change.after.account)
        .collect();
    let makers: Vec<MemberId> = changes
        .iter()
        .filter(|change| change.after.state == MemberState::Disabled)
        .map(|change| change.after.id)
        .collect();
    if !makers.is_empty() {
        tx.delete_links_of(&makers)?;
    }
    let kept = keep(tx, context, &by, changes, fields)?;
    let ended = if shut_out.is_empty() { Vec::new() } else { tx.end_sessions_here(&shut_out, context.now)? };
    Ok((kept, ended))
}
