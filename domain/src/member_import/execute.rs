//! Carrying a plan out, a piece in each transaction.

use super::cell;
use super::row::{faults_by_row, row_faults};
use super::{ImportState, MemberImport, MemberImportStore, PlannedRow, RowAction, RowFilter};
use crate::access::{Permission, check_placing};
use crate::actor::{Actor, MemberActor, MemberRole};
use crate::bundle::bundle;
use crate::certification::{CertificateStore, Terms};
use crate::context::{Context, Origin};
use crate::department::{MAX_LEVEL, Path, creation};
use crate::departure::{Leaver, LeavingStore, Successors, depart_many};
use crate::error::{Code, Error, Problem, Result};
use crate::id::{DepartmentId, MemberId, MemberImportId, SessionId, TenantId};
use crate::journal::{Entry, Journal};
use crate::member::{ListedMember, Member, MemberState, has_room, keep, listed, review};
use crate::tenant::TenantScope;
use chrono::Duration;
use std::collections::HashMap;

bundle! {
    /// What carrying an import out touches.
    ExecutingStore: LeavingStore + MemberImportStore + CertificateStore + TenantScope
}

/// How many departments or rows are carried out at once.
const PIECE: u32 = 500;

/// What came of a piece.
#[derive(Debug, Default)]
pub struct Step {
    /// Whether there is more to do.
    pub more: bool,
    /// The sessions that ended with it.
    pub ended: Vec<SessionId>,
}

/// Carries a piece of a plan out. Whatever others have changed since it was made is left as it is, and told.
///
/// # Errors
/// What makes it impossible to go on: `orderer_without_right`, `member_limit_reached`,
/// `department_limit_reached`, `department_name_taken`, `department_unknown`, `department_too_deep`; then nothing was done.
pub fn execute(
    tx: &mut impl ExecutingStore,
    context: &Context<'_>,
    (tenant, id): (TenantId, MemberImportId),
    terms: &Terms,
    restorable: Duration,
) -> Result<Step> {
    tx.enter(tenant);
    let import = tx.member_import(id)?.filter(|import| import.state == ImportState::Executing);
    let Some(mut import) = import else { return Ok(Step::default()) };
    let mut needed = vec![Permission::MemberManage];
    needed.extend(import.options.create_departments.then_some(Permission::DepartmentManage));
    let actor = import.by.actor(tx, (tenant, context.now), |rights| {
        needed.iter().all(|one| rights.everywhere(*one)) && rights.written_of_all().is_all()
    })?;
    let origin = Origin { request_id: import.request_id.clone(), ..Origin::default() };
    let context = &Context { origin: &origin, ..*context };
    let departments = import.plan.as_ref().map_or(0, |plan| plan.departments);
    let mut step = Step::default();
    if import.done < departments {
        import.done += make_departments(tx, context, &actor, &import)?;
    } else {
        let from = import.done - departments;
        let mut rows = tx.planned_rows(id, RowFilter::default(), from, PIECE)?;
        let removing = |row: &PlannedRow| row.action == RowAction::Remove;
        let other = rows.iter().position(|row| removing(row) != removing(&rows[0]));
        rows.truncate(other.unwrap_or(rows.len()));
        // A row may be gone with whom it was about.
        import.done = rows.last().map_or(import.total, |last| departments + last.position + 1);
        let failed = if rows.first().is_some_and(removing) {
            let (failed, ended) = remove(tx, context, &actor, (&import, rows), restorable)?;
            step.ended = ended;
            failed
        } else {
            change(tx, context, &actor, (&import, rows), terms)?
        };
        import.failed += u32::try_from(failed.len()).unwrap_or_default();
        let failed: Vec<_> = failed.into_iter().map(|row| PlannedRow { failed: true, ..row }).collect();
        tx.save_planned_rows(id, &failed)?;
    }
    step.more = import.done < import.total;
    if !step.more {
        import.end(ImportState::Completed, context.now);
        let entry = Entry::new("member_import.completed", "member_import", id)
            .of(tenant)
            .change("state", ImportState::Executing.name(), import.state.name())
            .change("failed", 0, import.failed);
        tx.record(context, &Actor::System, entry)?;
    }
    tx.save_member_import(&import)?;
    Ok(step)
}

/// Ends an import that cannot go on.
///
/// # Errors
/// When the store fails.
pub fn fail(
    tx: &mut (impl MemberImportStore + Journal + TenantScope),
    context: &Context<'_>,
    (tenant, id): (TenantId, MemberImportId),
    problem: Problem,
) -> Result<()> {
    tx.enter(tenant);
    let Some(mut import) = tx.member_import(id)?.filter(MemberImport::is_under_way) else { return Ok(()) };
    let was = import.state;
    import.end(ImportState::Failed, context.now);
    tx.delete_sheet(id)?;
    let entry = Entry::new("member_import.failed", "member_import", id)
        .of(tenant)
        .change("state", was.name(), import.state.name())
        .change("problem", None::<String>, problem.code.as_str());
    import.problem = Some(problem);
    tx.save_member_import(&import)?;
    tx.record(context, &Actor::System, entry)
}

