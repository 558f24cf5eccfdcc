//! Giving roles and taking them away.

use super::manage_role::find;
use super::{
    AccessStore, Assignment, AssignmentFilter, Holder, Lack, MAX_ASSIGNMENTS, MAX_DEPARTMENTS, Permission,
    Range, Reach, Role, reach, sight,
};
use crate::actor::MemberActor;
use crate::bundle::bundle;
use crate::context::Context;
use crate::department::DepartmentStore;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::{AssignmentId, DepartmentId, MemberId, RoleId};
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::tag::TagStore;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

bundle! {
    /// What giving a role touches.
    AssigningStore: AccessStore + MemberStore + DepartmentStore + TagStore + Journal
}

/// A role to be given.
#[derive(Debug, Clone)]
pub struct NewAssignment {
    /// The role.
    pub role: RoleId,
    /// Who is to have it.
    pub holder: Holder,
    /// Where it counts.
    pub range: Range,
    /// When it ends.
    pub until: Option<DateTime<Utc>>,
}

/// A page of assignments that count nowhere but where the reader may see them, oldest first; or of those that a member has now, in
/// whatever way.
///
/// # Errors
/// `forbidden`; at `member_id` of the query `member_unknown`.
pub fn assignments(
    tx: &mut impl AccessStore,
    context: &Context<'_>,
    actor: &MemberActor,
    (mut filter, of): (AssignmentFilter, Option<MemberId>),
    after: Option<AssignmentId>,
    limit: u32,
) -> Result<Vec<Assignment>> {
    let within = reach(actor, Permission::AccessRead)?;
    if let Some(member) = of {
        if !sight(tx, actor)?.among(tx, &[member])?.has(member) {
            return Err(Faults::one(Place::Query, "member_id", Code::MemberUnknown));
        }
        filter.among =
            Some(tx.grants_of(member, context.now)?.iter().filter_map(|grant| grant.assignment).collect());
    }
    tx.assignments(&filter, &within, after, limit)
}

/// An assignment.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn assignment(tx: &mut impl AccessStore, actor: &MemberActor, id: AssignmentId) -> Result<Assignment> {
    let within = reach(actor, Permission::AccessRead)?;
    visible(tx, id, &within)
}

/// Gives somebody a role. It gives nothing that its giver does not have there, for as long.
///
/// # Errors
/// `forbidden`, `assignment_limit_reached`, `beyond_own_rights`; at `/role_id` `role_unknown` and `role_not_assignable`, at `/holder/id`
/// `member_unknown`, `department_unknown` and `tag_unknown`, at `/range/department_ids` `department_unknown` and `range_beyond_own`, at
/// `/until` `moment_past`.
pub fn assign(
    tx: &mut impl AssigningStore,
    context: &Context<'_>,
    actor: &MemberActor,
    new: &NewAssignment,
) -> Result<Assignment> {
    let within = reach(actor, Permission::AccessManage)?.into_owned();
    if tx.count_assignments()? >= MAX_ASSIGNMENTS {
        return Err(Error::new(Code::AssignmentLimitReached).with("max", MAX_ASSIGNMENTS));
    }
    let mut faults = Faults::of(Place::Body);
    let role = given(tx, new.role, &mut faults)?;
    held(tx, actor, new.holder, &mut faults)?;
    if new.until.is_some_and(|until| until <= context.now) {
        faults.note("/until", Code::MomentPast);
    }
    if let Range::Departments(ids) = &new.range {
        if ids.is_empty() || ids.len() > MAX_DEPARTMENTS {
            let code = if ids.is_empty() { Code::ValueTooShort } else { Code::ValueTooLong };
            let limit = if ids.is_empty() { ("min", 1) } else { ("max", MAX_DEPARTMENTS) };
            faults.note("/range/department_ids", Violation::new(code).with(limit.0, limit.1));
        }
        let sight = super::sight(tx, actor)?;
        let there: HashMap<_, _> = tx.paths(ids)?.into_iter().filter(|(_, path)| sight.sees(path)).collect();
        for (index, _) in ids.iter().enumerate().filter(|(_, id)| !there.contains_key(*id)) {
            faults.note(&format!("/range/department_ids/{index}"), Code::DepartmentUnknown);
        }
    }
    faults.finish()?;
    let role = role.ok_or_else(|| Error::internal("a role that is not there"))?;
    let made = Assignment {
        id: context.id(),
        role: new.role,
        holder: new.holder,
        range: new.range.clone(),
        until: new.until,
        granted_by: actor.member,
        granted_at: context.now,
    };
    let there = range_of(tx, &made)?;
    if !within.includes(&there) {
        return Err(Faults::one(Place::Body, "/range", Code::RangeBeyondOwn));
    }
    beyond(actor.rights.lack(&made.grant(&role, there)))?;
    tx.insert_assignment(&made)?;
    let entry = entry("role.assigned", actor, &made)
        .change("role", None::<String>, made.role.to_string())
        .change("range", None::<String>, range(&made.range))
        .change("until", None::<String>, made.until.map(|until| until.to_rfc3339()));
    tx.record(context, &actor.into(), entry)?;
    Ok(made)
}

