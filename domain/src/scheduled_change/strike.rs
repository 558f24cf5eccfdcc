//! Carrying changes out when their day has come.

use super::{ChangeFault, ChangeFilter, ChangeState, Intent, ScheduledChange};
use crate::access::Permission;
use crate::actor::Actor;
use crate::bundle::bundle;
use crate::context::{Context, Origin};
use crate::departure::{Leaver, LeavingStore, depart};
use crate::error::{Code, Error, Kind, Problem, Result};
use crate::id::{ScheduledChangeId, SessionId, TenantId};
use crate::journal::Entry;
use crate::member::{MemberState, Patch, update};
use crate::notice::{Notice, NoticeKind, NoticeStore, Params, tell};
use crate::tenant::TenantScope;
use chrono::Duration;

bundle! {
    /// What carrying a change out touches.
    StrikingStore: LeavingStore + NoticeStore + TenantScope
}

/// Carries a change out that still waits, and before it whatever waits for the same member since an earlier day. Gives the sessions that
/// ended. Where it cannot be carried out, that is kept, and whoever answers for it is told.
///
/// # Errors
/// When another try may mend it.
pub fn strike(
    tx: &mut impl StrikingStore,
    context: &Context<'_>,
    (tenant, id): (TenantId, ScheduledChangeId),
    restorable: Duration,
) -> Result<Vec<SessionId>> {
    tx.enter(tenant);
    let waiting = tx.scheduled_change(id)?.filter(|change| change.state == ChangeState::Scheduled);
    let Some(last) = waiting else { return Ok(Vec::new()) };
    let filter = ChangeFilter { member: Some(last.member), state: Some(ChangeState::Scheduled) };
    let due = tx.scheduled_changes(filter, None, u32::MAX)?.into_iter();
    let mut ended = Vec::new();
    for change in due.take_while(|change| change.effective_on <= last.effective_on) {
        // One that was a departure has cancelled those after it.
        let still = tx.scheduled_change(change.id)?.filter(|change| change.state == ChangeState::Scheduled);
        if let Some(change) = still {
            ended.extend(carry_out(tx, context, tenant, change, restorable)?);
        }
    }
    Ok(ended)
}

fn carry_out(
    tx: &mut impl StrikingStore,
    context: &Context<'_>,
    tenant: TenantId,
    mut change: ScheduledChange,
    restorable: Duration,
) -> Result<Vec<SessionId>> {
    let origin = Origin { request_id: change.request_id.clone(), ..Origin::default() };
    let context = &Context { origin: &origin, ..*context };
    // Before it happens: a departure cancels whatever waits.
    change.end(ChangeState::Done, context.now);
    tx.save_scheduled_change(&change)?;
    change.version += 1;
    let ended = match perform(tx, context, tenant, &change, restorable) {
        Ok(ended) => ended,
        Err(error) if is_final(&error) => {
            change.state = ChangeState::Failed;
            change.faults = faults(&change.intent, &error);
            tx.save_scheduled_change(&change)?;
            tell_of(tx, context, tenant, &change)?;
            Vec::new()
        }
        Err(error) => return Err(error),
    };
    let action =
        if change.state == ChangeState::Done { "scheduled_change.done" } else { "scheduled_change.failed" };
    let codes: Vec<&str> = change.faults.iter().map(|fault| fault.problem.code.as_str()).collect();
    let entry = Entry::new(action, "scheduled_change", change.id)
        .of(tenant)
        .change("member", None::<String>, change.member.to_string())
        .change("state", ChangeState::Scheduled.name(), change.state.name())
        .change("faults", Vec::<String>::new(), codes);
    tx.record(context, &Actor::System, entry)?;
    Ok(ended)
}

/// What the change is, on behalf of whoever answers for it. Either all of it happens, or an error says why nothing did.
fn perform(
    tx: &mut impl StrikingStore,
    context: &Context<'_>,
    tenant: TenantId,
    change: &ScheduledChange,
    restorable: Duration,
) -> Result<Vec<SessionId>> {
    let actor = change.by.actor(tx, tenant, &[Permission::MemberManage])?;
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

/// What no other try would mend, and what was found before anything was changed.
fn is_final(error: &Error) -> bool {
    let judged = matches!(error.kind(), Kind::Conflict | Kind::Invalid | Kind::Forbidden | Kind::NotFound);
    judged && error.code() != Code::VersionStale
}

fn faults(intent: &Intent, error: &Error) -> Vec<ChangeFault> {
    let below = match intent {
        Intent::Update(_) => "/patch",
        Intent::Departure(_) => "/departure",
    };
    if error.faults().is_empty() {
        return vec![ChangeFault { pointer: String::new(), problem: Problem::from(error) }];
    }
    let fault = |fault: &crate::error::Fault| ChangeFault {
        pointer: format!("{below}{}", fault.pointer),
        problem: Problem::from(&fault.violation),
    };
    error.faults().iter().map(fault).collect()
}

/// Tells whoever answers for a change that it could not be carried out, or the owner where that one does not get in any more.
fn tell_of(
    tx: &mut impl StrikingStore,
    context: &Context<'_>,
    tenant: TenantId,
    change: &ScheduledChange,
) -> Result<()> {
    let by = tx.member(change.by.member)?.filter(|member| member.state == MemberState::Active);
    let Some(to) = by.map_or_else(|| tx.owner(), |member| Ok(Some(member.id)))? else { return Ok(()) };
    let params = Params::from([("date".to_owned(), change.effective_on.to_string())]);
    let notice = Notice::new(context, to, NoticeKind::ScheduledChangeFailed, params);
    tell(tx, context, tenant, &notice).map(drop)
}
