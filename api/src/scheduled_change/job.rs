//! Carrying changes out, as a job.

use crate::job::{TURN, as_system};
use crate::service::Service;
use chrono::Duration as Wait;
use domain::context::Random;
use domain::error::{Code, Error, Kind, Result};
use domain::id::{ScheduledChangeId, TenantId};
use domain::job::{Job, JobQueue};
use domain::scheduled_change::{due, give_up, strike};
use std::sync::atomic::Ordering;
use std::time::Instant;
use uuid::Uuid;

/// How long after its day began a change is looked for that no job has carried out.
const OVERDUE: Wait = Wait::minutes(10);

/// Carries out the changes of a tenant whose day has come, the earliest first. What one of them forbids another one may mend, so those that
/// were refused are tried again as long as others happen; then it is kept why.
pub(crate) fn strike_changes(service: &Service, tenant: TenantId) -> Result<()> {
    let started = Instant::now();
    loop {
        let calendar = &service.settings.certification.calendar;
        let waiting = as_system(service, |tx, context| due(tx, context, tenant, calendar))?;
        let (mut refused, mut happened) = (Vec::new(), false);
        for id in waiting {
            if service.stopping.load(Ordering::Relaxed) {
                return Err(Error::new(Code::Unavailable).context("the service stops"));
            }
            match carry_out(service, (tenant, id)) {
                Ok(()) => happened = true,
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => refused.push((id, error)),
            }
            if happened && started.elapsed() >= TURN {
                let job = Job::StrikeChanges { tenant: tenant.into() };
                let id = service.random.uuid();
                return as_system(service, |tx, context| tx.enqueue(id, &job, context.now, context.now));
            }
        }
        if refused.is_empty() {
            return Ok(());
        }
        if !happened {
            for (id, error) in refused {
                tracing::info!(%error, "a scheduled change could not be carried out");
                as_system(service, |tx, context| give_up(tx, context, (tenant, id), &error))?;
            }
            return Ok(());
        }
    }
}

fn carry_out(service: &Service, which: (TenantId, ScheduledChangeId)) -> Result<()> {
    let restorable = service.settings.restorable;
    let ended = as_system(service, |tx, context| strike(tx, context, which, restorable))?;
    ended.into_iter().for_each(|session| service.sessions.forget(session));
    Ok(())
}

/// What has nothing to do with the change.
fn is_passing(error: &Error) -> bool {
    matches!(error.kind(), Kind::Contention | Kind::Unavailable)
}

/// Queues what no job has carried out: one was set aside, perhaps by a version that did not know it.
pub(crate) fn catch_up(service: &Service) -> Result<()> {
    let now = service.clock.now();
    let day = service.settings.certification.calendar.day(now - OVERDUE);
    for tenant in service.database.tenants_with_changes_due(day)? {
        // Once in an hour.
        let hour = now.timestamp() / 3600;
        let id = Uuid::new_v5(&tenant.into(), format!("overdue changes {hour}").as_bytes());
        let job = Job::StrikeChanges { tenant: tenant.into() };
        as_system(service, |tx, context| tx.enqueue(id, &job, context.now, context.now))?;
    }
    Ok(())
}
