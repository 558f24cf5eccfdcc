//! A case: everything that has to be looked at together in order to say what is missing and what comes next.

use super::field::fields;
use super::precheck::precheck;
use super::requirement::requirements;
use super::{
    Application, ApplicationNumber, ApplicationStore, Certificate, CertificateStore, ConsentState, Document,
    DocumentStore, Field, Finding, Requirement, State, Terms,
};
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Error, Language, Result, fill};
use crate::id::{ApplicationId, TenantId, TicketId};
use crate::reference::{OrganizationType, OrganizationTypes};
use crate::review::ReviewStore;
use crate::tenant::{Tenant, TenantScope};
use crate::ticket::TicketStore;
use chrono::{DateTime, NaiveDate, Utc};

/// An application with its surroundings.
#[derive(Debug, Clone)]
pub struct Case {
    /// Who applies.
    pub tenant: Tenant,
    /// The application, as time has made it.
    pub application: Application,
    /// The documents that belong to it now.
    pub documents: Vec<Document>,
    /// The certificate that the tenant holds.
    pub certificate: Option<Certificate>,
    /// Which tenant is certified with the number of the draft.
    pub number_holder: Option<TenantId>,
    /// The ticket under way about it, looked for when its review is overdue.
    pub ticket: Option<TicketId>,
}

/// Keeps cases, with everything that belongs to them.
pub trait CaseStore: ApplicationStore + DocumentStore + CertificateStore + TicketStore {
    /// The case of one application of the tenant that the transaction is bound to, or of its newest one.
    ///
    /// # Errors
    /// `not_found`.
    fn case(&mut self, application: Option<ApplicationId>) -> Result<Case>;
}

/// What a frontend needs in order to draw the whole wizard.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The case.
    pub case: Case,
    /// Where each field stands.
    pub fields: Vec<Field>,
    /// Where each document stands.
    pub requirements: Vec<Requirement>,
    /// Where the representative's consent stands.
    pub consent: ConsentState,
    /// What is missing or wrong, and what a reviewer still waits for.
    pub findings: Vec<Finding>,
    /// When the newest image of the license was uploaded that no program has read.
    pub unread_since: Option<DateTime<Utc>>,
}

impl Case {
    /// Loads the case of the bound tenant's newest application.
    ///
    /// # Errors
    /// When the store fails.
    pub fn load(tx: &mut impl CaseStore, now: DateTime<Utc>) -> Result<Self> {
        Self::of(tx, None, now)
    }

    /// Loads the case of one application.
    ///
    /// # Errors
    /// `not_found`.
    pub fn load_one(tx: &mut impl CaseStore, id: ApplicationId, now: DateTime<Utc>) -> Result<Self> {
        Self::of(tx, Some(id), now)
    }

    fn of(tx: &mut impl CaseStore, id: Option<ApplicationId>, now: DateTime<Utc>) -> Result<Self> {
        let mut case = tx.case(id)?;
        let application = &mut case.application;
        application.state = application.state.at(now);
        let waits = application.state.submission().filter(|_| application.state.with_reviewer());
        if waits.is_some_and(|submission| now > submission.due_at) {
            case.ticket = tx.open_ticket_on(application.id)?;
        }
        Ok(case)
    }

    /// Whether another tenant is certified with the number of the draft.
    #[must_use]
    pub fn taken(&self) -> bool {
        self.number_holder.is_some_and(|holder| holder != self.tenant.id)
    }

    /// The rules of the tenant's organization type.
    ///
    /// # Errors
    /// `internal` when the installation's file no longer has the type.
    pub fn organization<'t>(&self, types: &'t OrganizationTypes) -> Result<&'t OrganizationType> {
        let code = &self.application.organization_type;
        types.parse(code).map_err(|_| Error::internal(format!("the organization type {code} is gone")))
    }

    /// What is missing or wrong, and what a reviewer still waits for.
    #[must_use]
    pub fn findings(&self, organization: &OrganizationType, today: NaiveDate) -> Vec<Finding> {
        let mut findings = precheck(self, organization, today);
        if self.application.state.editable() {
            findings.extend(self.application.unanswered(&self.documents, organization));
        }
        findings
    }

    /// Completes the picture of the case.
    ///
    /// # Errors
    /// `internal` when the installation's file no longer has the type.
    pub fn overview(self, types: &OrganizationTypes, today: NaiveDate) -> Result<Overview> {
        let organization = self.organization(types)?;
        let application = &self.application;
        let findings = if application.state.allowed_actions().is_empty() {
            Vec::new()
        } else {
            self.findings(organization, today)
        };
        let requirements = requirements(
            organization,
            &application.draft,
            &self.documents,
            application.last_decision.as_ref().map_or(&[], |last| &last.findings),
            application.last_decision.as_ref().map(|last| last.at),
            &application.state,
        );
        let fields = fields(&self, organization, &findings);
        let consent = ConsentState::of(&self, organization);
        let unread = |document: &&Document| {
            document.kind == organization.license && document.is_readable() && document.reading.is_none()
        };
        let unread_since = self.documents.iter().filter(unread).map(|document| document.uploaded_at).max();
        Ok(Overview { fields, requirements, consent, findings, unread_since, case: self })
    }
}

