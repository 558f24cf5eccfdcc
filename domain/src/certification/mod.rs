//! Certification: a tenant proves by documents that it is the organization that it says it is.
//!
//! Two things, never confused: the [`Certificate`] that a tenant holds, and the [`Application`] that is under way.
//! A draft is saved in any state of completeness; what is missing or wrong shows as [`Finding`]s, and submission
//! refuses while one of them blocks.

mod application;
mod begin;
mod case;
mod certificate;
mod consent;
mod document;
mod draft;
mod evidence;
mod field;
mod finding;
mod life;
mod number;
mod precheck;
mod reading;
mod requirement;
mod retention;
pub(crate) mod state;
mod submit;
pub(crate) mod view;
mod withdraw;
mod work;

pub use application::{Application, ApplicationKind, Consent, ConsentWay, LastDecision};
pub use begin::{begin, may_begin, startable};
pub use case::{Case, CaseStore, NextStep, Overview, look_up, overview};
pub use certificate::{Certificate, CertificateState, Suspension};
pub use consent::{ConsentState, consenting, give as give_consent, send_code as send_consent_code};
pub use document::{Document, DocumentContent, MediaType, SealedKey};
pub use draft::{
    Draft, DraftAddress, DraftApplicant, DraftRegistration, DraftRepresentative, DraftTerm, TermKind,
};
pub use evidence::{
    Evidence, EvidenceKind, EvidenceOutcome, EvidenceSource, Question, keep_evidence, question,
};
pub use field::{Field, FieldStatus};
pub use finding::{Finding, FindingCode, Remedy};
pub use life::{LifeMark, reinstate, set_life_clock, strike_certificate, suspend};
pub use number::ApplicationNumber;
pub use reading::{
    DocumentReader, Line as ReadLine, Proposal, ReadFrom, Reading, SURE, keep_reading, to_read,
};
pub use requirement::{
    Awaiting, Requirement, RequirementKind, RequirementStatus, kinds as required_kinds, possible_kinds,
};
pub use retention::{Hold, erase_documents, schedule_erasure};
pub use state::{Action, Claim, Illegal, State, StateName, Submission};
pub use submit::{Submitted, submit};
pub use view::view_document;
pub use withdraw::withdraw;
pub use work::{Attach, attach, detach, update_subject};

use crate::error::Result;
use crate::id::{ApplicationId, DocumentId, MemberId, TenantId};
use crate::reference::Calendar;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The numbers of certification.
#[derive(Debug, Clone)]
pub struct Terms {
    /// How much working time the platform takes to review.
    pub review: Duration,
    /// How long an applicant has to answer.
    pub response: Duration,
    /// How long a reviewer's claim lasts.
    pub claim: Duration,
    /// How long a certificate is valid.
    pub validity: Duration,
    /// How long it serves after its end.
    pub grace: Duration,
    /// How long images of identity documents are kept after an approval.
    pub identity_images: Duration,
    /// How long all documents are kept after an application came to nothing.
    pub documents: Duration,
    /// Whether there is a program that reads licenses.
    pub reads_licenses: bool,
    /// Who can be asked about a submission.
    pub evidence: Vec<EvidenceKind>,
    /// Which days are worked, and where days are counted.
    pub calendar: Calendar,
}

impl Terms {
    /// The day of an instant, where days are counted.
    #[must_use]
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        self.calendar.day(at)
    }

    /// The last day before an instant at which something ends.
    #[must_use]
    pub fn last_day(&self, end: DateTime<Utc>) -> NaiveDate {
        self.day(end - Duration::microseconds(1))
    }
}

/// What a reviewer decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The organization is who it says it is.
    Approve,
    /// Something has to be sent again.
    RequestInformation,
    /// It is not accepted.
    Reject,
}

impl Outcome {
    /// The action that it is.
    #[must_use]
    pub fn action(self) -> Action {
        match self {
            Self::Approve => Action::Approve,
            Self::RequestInformation => Action::RequestInformation,
            Self::Reject => Action::Reject,
        }
    }
}

/// A decision on one attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What was decided.
    pub outcome: Outcome,
    /// Whether a rejection is for good.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// What was found wanting.
    pub findings: Vec<Finding>,
    /// The computed findings that were overridden.
    pub overrides: Vec<Uuid>,
    /// For operators alone.
    pub internal_note: Option<String>,
    /// Who decided.
    pub by: Uuid,
    /// Who agreed, where two have to.
    pub confirmed_by: Option<Uuid>,
    /// When it took effect; while it is proposed, when it was.
    pub at: DateTime<Utc>,
}

impl Decision {
    /// Whether a second, senior reviewer has to agree: what cannot be mended afterwards, or goes against the precheck.
    #[must_use]
    pub fn needs_confirmation(&self) -> bool {
        self.is_final || !self.overrides.is_empty()
    }
}

/// One submission, as it was: it never changes, but for the decision that it gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Its application.
    pub application: ApplicationId,
    /// 1 for the first.
    pub number: u32,
    /// The subject as it was submitted.
    pub draft: Draft,
    /// The documents as they were submitted.
    pub documents: Vec<DocumentId>,
    /// Who submitted it.
    pub submitted_by: MemberId,
    /// When.
    pub submitted_at: DateTime<Utc>,
    /// What a reviewer proposed, where a second one has to agree.
    pub proposal: Option<Decision>,
    /// What came of it.
    pub decision: Option<Decision>,
}

