//! Taking a submitted application back.

use super::{ApplicationStore, Terms, schedule_erasure};
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::Result;
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};

/// Withdraws the application of the bound tenant. It can be edited and submitted again.
///
/// # Errors
/// `forbidden`, `action_not_allowed`.
pub fn withdraw(
    tx: &mut (impl ApplicationStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    terms: &Terms,
) -> Result<()> {
    access::require(actor, Permission::CertificationManage)?;
    let mut application = tx.application()?;
    let before = application.state.at(context.now);
    application.state = before.withdraw(context.now)?;
    tx.update_application(&application)?;
    schedule_erasure(tx, context, &application, terms)?;
    let entry = Entry::new("certification.withdrawn", "certification_application", application.id)
        .of(application.tenant)
        .change("state", before.name(), application.state.name());
    tx.record(context, &actor.into(), entry)
}
