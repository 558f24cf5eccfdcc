//! Deciding a case: approve it, ask for something again, or reject it; alone, or in two steps of two reviewers.

use super::gate;
use super::judgement::{Judgement, judged, require_attempt, require_clear};
use super::note::{Note, NoteStore, NoteText};
use super::settle::{DecisionStore, settle, step};
use super::work::WorkKind;
use crate::actor::OperatorActor;
use crate::certification::{Action, ApplicationKind, Case, Decision, Outcome, Terms};
use crate::context::Context;
use crate::error::Result;
use crate::id::ApplicationId;
use crate::reference::OrganizationTypes;

/// Decides a case that the operator holds. What cannot be mended afterwards, goes against the precheck,
/// or takes a tenant from its owner, is proposed to a
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
    let takeover = case.application.kind == ApplicationKind::Takeover && outcome == Outcome::Approve;
    if decision.needs_confirmation() || takeover {
        tx.propose(id, judgement.attempt, Some(&decision))?;
        let next = before.proposed(outcome, actor.operator, context.now)?;
        step(tx, context, actor, &mut case, next, &decision, WorkKind::Propose, terms)?;
        return Ok(case);
    }
    let next = before.decided(outcome, decision.is_final, context.now, terms)?;
    let kind = match outcome {
        Outcome::Approve => WorkKind::Approve,
        Outcome::RequestInformation => WorkKind::RequestInformation,
        Outcome::Reject => WorkKind::Reject,
    };
    settle(tx, context, actor, &mut case, next, &decision, kind, terms)?;
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
    settle(tx, context, actor, &mut case, next, &decision, WorkKind::Confirm, terms)?;
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
    tx.propose(id, attempt, None)?;
    tx.insert_note(&Note::new(context, id, actor.operator, why))?;
    step(tx, context, actor, &mut case, before.declined()?, &proposal, WorkKind::Decline, terms)?;
    Ok(case)
}
