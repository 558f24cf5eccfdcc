//! Deciding a case: approve it, ask for something again, or reject it.

use super::claim::require_held;
use super::{ReviewStore, load};
use crate::access::{self, Permission};
use crate::actor::{Actor, OperatorActor};
use crate::certification::{
    Action, Application, Case, CaseStore, Certificate, Decision, Finding, FindingCode, LastDecision, Outcome,
    Remedy, RequirementKind, State, Terms,
};
use crate::context::Context;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::ApplicationId;
use crate::journal::{Entry, Journal};
use crate::reference::{OrganizationType, OrganizationTypes};
use crate::tenant::TenantScope;
use serde_json::Value;
use uuid::Uuid;

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

/// Decides a case that the operator holds.
///
/// # Errors
/// `forbidden`, `not_found`, `action_not_allowed`, `claim_lost`, `attempt_mismatch`, faults in the findings, and for
/// an approval `blocking_findings` or `credit_code_taken`.
pub fn decide(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    judgement: &Judgement,
    types: &OrganizationTypes,
    terms: &Terms,
) -> Result<Case> {
    access::require(actor, Permission::ReviewDecide)?;
    if judgement.is_final || !judgement.overrides.is_empty() {
        access::require(actor, Permission::ReviewDecideFinally)?;
    }
    let mut case = load(tx, context, id)?;
    let before = case.application.state;
    before.require(action(judgement.outcome))?;
    require_held(&case, actor, context)?;
    require_attempt(&before, judgement.attempt)?;
    let organization = case.organization(types)?;
    let computed = case.findings(organization, terms.day(context.now));
    let findings = judged(context, &case.application, organization, judgement, &computed)?;
    case.application.state = match judgement.outcome {
        Outcome::Approve => before.approve(context.now),
        Outcome::RequestInformation => before.request_information(context.now, terms),
        Outcome::Reject => before.reject(context.now, !judgement.is_final),
    }?;
    if judgement.outcome == Outcome::Approve {
        require_clear(&computed, &judgement.overrides)?;
        let certificate = certificate(&case, context, terms)?;
        tx.insert_certificate(&certificate)?;
        case.certificate = Some(certificate);
    }
    let decision = Decision {
        outcome: judgement.outcome,
        is_final: judgement.is_final,
        findings: findings.clone(),
        overrides: judgement.overrides.clone(),
        internal_note: judgement.internal_note.clone(),
        by: actor.operator.into(),
        at: context.now,
    };
    tx.decide_attempt(id, judgement.attempt, &decision)?;
    case.application.last_decision = Some(LastDecision { at: context.now, findings });
    tx.update_application(&case.application)?;
    case.application.version += 1;
    let codes: Vec<_> = decision.findings.iter().map(|finding| finding.code.name()).collect();
    let entry = Entry::new("review.decided", "certification_application", id)
        .of(case.tenant.id)
        .change("state", before.name(), case.application.state.name())
        .change("attempt", None::<u32>, judgement.attempt)
        .change("final", None::<bool>, judgement.is_final)
        .change("findings", None::<String>, codes)
        .change(
            "overrides",
            None::<String>,
            decision.overrides.iter().map(Uuid::to_string).collect::<Vec<_>>(),
        );
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(case)
}

fn action(outcome: Outcome) -> Action {
    match outcome {
        Outcome::Approve => Action::Approve,
        Outcome::RequestInformation => Action::RequestInformation,
        Outcome::Reject => Action::Reject,
    }
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

fn certificate(case: &Case, context: &Context<'_>, terms: &Terms) -> Result<Certificate> {
    let registration_key = case
        .application
        .draft
        .registration_key()
        .ok_or_else(|| Error::internal("an application without a sound number passed the precheck"))?;
    Ok(Certificate {
        application: case.application.id,
        registration_key,
        subject: case.application.draft.clone(),
        valid_from: context.now,
        valid_until: context.now + terms.validity,
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
    let wanted = crate::certification::required_kinds(organization, &application.draft);
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
