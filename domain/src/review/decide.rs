//! Deciding a case: approve it, ask for something again, or reject it.

use super::clock::certification_notice;
use super::note::{Note, NoteStore, NoteText};
use super::work::{Work, WorkKind, WorkStore};
use super::{ReviewStore, gate};
use crate::actor::{Actor, OperatorActor};
use crate::certification::{
    Action, Application, ApplicationKind, Case, CaseStore, Certificate, Decision, Finding, FindingCode,
    LastDecision, Outcome, Remedy, RequirementKind, State, Submission, Terms, set_life_clock,
};
use crate::context::Context;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::ApplicationId;
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::notice::{NoticeKind, NoticeStore, tell};
use crate::operator::OperatorStore;
use crate::reference::{OrganizationType, OrganizationTypes};
use crate::tenant::{TenantScope, TenantStore};
use crate::text::OrganizationName;
use serde_json::Value;
use uuid::Uuid;

/// Everything that a decision touches.
pub trait DecisionStore:
    ReviewStore
    + TenantScope
    + TenantStore
    + CaseStore
    + OperatorStore
    + WorkStore
    + NoticeStore
    + JobQueue
    + Journal
{
}

impl<T> DecisionStore for T where
    T: ReviewStore
        + TenantScope
        + TenantStore
        + CaseStore
        + OperatorStore
        + WorkStore
        + NoticeStore
        + JobQueue
        + Journal
{
}

/// A finding as a reviewer writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedFinding {
    /// The requirement that it is about.
    pub requirement: Option<RequirementKind>,
    /// The field that it is about.
    pub pointer: Option<String>,
    /// What is wrong.
    pub code: FindingCode,
    /// The reviewer's own words.
    pub message: Option<String>,
    /// What to do, if not what usually helps.
    pub remedy: Option<Remedy>,
    /// Whether sending again can help.
    pub retryable: bool,
    /// For operators alone.
    pub internal_note: Option<String>,
}

/// What a reviewer decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What.
    pub outcome: Outcome,
    /// Whether a rejection is for good.
    pub is_final: bool,
    /// Which attempt was looked at.
    pub attempt: u32,
    /// What was found wanting.
    pub findings: Vec<JudgedFinding>,
    /// The computed findings that do not matter here.
    pub overrides: Vec<Uuid>,
    /// For operators alone.
    pub internal_note: Option<String>,
}

/// Decides a case that the operator holds. What cannot be mended afterwards, or goes against the precheck, is proposed to a
/// second reviewer instead.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`, `action_not_allowed`, `claim_lost`, `attempt_mismatch`, faults in the
/// findings, and for an approval `blocking_findings` or `credit_code_taken`.
pub fn decide(
    tx: &mut impl DecisionStore,
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    judgement: &Judgement,
    types: &OrganizationTypes,
    terms: &Terms,
) -> Result<Case> {
    let outcome = judgement.outcome;
    let mut case = gate::open(tx, context, actor, id, outcome.action())?;
    let before = case.application.state;
    require_attempt(&before, judgement.attempt)?;
    let organization = case.organization(types)?;
    let computed = case.findings(organization, terms.day(context.now));
    let findings = judged(context, &case.application, organization, judgement, &computed)?;
    if outcome == Outcome::Approve {
        require_clear(&computed, &judgement.overrides)?;
    }
    let decision = Decision {
        outcome,
        is_final: judgement.is_final,
        findings,
        overrides: judgement.overrides.clone(),
        internal_note: judgement.internal_note.clone(),
        by: actor.operator.into(),
        confirmed_by: None,
        at: context.now,
    };
    if decision.needs_confirmation() {
        case.application.state = before.proposed(outcome, actor.operator, context.now)?;
        tx.propose(id, judgement.attempt, Some(&decision))?;
        tx.update_application(&case.application)?;
        case.application.version += 1;
        note_work(tx, context, actor, &case, WorkKind::Propose, terms)?;
        let entry = entry("review.proposed", &case, &before, judgement.attempt, &decision);
        tx.record(context, &Actor::Operator(*actor), entry)?;
        return Ok(case);
    }
    let next = before.decided(outcome, decision.is_final, context.now, terms)?;
    let kind = match outcome {
        Outcome::Approve => WorkKind::Approve,
        Outcome::RequestInformation => WorkKind::RequestInformation,
        Outcome::Reject => WorkKind::Reject,
    };
    settle(tx, context, actor, &mut case, next, decision, kind, terms)?;
    Ok(case)
}

