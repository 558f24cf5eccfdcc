//! What a certification looks like from outside.

use super::{
    ApplicationAction, ApplicationKindName, ApplicationState, CertificateStateName, DocumentMediaType,
    FindingCode, FindingRemedy, IdentityKind, LicenseTermKind, RegistrationNumberKind,
    RepresentativeCapacity, RequirementAwaiting, RequirementKind, RequirementStatus,
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::certification::{
    Action, Certificate, CertificateState, Document, Draft, Finding, Overview, Requirement, State, Terms,
};
use domain::error::Language;
use domain::identifier::mask;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The registration of an organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RegistrationNumberView {
    /// Which kind of number.
    kind: Option<RegistrationNumberKind>,
    /// The number.
    #[schema(example = "91350100M000100Y43")]
    number: Option<String>,
    /// The organization code that goes with a legacy number.
    organization_code: Option<String>,
}

/// An address on a license.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RegisteredAddressView {
    /// The division of GB/T 2260.
    #[schema(example = "440305")]
    region: Option<String>,
    /// Street, number, floor.
    #[schema(example = "科技园路 1 号")]
    line: Option<String>,
}

/// How long a license lasts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LicenseTermView {
    /// Whether it ends.
    kind: Option<LicenseTermKind>,
    /// Its last day.
    #[schema(example = "2040-12-31")]
    until: Option<String>,
}

/// Who stands for the organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RepresentativeView {
    /// The name.
    #[schema(example = "王小明")]
    name: Option<String>,
    /// In which capacity.
    capacity: Option<RepresentativeCapacity>,
    /// With which document.
    id_kind: Option<IdentityKind>,
    /// Its number, mostly hidden.
    #[schema(example = "110***********002X")]
    id_number_masked: Option<String>,
    /// The mobile number.
    #[schema(example = "13800138000")]
    mobile: Option<String>,
}

/// Who applies.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ApplicantView {
    /// Whether it is the representative.
    is_representative: Option<bool>,
    /// The name, if it is somebody else.
    name: Option<String>,
    /// With which document.
    id_kind: Option<IdentityKind>,
    /// Its number, mostly hidden.
    id_number_masked: Option<String>,
}

/// The subject of an application: what the license and the documents say.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SubjectView {
    /// The name on the license.
    #[schema(example = "深圳市工牌科技有限公司")]
    legal_name: Option<String>,
    /// The number on the license.
    registration: RegistrationNumberView,
    /// The address on the license.
    registered_address: RegisteredAddressView,
    /// How long the license lasts.
    license_term: LicenseTermView,
    /// Who stands for the organization.
    representative: RepresentativeView,
    /// Who applies.
    applicant: ApplicantView,
}

impl SubjectView {
    pub(crate) fn of(draft: &Draft) -> Self {
        let Draft { registration, registered_address, license_term, representative, applicant, .. } = draft;
        Self {
            legal_name: draft.legal_name.clone(),
            registration: RegistrationNumberView {
                kind: registration.kind.map(Into::into),
                number: registration.number.clone(),
                organization_code: registration.organization_code.clone(),
            },
            registered_address: RegisteredAddressView {
                region: registered_address.region.clone(),
                line: registered_address.line.clone(),
            },
            license_term: LicenseTermView {
                kind: license_term.kind.map(Into::into),
                until: license_term.until.clone(),
            },
            representative: RepresentativeView {
                name: representative.name.clone(),
                capacity: representative.capacity.map(Into::into),
                id_kind: representative.id_kind.map(Into::into),
                id_number_masked: representative.id_number.as_deref().map(mask),
                mobile: representative.mobile.clone(),
            },
            applicant: ApplicantView {
                is_representative: applicant.is_representative,
                name: applicant.name.clone(),
                id_kind: applicant.id_kind.map(Into::into),
                id_number_masked: applicant.id_number.as_deref().map(mask),
            },
        }
    }
}