/// The whole picture for a member.
///
/// # Errors
/// `forbidden`.
pub fn overview(
    tx: &mut impl CaseStore,
    context: &Context<'_>,
    actor: &MemberActor,
    types: &OrganizationTypes,
    terms: &Terms,
) -> Result<Overview> {
    access::require(actor, Permission::CertificationRead)?;
    Case::load(tx, context.now)?.overview(types, terms.day(context.now))
}

/// What happens next to an application that was submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// A reviewer looks at it.
    Review,
    /// The applicant sends what was asked for.
    Answer,
    /// The applicant may submit again.
    SubmitAgain,
    /// It is over.
    Nothing,
}

impl NextStep {
    /// What happens next in a state, and until when, where something is waited for.
    #[must_use]
    pub fn of(state: &State) -> (Self, Option<DateTime<Utc>>) {
        match state {
            State::Submitted(submission)
            | State::InReview { submission, .. }
            | State::AwaitingConfirmation { submission, .. } => (Self::Review, Some(submission.due_at)),
            State::InformationRequested { respond_by, .. } => (Self::Answer, Some(*respond_by)),
            state if state.editable() => (Self::SubmitAgain, None),
            _ => (Self::Nothing, None),
        }
    }

    /// The sentence for a person, with the last day of what is waited for.
    #[must_use]
    pub fn message(self, language: Language, until: Option<NaiveDate>, today: NaiveDate) -> String {
        let late = until.is_some_and(|until| until < today);
        let template = match (self, language) {
            (Self::Review, Language::Chinese) if late => "审核超过了预计的 {until}，已加急处理，无需操作。",
            (Self::Review, Language::English) if late => {
                "It should have been decided by {until} and now comes first; there is nothing to do."
            }
            (Self::Review, Language::Chinese) => "正在审核，预计 {until} 前完成，无需操作。",
            (Self::Review, Language::English) => {
                "It is being reviewed. We mean to decide by {until}; there is nothing to do."
            }
            (Self::Answer, Language::Chinese) => "需要补充材料，请登录后在 {until} 前提交。",
            (Self::Answer, Language::English) => {
                "Something has to be sent again by {until}. Sign in to see what."
            }
            (Self::SubmitAgain, Language::Chinese) => "未在办理，登录后可以修改并重新提交。",
            (Self::SubmitAgain, Language::English) => {
                "It is not under way. Sign in to change it and submit it again."
            }
            (Self::Nothing, Language::Chinese) => "已办结，无需操作。",
            (Self::Nothing, Language::English) => "It is decided; there is nothing to do.",
        };
        fill(template, until.map(|until| ("until", until.to_string())))
    }
}

/// The application of a number that was submitted on a day, for whoever knows both.
///
/// # Errors
/// `not_found` when there is none, and also when the day is another one.
pub fn look_up(
    tx: &mut (impl ReviewStore + ApplicationStore + TenantScope),
    context: &Context<'_>,
    number: &ApplicationNumber,
    submitted_on: NaiveDate,
    terms: &Terms,
) -> Result<Application> {
    let (tenant, id) = tx.tenant_of_number(number)?.ok_or(Code::NotFound)?;
    tx.enter(tenant);
    let mut application = tx.application_by_id(id)?;
    application.state = application.state.at(context.now);
    let on_that_day =
        application.state.submission().is_some_and(|submission| terms.day(submission.at) == submitted_on);
    if on_that_day { Ok(application) } else { Err(Code::NotFound.into()) }
}