/// Lets the decision that another reviewer proposed take effect.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`, `action_not_allowed`, `second_reviewer_required`, `attempt_mismatch`,
/// `blocking_findings`, `credit_code_taken`.
pub fn confirm(
    tx: &mut impl DecisionStore,
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    attempt: u32,
    types: &OrganizationTypes,
    terms: &Terms,
) -> Result<Case> {
    let mut case = gate::open(tx, context, actor, id, Action::Confirm)?;
    let before = case.application.state;
    require_attempt(&before, attempt)?;
    let proposal = tx.proposal(id, attempt)?;
    if proposal.outcome == Outcome::Approve {
        // Since it was proposed a license may have ended, or its number been taken.
        let computed = case.findings(case.organization(types)?, terms.day(context.now));
        require_clear(&computed, &proposal.overrides)?;
    }
    let next = before.confirmed(proposal.outcome, proposal.is_final, context.now, terms)?;
    let decision = Decision { confirmed_by: Some(actor.operator.into()), at: context.now, ..proposal };
    settle(tx, context, actor, &mut case, next, decision, WorkKind::Confirm, terms)?;
    Ok(case)
}

/// Sends a case back to review instead of confirming what was proposed, and says why to whoever takes it up.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`, `action_not_allowed`, `second_reviewer_required`, `attempt_mismatch`.
pub fn decline(
    tx: &mut (impl DecisionStore + NoteStore),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    attempt: u32,
    why: &NoteText,
    terms: &Terms,
) -> Result<Case> {
    let mut case = gate::open(tx, context, actor, id, Action::Decline)?;
    let before = case.application.state;
    require_attempt(&before, attempt)?;
    let proposal = tx.proposal(id, attempt)?;
    case.application.state = before.declined()?;
    tx.propose(id, attempt, None)?;
    tx.update_application(&case.application)?;
    case.application.version += 1;
    tx.insert_note(&Note::new(context, id, actor.operator, why))?;
    note_work(tx, context, actor, &case, WorkKind::Decline, terms)?;
    let entry = entry("review.declined", &case, &before, attempt, &proposal);
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(case)
}