/// A document of an application.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DocumentView {
    /// Its id.
    id: Uuid,
    /// What it is to prove.
    kind: RequirementKind,
    /// Which page of that.
    #[schema(minimum = 1, example = 1)]
    page: u32,
    /// What its bytes are, by their content.
    media_type: DocumentMediaType,
    /// How many bytes were received.
    #[schema(minimum = 1, example = 482_113)]
    size: u64,
    /// SHA-256 of what was received, in hexadecimal.
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    sha256: String,
    /// Pixels across; images only.
    #[schema(example = 1600)]
    width: Option<u32>,
    /// Pixels down; images only.
    #[schema(example = 1200)]
    height: Option<u32>,
    /// How sharp it is; images only. Print in focus has 100 and more.
    #[schema(example = 142)]
    sharpness: Option<u32>,
    /// Pages; PDF only.
    pages: Option<u32>,
    /// Where the document can be seen, upright and without metadata.
    #[schema(example = "/v1/certification/documents/0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d/content")]
    content_url: String,
    /// When it came.
    uploaded_at: DateTime<Utc>,
}

impl DocumentView {
    /// `below` is the path under which documents are found.
    pub(crate) fn of(document: &Document, below: &str) -> Self {
        let content = &document.content;
        Self {
            id: document.id.into(),
            kind: document.kind.into(),
            page: document.page,
            media_type: content.media_type.into(),
            size: content.size,
            sha256: content.sha256.clone(),
            width: content.width,
            height: content.height,
            sharpness: content.sharpness,
            pages: content.pages,
            content_url: format!("{below}/documents/{}/content", document.id),
            uploaded_at: document.uploaded_at,
        }
    }
}

/// The path under which a member finds documents.
pub(crate) const MEMBER_DOCUMENTS: &str = "/v1/certification";

/// A document that is asked for, and where it stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RequirementView {
    /// What is asked for.
    kind: RequirementKind,
    /// Where it stands.
    status: RequirementStatus,
    /// Whose turn it is.
    awaiting: RequirementAwaiting,
    /// Whether it stands in the way of submission now.
    blocking: bool,
    /// How many pages it can have.
    #[schema(minimum = 1, example = 1)]
    max_pages: u32,
    /// What was uploaded, by page.
    documents: Vec<DocumentView>,
}

impl RequirementView {
    pub(crate) fn of(requirement: &Requirement, below: &str) -> Self {
        Self {
            kind: requirement.kind.into(),
            status: requirement.status.into(),
            awaiting: requirement.awaiting.into(),
            blocking: requirement.blocking,
            max_pages: requirement.kind.max_pages(),
            documents: requirement
                .documents
                .iter()
                .map(|document| DocumentView::of(document, below))
                .collect(),
        }
    }
}

/// Something missing or wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FindingView {
    /// Its id.
    id: Uuid,
    /// The field of the subject, as a JSON pointer into it.
    #[schema(example = "/legal_name")]
    pointer: Option<String>,
    /// The document.
    requirement: Option<RequirementKind>,
    /// What is wrong.
    code: FindingCode,
    /// What is wrong, in words: the reviewer's own, or the client's language.
    #[schema(example = "This is not filled in yet.")]
    message: String,
    /// What to do.
    remedy: FindingRemedy,
    /// Whether submission is refused while it stands. One that does not block is left to the reviewer.
    blocking: bool,
    /// Whether sending again can help.
    retryable: bool,
    /// What was measured, if anything was.
    measured: Option<f64>,
    /// The limit that was missed, if there is one.
    limit: Option<f64>,
    /// For operators alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    internal_note: Option<String>,
}

impl FindingView {
    /// As an applicant sees it.
    pub(crate) fn of(finding: &Finding, language: Language) -> Self {
        Self {
            id: finding.id,
            pointer: finding.pointer.clone(),
            requirement: finding.requirement.map(Into::into),
            code: finding.code.into(),
            message: finding.text(language).to_owned(),
            remedy: finding.remedy.into(),
            blocking: finding.blocking,
            retryable: finding.retryable,
            measured: finding.measured,
            limit: finding.limit,
            internal_note: None,
        }
    }

    /// As an operator sees it.
    pub(crate) fn for_operator(finding: &Finding, language: Language) -> Self {
        Self { internal_note: finding.internal_note.clone(), ..Self::of(finding, language) }
    }
}

/// The certificate that a tenant holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CertificateView {
    /// Where it stands.
    state: CertificateStateName,
    /// Until when it is valid.
    valid_until: Option<DateTime<Utc>>,
    /// The subject as it was approved.
    subject: Option<SubjectView>,
}

