//! Submitting an application: what was written becomes an attempt that never changes.

use super::evidence::ask_for_evidence;
use super::{Attempt, Case, CaseStore, Finding, Overview, Terms};
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::agreement::{AcceptanceStore, Accepted, Agreements, Occasion, acceptances};
use crate::context::Context;
use crate::error::Result;
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::reference::OrganizationTypes;
use crate::review::set_clock;

/// What came of submitting.
#[derive(Debug, Clone)]
pub enum Submitted {
    /// It waits for a reviewer.
    Accepted(Box<Overview>),
    /// Something is still missing or wrong.
    Incomplete(Vec<Finding>),
}

/// Submits the application of the bound tenant.
///
/// # Errors
/// `forbidden`, `action_not_allowed`, the faults of the agreements.
pub fn submit(
    tx: &mut (impl CaseStore + AcceptanceStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    accepted: &[Accepted],
    agreements: &Agreements,
    types: &OrganizationTypes,
    terms: &Terms,
) -> Result<Submitted> {
    access::require(actor, Permission::CertificationManage)?;
    let mut case = Case::load(tx, context.now)?;
    let before = case.application.state;
    let next = before.submit(actor.member, context.now, terms)?;
    agreements.check(Occasion::Certification, accepted, "/accepted_agreements")?;
    let today = terms.day(context.now);
    let findings = case.findings(case.organization(types)?, today);
    if findings.iter().any(|finding| finding.blocking) {
        return Ok(Submitted::Incomplete(findings));
    }
    case.application.state = next;
    let attempt = next.submission().map_or(1, |submission| submission.attempt);
    tx.insert_attempt(&Attempt {
        application: case.application.id,
        number: attempt,
        draft: case.application.draft.clone(),
        documents: case.documents.iter().map(|document| document.id).collect(),
        submitted_by: actor.member,
        submitted_at: context.now,
        proposal: None,
        decision: None,
    })?;
    tx.update_application(&case.application)?;
    set_clock(tx, context, &case.application, terms)?;
    ask_for_evidence(tx, context, &case.application, &terms.evidence)?;
    let (random, ip) = (context.random, context.origin.ip);
    tx.insert_acceptances(&acceptances(random, actor.account, None, accepted, context.now, ip))?;
    let entry = Entry::new("certification.submitted", "certification_application", case.application.id)
        .of(case.application.tenant)
        .change("state", before.name(), next.name())
        .change("attempt", attempt - 1, attempt);
    tx.record(context, &actor.into(), entry)?;
    case.application.version += 1;
    Ok(Submitted::Accepted(Box::new(case.overview(types, today)?)))
}
