//! What a decision does: to the case, the attempt, the certificate, the tenant's name, the statistics and the journal; and what
//! the applicant is told.

use super::ReviewStore;
use super::clock::certification_notice;
use super::work::{Work, WorkKind, WorkStore};
use crate::actor::{Actor, OperatorActor};
use crate::bundle::bundle;
use crate::certification::{
    ApplicationKind, Case, CaseStore, Certificate, Decision, LastDecision, Outcome, State, Submission, Terms,
    schedule_erasure, set_life_clock,
};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::notice::{NoticeKind, NoticeStore, tell};
use crate::operator::OperatorStore;
use crate::takeover::{self, TakeoverStore};
use crate::tenant::{TenantScope, TenantStore};
use crate::text::OrganizationName;
use uuid::Uuid;

bundle! {
    /// Everything that a decision touches.
    DecisionStore: ReviewStore + TenantScope + TenantStore + CaseStore + OperatorStore + WorkStore + NoticeStore + MemberStore + TakeoverStore + JobQueue + Journal
}

/// Lets a decision take effect: on the attempt, the application and the certificate; and tells the applicant.
pub(super) fn settle(
    tx: &mut impl DecisionStore,
    context: &Context<'_>,
    actor: &OperatorActor,
    case: &mut Case,
    next: State,
    decision: &Decision,
    kind: WorkKind,
    terms: &Terms,
) -> Result<()> {
    let Some(submission) = case.application.state.submission().copied() else {
        return Err(Error::internal("a case without a submission was decided"));
    };
    let takeover = case.application.kind == ApplicationKind::Takeover;
    match decision.outcome {
        Outcome::Approve if takeover => takeover::begin(tx, context, actor, case, terms)?,
        Outcome::Approve => certify(tx, context, actor, case, terms)?,
        Outcome::RequestInformation | Outcome::Reject => {}
    }
    // What was rejected for good beside a certificate cannot begin again.
    if let Some(certificate) = case.certificate.as_mut().filter(|_| decision.is_final) {
        certificate.barred.push(case.application.kind);
        tx.update_certificate(certificate)?;
    }
    tx.decide_attempt(case.application.id, submission.attempt, decision)?;
    let (findings, subject) = (decision.findings.clone(), case.application.draft.fields());
    case.application.last_decision = Some(LastDecision { at: context.now, findings, subject });
    step(tx, context, actor, case, next, decision, kind, terms)?;
    schedule_erasure(tx, context, &case.application, terms)?;
    notify(tx, context, case, &submission, decision.is_final, terms)
}

/// Keeps a case in its next state, and what an operator did to bring it there: for the statistics, and in the journal.
pub(super) fn step(
    tx: &mut impl DecisionStore,
    context: &Context<'_>,
    actor: &OperatorActor,
    case: &mut Case,
    next: State,
    decision: &Decision,
    kind: WorkKind,
    terms: &Terms,
) -> Result<()> {
    let before = std::mem::replace(&mut case.application.state, next);
    tx.update_application(&case.application)?;
    case.application.version += 1;
    if let Some(submission) = next.submission() {
        tx.insert_work(&Work {
            id: context.random.uuid(),
            operator: actor.operator,
            kind,
            application: case.application.id,
            attempt: submission.attempt,
            at: context.now,
            took: terms.calendar.between(submission.at, context.now),
            late: context.now > submission.due_at,
        })?;
    }
    let what = match kind {
        WorkKind::Propose => "review.proposed",
        WorkKind::Decline => "review.declined",
        WorkKind::Approve | WorkKind::RequestInformation | WorkKind::Reject | WorkKind::Confirm => {
            "review.decided"
        }
    };
    let attempt = next.submission().map(|submission| submission.attempt);
    let codes: Vec<_> = decision.findings.iter().map(|finding| finding.code.name()).collect();
    let overrides: Vec<_> = decision.overrides.iter().map(Uuid::to_string).collect();
    let entry = Entry::new(what, "certification_application", case.application.id)
        .of(case.tenant.id)
        .change("state", before.name(), next.name())
        .change("attempt", None::<u32>, attempt)
        .change("final", None::<bool>, decision.is_final)
        .change("findings", None::<String>, codes)
        .change("overrides", None::<String>, overrides);
    tx.record(context, &Actor::Operator(*actor), entry)
}

