//! Whom of some members somebody sees, and whom they may do something with.

use super::{
    AccessStore, FieldGroup, FieldSet, Lack, Permission, PermissionSet, Reach, Sight, Those, beyond,
    forbidden, reach, sight,
};
use crate::actor::{Actor, MemberActor};
use crate::department::Path;
use crate::error::{Code, Faults, Result};
use crate::id::{DepartmentId, MemberId};
use crate::member::{MemberChange, MemberStore};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Whom of some members an actor sees, and with whom they may do something.
#[derive(Debug)]
pub(crate) struct Scope {
    /// Whom they see.
    pub(crate) seen: Those,
    /// Who is in no department where they may not do it.
    pub(crate) managed: Those,
}

/// Whom of some members an actor sees, and with whom they may do something.
///
/// # Errors
/// `forbidden` for who may do it with nobody.
pub(crate) fn scope(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    permission: Permission,
    members: &[MemberId],
) -> Result<Scope> {
    let manages = reach(actor, permission)?;
    let seen = sight(tx, actor)?.among(tx, members)?;
    if manages.is_everywhere() {
        return Ok(Scope { seen, managed: Those::All });
    }
    let places = places_of(tx, members)?;
    let there = places.iter().filter(|(_, paths)| manages.covers_all(*paths));
    let managed = Those::Only(there.map(|(member, _)| *member).collect());
    Ok(Scope { seen, managed })
}

/// In which departments some members are.
fn places_of(tx: &mut impl AccessStore, members: &[MemberId]) -> Result<HashMap<MemberId, Vec<Path>>> {
    let mut places: HashMap<MemberId, Vec<Path>> = HashMap::new();
    for (member, path) in tx.whereabouts(members)? {
        places.entry(member).or_default().push(path);
    }
    Ok(places)
}

/// What somebody sees of a member whom they see and who is in some departments: of themselves, everything.
pub(crate) fn fields_of<'a>(
    actor: &MemberActor,
    sight: &Sight,
    member: MemberId,
    places: impl IntoIterator<Item = &'a Path>,
) -> FieldSet {
    if member == actor.member {
        return FieldSet::all();
    }
    if actor.rights.sees_alike() {
        return actor.rights.seen_of_any();
    }
    actor.rights.seen_at(places.into_iter().filter(|path| sight.sees(path)))
}

/// What somebody sees of some members whom they see.
///
/// # Errors
/// When the store fails.
pub fn fields_seen(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    members: &[MemberId],
) -> Result<HashMap<MemberId, FieldSet>> {
    let sight = sight(tx, actor)?;
    let places = places_of(tx, members)?;
    let seen = |member: &MemberId| {
        let theirs = places.get(member).into_iter().flatten();
        (*member, fields_of(actor, &sight, *member, theirs))
    };
    Ok(members.iter().map(seen).collect())
}

/// What somebody may change of some members.
pub(crate) fn written_of(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    members: &[MemberId],
) -> Result<HashMap<MemberId, FieldSet>> {
    let rights = &actor.rights;
    if rights.written_of_all().is_all() {
        return Ok(members.iter().map(|member| (*member, FieldSet::all())).collect());
    }
    let places = places_of(tx, members)?;
    Ok(places.into_iter().map(|(member, paths)| (member, rights.written_at(&paths))).collect())
}

/// Notes which fields of a patch somebody may not change, whatever it says of them: who may not see what stands there does not find out.
pub(crate) fn check_patch(patch: &Value, written: FieldSet, at: &str, faults: &mut Faults) {
    for field in patch.as_object().into_iter().flat_map(|patch| patch.keys()) {
        if !written.has(FieldGroup::of(field)) {
            faults.note(&format!("{at}/{field}"), Code::FieldNotEditable);
        }
    }
}

/// Refuses whoever may not change every field of everybody.
///
/// # Errors
/// `beyond_own_rights`.
pub(crate) fn require_all_fields(actor: &MemberActor) -> Result<()> {
    let written = actor.rights.written_of_all();
    let missing = FieldGroup::ALL.iter().copied().filter(|group| !written.has(*group)).collect();
    beyond(Lack { permissions: PermissionSet::EMPTY, fields: missing })
}

