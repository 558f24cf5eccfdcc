//! Claiming a case: one reviewer at a time.

use super::{ReviewStore, gate};
use crate::access;
use crate::actor::{Actor, OperatorActor};
use crate::certification::{Action, Case, CaseStore, State, Terms};
use crate::context::Context;
use crate::error::{Code, Faults, Place, Result};
use crate::id::{ApplicationId, OperatorId};
use crate::journal::{Entry, Journal};
use crate::operator::OperatorStore;
use crate::tenant::TenantScope;

/// Claims a case, or prolongs the claim of whoever holds it.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`, `review_claimed`, `action_not_allowed`.
pub fn claim(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + OperatorStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    terms: &Terms,
) -> Result<Case> {
    let case = gate::open(tx, context, actor, id, Action::Claim)?;
    let next = case.application.state.claimed(actor.operator, context.now, terms)?;
    hand(tx, context, actor, case, next, "review.claimed")
}

/// Gives a claim up.
///
/// # Errors
/// `forbidden`, `not_found`, `claim_lost`, `action_not_allowed`.
pub fn release(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + OperatorStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
) -> Result<Case> {
    let case = gate::open(tx, context, actor, id, Action::Release)?;
    let next = case.application.state.released()?;
    hand(tx, context, actor, case, next, "review.released")
}

/// Gives a case to another reviewer: whoever holds it can, and a senior reviewer at any time.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`, `claim_lost`, `action_not_allowed`, `assignee_not_possible` at
/// `/operator_id`.
pub fn assign(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + OperatorStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    to: OperatorId,
    terms: &Terms,
) -> Result<Case> {
    let case = gate::open(tx, context, actor, id, Action::Assign)?;
    let able = match tx.operator(to)? {
        None => false,
        Some(operator) => {
            let role = OperatorActor { operator: to, role: operator.role, session: actor.session };
            access::require(&role, Action::Claim.permission()).is_ok()
                && !tx.belongs_to(&operator.mobile, case.tenant.id)?
        }
    };
    if !able {
        return Err(Faults::one(Place::Body, "/operator_id", Code::AssigneeNotPossible));
    }
    let next = case.application.state.assigned(to, context.now, terms)?;
    hand(tx, context, actor, case, next, "review.assigned")
}

/// Keeps who holds a case now.
fn hand(
    tx: &mut (impl CaseStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    mut case: Case,
    next: State,
    what: &'static str,
) -> Result<Case> {
    let holder = |state: &State| state.claim(context.now).map(|claim| claim.holder.to_string());
    let before = std::mem::replace(&mut case.application.state, next);
    tx.update_application(&case.application)?;
    case.application.version += 1;
    let entry = Entry::new(what, "certification_application", case.application.id)
        .of(case.tenant.id)
        .change("state", before.name(), next.name())
        .change("holder", holder(&before), holder(&next));
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(case)
}
