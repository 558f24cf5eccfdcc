//! The clock of a review: what happens by itself on the way from a submission to the end of its time.

use super::ReviewStore;
use crate::actor::Actor;
use crate::certification::{Application, ApplicationStore, Submission, Terms};
use crate::context::Context;
use crate::error::{Result, if_there};
use crate::id::{ApplicationId, NoticeId, TenantId};
use crate::job::{Job, JobQueue};
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::notice::{Notice, NoticeKind, NoticeStore, Params, tell};
use crate::tenant::TenantScope;
use crate::ticket::{TicketStore, open_for_overdue};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A mark on the way of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Half of the time has passed.
    Half,
    /// All of it has.
    End,
}

impl Mark {
    fn name(self) -> &'static str {
        match self {
            Self::Half => "half",
            Self::End => "end",
        }
    }

    /// When a submission comes to it, if it does.
    fn of(self, submission: &Submission, terms: &Terms) -> Option<DateTime<Utc>> {
        match self {
            Self::Half => submission.half_at(terms),
            Self::End => Some(submission.due_at),
        }
    }
}

/// How pressing a review is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Less than half of the time has passed.
    OnTime,
    /// More than half has.
    DueSoon,
    /// All of it has.
    Overdue,
}

impl Urgency {
    /// How pressing a submission is at a time.
    #[must_use]
    pub fn of(submission: &Submission, now: DateTime<Utc>, terms: &Terms) -> Self {
        if now > submission.due_at {
            Self::Overdue
        } else if submission.half_at(terms).is_none_or(|half| now >= half) {
            Self::DueSoon
        } else {
            Self::OnTime
        }
    }
}

/// Sets the clock for a submission.
///
/// # Errors
/// When the store fails.
pub fn set_clock(
    tx: &mut impl JobQueue,
    context: &Context<'_>,
    application: &Application,
    terms: &Terms,
) -> Result<()> {
    let Some(submission) = application.state.submission() else { return Ok(()) };
    for mark in [Mark::Half, Mark::End] {
        if let Some(at) = mark.of(submission, terms) {
            let job = job(application, submission, mark);
            // Just after the moment, so that it has passed when the job looks.
            tx.enqueue(context.random.uuid(), &job, at + Duration::seconds(1), context.now)?;
        }
    }
    Ok(())
}

fn job(application: &Application, submission: &Submission, mark: Mark) -> Job {
    Job::StrikeReview {
        tenant: application.tenant.into(),
        application: application.id.into(),
        attempt: submission.attempt,
        mark,
    }
}

/// Looks whether a review has come to a mark, and tells the applicant if it has; at the end it also gets a ticket. What was
/// decided, withdrawn or sent back meanwhile has no clock any more.
///
/// # Errors
/// When the store fails.
pub fn strike(
    tx: &mut (impl TenantScope + ApplicationStore + MemberStore + NoticeStore + TicketStore + JobQueue + Journal),
    context: &Context<'_>,
    (tenant, id, attempt): (TenantId, ApplicationId, u32),
    mark: Mark,
    terms: &Terms,
) -> Result<()> {
    tx.enter(tenant);
    let Some(application) = if_there(tx.application_by_id(id))? else { return Ok(()) };
    let state = application.state;
    let Some(submission) =
        state.submission().filter(|submission| submission.attempt == attempt && state.with_reviewer())
    else {
        return Ok(());
    };
    let Some(at) = mark.of(submission, terms) else { return Ok(()) };
    if context.now <= at {
        // A newer calendar moved it.
        let job = job(&application, submission, mark);
        return tx.enqueue(context.random.uuid(), &job, at + Duration::seconds(1), context.now);
    }
    let (what, kind) = match mark {
        Mark::Half => ("review.half_time", NoticeKind::CertificationHalfTime),
        Mark::End => ("review.overdue", NoticeKind::CertificationOverdue),
    };
    // Jobs may be done twice; the same mark always has the same id.
    let name = format!("{} {attempt}", mark.name());
    let notice = NoticeId::from(Uuid::new_v5(&id.into(), name.as_bytes()));
    let notice = certification_notice(
        notice,
        kind,
        &application,
        submission,
        Some(submission.due_at),
        context.now,
        terms,
    );
    if !tell(tx, context, tenant, &notice)? {
        return Ok(());
    }
    if mark == Mark::End {
        open_for_overdue(tx, context, &application, submission, &notice)?;
    }
    let entry =
        Entry::new(what, "certification_application", id).of(tenant).change("attempt", None::<u32>, attempt);
    tx.record(context, &Actor::System, entry)
}

/// Reckons anew what was only provisional and has become certain by a newer calendar: at most `limit` cases. Says how many
/// there were.
///
/// # Errors
/// When the store fails.
pub fn reckon(
    tx: &mut (impl ReviewStore + TenantScope + ApplicationStore),
    terms: &Terms,
    limit: u32,
) -> Result<usize> {
    let calendar = &terms.calendar;
    let Some((from, until)) = calendar.known_from().zip(calendar.known_until()) else { return Ok(0) };
    // Every due time between them is certain once it is reckoned, or moves past them, so none comes up twice.
    let found = tx.provisional_reviews(calendar.start_of(from), calendar.end_of(until), limit)?;
    for (tenant, id) in &found {
        tx.enter(*tenant);
        let mut application = tx.application_by_id(*id)?;
        application.state = application.state.reckoned(terms);
        tx.update_application(&application)?;
    }
    Ok(found.len())
}

/// A notice about an application to whoever submitted it.
pub(super) fn certification_notice(
    id: NoticeId,
    kind: NoticeKind,
    application: &Application,
    submission: &Submission,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    terms: &Terms,
) -> Notice {
    let mut params = Params::from([("number".to_owned(), application.number.as_str().to_owned())]);
    if let Some(until) = until {
        params.insert("until".to_owned(), terms.last_day(until).to_string());
    }
    Notice { id, member: submission.by, kind, params, created_at: now, read_at: None }
}
