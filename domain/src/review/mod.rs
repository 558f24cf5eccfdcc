//! Review: operators take up applications and decide them. A review has the id of its application.

mod claim;
mod decide;
mod queue;

pub use claim::{claim, release};
pub use decide::{JudgedFinding, Judgement, decide};
pub use queue::{Filter, Item, Position, queue};

use crate::access::{self, Permission};
use crate::actor::{Actor, OperatorActor};
use crate::certification::{
    ApplicationNumber, ApplicationStore, Attempt, Case, CaseStore, Document, DocumentStore, Overview,
    SHOWN_ATTEMPTS, Terms,
};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::id::{ApplicationId, DocumentId, TenantId};
use crate::journal::{Entry, Journal};
use crate::reference::OrganizationTypes;
use crate::tenant::TenantScope;

/// Finds applications over all tenants.
pub trait ReviewStore {
    /// A page of the queue.
    ///
    /// # Errors
    /// When the store fails.
    fn reviews(
        &mut self,
        filter: &Filter,
        after: Option<&Position>,
        limit: u32,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Vec<Item>>;
    /// How many the filter lets through.
    ///
    /// # Errors
    /// When the store fails.
    fn reviews_counted(&mut self, filter: &Filter, now: chrono::DateTime<chrono::Utc>) -> Result<u64>;
    /// The tenant of an application that was submitted at least once.
    ///
    /// # Errors
    /// When the store fails.
    fn tenant_of_review(&mut self, id: ApplicationId) -> Result<Option<TenantId>>;
    /// The tenant of a number that was submitted at least once.
    ///
    /// # Errors
    /// When the store fails.
    fn tenant_of_number(&mut self, number: &ApplicationNumber) -> Result<Option<TenantId>>;
}

/// Everything about a case, for an operator.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn get(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    types: &OrganizationTypes,
    terms: &Terms,
) -> Result<(Overview, Vec<Attempt>)> {
    access::require(actor, Permission::ReviewRead)?;
    let case = load(tx, context, id)?;
    let attempts = tx.attempts(id, SHOWN_ATTEMPTS)?;
    Ok((case.overview(types, terms.day(context.now))?, attempts))
}

/// A document of a case, for an operator. Whoever looks at a private document leaves a trace.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn view_document(
    tx: &mut (impl ReviewStore + TenantScope + ApplicationStore + DocumentStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    document: DocumentId,
) -> Result<(TenantId, Document)> {
    access::require(actor, Permission::ReviewRead)?;
    let tenant = tx.tenant_of_review(id)?.ok_or(Code::NotFound)?;
    tx.enter(tenant);
    let document = tx.document(document)?;
    if document.application != id {
        return Err(Code::NotFound.into());
    }
    // What was never submitted is the applicant's own affair.
    let attempts = tx.attempts(id, SHOWN_ATTEMPTS)?;
    if !attempts.iter().any(|attempt| attempt.documents.contains(&document.id)) {
        return Err(Code::NotFound.into());
    }
    let entry = Entry::new("certification.document_viewed", "document", document.id).of(tenant);
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok((tenant, document))
}

/// Goes to the tenant of a case and loads it. The caller has asked for the right.
fn load(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore),
    context: &Context<'_>,
    id: ApplicationId,
) -> Result<Case> {
    let tenant = tx.tenant_of_review(id)?.ok_or(Code::NotFound)?;
    tx.enter(tenant);
    let case = Case::load(tx, context.now)?;
    if case.application.id == id { Ok(case) } else { Err(Code::NotFound.into()) }
}
