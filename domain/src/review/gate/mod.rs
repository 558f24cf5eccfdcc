//! The gate that every action on a case goes through: whether this operator may do it, to this case, now.

use super::{ReviewStore, load};
use crate::access;
use crate::actor::OperatorActor;
use crate::certification::{Action, ApplicationKind, Case, CaseStore, State};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::ApplicationId;
use crate::operator::{self, OperatorStore};
use crate::tenant::TenantScope;
use chrono::{DateTime, SecondsFormat, Utc};

/// Loads a case for an action, and refuses whoever may not.
pub(super) fn open(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + OperatorStore),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    action: Action,
) -> Result<Case> {
    access::require(actor, action.permission())?;
    let case = load(tx, context, id)?;
    let belongs = is_insider(tx, actor, &case)?;
    permit(&case.application.state, actor, belongs, action, context.now)?;
    Ok(case)
}

/// Whether an operator belongs to the company, or to the one that it is to take over.
fn is_insider(tx: &mut impl OperatorStore, actor: &OperatorActor, case: &Case) -> Result<bool> {
    let target = case.number_holder.filter(|_| case.application.kind == ApplicationKind::Takeover);
    for tenant in std::iter::once(case.tenant.id).chain(target) {
        if operator::belongs(tx, actor, tenant)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Refuses whoever belongs to a side of a case.
///
/// # Errors
/// `own_organization`.
pub(super) fn require_outsider(
    tx: &mut impl OperatorStore,
    actor: &OperatorActor,
    case: &Case,
) -> Result<()> {
    if is_insider(tx, actor, case)? { Err(Code::OwnOrganization.into()) } else { Ok(()) }
}

/// What an operator who does not belong to the company may do with a case in a state.
pub(super) fn allowed(state: &State, actor: &OperatorActor, now: DateTime<Utc>) -> Vec<Action> {
    let mut allowed = state.allowed_actions();
    allowed.retain(|action| permit(state, actor, false, *action, now).is_ok());
    allowed
}

/// Whether an operator may act on a case in a state. `belongs`: whether they are a member of the company.
pub(super) fn permit(
    state: &State,
    actor: &OperatorActor,
    belongs: bool,
    action: Action,
    now: DateTime<Utc>,
) -> Result<()> {
    access::require(actor, action.permission())?;
    if belongs && action != Action::Release {
        return Err(Code::OwnOrganization.into());
    }
    state.require(action)?;
    let claim = state.claim(now);
    let held = claim.is_some_and(|claim| claim.holder == actor.operator);
    let senior = access::require(actor, Action::Confirm.permission()).is_ok();
    match action {
        Action::Claim => match claim.filter(|_| !held) {
            None => Ok(()),
            Some(claim) => {
                let until = claim.expires_at.to_rfc3339_opts(SecondsFormat::Secs, true);
                Err(Error::new(Code::ReviewClaimed).with("expires_at", until))
            }
        },
        Action::Assign if held || senior => Ok(()),
        Action::Confirm | Action::Decline => match state {
            State::AwaitingConfirmation { proposed_by, .. } if *proposed_by == actor.operator => {
                Err(Code::SecondReviewerRequired.into())
            }
            _ => Ok(()),
        },
        _ if held => Ok(()),
        _ => Err(Code::ClaimLost.into()),
    }
}

#[cfg(test)]
mod tests;