impl CertificateView {
    pub(crate) fn of(certificate: Option<&Certificate>, now: DateTime<Utc>) -> Self {
        Self {
            state: certificate.map_or(CertificateState::None, |certificate| certificate.state(now)).into(),
            valid_until: certificate.map(|certificate| certificate.valid_until),
            subject: certificate.map(|certificate| SubjectView::of(&certificate.subject)),
        }
    }
}

/// An application under way, or the last one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ApplicationView {
    /// Its id.
    id: Uuid,
    /// Its public number, for `look_up_certification`.
    #[schema(example = "GP-1S39QN9SEJHP")]
    number: String,
    /// Why it is made.
    kind: ApplicationKindName,
    /// Where it stands.
    state: ApplicationState,
    /// Whether a rejected application may be submitted again; null in every other state.
    retryable: Option<bool>,
    /// Which submission this is about; null before the first.
    #[schema(minimum = 1, example = 1)]
    attempt: Option<u32>,
    /// When it was submitted.
    submitted_at: Option<DateTime<Utc>>,
    /// The day of that, for `look_up_certification`.
    #[schema(example = "2026-11-22")]
    submitted_on: Option<NaiveDate>,
    /// Until when the platform means to decide; null when it is not its turn.
    due_at: Option<DateTime<Utc>>,
    /// Whether `due_at` may still move.
    due_at_provisional: bool,
    /// Until when the applicant has to answer; null when nothing was asked for.
    respond_by: Option<DateTime<Utc>>,
    /// When it was decided.
    decided_at: Option<DateTime<Utc>>,
    /// What can be done with it now.
    allowed_actions: Vec<ApplicationAction>,
    /// What was written.
    subject: SubjectView,
    /// The documents that it needs.
    requirements: Vec<RequirementView>,
    /// What is missing or wrong.
    findings: Vec<FindingView>,
}

/// The certificate and the application.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CertificationView {
    /// The certificate that the tenant holds.
    certificate: CertificateView,
    /// The application under way, or the last one.
    application: ApplicationView,
}

/// For whom a view is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    Applicant,
    Operator,
}

impl ApplicationView {
    pub(crate) fn of(
        overview: &Overview,
        terms: &Terms,
        language: Language,
        reader: Reader,
        below: &str,
    ) -> Self {
        let application = &overview.case.application;
        let state = &application.state;
        let submission = state.submission();
        let (decided_at, respond_by, retryable) = match *state {
            State::InformationRequested { decided_at, respond_by, .. } => {
                (Some(decided_at), Some(respond_by), None)
            }
            State::Approved { decided_at, .. } => (Some(decided_at), None, None),
            State::Rejected { decided_at, retryable, .. } => (Some(decided_at), None, Some(retryable)),
            _ => (None, None, None),
        };
        let applicants = |action: &Action| Action::APPLICANT.contains(action);
        let finding = |finding: &Finding| match reader {
            Reader::Applicant => FindingView::of(finding, language),
            Reader::Operator => FindingView::for_operator(finding, language),
        };
        let mut findings: Vec<_> = overview.findings.iter().map(finding).collect();
        if let (State::Rejected { retryable: false, .. }, Some(last)) = (state, &application.last_decision) {
            findings.extend(last.findings.iter().map(finding));
        }
        Self {
            id: application.id.into(),
            number: application.number.as_str().to_owned(),
            kind: application.kind.into(),
            state: state.kind().into(),
            retryable,
            attempt: submission.map(|submission| submission.attempt),
            submitted_at: submission.map(|submission| submission.at),
            submitted_on: submission.map(|submission| terms.day(submission.at)),
            due_at: submission.filter(|_| state.with_reviewer()).map(|submission| submission.due_at),
            due_at_provisional: state.with_reviewer(),
            respond_by,
            decided_at,
            allowed_actions: state
                .allowed_actions()
                .into_iter()
                .filter(|action| applicants(action) == (reader == Reader::Applicant))
                .map(Into::into)
                .collect(),
            subject: SubjectView::of(&application.draft),
            requirements: overview.requirements.iter().map(|r| RequirementView::of(r, below)).collect(),
            findings,
        }
    }
}

impl CertificationView {
    pub(crate) fn of(overview: &Overview, terms: &Terms, language: Language, now: DateTime<Utc>) -> Self {
        Self {
            certificate: CertificateView::of(overview.case.certificate.as_ref(), now),
            application: ApplicationView::of(overview, terms, language, Reader::Applicant, MEMBER_DOCUMENTS),
        }
    }
}
