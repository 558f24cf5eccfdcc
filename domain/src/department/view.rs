//! What members see of departments.

use super::{Counts, Department, DepartmentStore, Path, PlacementStore, Tree, roll_up};
use crate::access::{self, AccessStore, Permission, Sight};
use crate::actor::MemberActor;
use crate::error::{Code, Result};
use crate::id::{DepartmentId, MemberId};

/// Somebody who leads a department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leader {
    /// The member.
    pub id: MemberId,
    /// Their name.
    pub name: String,
}

/// Which departments, and after which one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Those right below one, by order and number.
    Below {
        /// That one.
        parent: DepartmentId,
        /// The order and number of the last one that was seen.
        after: Option<(i64, i64)>,
    },
    /// One and all that stands below it, each before what is below it.
    Within {
        /// That one.
        path: Path,
        /// The path of the last one that was seen.
        after: Option<String>,
        /// The last level, when not all are wanted.
        to_level: Option<u32>,
    },
}

/// A department as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDepartment {
    /// The department.
    pub department: Department,
    /// Who leads it.
    pub leaders: Vec<Leader>,
    /// How many people it has, when that was asked.
    pub counts: Option<Counts>,
}

/// A page of departments.
///
/// # Errors
/// `forbidden`.
pub fn list(
    tx: &mut (impl DepartmentStore + PlacementStore + AccessStore),
    (actor, sight): (&MemberActor, &Sight),
    scope: &Scope,
    counts: bool,
    limit: u32,
) -> Result<Vec<ListedDepartment>> {
    access::require(actor, Permission::DepartmentRead)?;
    let found = tx.departments(scope, sight, limit)?;
    listed(tx, sight, found, counts)
}

/// A department with those above it, the root first.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn get(
    tx: &mut (impl DepartmentStore + PlacementStore + AccessStore),
    actor: &MemberActor,
    id: DepartmentId,
    counts: bool,
) -> Result<(ListedDepartment, Vec<Department>)> {
    access::require(actor, Permission::DepartmentRead)?;
    let sight = access::sight(tx, actor)?;
    let found = tx.department(id)?.filter(|found| sight.sees(&found.path)).ok_or(Code::NotFound)?;
    let numbers: Vec<_> = found.path.numbers().filter(|number| *number != found.number).collect();
    let mut above = if numbers.is_empty() { Vec::new() } else { tx.departments_numbered(&numbers)? };
    above.retain(|one| sight.sees(&one.path));
    let mut listed = listed(tx, &sight, vec![found], counts)?;
    Ok((listed.pop().ok_or(Code::NotFound)?, above))
}

fn listed(
    tx: &mut (impl DepartmentStore + PlacementStore + AccessStore),
    sight: &Sight,
    found: Vec<Department>,
    counts: bool,
) -> Result<Vec<ListedDepartment>> {
    let ids: Vec<_> = found.iter().map(|department| department.id).collect();
    let mut leaders = tx.leaders(&ids)?;
    let lead: Vec<MemberId> = leaders.iter().map(|(_, leader)| leader.id).collect();
    if !lead.is_empty() && !sight.is_clear() {
        let seen = sight.among(tx, &lead)?;
        leaders.retain(|(_, leader)| seen.has(leader.id));
    }
    let counted = if counts { tx.count_members(&ids, sight)? } else { Vec::new() };
    let listed = |mut department: Department| {
        let id = department.id;
        // What is above it may be hidden where it is not.
        let above = department.path.above();
        department.parent = department.parent.filter(|_| above.is_none_or(|above| sight.sees(&above)));
        let leaders = leaders.iter().filter(|(of, _)| *of == id).map(|(_, leader)| leader.clone()).collect();
        let found = counted.iter().find(|(of, _)| *of == id).map(|(_, counts)| *counts);
        ListedDepartment { department, leaders, counts: counts.then(|| found.unwrap_or_default()) }
    };
    Ok(found.into_iter().map(listed).collect())
}

/// A whole tree, or the part of it below one department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// What is known of the tree.
    pub tree: Tree,
    /// The departments, each before what is below it.
    pub departments: Vec<Department>,
    /// How many people each has, when that was asked.
    pub counts: Option<Vec<Counts>>,
}

/// The departments below one, the top first. It may move between the two looks that this takes; then there is another try.
fn part(
    tx: &mut impl DepartmentStore,
    sight: &Sight,
    from: Option<DepartmentId>,
    levels: Option<u32>,
) -> Result<(Path, Vec<Department>)> {
    for _ in 0..3 {
        let path = match from {
            None => Path::root(),
            Some(id) => {
                let known = tx.department(id)?.filter(|known| sight.sees(&known.path));
                known.ok_or(Code::NotFound)?.path
            }
        };
        let to_level = levels.map(|levels| path.level() + levels - 1);
        let scope = Scope::Within { path: path.clone(), after: None, to_level };
        let departments = tx.departments(&scope, sight, u32::MAX)?;
        if departments.first().is_some_and(|top| from.is_none_or(|id| top.id == id)) {
            return Ok((path, departments));
        }
    }
    Err(Code::Busy.into())
}

/// The tree below a department, the root when none is named, so many levels of it, all when nothing is said; or its version alone,
/// when the reader knows what that version looks like. Counting takes all levels.
///
/// # Errors
/// `forbidden`, `not_found`, `busy` when the department keeps moving.
pub fn whole(
    tx: &mut (impl DepartmentStore + PlacementStore),
    (actor, sight): (&MemberActor, &Sight),
    (from, levels): (Option<DepartmentId>, Option<u32>),
    counts: bool,
    known: &dyn Fn(i64) -> bool,
) -> Result<std::result::Result<Whole, i64>> {
    access::require(actor, Permission::DepartmentRead)?;
    let tree = tx.tree()?;
    if known(tree.version) {
        return Ok(Err(tree.version));
    }
    let (path, departments) = part(tx, sight, from, levels.filter(|_| !counts))?;
    let counts = if counts {
        let (direct, shared) = (tx.head_counts(&path, sight)?, tx.shared_members(&path, sight)?);
        Some(roll_up(&departments, &direct, &shared))
    } else {
        None
    };
    Ok(Ok(Whole { tree, departments, counts }))
}
