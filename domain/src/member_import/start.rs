//! Beginning an import, seeing it, ordering what it planned, and stopping it.

use super::{
    ImportState, MemberImport, MemberImportStore, Options, PlannedDepartment, PlannedRow, RowFilter, Sheet,
};
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::bundle::bundle;
use crate::certification::{CertificateStore, Terms};
use crate::context::Context;
use crate::department::DepartmentStore;
use crate::error::{Code, Error, Faults, Place, Result};
use crate::id::{MemberId, MemberImportId};
use crate::job::{Job, JobQueue};
use crate::journal::{Entry, Journal};
use crate::member::{MemberState, MemberStore, has_room};
use crate::on_behalf::OnBehalf;
use chrono::{DateTime, Utc};

bundle! {
    /// What beginning and ordering an import touches.
    StartingStore: MemberImportStore + MemberStore + DepartmentStore + CertificateStore + JobQueue + Journal
}

fn allowed(actor: &MemberActor, options: Options) -> Result<()> {
    may_import(actor)?;
    if options.create_departments {
        access::require(actor, Permission::DepartmentManage)?;
    }
    Ok(())
}

/// Refuses whoever could not change by hand what any row may.
///
/// # Errors
/// `forbidden`, `beyond_own_rights`.
pub fn may_import(actor: &MemberActor) -> Result<()> {
    access::require(actor, Permission::MemberManage)?;
    access::require_all_fields(actor)
}

fn successor_there(tx: &mut impl MemberStore, options: Options) -> Result<()> {
    let Some(successor) = options.successor else { return Ok(()) };
    let there = tx.member(MemberId::from(successor))?;
    if there.is_none_or(|member| member.state == MemberState::Departed) {
        return Err(Faults::one(Place::Body, "/successor_id", Code::MemberUnknown));
    }
    Ok(())
}

/// Begins the dry run of an import. A plan that nobody ordered makes place for it.
///
/// # Errors
/// `forbidden`, `import_under_way`; at `/successor_id` `member_unknown`.
pub fn start(
    tx: &mut impl StartingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    options: Options,
    (sheet, rows, kept): (&Sheet, u32, &[u8]),
) -> Result<MemberImport> {
    allowed(actor, options)?;
    successor_there(tx, options)?;
    let waiting = [ImportState::Planning, ImportState::Planned, ImportState::Executing];
    for mut other in tx.member_imports_in(&waiting)? {
        if other.is_under_way() {
            return Err(Code::ImportUnderWay.into());
        }
        give_up(tx, &mut other, context.now)?;
    }
    let mut import = MemberImport {
        tenant: actor.tenant,
        id: context.id(),
        state: ImportState::Planning,
        options,
        columns: sheet.columns.clone(),
        headings: u32::try_from(sheet.first).unwrap_or(u32::MAX),
        rows,
        plan: None,
        done: 0,
        total: rows,
        failed: 0,
        problem: None,
        by: OnBehalf::from(actor),
        request_id: context.origin.request_id.clone(),
        created_at: context.now,
        executed_at: None,
        ended_at: None,
        version: 0,
    };
    tx.save_member_import(&import)?;
    tx.insert_sheet(import.id, kept)?;
    import.version += 1;
    let job = Job::PlanImport { tenant: actor.tenant.into(), import: import.id.into() };
    tx.enqueue(context.random.uuid(), &job, context.now, context.now)?;
    let entry = Entry::new("member_import.started", "member_import", import.id)
        .of(actor.tenant)
        .change("rows", 0, rows)
        .change("options", None::<String>, serde_json::to_value(options).unwrap_or_default());
    tx.record(context, &actor.into(), entry)?;
    Ok(import)
}

fn give_up(tx: &mut impl MemberImportStore, import: &mut MemberImport, now: DateTime<Utc>) -> Result<()> {
    import.end(ImportState::Cancelled, now);
    tx.save_member_import(import)?;
    import.version += 1;
    tx.delete_sheet(import.id)
}

/// What is ordered, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The hash of the plan.
    pub plan_hash: String,
    /// How many members leave, where that has to be said.
    pub removals: Option<u32>,
    /// Whether the rows with faults are left out, instead of forbidding all.
    pub skip_refused: bool,
}

