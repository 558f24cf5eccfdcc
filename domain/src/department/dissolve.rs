//! Taking departments away. What is in one goes to another, or it has to be empty.

use super::{Department, DepartmentStore, MAX_LEVEL, PlacementStore, RelationStore};
use crate::access::{self, AccessStore, Permission, Shift, Sight};
use crate::actor::MemberActor;
use crate::bundle::bundle;
use crate::context::Context;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::DepartmentId;
use crate::journal::{Entry, Journal};

bundle! {
    /// What taking a department away touches.
    DissolvingStore: AccessStore + DepartmentStore + PlacementStore + RelationStore + Journal
}

/// Takes a department away. The members and departments in it go to the successor.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`, `department_root_stays`; `department_not_empty` without a successor; at `successor_id` in
/// the query `department_unknown`, `department_below_itself`, `department_too_deep`, `department_name_taken`.
pub fn delete(
    tx: &mut impl DissolvingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (DepartmentId, Option<i64>),
    successor: Option<DepartmentId>,
) -> Result<()> {
    access::reach(actor, Permission::DepartmentManage)?;
    let sight = access::sight(tx, actor)?;
    let department = seen(tx, &sight, id)?.ok_or(Code::NotFound)?;
    access::require_at(actor, Permission::DepartmentManage, &department.path)?;
    if expected.is_some_and(|expected| expected != department.version) {
        return Err(Code::VersionStale.into());
    }
    let into = match successor {
        Some(successor) => {
            let known = seen(tx, &sight, successor)?;
            Some(known.ok_or_else(|| at_successor(Code::DepartmentUnknown.into()))?)
        }
        None if department.parent.is_some() && tx.is_in_use(id)? => {
            return Err(Code::DepartmentNotEmpty.into());
        }
        None => None,
    };
    dissolve(tx, context, actor, &department, into.as_ref(), "department.deleted", &at_successor)
}

fn seen(tx: &mut impl DepartmentStore, sight: &Sight, id: DepartmentId) -> Result<Option<Department>> {
    Ok(tx.department(id)?.filter(|known| sight.sees(&known.path)))
}

fn at_successor(violation: Violation) -> Error {
    Faults::one(Place::Query, "successor_id", violation)
}

/// Makes one department of several: what is in the others goes to it, and they are gone.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`, `department_root_stays`; at `/source_ids/…` `department_unknown`,
/// `department_below_itself`, `department_too_deep`, `department_name_taken`.
pub fn merge(
    tx: &mut impl DissolvingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (DepartmentId, Option<i64>),
    sources: &[DepartmentId],
) -> Result<()> {
    access::reach(actor, Permission::DepartmentManage)?;
    let sight = access::sight(tx, actor)?;
    let known = seen(tx, &sight, id)?.ok_or(Code::NotFound)?;
    access::require_at(actor, Permission::DepartmentManage, &known.path)?;
    if expected.is_some_and(|expected| expected != known.version) {
        return Err(Code::VersionStale.into());
    }
    for (at, source) in sources.iter().enumerate() {
        let fault = |violation| Faults::one(Place::Body, &format!("/source_ids/{at}"), violation);
        let source = seen(tx, &sight, *source)?.ok_or_else(|| fault(Code::DepartmentUnknown.into()))?;
        dissolve(tx, context, actor, &source, Some(&known), "department.merged", &fault)?;
    }
    Ok(())
}

fn dissolve(
    tx: &mut impl DissolvingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    department: &Department,
    into: Option<&Department>,
    action: &'static str,
    fault: &dyn Fn(Violation) -> Error,
) -> Result<()> {
    if department.parent.is_none() {
        return Err(Code::DepartmentRootStays.into());
    }
    access::require_at(actor, Permission::DepartmentManage, &department.path)?;
    if let Some(into) = into {
        access::require_at(actor, Permission::DepartmentManage, &into.path)?;
        takes_over(tx, department, into, fault)?;
        access::check_moving(tx, (actor, context.now), (&department.path, &into.path), Shift::Into)?;
        tx.move_members(department.id, into.id)?;
    }
    let mut tree = tx.tree()?;
    tree.departments = tree.departments.saturating_sub(1);
    tx.save_tree(&tree)?;
    access::lose_department(tx, context, actor, department.id)?;
    tx.forget_relations(department.id)?;
    // One right below it may have its name, so it goes first.
    tx.delete_department(department.id)?;
    if let Some(into) = into {
        tx.move_below(&department.path, &into.path)?;
        tx.adopt(department.id, into.id)?;
    }
    let into = into.map(|into| into.id.to_string());
    let entry = Entry::new(action, "department", department.id)
        .of(actor.tenant)
        .change("name", department.name.as_str(), None::<String>)
        .change("into", None::<String>, into);
    tx.record(context, &actor.into(), entry)
}

/// Refuses a department that cannot take over what is in another one.
fn takes_over(
    tx: &mut impl DepartmentStore,
    department: &Department,
    into: &Department,
    fault: &dyn Fn(Violation) -> Error,
) -> Result<()> {
    if department.path.covers(&into.path) {
        return Err(fault(Code::DepartmentBelowItself.into()));
    }
    let below = tx.deepest(&department.path)?.saturating_sub(department.path.level());
    if into.path.level() + below > MAX_LEVEL {
        return Err(fault(Violation::new(Code::DepartmentTooDeep).with("max", MAX_LEVEL)));
    }
    match tx.clash(department.id, into.id)? {
        Some(name) => Err(fault(Violation::new(Code::DepartmentNameTaken).with("name", name))),
        None => Ok(()),
    }
}