/// Takes a role away that its taker could give.
///
/// # Errors
/// `forbidden`, `not_found`, `beyond_own_rights`.
pub fn withdraw(
    tx: &mut (impl AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    id: AssignmentId,
) -> Result<()> {
    let within = reach(actor, Permission::AccessManage)?;
    let known = visible(tx, id, &within)?;
    let there = range_of(tx, &known)?;
    if let Some(role) = find(tx, known.role)? {
        // How long it would have lasted does not matter: it ends now.
        let mut grant = known.grant(&role, there);
        grant.until = Some(context.now);
        beyond(actor.rights.lack(&grant))?;
    }
    tx.delete_assignments(&[id])?;
    tx.record(context, &actor.into(), withdrawal(actor, &known))
}

/// Whatever holders that are gone had is over.
pub(crate) fn lose(
    tx: &mut (impl AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    holders: &[Holder],
) -> Result<()> {
    let over = tx.assignments_of(holders)?;
    end(tx, context, actor, &over)
}

/// The same of a department, where roles counted as well.
pub(crate) fn lose_department(
    tx: &mut (impl AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    department: DepartmentId,
) -> Result<()> {
    lose(tx, context, actor, &[Holder::Department(department)])?;
    let over = tx.leave_ranges(department)?;
    end(tx, context, actor, &over)
}

fn end(
    tx: &mut (impl AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    over: &[Assignment],
) -> Result<()> {
    if over.is_empty() {
        return Ok(());
    }
    let ids: Vec<AssignmentId> = over.iter().map(|one| one.id).collect();
    tx.delete_assignments(&ids)?;
    tx.record_all(context, &actor.into(), over.iter().map(|one| withdrawal(actor, one)).collect())
}

/// Refuses whoever would give what they do not have.
pub(crate) fn beyond(lack: Lack) -> Result<()> {
    if lack.is_nothing() {
        return Ok(());
    }
    let (permissions, fields) = lack.names();
    Err(Error::new(Code::BeyondOwnRights).with("permissions", permissions).with("fields", fields))
}

/// Where an assignment counts as things stand. Whoever has a tag is anywhere.
pub(super) fn range_of(tx: &mut impl AccessStore, assignment: &Assignment) -> Result<Reach> {
    Ok(match (&assignment.range, assignment.holder) {
        (Range::Departments(ids), _) => tx.paths(ids)?.into_iter().map(|(_, path)| path).collect(),
        (Range::Own, Holder::Member(member)) => {
            tx.whereabouts(&[member])?.into_iter().map(|(_, path)| path).collect()
        }
        (Range::Own, Holder::Department(id)) => tx.paths(&[id])?.into_iter().map(|(_, path)| path).collect(),
        (Range::Everywhere | Range::Own, _) => Reach::everywhere(),
    })
}

fn visible(tx: &mut impl AccessStore, id: AssignmentId, within: &Reach) -> Result<Assignment> {
    let known = tx.assignment(id)?.ok_or(Code::NotFound)?;
    let there = range_of(tx, &known)?;
    if within.is_everywhere() || (!there.is_nowhere() && within.includes(&there)) {
        return Ok(known);
    }
    Err(Code::NotFound.into())
}

/// The role, if it is one that is given.
fn given(tx: &mut impl AccessStore, id: RoleId, faults: &mut Faults) -> Result<Option<Role>> {
    let found = find(tx, id)?;
    match &found {
        None => faults.note("/role_id", Code::RoleUnknown),
        Some(Role::BuiltIn(role)) if !role.is_assignable() => {
            faults.note("/role_id", Code::RoleNotAssignable);
        }
        Some(_) => {}
    }
    Ok(found)
}

/// That a holder is there, for whoever gives them something.
fn held(
    tx: &mut impl AssigningStore,
    actor: &MemberActor,
    holder: Holder,
    faults: &mut Faults,
) -> Result<()> {
    let at = "/holder/id";
    match holder {
        Holder::Member(id) => {
            let seen = super::sight(tx, actor)?.among(tx, &[id])?;
            if tx.reporting(&[id])?.is_empty() || !seen.has(id) {
                faults.note(at, Code::MemberUnknown);
            }
        }
        Holder::Department(id) => {
            let sight = super::sight(tx, actor)?;
            if !tx.paths(&[id])?.iter().any(|(_, path)| sight.sees(path)) {
                faults.note(at, Code::DepartmentUnknown);
            }
        }
        Holder::Tag(id) => {
            if !actor.rights.everywhere(Permission::TagRead) || tx.tag(id)?.is_none() {
                faults.note(at, Code::TagUnknown);
            }
        }
    }
    Ok(())
}

fn range(range: &Range) -> String {
    match range {
        Range::Departments(ids) => ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        other => other.kind().name().to_owned(),
    }
}

fn withdrawal(actor: &MemberActor, over: &Assignment) -> Entry {
    entry("role.withdrawn", actor, over).change("role", over.role.to_string(), None::<String>).change(
        "range",
        range(&over.range),
        None::<String>,
    )
}

fn entry(action: &'static str, actor: &MemberActor, assignment: &Assignment) -> Entry {
    Entry::new(action, assignment.holder.kind().name(), assignment.holder.id()).of(actor.tenant).change(
        "assignment",
        None::<String>,
        assignment.id.to_string(),
    )
}