/// Makes some departments; gives how many.
fn make_departments(
    tx: &mut impl ExecutingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    import: &MemberImport,
) -> Result<u32> {
    let new = tx.planned_departments(import.id, import.done, PIECE)?;
    if new.is_empty() {
        return Err(Code::NotFound.into());
    }
    let mut tree = tx.tree()?;
    tree.room(new.len() as u64)?;
    let named: Vec<_> = new.iter().map(|new| (new.parent, new.name.key())).collect();
    if !tx.children_named(&named)?.is_empty() {
        return Err(Code::DepartmentNameTaken.into());
    }
    let parents: Vec<DepartmentId> = new.iter().map(|new| new.parent).collect();
    let mut paths: HashMap<DepartmentId, Path> =
        tx.known_departments(&parents)?.into_iter().map(|known| (known.id, known.path)).collect();
    let (mut made, mut entries) = (Vec::new(), Vec::new());
    for new in new {
        let above = paths.get(&new.parent).ok_or(Code::DepartmentUnknown)?;
        let department = tree.grow((new.parent, above), new.id, new.name, context.now);
        if department.path.level() > MAX_LEVEL {
            return Err(Error::new(Code::DepartmentTooDeep).with("max", MAX_LEVEL));
        }
        paths.insert(department.id, department.path.clone());
        entries.push(creation(actor, &department));
        made.push(department);
    }
    tx.save_tree(&tree)?;
    tx.insert_departments(&made)?;
    tx.record_all(context, &actor.into(), entries)?;
    Ok(u32::try_from(made.len()).unwrap_or_default())
}

/// Makes and changes members; gives the rows that were left out, with why.
fn change(
    tx: &mut impl ExecutingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    (import, rows): (&MemberImport, Vec<PlannedRow>),
    terms: &Terms,
) -> Result<Vec<PlannedRow>> {
    let does =
        |row: &PlannedRow| matches!(row.action, RowAction::Create | RowAction::Update | RowAction::Move);
    let rows: Vec<PlannedRow> = rows.into_iter().filter(does).collect();
    let creating = rows.iter().filter(|row| row.action == RowAction::Create).count();
    has_room(tx, context, terms, u32::try_from(creating).unwrap_or(u32::MAX))?;
    let known: Vec<MemberId> =
        rows.iter().filter(|row| row.action != RowAction::Create).map(|row| row.member).collect();
    let mut there: HashMap<MemberId, ListedMember> =
        listed(tx, &known)?.into_iter().map(|one| (one.member.id, one)).collect();
    let (root, fields) = (tx.root_department()?, tx.member_fields()?);
    let (mut changes, mut failed) = (Vec::new(), HashMap::new());
    for row in &rows {
        let mut faults = cell::faults();
        let before = there.remove(&row.member);
        if is_as_planned(row, before.as_ref()) {
            let change = row.change(context, before, (actor.tenant, root, &fields), &mut faults);
            changes.extend(change.filter(|_| faults.found().is_empty()));
        } else {
            faults.note("", Code::VersionStale);
        }
        if !faults.found().is_empty() {
            failed.insert(row.position, row_faults(&faults, &import.columns));
        }
    }
    let by = Actor::from(actor);
    // What falls away may take others with it: whoever was to report to who does not come.
    loop {
        let mut faults = cell::faults();
        review(tx, &changes, &fields, &mut faults)?;
        check_placing(tx, (&by, context.now), &changes, &mut faults)?;
        if faults.found().is_empty() {
            break;
        }
        let wrong = faults_by_row(&faults, &import.columns);
        changes.retain(|change| change.at.parse().map_or(true, |at: u32| !wrong.contains_key(&at)));
        failed.extend(wrong);
    }
    keep(tx, context, &by, changes, &fields)?;
    let left_out = |row: PlannedRow| Some(PlannedRow { faults: failed.remove(&row.position)?, ..row });
    Ok(rows.into_iter().filter_map(left_out).collect())
}

/// Whether what a row is about is as it was when that was planned.
fn is_as_planned(row: &PlannedRow, now: Option<&ListedMember>) -> bool {
    let now = now.map(|now| &now.member).filter(|member| member.state != MemberState::Departed);
    row.action == RowAction::Create || now.is_some_and(|member| member.version == row.expected)
}

/// Sees members off; gives the rows that were left out, with why.
fn remove(
    tx: &mut impl ExecutingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    (import, rows): (&MemberImport, Vec<PlannedRow>),
    restorable: Duration,
) -> Result<(Vec<PlannedRow>, Vec<SessionId>)> {
    let ids: Vec<MemberId> = rows.iter().map(|row| row.member).collect();
    let there: HashMap<MemberId, Member> =
        tx.members(&ids)?.into_iter().map(|member| (member.id, member)).collect();
    let (mut leavers, mut failed) = (Vec::new(), Vec::new());
    for row in rows {
        let seen = there.get(&row.member).filter(|member| member.state != MemberState::Departed);
        let why = match seen {
            Some(member) if member.role == MemberRole::Owner => Code::OwnerStays,
            Some(member) if member.version == row.expected => {
                leavers.push(Leaver { id: row.member, expected: Some(row.expected) });
                continue;
            }
            _ => Code::VersionStale,
        };
        let mut faults = cell::faults();
        faults.note("", why);
        failed.push(PlannedRow { faults: row_faults(&faults, &import.columns), ..row });
    }
    // The tags of many people are nobody's in particular: they end with them.
    let successors =
        Successors { all: import.options.successor.map(MemberId::from), ..Successors::default() };
    let (_, ended) = depart_many(tx, context, actor, &leavers, &successors, restorable)?;
    Ok((failed, ended))
}
