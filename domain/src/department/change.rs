//! Making departments and changing them.

use super::{Department, DepartmentName, DepartmentStore, MAX_LEADERS, MAX_LEVEL, PlacementStore};
use crate::access::{self, AccessStore, Permission, Shift, Sight};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::{DepartmentId, MemberId};
use crate::journal::{Entry, Journal};

/// A department to be made.
#[derive(Debug, Clone)]
pub struct NewDepartment {
    /// The one above; the root when none is named.
    pub parent: Option<DepartmentId>,
    /// Its name.
    pub name: DepartmentName,
    /// Its English name.
    pub english_name: Option<DepartmentName>,
    /// Its place among those beside it; its number when none is named.
    pub order: Option<i64>,
    /// Whether it is hidden.
    pub hidden: bool,
}

/// What changes about a department; what is not there stays.
#[derive(Debug, Clone, Default)]
pub struct DepartmentPatch {
    /// The one above it from now on.
    pub parent: Option<DepartmentId>,
    /// Its name.
    pub name: Option<DepartmentName>,
    /// Its English name, or that it has none.
    pub english_name: Option<Option<DepartmentName>>,
    /// Its place among those beside it.
    pub order: Option<i64>,
    /// Whether it is hidden.
    pub hidden: Option<bool>,
    /// Who leads it, in order.
    pub leaders: Option<Vec<MemberId>>,
}

/// Makes a department.
///
/// # Errors
/// `forbidden`, `department_limit_reached`; at `/parent_id` `department_unknown` and `department_too_deep`, at `/name`
/// `department_name_taken`.
pub fn create(
    tx: &mut (impl DepartmentStore + AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    new: NewDepartment,
) -> Result<Department> {
    access::reach(actor, Permission::DepartmentManage)?;
    let mut tree = tx.tree()?;
    tree.room(1)?;
    let above = new.parent.map_or_else(|| tx.root_department(), Ok)?;
    let sight = access::sight(tx, actor)?;
    let parent = parent(tx, &sight, above)?;
    access::require_at(actor, Permission::DepartmentManage, &parent.path)?;
    fits(parent.path.level() + 1)?;
    is_free(tx, parent.id, &new.name, None)?;
    let mut made = tree.grow((parent.id, &parent.path), context.id(), new.name, context.now);
    made.english_name = new.english_name;
    made.order = new.order.unwrap_or(made.order);
    made.hidden = new.hidden;
    tx.save_tree(&tree)?;
    tx.save_department(&made)?;
    made.version += 1;
    tx.record(context, &actor.into(), creation(actor, &made))?;
    Ok(made)
}

/// That a department was made.
pub(crate) fn creation(actor: &MemberActor, made: &Department) -> Entry {
    Entry::new("department.created", "department", made.id)
        .of(actor.tenant)
        .change("name", None::<String>, made.name.as_str())
        .change("parent", None::<String>, made.parent.map(|parent| parent.to_string()))
        .change("number", None::<i64>, made.number)
        .change("hidden", false, made.hidden)
}

/// Changes a department: renames it, moves it with all that stands below it, and more, all at once.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`, `department_root_stays`; at `/parent_id` `department_unknown`,
/// `department_below_itself` and `department_too_deep`, at `/name` `department_name_taken`, at `/leader_ids` `leader_not_in_department`.
pub fn update(
    tx: &mut (impl DepartmentStore + PlacementStore + AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (DepartmentId, Option<i64>),
    patch: DepartmentPatch,
) -> Result<Department> {
    access::reach(actor, Permission::DepartmentManage)?;
    let sight = access::sight(tx, actor)?;
    let before = tx.department(id)?.filter(|known| sight.sees(&known.path)).ok_or(Code::NotFound)?;
    access::require_at(actor, Permission::DepartmentManage, &before.path)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Code::VersionStale.into());
    }
    let mut after = before.clone();
    after.name = patch.name.unwrap_or(after.name);
    after.english_name = patch.english_name.unwrap_or(after.english_name);
    after.order = patch.order.unwrap_or(after.order);
    after.hidden = patch.hidden.unwrap_or(after.hidden);
    if after.hidden && after.parent.is_none() {
        return Err(Code::DepartmentRootStays.into());
    }
    if let Some(target) = patch.parent.filter(|target| Some(*target) != before.parent) {
        let parent = placeable(tx, &sight, &before, target)?;
        access::require_at(actor, Permission::DepartmentManage, &parent.path)?;
        access::check_moving(tx, (actor, context.now), (&before.path, &parent.path), Shift::Below)?;
        after.parent = Some(parent.id);
        after.path = parent.path.below(before.number);
    }
    if let Some(parent) = after.parent
        && (after.parent, &after.name) != (before.parent, &before.name)
    {
        is_free(tx, parent, &after.name, Some(id))?;
    }
    let mut entry = Entry::new("department.changed", "department", id).of(actor.tenant);
    if let Some(leaders) = &patch.leaders {
        let were: Vec<_> = tx.leaders(&[id])?.into_iter().map(|(_, leader)| leader.id.to_string()).collect();
        let are: Vec<_> = leaders.iter().map(ToString::to_string).collect();
        if are != were {
            lead(tx, id, leaders)?;
        }
        entry = entry.change("leaders", were, are);
    }
    entry = changes(entry, &before, &after);
    if entry.changes.is_empty() {
        return Ok(before);
    }
    let tree = tx.tree()?;
    tx.save_tree(&tree)?;
    tx.save_department(&after)?;
    after.version += 1;
    if after.path != before.path {
        tx.move_below(&before.path, &after.path)?;
    }
    tx.record(context, &actor.into(), entry)?;
    Ok(after)
}

