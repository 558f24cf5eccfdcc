//! Making plans and carrying them out, as jobs.

use crate::job::{TURN, as_system};
use crate::service::Service;
use crate::spreadsheet::unpacked;
use domain::context::Random;
use domain::context::{Context, Origin};
use domain::error::{Code, Error, Kind, Problem, Result};
use domain::id::{MemberImportId, TenantId};
use domain::job::{Job, JobQueue};
use domain::member_import::{MemberImportStore, Planner, SheetRow, Step, execute as execute_piece, fail};
use domain::tenant::TenantScope;
use persistence::Tx;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// How many rows are looked at together.
const PIECE: usize = 500;

/// An import of a tenant.
type Which = (TenantId, MemberImportId);

fn read<T>(service: &Service, tenant: TenantId, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
    service.database.read(|tx| {
        tx.enter(tenant);
        work(tx)
    })
}

fn write<T>(service: &Service, tenant: TenantId, work: impl Fn(&mut Tx<'_>) -> Result<T>) -> Result<T> {
    service.database.write(|tx| {
        tx.enter(tenant);
        work(tx)
    })
}

/// Somebody else has stopped it, or goes on with it.
fn is_lost(error: &Error) -> bool {
    error.code() == Code::VersionStale
}

/// What no other try would mend.
fn is_final(error: &Error) -> bool {
    matches!(error.kind(), Kind::Conflict | Kind::Invalid | Kind::Forbidden | Kind::NotFound)
}

/// Makes the plan of an import. Whatever another process had begun is begun anew.
pub(crate) fn plan(service: &Service, which: Which) -> Result<()> {
    let done = try_to_plan(service, which);
    give_up(service, which, done)
}

fn try_to_plan(service: &Service, (tenant, id): Which) -> Result<()> {
    let origin = Origin::default();
    let context = Context { now: service.clock.now(), random: &service.random, origin: &origin };
    let begun = read(service, tenant, |tx| {
        let Some(planner) = Planner::begin(tx, id)? else { return Ok(None) };
        Ok(Some((planner, tx.sheet(id)?)))
    })?;
    let Some((mut planner, packed)) = begun else { return Ok(()) };
    step(service, &mut planner, tenant, 0, |tx| tx.clear_plan(id))?;
    let headings = planner.headings();
    for piece in pieces(&packed, headings) {
        let piece = piece?;
        read(service, tenant, |tx| planner.survey(tx, &context, &piece))?;
    }
    read(service, tenant, |tx| planner.settle(tx, &context))?;
    let mut done = 0;
    for piece in pieces(&packed, headings) {
        let piece = piece?;
        let rows = read(service, tenant, |tx| planner.plan(tx, &context, &piece))?;
        done += u32::try_from(rows.len()).unwrap_or_default();
        step(service, &mut planner, tenant, done, |tx| tx.insert_planned_rows(id, &rows))?;
    }
    for some in read(service, tenant, |tx| planner.absent(tx))?.chunks(PIECE) {
        step(service, &mut planner, tenant, done, |tx| tx.insert_planned_rows(id, some))?;
    }
    let terms = &service.settings.certification;
    let planned = read(service, tenant, |tx| planner.finish(tx, &context, terms))?;
    for some in planned.refused.chunks(PIECE) {
        step(service, &mut planner, tenant, done, |tx| tx.refuse_rows(id, some))?;
    }
    for some in planned.departments.chunks(PIECE) {
        step(service, &mut planner, tenant, done, |tx| tx.insert_planned_departments(id, some))?;
    }
    planner.ready(planned.plan);
    write(service, tenant, |tx| {
        tx.save_member_import(planner.import())?;
        tx.delete_sheet(id)
    })
}

/// Keeps a part of the plan, with how far it is.
fn step(
    service: &Service,
    planner: &mut Planner,
    tenant: TenantId,
    done: u32,
    work: impl Fn(&mut Tx<'_>) -> Result<()>,
) -> Result<()> {
    if service.stopping.load(Ordering::Relaxed) {
        return Err(Error::new(Code::Unavailable).context("the service stops"));
    }
    planner.progress(done);
    write(service, tenant, |tx| {
        work(tx)?;
        tx.save_member_import(planner.import())
    })?;
    planner.saved();
    Ok(())
}

/// The rows below the headings, some at a time.
fn pieces(packed: &[u8], headings: usize) -> impl Iterator<Item = Result<Vec<SheetRow>>> + '_ {
    let mut rows = unpacked(packed).skip(headings);
    std::iter::from_fn(move || {
        let piece: Result<Vec<SheetRow>> = rows.by_ref().take(PIECE).collect();
        match piece {
            Ok(piece) if piece.is_empty() => None,
            piece => Some(piece),
        }
    })
}

/// Carries a plan out for a while, and leaves the rest to another job.
pub(crate) fn execute(service: &Service, which: Which) -> Result<()> {
    let done = try_to_execute(service, which);
    give_up(service, which, done)
}

fn try_to_execute(service: &Service, (tenant, id): Which) -> Result<()> {
    let started = Instant::now();
    let origin = Origin::default();
    let (terms, restorable) = (&service.settings.certification, service.settings.restorable);
    loop {
        let context = Context { now: service.clock.now(), random: &service.random, origin: &origin };
        let over = started.elapsed() >= TURN || service.stopping.load(Ordering::Relaxed);
        let step = service.database.write(|tx| {
            let step: Step = execute_piece(tx, &context, (tenant, id), terms, restorable)?;
            if step.more && over {
                let job = Job::ExecuteImport { tenant: tenant.into(), import: id.into() };
                tx.enqueue(service.random.uuid(), &job, context.now, context.now)?;
            }
            Ok(step)
        })?;
        step.ended.into_iter().for_each(|session| service.sessions.forget(session));
        if over || !step.more {
            return Ok(());
        }
    }
}

/// Ends an import that cannot go on; what another try may mend is left to that.
fn give_up(service: &Service, which: Which, done: Result<()>) -> Result<()> {
    match done {
        Err(error) if is_lost(&error) => Ok(()),
        Err(error) if is_final(&error) => {
            tracing::info!(%error, "an import cannot go on");
            end(service, which, &error)
        }
        done => done,
    }
}

/// Ends an import that cannot go on, for one reason.
pub(crate) fn end(service: &Service, which: Which, error: &Error) -> Result<()> {
    as_system(service, |tx, context| fail(tx, context, which, Problem::from(error)))
}
