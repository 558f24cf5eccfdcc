//! How long documents are kept. Images of identity documents go some time after an approval, and all documents some time after
//! an application came to nothing, unless it is disputed: then a senior reviewer holds them.

use super::{Application, ApplicationStore, DocumentStore, RequirementKind, State, Terms};
use crate::actor::Actor;
use crate::context::Context;
use crate::error::{Result, if_there};
use crate::id::{ApplicationId, DocumentId, TenantId};
use crate::job::{Job, JobQueue};
use crate::journal::{Entry, Journal};
use crate::tenant::TenantScope;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// That documents are kept because they are disputed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Since when.
    pub at: DateTime<Utc>,
    /// Who said so.
    pub by: Uuid,
    /// Why.
    pub reason: String,
}

/// Which documents go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Images of identity documents.
    Identity,
    /// All of them.
    All,
}

impl Scope {
    fn kinds(self) -> &'static [RequirementKind] {
        match self {
            Self::Identity => RequirementKind::IDENTITY,
            Self::All => RequirementKind::ALL,
        }
    }

    fn kept(self, terms: &Terms) -> Duration {
        match self {
            Self::Identity => terms.identity_images,
            Self::All => terms.documents,
        }
    }

    /// What goes after the end that a state is, and since when it is that. What lies before a reviewer has none.
    fn of(state: &State, created_at: DateTime<Utc>) -> Option<(Self, DateTime<Utc>)> {
        match state {
            State::Submitted(_) | State::InReview { .. } | State::AwaitingConfirmation { .. } => None,
            State::Approved { decided_at, .. } => Some((Self::Identity, *decided_at)),
            State::Draft => Some((Self::All, created_at)),
            State::InformationRequested { respond_by, .. } => Some((Self::All, *respond_by)),
            State::Rejected { decided_at: at, .. }
            | State::Withdrawn { at, .. }
            | State::Expired { at, .. } => Some((Self::All, *at)),
        }
    }
}

/// Sees to it that the documents of an application go in time. Called whenever it comes to an end, and when the first
/// document comes to one that has.
///
/// # Errors
/// When the store fails.
pub fn schedule_erasure(
    tx: &mut impl JobQueue,
    context: &Context<'_>,
    application: &Application,
    terms: &Terms,
) -> Result<()> {
    let Some((scope, end)) = Scope::of(&application.state, application.created_at) else { return Ok(()) };
    let at = (end + scope.kept(terms)).max(context.now);
    let job = Job::EraseDocuments { tenant: application.tenant.into(), application: application.id.into() };
    tx.enqueue(context.random.uuid(), &job, at + Duration::seconds(1), context.now)
}

/// Looks whether the time of an application's documents has come, and erases them: their keys are gone when this has
/// returned, and their bytes are for the caller to forget. Gives their ids.
///
/// # Errors
/// When the store fails.
pub fn erase_documents(
    tx: &mut (impl TenantScope + ApplicationStore + DocumentStore + JobQueue + Journal),
    context: &Context<'_>,
    (tenant, id): (TenantId, ApplicationId),
    terms: &Terms,
) -> Result<Vec<DocumentId>> {
    tx.enter(tenant);
    let Some(mut application) = if_there(tx.application_by_id(id))? else { return Ok(Vec::new()) };
    application.state = application.state.at(context.now);
    let Some((scope, end)) = Scope::of(&application.state, application.created_at) else {
        return Ok(Vec::new());
    };
    let Some(last) = tx.last_upload(id, scope.kinds())? else { return Ok(Vec::new()) };
    // Whoever still uploads has not given up.
    let at = end.max(last) + scope.kept(terms);
    if context.now < at {
        let job = Job::EraseDocuments { tenant: tenant.into(), application: id.into() };
        tx.enqueue(context.random.uuid(), &job, at + Duration::seconds(1), context.now)?;
        return Ok(Vec::new());
    }
    // Whoever lifts the hold asks again.
    if application.hold.is_some() {
        return Ok(Vec::new());
    }
    let erased = tx.erase_documents(id, scope.kinds(), context.now)?;
    let names: Vec<_> = erased.iter().map(ToString::to_string).collect();
    let entry = Entry::new("certification.documents_erased", "certification_application", id)
        .of(tenant)
        .change("documents", names, None::<String>);
    tx.record(context, &Actor::System, entry)?;
    Ok(erased)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certification::Submission;

    #[test]
    fn only_what_waits_for_a_reviewer_is_kept_without_end() {
        let now = DateTime::UNIX_EPOCH;
        let submission = Submission {
            attempt: 1,
            by: Uuid::nil().into(),
            at: now,
            left: Duration::days(3),
            due_at: now,
            provisional: false,
        };
        let later = now + Duration::days(1);
        let found = |state: State| Scope::of(&state, now);
        assert_eq!(found(State::Draft), Some((Scope::All, now)));
        assert_eq!(found(State::Submitted(submission)), None);
        assert_eq!(found(State::InReview { submission, claim: None }), None);
        assert_eq!(found(State::Approved { submission, decided_at: later }), Some((Scope::Identity, later)));
        let rejected = State::Rejected { submission, decided_at: later, retryable: false };
        assert_eq!(found(rejected), Some((Scope::All, later)));
        assert_eq!(found(State::Withdrawn { submission, at: later }), Some((Scope::All, later)));
    }
}
