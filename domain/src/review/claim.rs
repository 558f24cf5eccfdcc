//! Claiming a case: one reviewer at a time.

use super::{ReviewStore, load};
use crate::access::{self, Permission};
use crate::actor::{Actor, OperatorActor};
use crate::certification::{Case, CaseStore, Terms};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::ApplicationId;
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
    access::require(actor, Permission::ReviewDecide)?;
    let mut case = load(tx, context, id)?;
    let operator = tx.operator(actor.operator)?.ok_or(Code::SessionEnded)?;
    if tx.belongs_to(&operator.mobile, case.tenant.id)? {
        return Err(Code::OwnOrganization.into());
    }
    let before = case.application.state;
    if let Some(claim) = before.claim(context.now).filter(|claim| claim.holder != actor.operator) {
        let until = claim.expires_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        return Err(Error::new(Code::ReviewClaimed).with("expires_at", until));
    }
    case.application.state = before.claimed(actor.operator, context.now, terms)?;
    tx.update_application(&case.application)?;
    case.application.version += 1;
    let entry = Entry::new("review.claimed", "certification_application", id)
        .of(case.tenant.id)
        .change("state", before.name(), case.application.state.name())
        .change(
            "holder",
            before.claim(context.now).map(|claim| claim.holder.to_string()),
            actor.operator.to_string(),
        );
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(case)
}

/// Gives a claim up.
///
/// # Errors
/// `forbidden`, `not_found`, `claim_lost`.
pub fn release(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
) -> Result<()> {
    access::require(actor, Permission::ReviewDecide)?;
    let mut case = load(tx, context, id)?;
    require_held(&case, actor, context)?;
    case.application.state = case.application.state.released()?;
    tx.update_application(&case.application)?;
    let entry = Entry::new("review.released", "certification_application", id).of(case.tenant.id).change(
        "holder",
        actor.operator.to_string(),
        None::<String>,
    );
    tx.record(context, &Actor::Operator(*actor), entry)
}

/// Refuses whoever does not hold the case.
pub(super) fn require_held(case: &Case, actor: &OperatorActor, context: &Context<'_>) -> Result<()> {
    let held = case.application.state.claim(context.now).is_some_and(|claim| claim.holder == actor.operator);
    if held { Ok(()) } else { Err(Code::ClaimLost.into()) }
}