/// Tells whoever submitted what was decided.
fn notify(
    tx: &mut impl DecisionStore,
    context: &Context<'_>,
    case: &Case,
    submission: &Submission,
    is_final: bool,
    terms: &Terms,
) -> Result<()> {
    let (kind, until) = match case.application.state {
        State::InformationRequested { respond_by, .. } => {
            (NoticeKind::CertificationInformationRequested, Some(respond_by))
        }
        State::Approved { decided_at, .. } if case.application.kind == ApplicationKind::Takeover => {
            (NoticeKind::TakeoverApproved, Some(decided_at + takeover::OBJECTION))
        }
        State::Approved { .. } => {
            (NoticeKind::CertificationApproved, case.certificate.as_ref().map(|c| c.valid_until))
        }
        _ if is_final => (NoticeKind::CertificationRejectedFinally, None),
        _ => (NoticeKind::CertificationRejected, None),
    };
    let notice =
        certification_notice(context.id(), kind, &case.application, submission, until, context.now, terms);
    tell(tx, context, case.tenant.id, &notice).map(drop)
}

/// Makes the certificate that an approval leads to, or changes the one that there is. The name of the tenant follows it.
fn certify(
    tx: &mut impl DecisionStore,
    context: &Context<'_>,
    actor: &OperatorActor,
    case: &mut Case,
    terms: &Terms,
) -> Result<()> {
    let certificate = certificate(case, context, terms)?;
    match &case.certificate {
        None => tx.insert_certificate(&certificate)?,
        Some(_) => tx.update_certificate(&certificate)?,
    }
    if case.certificate.as_ref().is_none_or(|old| old.valid_until != certificate.valid_until) {
        set_life_clock(tx, context, case.tenant.id, &certificate, terms)?;
    }
    let name = certificate.subject.name_on_license().and_then(|name| OrganizationName::parse(name).ok());
    if let Some(name) = name.filter(|name| *name != case.tenant.organization.name) {
        tx.rename_tenant(&name)?;
        let before = std::mem::replace(&mut case.tenant.organization.name, name);
        let entry = Entry::new("tenant.renamed", "tenant", case.tenant.id).of(case.tenant.id).change(
            "name",
            before.as_str(),
            case.tenant.organization.name.as_str(),
        );
        tx.record(context, &Actor::Operator(*actor), entry)?;
    }
    case.certificate = Some(certificate);
    Ok(())
}

/// A renewal lasts from the end of what it renews, if that has not come yet; a change leaves the end where it is.
fn certificate(case: &Case, context: &Context<'_>, terms: &Terms) -> Result<Certificate> {
    let held = case.certificate.as_ref();
    let (valid_from, valid_until) = match (case.application.kind, held) {
        (ApplicationKind::Change, Some(held)) => (held.valid_from, held.valid_until),
        (ApplicationKind::Renewal, Some(held)) => {
            (held.valid_from, held.valid_until.max(context.now) + terms.validity)
        }
        _ => (context.now, context.now + terms.validity),
    };
    let registration_key = case
        .application
        .draft
        .registration_key()
        .ok_or_else(|| Error::internal("an application without a sound number passed the precheck"))?;
    Ok(Certificate {
        application: case.application.id,
        registration_key,
        subject: case.application.draft.clone(),
        valid_from,
        valid_until,
        suspension: held.and_then(|held| held.suspension.clone()),
        barred: held.map(|held| held.barred.clone()).unwrap_or_default(),
    })
}
