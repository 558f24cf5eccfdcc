//! Holds: what is disputed is not erased while it is.

use super::{ReviewStore, gate, load};
use crate::access::{self, Permission};
use crate::actor::{Actor, OperatorActor};
use crate::certification::{Case, CaseStore, Hold, Terms, schedule_erasure};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::id::ApplicationId;
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::operator::OperatorStore;
use crate::tenant::TenantScope;
use crate::text::Prose;

/// Keeps the documents of a case until the hold is lifted.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`, `already_held`.
pub fn hold(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + OperatorStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    reason: &Prose<500>,
) -> Result<Hold> {
    let mut case = open(tx, context, actor, id)?;
    if case.application.hold.is_some() {
        return Err(Code::AlreadyHeld.into());
    }
    let hold = Hold { at: context.now, by: actor.operator.into(), reason: reason.as_str().to_owned() };
    case.application.hold = Some(hold.clone());
    tx.update_application(&case.application)?;
    let entry = Entry::new("review.held", "certification_application", id).of(case.tenant.id).change(
        "hold",
        None::<String>,
        reason.as_str(),
    );
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(hold)
}

/// Lifts the hold; what should have been erased meanwhile goes now.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`, `not_held`.
pub fn lift(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + OperatorStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    terms: &Terms,
) -> Result<()> {
    let mut case = open(tx, context, actor, id)?;
    let lifted = case.application.hold.take().ok_or(Code::NotHeld)?;
    tx.update_application(&case.application)?;
    schedule_erasure(tx, context, &case.application, terms)?;
    let entry = Entry::new("review.hold_lifted", "certification_application", id).of(case.tenant.id).change(
        "hold",
        lifted.reason,
        None::<String>,
    );
    tx.record(context, &Actor::Operator(*actor), entry)
}

fn open(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + OperatorStore),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
) -> Result<Case> {
    access::require(actor, Permission::ReviewConfirm)?;
    let case = load(tx, context, id)?;
    gate::require_outsider(tx, actor, &case)?;
    Ok(case)
}
