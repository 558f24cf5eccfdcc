//! Scheduling changes, seeing and cancelling them.

use super::{
    ChangeFilter, ChangeSpot, ChangeState, Intent, MAX_DAYS, MAX_WAITING, Note, ScheduledChange,
    ScheduledChangeStore, cancelled, entry,
};
use crate::access::{self, AccessStore, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::departure::{LeavingStore, check_departure};
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::{MemberId, ScheduledChangeId};
use crate::job::Job;
use crate::journal::Journal;
use crate::member::{MemberState, check_update, listed};
use crate::on_behalf::OnBehalf;
use crate::reference::Calendar;
use chrono::{Days, NaiveDate};
use uuid::Uuid;

/// A change to be scheduled.
#[derive(Debug, Clone)]
pub struct NewChange {
    /// Of whom.
    pub member: MemberId,
    /// On which day.
    pub effective_on: NaiveDate,
    /// What is to happen.
    pub intent: Intent,
    /// What is said to it.
    pub note: Option<Note>,
}

/// Schedules a change that nothing forbids as things stand, but for how many lead a department and who reports to whom: that is seen on
/// its day, when others may have changed as well.
///
/// # Errors
/// `forbidden`, `not_found`, `action_not_allowed` for who has left, `owner_stays`, `scheduled_change_limit_reached`; at `/effective_on`
/// `day_out_of_range`, `scheduled_change_taken` and `day_after_departure`; every fault of what is written, below `/patch` and `/departure`.
pub fn schedule(
    tx: &mut impl LeavingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    new: &NewChange,
    calendar: &Calendar,
) -> Result<ScheduledChange> {
    access::require_for(tx, actor, Permission::MemberManage, new.member)?;
    let found = listed(tx, &[new.member])?.pop().ok_or(Code::NotFound)?;
    if found.member.state == MemberState::Departed {
        return Err(Error::new(Code::ActionNotAllowed).with("state", found.member.state.name()));
    }
    let mut faults = Faults::of(Place::Body);
    let today = calendar.day(context.now);
    let (first, last) = (today + Days::new(1), today + Days::new(MAX_DAYS));
    if !(first..=last).contains(&new.effective_on) {
        let range = Violation::new(Code::DayOutOfRange);
        let range = range.with("min", first.to_string()).with("max", last.to_string());
        faults.note("/effective_on", range);
    }
    let waiting = ChangeFilter { member: Some(new.member), state: Some(ChangeState::Scheduled) };
    let waiting = tx.scheduled_changes(waiting, None, u32::MAX)?;
    if waiting.len() >= MAX_WAITING {
        return Err(Error::new(Code::ScheduledChangeLimitReached).with("max", MAX_WAITING));
    }
    if waiting.iter().any(|other| other.effective_on == new.effective_on) {
        faults.note("/effective_on", Code::ScheduledChangeTaken);
    }
    let leaves = |other: &&ScheduledChange| matches!(other.intent, Intent::Departure(_));
    if let Some(leaving) =
        waiting.iter().find(leaves).filter(|leaving| leaving.effective_on < new.effective_on)
    {
        let after = Violation::new(Code::DayAfterDeparture).with("date", leaving.effective_on.to_string());
        faults.note("/effective_on", after);
    }
    match &new.intent {
        Intent::Update(patch) => check_update(tx, (actor, context.now), found, patch, "/patch", &mut faults)?,
        Intent::Departure(successors) => {
            check_departure(tx, (actor, context.now), found, successors, "/departure", &mut faults)?;
        }
    }
    faults.finish()?;
    let mut change = ScheduledChange {
        id: context.id(),
        member: new.member,
        effective_on: new.effective_on,
        intent: new.intent.clone(),
        note: new.note.clone(),
        state: ChangeState::Scheduled,
        by: OnBehalf::from(actor),
        request_id: context.origin.request_id.clone(),
        faults: Vec::new(),
        created_at: context.now,
        ended_at: None,
        version: 0,
    };
    tx.save_scheduled_change(&change)?;
    change.version += 1;
    // One for all changes of the tenant on that day.
    let job = Job::StrikeChanges { tenant: actor.tenant.into() };
    let id = Uuid::new_v5(&actor.tenant.into(), format!("changes of {}", new.effective_on).as_bytes());
    tx.enqueue(id, &job, calendar.start_of(new.effective_on), context.now)?;
    let entry = entry("scheduled_change.created", actor.tenant, change.id, change.member)
        .change("kind", None::<String>, new.intent.name())
        .change("effective_on", None::<String>, new.effective_on.to_string())
        .about(new.member, said(&change));
    tx.record(context, &actor.into(), entry)?;
    Ok(change)
}

/// What is written of a member in a change, which may be personal.
fn said(
    change: &ScheduledChange,
) -> impl IntoIterator<Item = (&'static str, Option<String>, Option<String>)> {
    let patch = match &change.intent {
        Intent::Update(patch) => Some(patch.to_string()),
        Intent::Departure(_) => None,
    };
    [("patch", None, patch), ("note", None, change.note.as_ref().map(|note| note.as_str().to_owned()))]
}

/// A page of changes, by their days.
///
/// # Errors
/// `forbidden`.
pub fn list(
    tx: &mut impl ScheduledChangeStore,
    actor: &MemberActor,
    filter: ChangeFilter,
    after: Option<ChangeSpot>,
    limit: u32,
) -> Result<Vec<ScheduledChange>> {
    access::require(actor, Permission::MemberManage)?;
    tx.scheduled_changes(filter, after, limit)
}

/// A change.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn get(
    tx: &mut (impl AccessStore + ScheduledChangeStore),
    actor: &MemberActor,
    id: ScheduledChangeId,
) -> Result<ScheduledChange> {
    access::reach(actor, Permission::MemberManage)?;
    let change = tx.scheduled_change(id)?.ok_or(Code::NotFound)?;
    access::require_for(tx, actor, Permission::MemberManage, change.member)?;
    Ok(change)
}

/// Cancels a change whose day has not come.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`, `action_not_allowed`.
pub fn cancel(
    tx: &mut (impl AccessStore + ScheduledChangeStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (ScheduledChangeId, Option<i64>),
) -> Result<ScheduledChange> {
    access::reach(actor, Permission::MemberManage)?;
    let mut change = tx.scheduled_change(id)?.ok_or(Code::NotFound)?;
    access::require_for(tx, actor, Permission::MemberManage, change.member)?;
    if expected.is_some_and(|expected| expected != change.version) {
        return Err(Code::VersionStale.into());
    }
    if change.state != ChangeState::Scheduled {
        return Err(Error::new(Code::ActionNotAllowed).with("state", change.state.name()));
    }
    change.end(ChangeState::Cancelled, context.now);
    tx.save_scheduled_change(&change)?;
    change.version += 1;
    tx.record(context, &actor.into(), cancelled(actor.tenant, change.id, change.member))?;
    Ok(change)
}