/// How many attempts are shown. Submitting and withdrawing can go on without end.
pub const SHOWN_ATTEMPTS: u32 = 20;

/// Keeps applications and their attempts, of the tenant that the transaction is bound to.
pub trait ApplicationStore {
    /// The tenant's newest application.
    ///
    /// # Errors
    /// `not_found`.
    fn application(&mut self) -> Result<Application>;
    /// An application of the tenant.
    ///
    /// # Errors
    /// `not_found`.
    fn application_by_id(&mut self, id: ApplicationId) -> Result<Application>;
    /// The tenant's applications that come after one, newest first.
    ///
    /// # Errors
    /// When the store fails.
    fn applications(&mut self, after: Option<ApplicationId>, limit: u32) -> Result<Vec<Application>>;
    /// The newest attempts of several applications, newest first, at most `limit` in all.
    ///
    /// # Errors
    /// When the store fails.
    fn attempts_of(&mut self, applications: &[ApplicationId], limit: u32) -> Result<Vec<Attempt>>;
    /// Keeps a new application.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_application(&mut self, application: &Application) -> Result<()>;
    /// Keeps a changed application and its place in the reviewers' queue.
    ///
    /// # Errors
    /// `version_stale`.
    fn update_application(&mut self, application: &Application) -> Result<()>;
    /// The newest attempts of an application, newest first.
    ///
    /// # Errors
    /// When the store fails.
    fn attempts(&mut self, application: ApplicationId, limit: u32) -> Result<Vec<Attempt>>;
    /// Keeps a new attempt.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_attempt(&mut self, attempt: &Attempt) -> Result<()>;
    /// Keeps what a reviewer proposes for an attempt, or forgets it.
    ///
    /// # Errors
    /// `version_stale` when it is decided.
    fn propose(
        &mut self,
        application: ApplicationId,
        attempt: u32,
        proposal: Option<&Decision>,
    ) -> Result<()>;
    /// What a reviewer proposed for an attempt.
    ///
    /// # Errors
    /// `not_found`.
    fn proposal(&mut self, application: ApplicationId, attempt: u32) -> Result<Decision>;
    /// Keeps the decision on an attempt.
    ///
    /// # Errors
    /// `version_stale` when it has one.
    fn decide_attempt(&mut self, application: ApplicationId, attempt: u32, decision: &Decision)
    -> Result<()>;
}

/// Keeps what is known of documents, of the tenant that the transaction is bound to.
pub trait DocumentStore {
    /// The documents that belong to the application now, by kind and page.
    ///
    /// # Errors
    /// When the store fails.
    fn documents(&mut self, application: ApplicationId) -> Result<Vec<Document>>;
    /// Those of some documents that there are, also removed ones.
    ///
    /// # Errors
    /// When the store fails.
    fn documents_by_id(&mut self, ids: &[DocumentId]) -> Result<Vec<Document>>;
    /// A document, also one that was removed after it was submitted.
    ///
    /// # Errors
    /// `not_found`.
    fn document(&mut self, id: DocumentId) -> Result<Document>;
    /// Keeps a new document.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_document(&mut self, document: &Document) -> Result<()>;
    /// Takes a document out of the application; its file stays while an attempt shows it.
    ///
    /// # Errors
    /// `not_found`.
    fn remove_document(&mut self, id: DocumentId, now: DateTime<Utc>) -> Result<()>;
    /// Keeps what was read from a document, while it is there.
    ///
    /// # Errors
    /// When the store fails.
    fn set_reading(&mut self, id: DocumentId, reading: &Reading) -> Result<()>;
    /// When the last document of some kinds came that is not erased, also one that was removed.
    ///
    /// # Errors
    /// When the store fails.
    fn last_upload(
        &mut self,
        application: ApplicationId,
        kinds: &[RequirementKind],
    ) -> Result<Option<DateTime<Utc>>>;
    /// Erases the documents of some kinds, also removed ones: nothing opens their bytes any more. Gives their ids.
    ///
    /// # Errors
    /// When the store fails.
    fn erase_documents(
        &mut self,
        application: ApplicationId,
        kinds: &[RequirementKind],
        now: DateTime<Utc>,
    ) -> Result<Vec<DocumentId>>;
}

/// Keeps certificates.
pub trait CertificateStore {
    /// The certificate of the bound tenant.
    ///
    /// # Errors
    /// When the store fails.
    fn certificate(&mut self) -> Result<Option<Certificate>>;
    /// Keeps a changed certificate of the bound tenant.
    ///
    /// # Errors
    /// `credit_code_taken` when another tenant is certified with its number.
    fn update_certificate(&mut self, certificate: &Certificate) -> Result<()>;
    /// Keeps the first certificate of the bound tenant.
    ///
    /// # Errors
    /// `credit_code_taken` when another tenant is certified with its number.
    fn insert_certificate(&mut self, certificate: &Certificate) -> Result<()>;
    /// Which tenant is certified with a registration key, over all tenants.
    ///
    /// # Errors
    /// When the store fails.
    fn certified_tenant(&mut self, registration_key: &str) -> Result<Option<TenantId>>;
}
