//! Evidence from others: a registry, a bank that moved a sum, whoever issues electronic licenses. Each is a port; an
//! installation has those that it has an adapter for, and none by default. What they say is for the reviewer.

use super::{Application, ApplicationStore, Draft};
use crate::actor::Actor;
use crate::context::Context;
use crate::error::{Result, if_there};
use crate::id::{ApplicationId, TenantId};
use crate::job::{Job, JobQueue};
use crate::journal::{Entry, Journal};
use crate::named::named;
use crate::tenant::TenantScope;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

named! {
    /// Who is asked.
    EvidenceKind {
        /// The registry of organizations, such as the National Enterprise Credit Information Publicity System.
        Registry "registry";
        /// A bank: a sum with a reference came from, or went to, an account in the organization's name.
        BankTransfer "bank_transfer";
        /// Whoever issues electronic licenses.
        ElectronicLicense "electronic_license";
    }
}

named! {
    /// What they say.
    EvidenceOutcome {
        /// It is as the applicant says.
        Confirmed "confirmed";
        /// They do not know the organization.
        NotFound "not_found";
        /// They know it as dissolved, revoked or out of business.
        Inactive "inactive";
        /// They know it under another name.
        NameDiffers "name_differs";
        /// They know somebody else as its representative.
        RepresentativeDiffers "representative_differs";
    }
}

/// What they are asked: whether there is such an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The number under which it is registered.
    pub registration_key: String,
    /// Its name.
    pub legal_name: String,
    /// Who stands for it.
    pub representative: String,
}

impl Question {
    fn of(draft: &Draft) -> Option<Self> {
        Some(Self {
            registration_key: draft.registration_key()?,
            legal_name: draft.name_on_license()?.to_owned(),
            representative: draft.representative.name.clone()?,
        })
    }
}

/// Somebody who knows organizations.
pub trait EvidenceSource: Send + Sync {
    /// Who it is.
    fn kind(&self) -> EvidenceKind;
    /// Asks. It may take seconds.
    ///
    /// # Errors
    /// When there is no answer; it is asked again later.
    fn ask(&self, question: &Question) -> Result<EvidenceOutcome>;
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Who gave it.
    pub kind: EvidenceKind,
    /// About which submission.
    pub attempt: u32,
    /// What it says.
    pub outcome: EvidenceOutcome,
    /// When it was given.
    pub at: DateTime<Utc>,
}

/// Sees to it that whoever can be asked is asked about a submission.
///
/// # Errors
/// When the store fails.
pub(super) fn ask_for_evidence(
    tx: &mut impl JobQueue,
    context: &Context<'_>,
    application: &Application,
    kinds: &[EvidenceKind],
) -> Result<()> {
    let Some(submission) = application.state.submission() else { return Ok(()) };
    for kind in kinds {
        let job = Job::AskForEvidence {
            tenant: application.tenant.into(),
            application: application.id.into(),
            attempt: submission.attempt,
            source: *kind,
        };
        tx.enqueue(context.random.uuid(), &job, context.now, context.now)?;
    }
    Ok(())
}

/// What to ask about a submission; none when a newer one has taken its place.
///
/// # Errors
/// When the store fails.
pub fn question(
    tx: &mut (impl TenantScope + ApplicationStore),
    (tenant, id, attempt): (TenantId, ApplicationId, u32),
) -> Result<Option<Question>> {
    Ok(asked_about(tx, (tenant, id, attempt))?.and_then(|application| Question::of(&application.draft)))
}

/// Keeps an answer about a submission; one from the same source takes its place.
///
/// # Errors
/// When the store fails.
pub fn keep_evidence(
    tx: &mut (impl TenantScope + ApplicationStore + Journal),
    context: &Context<'_>,
    (tenant, id, attempt): (TenantId, ApplicationId, u32),
    kind: EvidenceKind,
    outcome: EvidenceOutcome,
) -> Result<()> {
    let Some(mut application) = asked_about(tx, (tenant, id, attempt))? else { return Ok(()) };
    application.evidence.retain(|known| known.kind != kind);
    application.evidence.push(Evidence { kind, attempt, outcome, at: context.now });
    tx.update_application(&application)?;
    let entry = Entry::new("certification.evidence_given", "certification_application", id)
        .of(tenant)
        .change("source", None::<String>, kind.name())
        .change("outcome", None::<String>, outcome.name());
    tx.record(context, &Actor::System, entry)
}

fn asked_about(
    tx: &mut (impl TenantScope + ApplicationStore),
    (tenant, id, attempt): (TenantId, ApplicationId, u32),
) -> Result<Option<Application>> {
    tx.enter(tenant);
    let Some(application) = if_there(tx.application_by_id(id))? else { return Ok(None) };
    let current = application.state.with_reviewer()
        && application.state.submission().is_some_and(|submission| submission.attempt == attempt);
    Ok(Some(application).filter(|_| current))
}
