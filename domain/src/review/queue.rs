//! The queue: what waits for a decision, oldest due first.

use super::ReviewStore;
use crate::access::{self, Permission};
use crate::actor::OperatorActor;
use crate::certification::{ApplicationKind, Claim, StateName, Submission};
use crate::context::Context;
use crate::error::Result;
use crate::id::{ApplicationId, OperatorId, TenantId};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// What of the queue is wanted. Without a state: whatever waits for a reviewer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this state.
    pub state: Option<StateName>,
    /// Only those past their time, or only those not.
    pub overdue: Option<bool>,
    /// Only those claimed by this operator.
    pub assignee: Option<OperatorId>,
    /// Only those that nobody holds, or only those that somebody does.
    pub unassigned: Option<bool>,
    /// Only this kind of application.
    pub kind: Option<ApplicationKind>,
    /// Only this type of organization.
    pub organization_type: Option<String>,
    /// Only those whose number is this, or whose legal name begins so.
    pub search: Option<String>,
    /// Only those submitted at this instant or later.
    pub submitted_from: Option<DateTime<Utc>>,
    /// Only those submitted before this instant.
    pub submitted_until: Option<DateTime<Utc>>,
}

/// The place of an item in the order of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// When it is due.
    pub due_at: DateTime<Utc>,
    /// Tells apart what is due at the same moment.
    pub id: ApplicationId,
}

/// One application in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: ApplicationId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Its public number.
    pub number: String,
    /// Why it is made.
    pub kind: ApplicationKind,
    /// Where it stands, as time has made it.
    pub state: StateName,
    /// The legal name that was submitted.
    pub legal_name: String,
    /// The code of the organization type.
    pub organization_type: String,
    /// The submission that waits, or the last one.
    pub submission: Submission,
    /// Who holds it.
    pub claim: Option<Claim>,
}

impl Item {
    /// Its place in the order.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { due_at: self.submission.due_at, id: self.id }
    }
}

/// How many cases there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// In each state that is not over.
    pub by_state: BTreeMap<StateName, u64>,
    /// Of those that wait for a reviewer, past their time.
    pub overdue: u64,
    /// Of those that wait for a reviewer, held by nobody.
    pub unassigned: u64,
}

/// How many cases there are to do.
///
/// # Errors
/// `forbidden`.
pub fn counts(tx: &mut impl ReviewStore, context: &Context<'_>, actor: &OperatorActor) -> Result<Counts> {
    access::require(actor, Permission::ReviewRead)?;
    tx.open_reviews_counted(context.now)
}

/// A page of the queue, and the count if it is wanted.
///
/// # Errors
/// `forbidden`.
pub fn queue(
    tx: &mut impl ReviewStore,
    context: &Context<'_>,
    actor: &OperatorActor,
    filter: &Filter,
    after: Option<&Position>,
    limit: u32,
    count: bool,
) -> Result<(Vec<Item>, Option<u64>)> {
    access::require(actor, Permission::ReviewRead)?;
    let items = tx.reviews(filter, after, limit, context.now)?;
    let total = if count { Some(tx.reviews_counted(filter, context.now)?) } else { None };
    Ok((items, total))
}