/// Lets a decision take effect: on the attempt, the application and the certificate; and tells the applicant.
fn settle(
    tx: &mut impl DecisionStore,
    context: &Context<'_>,
    actor: &OperatorActor,
    case: &mut Case,
    next: State,
    decision: Decision,
    kind: WorkKind,
    terms: &Terms,
) -> Result<()> {
    let before = std::mem::replace(&mut case.application.state, next);
    let Some(submission) = before.submission().copied() else {
        return Err(Error::internal("a case without a submission was decided"));
    };
    if decision.outcome == Outcome::Approve {
        certify(tx, context, actor, case, terms)?;
    }
    // What was rejected for good beside a certificate cannot begin again.
    if let Some(certificate) = case.certificate.as_mut().filter(|_| decision.is_final) {
        certificate.barred.push(case.application.kind);
        tx.update_certificate(certificate)?;
    }
    tx.decide_attempt(case.application.id, submission.attempt, &decision)?;
    let entry = entry("review.decided", case, &before, submission.attempt, &decision);
    let subject = case.application.draft.fields();
    case.application.last_decision =
        Some(LastDecision { at: context.now, findings: decision.findings, subject });
    tx.update_application(&case.application)?;
    case.application.version += 1;
    note_work(tx, context, actor, case, kind, terms)?;
    tx.record(context, &Actor::Operator(*actor), entry)?;
    notify(tx, context, case, &submission, decision.is_final, terms)
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

/// Notes for the statistics what an operator did.
fn note_work(
    tx: &mut impl WorkStore,
    context: &Context<'_>,
    actor: &OperatorActor,
    case: &Case,
    kind: WorkKind,
    terms: &Terms,
) -> Result<()> {
    let Some(submission) = case.application.state.submission() else { return Ok(()) };
    tx.insert_work(&Work {
        id: context.random.uuid(),
        operator: actor.operator,
        kind,
        application: case.application.id,
        attempt: submission.attempt,
        at: context.now,
        took: terms.calendar.between(submission.at, context.now),
        late: context.now > submission.due_at,
    })
}

fn entry(what: &'static str, case: &Case, before: &State, attempt: u32, decision: &Decision) -> Entry {
    let codes: Vec<_> = decision.findings.iter().map(|finding| finding.code.name()).collect();
    let overrides: Vec<_> = decision.overrides.iter().map(Uuid::to_string).collect();
    Entry::new(what, "certification_application", case.application.id)
        .of(case.tenant.id)
        .change("state", before.name(), case.application.state.name())
        .change("attempt", None::<u32>, attempt)
        .change("final", None::<bool>, decision.is_final)
        .change("findings", None::<String>, codes)
        .change("overrides", None::<String>, overrides)
}

fn require_attempt(state: &State, attempt: u32) -> Result<()> {
    let current = state.submission().map_or(0, |submission| submission.attempt);
    if attempt == current {
        return Ok(());
    }
    Err(Error::new(Code::AttemptMismatch).with("attempt", attempt).with("current", current))
}

/// An approval leaves no computed finding standing that was not overridden.
fn require_clear(computed: &[Finding], overrides: &[Uuid]) -> Result<()> {
    if computed.iter().any(|finding| finding.code == FindingCode::DuplicateEnterprise) {
        return Err(Code::CreditCodeTaken.into());
    }
    let standing: Vec<_> = computed
        .iter()
        .filter(|finding| finding.blocking || (finding.to_override && !overrides.contains(&finding.id)))
        .map(|finding| finding.id.to_string())
        .collect();
    if standing.is_empty() {
        Ok(())
    } else {
        Err(Error::new(Code::BlockingFindings).with("finding_ids", standing))
    }
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

/// Checks a reviewer's findings and gives them ids.
fn judged(
    context: &Context<'_>,
    application: &Application,
    organization: &OrganizationType,
    judgement: &Judgement,
    computed: &[Finding],
) -> Result<Vec<Finding>> {
    let mut faults = Faults::of(Place::Body);
    match (judgement.outcome, judgement.findings.is_empty()) {
        (Outcome::Approve, false) => faults.note("/findings", Code::FindingsUnwanted),
        (Outcome::RequestInformation | Outcome::Reject, true) => {
            faults.note("/findings", Code::FindingsRequired);
        }
        _ => {}
    }
    if judgement.is_final && judgement.outcome != Outcome::Reject {
        faults.note("/final", Violation::new(Code::ValueNotAllowed).with("allowed", "false"));
    }
    for (index, id) in judgement.overrides.iter().enumerate() {
        if !computed.iter().any(|finding| finding.to_override && finding.id == *id) {
            faults.note(&format!("/overrides/{index}"), Code::FindingUnknown);
        }
    }
    let mut wanted = crate::certification::required_kinds(organization, &application.draft);
    wanted.extend(crate::certification::optional_kinds(organization));
    let fields = application.draft.fields();
    let mut findings = Vec::with_capacity(judgement.findings.len());
    for (index, judged) in judgement.findings.iter().enumerate() {
        match (judged.requirement, judged.pointer.as_deref()) {
            (Some(kind), None) if !wanted.contains(&kind) => {
                faults.note(&format!("/findings/{index}/requirement"), Code::FindingTargetRequired);
            }
            (None, Some(pointer)) if pointer.is_empty() || fields.pointer(pointer).is_none() => {
                faults.note(&format!("/findings/{index}/pointer"), Code::FindingTargetRequired);
            }
            (None, None) | (Some(_), Some(_)) => {
                faults.note(&format!("/findings/{index}"), Code::FindingTargetRequired);
            }
            _ => findings.push(kept(context, &fields, judged)),
        }
    }
    faults.finish()?;
    Ok(findings)
}

fn kept(context: &Context<'_>, fields: &Value, judged: &JudgedFinding) -> Finding {
    Finding {
        id: context.random.uuid(),
        pointer: judged.pointer.clone(),
        requirement: judged.requirement,
        code: judged.code,
        message: judged.message.clone(),
        remedy: judged.remedy.unwrap_or_else(|| judged.code.remedy()),
        blocking: true,
        retryable: judged.retryable,
        to_override: false,
        measured: None,
        limit: None,
        internal_note: judged.internal_note.clone(),
        seen: judged.pointer.as_deref().and_then(|pointer| fields.pointer(pointer)).cloned(),
    }
}
