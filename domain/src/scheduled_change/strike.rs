//! Carrying changes out when their day has come.

use super::{ChangeFault, ChangeState, Intent, ScheduledChange, ScheduledChangeStore, ended};
use crate::access::Permission;
use crate::actor::Actor;
use crate::bundle::bundle;
use crate::context::{Context, Origin};
use crate::departure::{Leaver, LeavingStore, depart};
use crate::error::{Error, Fault, Problem, Result};
use crate::id::{MemberId, NoticeId, ScheduledChangeId, SessionId, TenantId};
use crate::member::{Patch, update};
use crate::notice::{Notice, NoticeKind, NoticeStore, Params, tell};
use crate::reference::Calendar;
use crate::tenant::TenantScope;
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

bundle! {
    /// What carrying a change out touches.
    StrikingStore: LeavingStore + NoticeStore + TenantScope
}

/// The changes of a tenant whose day has come, in the order of their days.
///
/// # Errors
/// When the store fails.
pub fn due(
    tx: &mut (impl ScheduledChangeStore + TenantScope),
    context: &Context<'_>,
    tenant: TenantId,
    calendar: &Calendar,
) -> Result<Vec<ScheduledChangeId>> {
    tx.enter(tenant);
    tx.due_changes(calendar.day(context.now))
}

/// Carries a change out that still waits, on behalf of whoever ordered it: all of it, or an error says why nothing of it happened. Gives
/// the sessions that ended.
///
/// # Errors
/// `orderer_without_right`, and those of [`update`] and [`depart`].
pub fn strike(
    tx: &mut impl StrikingStore,
    context: &Context<'_>,
    (tenant, id): (TenantId, ScheduledChangeId),
    restorable: Duration,
) -> Result<Vec<SessionId>> {
    let Some(mut change) = waiting(tx, tenant, id)? else { return Ok(Vec::new()) };
    let origin = Origin { request_id: change.request_id.clone(), ..Origin::default() };
    let context = &Context { origin: &origin, ..*context };
    let actor =
        change.by.actor(tx, (tenant, context.now), |rights| rights.somewhere(Permission::MemberManage))?;
    // Before it happens: a departure cancels whatever waits.
    change.end(ChangeState::Done, context.now);
    tx.save_scheduled_change(&change)?;
    tx.record(
        context,
        &Actor::System,
        ended("scheduled_change.done", tenant, (id, change.member), change.state),
    )?;
    match &change.intent {
        Intent::Update(patch) => {
            let patch = Patch { id: change.member, expected: None, document: patch.clone() };
            Ok(update(tx, context, &actor, &patch)?.1)
        }
        Intent::Departure(successors) => {
            let leaver = Leaver { id: change.member, expected: None };
            Ok(depart(tx, context, &actor, leaver, successors, restorable)?.1)
        }
    }
}

/// Keeps why a change could not be carried out that still waits, and tells somebody: whoever ordered it, or the owner where that one has
/// not the right to see it any more. They are told once in a day.
///
/// # Errors
/// When the store fails.
pub fn give_up(
    tx: &mut impl StrikingStore,
    context: &Context<'_>,
    (tenant, id): (TenantId, ScheduledChangeId),
    why: &Error,
) -> Result<()> {
    let Some(mut change) = waiting(tx, tenant, id)? else { return Ok(()) };
    let origin = Origin { request_id: change.request_id.clone(), ..Origin::default() };
    let context = &Context { origin: &origin, ..*context };
    change.end(ChangeState::Failed, context.now);
    change.faults = faults(&change.intent, why);
    tx.save_scheduled_change(&change)?;
    let codes: Vec<&str> = change.faults.iter().map(|fault| fault.problem.code.as_str()).collect();
    let failed = ended("scheduled_change.failed", tenant, (change.id, change.member), change.state);
    tx.record(context, &Actor::System, failed.change("faults", Vec::<String>::new(), codes))?;
    let Some(to) = concerned(tx, (tenant, context.now), &change)? else { return Ok(()) };
    let day = change.effective_on.to_string();
    let id = NoticeId::from(Uuid::new_v5(&to.into(), format!("changes of {day}").as_bytes()));
    let params = Params::from([("date".to_owned(), day)]);
    let notice = Notice { id, ..Notice::new(context, to, NoticeKind::ScheduledChangeFailed, params) };
    tell(tx, context, tenant, &notice).map(drop)
}

fn waiting(
    tx: &mut (impl ScheduledChangeStore + TenantScope),
    tenant: TenantId,
    id: ScheduledChangeId,
) -> Result<Option<ScheduledChange>> {
    tx.enter(tenant);
    Ok(tx.scheduled_change(id)?.filter(|change| change.state == ChangeState::Scheduled))
}

fn faults(intent: &Intent, error: &Error) -> Vec<ChangeFault> {
    let below = match intent {
        Intent::Update(_) => "/patch",
        Intent::Departure(_) => "/departure",
    };
    if error.faults().is_empty() {
        return vec![ChangeFault { pointer: String::new(), problem: Problem::from(error) }];
    }
    let fault = |fault: &Fault| ChangeFault {
        pointer: format!("{below}{}", fault.pointer),
        problem: Problem::from(&fault.violation),
    };
    error.faults().iter().map(fault).collect()
}

fn concerned(
    tx: &mut impl StrikingStore,
    (tenant, now): (TenantId, DateTime<Utc>),
    change: &ScheduledChange,
) -> Result<Option<MemberId>> {
    match change.by.actor(tx, (tenant, now), |rights| rights.somewhere(Permission::MemberManage)) {
        Ok(actor) => Ok(Some(actor.member)),
        Err(_) => tx.owner(),
    }
}