/// Orders that a plan is carried out.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`, `action_not_allowed`, `plan_differs`, `plan_has_faults`, `removals_not_counted`,
/// `member_limit_reached`, `department_limit_reached`; at `/successor_id` `member_unknown`.
pub fn order(
    tx: &mut impl StartingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    (id, order): (MemberImportId, &Order),
    terms: &Terms,
) -> Result<MemberImport> {
    let mut import = get(tx, actor, id)?;
    allowed(actor, import.options)?;
    let Some(plan) = import.plan.clone().filter(|_| import.state == ImportState::Planned) else {
        return Err(Error::new(Code::ActionNotAllowed).with("state", import.state.name()));
    };
    if plan.hash != order.plan_hash {
        return Err(Code::PlanDiffers.into());
    }
    // Who is meant by a row with faults is not known, and might be taken for absent.
    if plan.rows.refuse > 0 && (!order.skip_refused || plan.rows.remove > 0) {
        return Err(Error::new(Code::PlanHasFaults).with("rows", plan.rows.refuse));
    }
    let counted = order.removals == Some(plan.rows.remove);
    if (plan.removes_many || order.removals.is_some()) && !counted {
        return Err(Error::new(Code::RemovalsNotCounted).with("removals", plan.rows.remove));
    }
    has_room(tx, context, terms, plan.rows.create)?;
    tx.tree()?.room(plan.departments.into())?;
    successor_there(tx, import.options)?;
    import.state = ImportState::Executing;
    import.done = 0;
    import.by = OnBehalf::from(actor);
    import.request_id.clone_from(&context.origin.request_id);
    import.executed_at = Some(context.now);
    tx.save_member_import(&import)?;
    import.version += 1;
    tx.delete_sheet(id)?;
    let job = Job::ExecuteImport { tenant: actor.tenant.into(), import: id.into() };
    tx.enqueue(context.random.uuid(), &job, context.now, context.now)?;
    let entry = Entry::new("member_import.ordered", "member_import", id)
        .of(actor.tenant)
        .change("state", ImportState::Planned.name(), import.state.name())
        .change("plan_hash", None::<String>, plan.hash.as_str())
        .change("rows", None::<String>, serde_json::to_value(plan.rows).unwrap_or_default());
    tx.record(context, &actor.into(), entry)?;
    Ok(import)
}

/// Stops an import. What was carried out before stays.
///
/// # Errors
/// `forbidden`, `not_found`, `action_not_allowed`.
pub fn cancel(
    tx: &mut impl StartingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    id: MemberImportId,
) -> Result<MemberImport> {
    let mut import = get(tx, actor, id)?;
    allowed(actor, import.options)?;
    let was = import.state;
    if !(import.is_under_way() || was == ImportState::Planned) {
        return Err(Error::new(Code::ActionNotAllowed).with("state", was.name()));
    }
    give_up(tx, &mut import, context.now)?;
    let entry = Entry::new("member_import.cancelled", "member_import", id).of(actor.tenant).change(
        "state",
        was.name(),
        import.state.name(),
    );
    tx.record(context, &actor.into(), entry)?;
    Ok(import)
}

/// An import.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn get(tx: &mut impl MemberImportStore, actor: &MemberActor, id: MemberImportId) -> Result<MemberImport> {
    may_import(actor)?;
    tx.member_import(id)?.ok_or_else(|| Code::NotFound.into())
}

/// Rows of a plan, in the order in which they are carried out, from a position on.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn list_rows(
    tx: &mut impl MemberImportStore,
    actor: &MemberActor,
    id: MemberImportId,
    filter: RowFilter,
    (from, limit): (u32, u32),
) -> Result<Vec<PlannedRow>> {
    get(tx, actor, id)?;
    tx.planned_rows(id, filter, from, limit)
}

/// The departments that a plan makes, in the order in which they are made, from a position on.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn list_departments(
    tx: &mut impl MemberImportStore,
    actor: &MemberActor,
    id: MemberImportId,
    (from, limit): (u32, u32),
) -> Result<Vec<PlannedDepartment>> {
    get(tx, actor, id)?;
    tx.planned_departments(id, from, limit)
}
