//! Review: operators take up applications and decide them. A review has the id of its application.

mod claim;
mod clock;
mod compare;
mod decide;
mod gate;
mod hold;
mod judgement;
mod note;
mod queue;
mod reply;
mod settle;
mod work;

pub use claim::{assign, claim, release};
pub use clock::{Mark, Urgency, reckon, set_clock, strike};
pub use compare::{ComparedDocument, ComparedField, Comparison, compare};
pub use decide::{confirm, decide, decline};
pub use hold::{hold, lift};
pub use judgement::{JudgedFinding, Judgement};
pub use note::{Note, NoteStore, NoteText, SHOWN_NOTES, add_note};
pub use queue::{Counts, Filter, Item, Position, counts, queue};
pub use reply::{ReplyDraft, ReplyStore, SavedReply};
pub use settle::DecisionStore;
pub use work::{Statistics, Work, WorkCount, WorkKind, WorkStore, statistics};

/// Replies that reviewers use again.
pub mod replies {
    pub use super::reply::{add, change, list, remove};
}

use crate::access::{self, Permission};
use crate::actor::{Actor, OperatorActor};
use crate::certification::view::viewed;
use crate::certification::{
    Action, ApplicationNumber, Attempt, Case, CaseStore, Document, Overview, SHOWN_ATTEMPTS, Terms,
};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::id::{ApplicationId, DocumentId, TenantId};
use crate::journal::Journal;
use crate::operator::OperatorStore;
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
    /// How many there are in each state that is not over, and how many of those that wait are overdue or held by nobody.
    ///
    /// # Errors
    /// When the store fails.
    fn open_reviews_counted(&mut self, now: chrono::DateTime<chrono::Utc>) -> Result<Counts>;
    /// Reviews that wait and whose due time, after one instant and up to another, is provisional.
    ///
    /// # Errors
    /// When the store fails.
    fn provisional_reviews(
        &mut self,
        after: chrono::DateTime<chrono::Utc>,
        until: chrono::DateTime<chrono::Utc>,
        limit: u32,
    ) -> Result<Vec<(TenantId, ApplicationId)>>;
    /// The tenant of an application that was submitted at least once.
    ///
    /// # Errors
    /// When the store fails.
    fn tenant_of_review(&mut self, id: ApplicationId) -> Result<Option<TenantId>>;
    /// The tenant and the application of a number that was submitted at least once.
    ///
    /// # Errors
    /// When the store fails.
    fn tenant_of_number(&mut self, number: &ApplicationNumber) -> Result<Option<(TenantId, ApplicationId)>>;
}

/// Everything about a case that an operator looks at.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The case.
    pub overview: Overview,
    /// Its newest submissions, newest first.
    pub attempts: Vec<Attempt>,
    /// What the operator may do with it now.
    pub allowed: Vec<Action>,
    /// The newest notes on it, newest first.
    pub notes: Vec<Note>,
}

/// Everything about a case, for an operator.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`.
pub fn get(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + NoteStore + OperatorStore),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    types: &OrganizationTypes,
    terms: &Terms,
) -> Result<Dossier> {
    access::require(actor, Permission::ReviewRead)?;
    let case = load(tx, context, id)?;
    gate::require_outsider(tx, actor, &case)?;
    dossier(tx, context, actor, case, types, terms)
}

/// Everything about a case, for an operator who has been let through to it already and so does not belong to the company.
///
/// # Errors
/// When the store fails.
pub fn dossier(
    tx: &mut (impl CaseStore + NoteStore),
    context: &Context<'_>,
    actor: &OperatorActor,
    case: Case,
    types: &OrganizationTypes,
    terms: &Terms,
) -> Result<Dossier> {
    let attempts = tx.attempts(case.application.id, SHOWN_ATTEMPTS)?;
    let notes = tx.notes(case.application.id, SHOWN_NOTES)?;
    let allowed = gate::allowed(&case.application.state, actor, context.now);
    Ok(Dossier { allowed, overview: case.overview(types, terms.day(context.now))?, attempts, notes })
}

/// A document of a case, for an operator. Whoever looks at a private document leaves a trace.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`, `document_erased`.
pub fn view_document(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + OperatorStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    document: DocumentId,
) -> Result<(TenantId, Document)> {
    let (tenant, document) = find_document(tx, context, actor, id, document)?;
    document.require_kept()?;
    tx.record(context, &Actor::Operator(*actor), viewed(tenant, document.id))?;
    Ok((tenant, document))
}

/// A document of a case, without looking at it.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`.
pub fn find_document(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + OperatorStore),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    document: DocumentId,
) -> Result<(TenantId, Document)> {
    access::require(actor, Permission::ReviewRead)?;
    let case = load(tx, context, id)?;
    gate::require_outsider(tx, actor, &case)?;
    let (tenant, document) = (case.tenant.id, tx.document(document)?);
    // What was never submitted is the applicant's own affair.
    let attempts = tx.attempts(id, SHOWN_ATTEMPTS)?;
    let submitted = attempts.iter().any(|attempt| attempt.documents.contains(&document.id));
    if document.application == id && submitted { Ok((tenant, document)) } else { Err(Code::NotFound.into()) }
}

/// Goes to the tenant of a case and loads it. The caller has asked for the right.
fn load(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore),
    context: &Context<'_>,
    id: ApplicationId,
) -> Result<Case> {
    let tenant = tx.tenant_of_review(id)?.ok_or(Code::NotFound)?;
    tx.enter(tenant);
    Case::load_one(tx, id, context.now)
}