fn changes(entry: Entry, before: &Department, after: &Department) -> Entry {
    let english = |of: &Department| of.english_name.as_ref().map(|name| name.as_str().to_owned());
    let parent = |of: &Department| of.parent.map(|id| id.to_string());
    entry
        .change("name", before.name.as_str(), after.name.as_str())
        .change("english_name", english(before), english(after))
        .change("order", before.order, after.order)
        .change("hidden", before.hidden, after.hidden)
        .change("parent", parent(before), parent(after))
}

/// The department that another one is to stand below from now on, if it can.
fn placeable(
    tx: &mut impl DepartmentStore,
    sight: &Sight,
    moved: &Department,
    target: DepartmentId,
) -> Result<Department> {
    if moved.parent.is_none() {
        return Err(Code::DepartmentRootStays.into());
    }
    let parent = parent(tx, sight, target)?;
    if moved.path.covers(&parent.path) {
        return Err(at_parent(Code::DepartmentBelowItself));
    }
    let below = tx.deepest(&moved.path)?.saturating_sub(moved.path.level());
    fits(parent.path.level() + 1 + below)?;
    Ok(parent)
}

fn parent(tx: &mut impl DepartmentStore, sight: &Sight, id: DepartmentId) -> Result<Department> {
    let known = tx.department(id)?.filter(|known| sight.sees(&known.path));
    known.ok_or_else(|| at_parent(Code::DepartmentUnknown))
}

fn at_parent(violation: impl Into<Violation>) -> Error {
    Faults::one(Place::Body, "/parent_id", violation)
}

/// Refuses a level that is too far down.
fn fits(level: u32) -> Result<()> {
    if level > MAX_LEVEL {
        return Err(at_parent(Violation::new(Code::DepartmentTooDeep).with("max", MAX_LEVEL)));
    }
    Ok(())
}

/// Refuses a name that another department right below the same one has.
fn is_free(
    tx: &mut impl DepartmentStore,
    parent: DepartmentId,
    name: &DepartmentName,
    of: Option<DepartmentId>,
) -> Result<()> {
    let taken = tx.children_named(&[(parent, name.key())])?.pop().map(|(_, _, taken)| taken);
    if taken.is_some() && taken != of {
        let taken = Violation::new(Code::DepartmentNameTaken).with("name", name.as_str());
        return Err(Faults::one(Place::Body, "/name", taken));
    }
    Ok(())
}

fn lead(tx: &mut impl PlacementStore, department: DepartmentId, leaders: &[MemberId]) -> Result<()> {
    let at = |violation: Violation| Err(Faults::one(Place::Body, "/leader_ids", violation));
    if leaders.len() > MAX_LEADERS {
        return at(Violation::new(Code::ValueTooLong).with("max", MAX_LEADERS));
    }
    if !tx.set_leaders(department, leaders)? {
        return at(Code::LeaderNotInDepartment.into());
    }
    Ok(())
}
