//! Who has which roles: of many members at once, and also what is over. For what is decided in a request, [`super::rights_of`] asks for one
//! member in one query.

use super::{AccessStore, Assignment, BuiltInRole, Grant, Holder, Range, Reach, Role};
use crate::department::{DepartmentStore, Path};
use crate::error::Result;
use crate::id::{DepartmentId, MemberId, RoleId, TagId};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What somebody has by an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The assignment.
    pub assignment: Assignment,
    /// What it gives them.
    pub grant: Grant,
}

/// What all assignments give some members, those that are over included. As many queries for a thousand members as for one.
///
/// # Errors
/// When the store fails.
pub fn holdings(
    tx: &mut (impl AccessStore + DepartmentStore),
    members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<Holding>>> {
    if members.is_empty() {
        return Ok(HashMap::new());
    }
    let mut places: HashMap<MemberId, Vec<Path>> = HashMap::new();
    for (member, path) in tx.whereabouts(members)? {
        places.entry(member).or_default().push(path);
    }
    let tags: HashSet<(MemberId, TagId)> = tx.tags_of(members)?.into_iter().collect();
    let above: BTreeSet<i64> = places.values().flatten().flat_map(Path::numbers).collect();
    let above = tx.departments_numbered(&above.into_iter().collect::<Vec<_>>())?;
    let holders: HashSet<Holder> = members
        .iter()
        .copied()
        .map(Holder::Member)
        .chain(tags.iter().map(|(_, tag)| Holder::Tag(*tag)))
        .chain(above.iter().map(|department| Holder::Department(department.id)))
        .collect();
    let mut all = tx.assignments_of(&holders.into_iter().collect::<Vec<_>>())?;
    all.sort_unstable_by_key(|one| one.id);
    if all.is_empty() {
        return Ok(HashMap::new());
    }
    let built_in = BuiltInRole::ALL.iter().copied().map(Role::BuiltIn);
    let custom = tx.custom_roles()?.into_iter().map(Role::Custom);
    let roles: HashMap<RoleId, Role> = built_in.chain(custom).map(|role| (role.id(), role)).collect();
    let mut paths: HashMap<DepartmentId, Path> = above.into_iter().map(|one| (one.id, one.path)).collect();
    let chosen: HashSet<DepartmentId> = all.iter().flat_map(Assignment::departments).copied().collect();
    paths.extend(tx.paths(&chosen.into_iter().collect::<Vec<_>>())?);
    let mut found = HashMap::new();
    for member in members {
        let mine = places.get(member).map(Vec::as_slice).unwrap_or_default();
        let held = all.iter().filter_map(|assignment| {
            let top = match assignment.holder {
                Holder::Member(id) => (id == *member).then_some(None)?,
                Holder::Tag(tag) => tags.contains(&(*member, tag)).then_some(None)?,
                Holder::Department(id) => {
                    let top = paths.get(&id)?;
                    mine.iter().any(|place| top.covers(place)).then_some(Some(top))?
                }
            };
            let reach = match &assignment.range {
                Range::Everywhere => Reach::everywhere(),
                Range::Departments(ids) => ids.iter().filter_map(|id| paths.get(id)).cloned().collect(),
                Range::Own => {
                    mine.iter().filter(|place| top.is_none_or(|top| top.covers(place))).cloned().collect()
                }
            };
            let grant = assignment.grant(roles.get(&assignment.role)?, reach);
            Some(Holding { assignment: assignment.clone(), grant })
        });
        let held: Vec<Holding> = held.collect();
        if !held.is_empty() {
            found.insert(*member, held);
        }
    }
    Ok(found)
}
