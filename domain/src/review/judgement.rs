//! What a reviewer writes, held against the case.

use crate::certification::{
    Application, Finding, FindingCode, Outcome, Remedy, RequirementKind, State, possible_kinds,
};
use crate::context::Context;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::reference::OrganizationType;
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

/// A decision is about the attempt that was looked at.
pub(super) fn require_attempt(state: &State, attempt: u32) -> Result<()> {
    let current = state.submission().map_or(0, |submission| submission.attempt);
    if attempt == current {
        return Ok(());
    }
    Err(Error::new(Code::AttemptMismatch).with("attempt", attempt).with("current", current))
}

/// An approval leaves no computed finding standing that was not overridden.
pub(super) fn require_clear(computed: &[Finding], overrides: &[Uuid]) -> Result<()> {
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

/// Checks a reviewer's findings and gives them ids.
pub(super) fn judged(
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
    if judgement.outcome != Outcome::Approve && !judgement.overrides.is_empty() {
        faults.note("/overrides", Violation::new(Code::ValueNotAllowed).with("allowed", "[]"));
    } else {
        for (index, id) in judgement.overrides.iter().enumerate() {
            if !computed.iter().any(|finding| finding.to_override && finding.id == *id) {
                faults.note(&format!("/overrides/{index}"), Code::FindingUnknown);
            }
        }
    }
    let possible = possible_kinds(organization, &application.draft);
    let fields = application.draft.fields();
    let mut findings = Vec::with_capacity(judgement.findings.len());
    for (index, judged) in judgement.findings.iter().enumerate() {
        match (judged.requirement, judged.pointer.as_deref()) {
            (Some(kind), None) if !possible.contains(&kind) => {
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