/// Notes which changes of members touch what their maker may not change.
pub(crate) fn check_fields(
    tx: &mut impl AccessStore,
    by: &Actor,
    changes: &[MemberChange],
    faults: &mut Faults,
) -> Result<()> {
    let Actor::Member(actor) = by else { return Ok(()) };
    if actor.rights.written_of_all().is_all() {
        return Ok(());
    }
    let known: Vec<MemberId> =
        changes.iter().filter(|change| change.before.is_some()).map(|change| change.after.id).collect();
    let departments: HashSet<DepartmentId> =
        changes.iter().flat_map(|change| &change.placements).map(|placement| placement.department).collect();
    let there: HashMap<DepartmentId, Path> =
        tx.paths(&departments.into_iter().collect::<Vec<_>>())?.into_iter().collect();
    let mut places = places_of(tx, &known)?;
    for change in changes {
        let new = change.placements.iter().filter_map(|placement| there.get(&placement.department)).cloned();
        let mut paths: Vec<Path> = places.remove(&change.after.id).unwrap_or_else(|| new.collect());
        // Where they may nothing at all, they are told that.
        paths.retain(|path| actor.rights.at(Permission::MemberManage, path));
        if paths.is_empty() {
            continue;
        }
        let written = actor.rights.written_at(&paths);
        for (field, group) in change.touched() {
            if !written.has(group) {
                faults.note(&format!("{}/{field}", change.at), Code::FieldNotEditable);
            }
        }
    }
    Ok(())
}

/// Refuses whoever may not do something with a member: as if there were none, when they do not see them either.
///
/// # Errors
/// `forbidden`, `not_found`.
pub(crate) fn require_for(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    permission: Permission,
    member: MemberId,
) -> Result<()> {
    let scope = scope(tx, actor, permission, &[member])?;
    if !scope.seen.has(member) {
        Err(Code::NotFound.into())
    } else if scope.managed.has(member) {
        Ok(())
    } else {
        Err(forbidden(permission))
    }
}

/// Refuses whoever does not see a member.
///
/// # Errors
/// `not_found`.
pub(crate) fn require_sight(tx: &mut impl AccessStore, actor: &MemberActor, member: MemberId) -> Result<()> {
    if sight(tx, actor)?.among(tx, &[member])?.has(member) { Ok(()) } else { Err(Code::NotFound.into()) }
}

/// Notes which changes of members would put them where their maker may not, or have them report to whom their maker does not see.
pub(crate) fn check_places(
    tx: &mut (impl AccessStore + MemberStore),
    by: &Actor,
    changes: &[MemberChange],
    faults: &mut Faults,
) -> Result<()> {
    let Actor::Member(actor) = by else { return Ok(()) };
    let manages = reach(actor, Permission::MemberManage)?;
    if manages.is_everywhere() {
        return Ok(());
    }
    let departments: HashSet<DepartmentId> =
        changes.iter().flat_map(|change| &change.placements).map(|placement| placement.department).collect();
    let there: HashMap<DepartmentId, Path> =
        tx.paths(&departments.into_iter().collect::<Vec<_>>())?.into_iter().collect();
    let beyond = |reach: &Reach, department| there.get(department).is_none_or(|path| !reach.covers(path));
    let sight = sight(tx, actor)?;
    let leaders: Vec<MemberId> = changes.iter().filter_map(MemberChange::new_leader).collect();
    let seen = sight.among(tx, &leaders)?;
    // Whoever is not there at all has been noted.
    let hidden: HashSet<MemberId> =
        tx.reporting(&leaders)?.into_iter().map(|(id, _)| id).filter(|id| !seen.has(*id)).collect();
    for change in changes {
        // As if it were not there.
        for (index, placement) in change.placements.iter().enumerate() {
            if there.get(&placement.department).is_some_and(|path| !sight.sees(path)) {
                let at = format!("{}/departments/{index}/department_id", change.at);
                faults.note(&at, Code::DepartmentUnknown);
            }
        }
        if change.new_leader().is_some_and(|leader| hidden.contains(&leader)) {
            faults.note(&format!("{}/leader_id", change.at), Code::MemberUnknown);
        }
        if change.placements.iter().any(|placement| beyond(&manages, &placement.department)) {
            faults.note(&format!("{}/departments", change.at), Code::RangeBeyondOwn);
        }
    }
    Ok(())
}

/// Refuses whoever may not do something at a department that is there.
///
/// # Errors
/// `forbidden`.
pub(crate) fn require_at(actor: &MemberActor, permission: Permission, path: &Path) -> Result<()> {
    if actor.rights.at(permission, path) { Ok(()) } else { Err(forbidden(permission)) }
}
