//! Beginning another application: to renew the certificate, or to change what it says. The certificate stays as it is until
//! the application is decided.

use super::{
    Application, ApplicationKind, ApplicationNumber, Case, CaseStore, Certificate, CertificateState,
    Overview, State, Terms, consent,
};
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::reference::OrganizationTypes;
use chrono::{DateTime, SecondsFormat, Utc};

/// Whether an application of a kind can begin beside a certificate.
///
/// # Errors
/// `already_certified`, `certificate_missing`, `rejected_finally`, `certificate_suspended`, `renewal_too_early`, `certificate_ended`.
pub fn may_begin(kind: ApplicationKind, certificate: Option<&Certificate>, now: DateTime<Utc>) -> Result<()> {
    let certificate = certificate.ok_or_else(|| Error::from(Code::CertificateMissing))?;
    if certificate.barred.contains(&kind) {
        return Err(Code::RejectedFinally.into());
    }
    match (kind, certificate.state(now)) {
        (ApplicationKind::Initial | ApplicationKind::Takeover, _) => Err(Code::AlreadyCertified.into()),
        (_, CertificateState::Suspended) => Err(Code::CertificateSuspended.into()),
        (ApplicationKind::Renewal, CertificateState::Valid) => {
            let from = certificate.renewable_from().to_rfc3339_opts(SecondsFormat::Secs, true);
            Err(Error::new(Code::RenewalTooEarly).with("from", from))
        }
        (ApplicationKind::Change, CertificateState::Expired) => Err(Code::CertificateEnded.into()),
        _ => Ok(()),
    }
}

/// The kinds of application that can begin now.
#[must_use]
pub fn startable(case: &Case, now: DateTime<Utc>) -> Vec<ApplicationKind> {
    if case.certificate.is_none() {
        return other_reason(case).into_iter().collect();
    }
    let mut kinds = vec![ApplicationKind::Renewal, ApplicationKind::Change];
    kinds.retain(|kind| {
        !under_way(&case.application, *kind) && may_begin(*kind, case.certificate.as_ref(), now).is_ok()
    });
    kinds
}

/// The reason for which the application of a tenant without a certificate can be made instead of its own: a takeover, where
/// another tenant is certified with the number, or the first certification after all.
fn other_reason(case: &Case) -> Option<ApplicationKind> {
    let editable = case.application.state.editable();
    match case.application.kind {
        ApplicationKind::Initial if case.taken() => Some(ApplicationKind::Takeover),
        ApplicationKind::Takeover => Some(ApplicationKind::Initial),
        _ => None,
    }
    .filter(|kind| editable && !under_way(&case.application, *kind))
}

/// What a reviewer has or waits for is not begun anew, and neither is a draft of the same kind.
fn under_way(application: &Application, kind: ApplicationKind) -> bool {
    let state = &application.state;
    let same_draft = matches!(state, State::Draft) && application.kind == kind;
    same_draft || state.with_reviewer() || matches!(state, State::InformationRequested { .. })
}

/// Begins an application with what the certificate says, so that only what is different has to be written.
///
/// # Errors
/// `forbidden`, `application_under_way`, `not_certified`, those of [`may_begin`].
pub fn begin(
    tx: &mut (impl CaseStore + MemberStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    kind: ApplicationKind,
    types: &OrganizationTypes,
    terms: &Terms,
) -> Result<Overview> {
    access::require(actor, Permission::CertificationManage)?;
    let case = Case::load(tx, context.now)?;
    if under_way(&case.application, kind) {
        return Err(Code::ApplicationUnderWay.into());
    }
    if case.certificate.is_none() && matches!(kind, ApplicationKind::Initial | ApplicationKind::Takeover) {
        return change_reason(tx, context, actor, case, kind, types, terms);
    }
    may_begin(kind, case.certificate.as_ref(), context.now)?;
    let draft = case.certificate.as_ref().map(|certificate| certificate.subject.clone()).unwrap_or_default();
    // A draft of the other kind gives way: it is the same draft with another reason, and its documents stay.
    let gives_way =
        case.application.kind != ApplicationKind::Initial && matches!(case.application.state, State::Draft);
    let mut application = if gives_way {
        Application { kind, draft, ..case.application }
    } else {
        Application {
            id: context.id(),
            number: ApplicationNumber::generate(context.random),
            kind,
            draft,
            state: State::Draft,
            last_decision: None,
            consent: None,
            hold: None,
            evidence: Vec::new(),
            created_at: context.now,
            version: 1,
            ..case.application
        }
    };
    consent::of_session(tx, context, actor, &mut application)?;
    if gives_way {
        tx.update_application(&application)?;
    } else {
        tx.insert_application(&application)?;
    }
    tx.record(context, &actor.into(), begun(&application))?;
    Case::load(tx, context.now)?.overview(types, terms.day(context.now))
}

/// Makes the same application for another reason; what was written and uploaded stays.
fn change_reason(
    tx: &mut (impl CaseStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    case: Case,
    kind: ApplicationKind,
    types: &OrganizationTypes,
    terms: &Terms,
) -> Result<Overview> {
    if other_reason(&case) != Some(kind) {
        let code =
            if kind == ApplicationKind::Takeover { Code::NotCertified } else { Code::ApplicationUnderWay };
        return Err(code.into());
    }
    let application = Application { kind, ..case.application };
    tx.update_application(&application)?;
    tx.record(context, &actor.into(), begun(&application))?;
    Case::load(tx, context.now)?.overview(types, terms.day(context.now))
}

fn begun(application: &Application) -> Entry {
    Entry::new("certification.begun", "certification_application", application.id)
        .of(application.tenant)
        .change("kind", None::<String>, application.kind.name())
}
