//! The certificate, the application, and both together.

use super::{ConsentView, FieldView, FindingView, MEMBER_DOCUMENTS, RequirementView, SubjectView};
use crate::assessment::assess::StageLimits;
use crate::certification::{ApplicationAction, ApplicationKindName, ApplicationState, CertificateStateName};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::access::Permission;
use domain::certification::{
    Action, Certificate, CertificateState, Finding, Overview, State, Terms, startable,
};
use domain::error::Language;
use domain::limits::Limits;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Why a certificate does not count for now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SuspensionView {
    /// Since when.
    suspended_at: DateTime<Utc>,
    /// Why.
    #[schema(example = "登记机关列为经营异常。")]
    reason: String,
}

/// The certificate that a tenant holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CertificateView {
    /// Where it stands.
    state: CertificateStateName,
    /// Since when it is valid.
    valid_from: Option<DateTime<Utc>>,
    /// Until when it is valid.
    valid_until: Option<DateTime<Utc>>,
    /// From when on it can be renewed.
    renewable_from: Option<DateTime<Utc>>,
    /// Until when it serves after its end. Then growth stops; nobody is locked out, and nothing is lost.
    grace_until: Option<DateTime<Utc>>,
    /// Why the platform has suspended it; null when it has not.
    suspension: Option<SuspensionView>,
    /// The subject as it was approved.
    subject: Option<SubjectView>,
}

impl CertificateView {
    pub(crate) fn of(certificate: Option<&Certificate>, terms: &Terms, now: DateTime<Utc>) -> Self {
        Self {
            state: certificate.map_or(CertificateState::None, |certificate| certificate.state(now)).into(),
            valid_from: certificate.map(|certificate| certificate.valid_from),
            valid_until: certificate.map(|certificate| certificate.valid_until),
            renewable_from: certificate.map(Certificate::renewable_from),
            grace_until: certificate.map(|certificate| certificate.grace_until(terms)),
            suspension: certificate.and_then(|certificate| certificate.suspension.as_ref()).map(
                |suspension| SuspensionView {
                    suspended_at: suspension.at,
                    reason: suspension.reason.clone(),
                },
            ),
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
    /// Until when the platform means to decide; null when it is not its turn. Working days count, by the official calendar,
    /// and the time stands still while the applicant is asked for something.
    due_at: Option<DateTime<Utc>>,
    /// Whether `due_at` may still move, because the holidays up to then are not announced yet.
    due_at_provisional: bool,
    /// The support ticket about it, while its review is overdue; null otherwise.
    ticket_id: Option<Uuid>,
    /// Until when the applicant has to answer; null when nothing was asked for.
    respond_by: Option<DateTime<Utc>>,
    /// When it was decided.
    decided_at: Option<DateTime<Utc>>,
    /// After how many seconds to ask again, while a program or somebody else has to do something; null when it is the reader's turn or
    /// nobody's.
    #[schema(minimum = 1, example = 300)]
    ask_again_after_seconds: Option<u32>,
    /// What can be done with it now.
    allowed_actions: Vec<ApplicationAction>,
    /// What was written.
    subject: SubjectView,
    /// The fields of the subject that it needs, in the order of a form.
    fields: Vec<FieldView>,
    /// The consent of whoever is to stand for the organization.
    consent: ConsentView,
    /// The documents that it needs or can have.
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
    /// The kinds of application that can be begun now.
    startable_kinds: Vec<ApplicationKindName>,
    /// What the tenant can do with the certificate that it holds.
    limits: StageLimits,
}

/// For whom a view is made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reader<'a> {
    Applicant,
    /// An operator, who may do these things.
    Operator(&'a [Action]),
}

impl ApplicationView {
    pub(crate) fn of(
        overview: &Overview,
        terms: &Terms,
        language: Language,
        reader: Reader<'_>,
        below: &str,
        now: DateTime<Utc>,
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
        let (state_name, allowed) = match reader {
            Reader::Applicant => {
                let mut allowed = state.allowed_actions();
                allowed.retain(|action| action.permission() == Permission::CertificationManage);
                (state.kind().told_to_applicant(), allowed)
            }
            Reader::Operator(allowed) => (state.kind(), allowed.to_vec()),
        };
        let finding = |finding: &Finding| match reader {
            Reader::Applicant => FindingView::of(finding, language),
            Reader::Operator(_) => FindingView::for_operator(finding, language),
        };
        let mut findings: Vec<_> = overview.findings.iter().map(finding).collect();
        if let (State::Rejected { retryable: false, .. }, Some(last)) = (state, &application.last_decision) {
            findings.extend(last.findings.iter().map(finding));
        }
        Self {
            id: application.id.into(),
            number: application.number.as_str().to_owned(),
            kind: application.kind.into(),
            state: state_name.into(),
            retryable,
            attempt: submission.map(|submission| submission.attempt),
            submitted_at: submission.map(|submission| submission.at),
            submitted_on: submission.map(|submission| terms.day(submission.at)),
            due_at: submission.filter(|_| state.with_reviewer()).map(|submission| submission.due_at),
            ticket_id: overview.case.ticket.map(Into::into),
            due_at_provisional: state.with_reviewer()
                && submission.is_some_and(|submission| submission.provisional),
            respond_by,
            decided_at,
            ask_again_after_seconds: ask_again(overview, terms, reader, now),
            allowed_actions: allowed.into_iter().map(Into::into).collect(),
            subject: SubjectView::of(&application.draft),
            fields: overview.fields.iter().map(Into::into).collect(),
            consent: ConsentView::of(overview),
            requirements: overview.requirements.iter().map(|r| RequirementView::of(r, below)).collect(),
            findings,
        }
    }
}

/// How long a program may take to read a license, with its turn.
const READING: Duration = Duration::minutes(2);

/// A license is read in seconds; somebody who reviews may decide at any moment; what waits for somebody is left alone for
/// longer.
fn ask_again(overview: &Overview, terms: &Terms, reader: Reader<'_>, now: DateTime<Utc>) -> Option<u32> {
    if terms.reads_licenses && overview.unread_since.is_some_and(|since| now - since < READING) {
        return Some(2);
    }
    match (&overview.case.application.state, reader) {
        (State::InReview { .. } | State::AwaitingConfirmation { .. }, Reader::Applicant) => Some(60),
        (State::Submitted(_), Reader::Applicant)
        | (State::InformationRequested { .. }, Reader::Operator(_)) => Some(300),
        _ => None,
    }
}

impl CertificationView {
    pub(crate) fn of(overview: &Overview, terms: &Terms, language: Language, now: DateTime<Utc>) -> Self {
        Self {
            certificate: CertificateView::of(overview.case.certificate.as_ref(), terms, now),
            startable_kinds: startable(&overview.case, now).into_iter().map(Into::into).collect(),
            limits: Limits::of(overview.case.certificate.as_ref(), now, terms).into(),
            application: ApplicationView::of(
                overview,
                terms,
                language,
                Reader::Applicant,
                MEMBER_DOCUMENTS,
                now,
            ),
        }
    }
}
