//! The queue: what waits for a decision, oldest due first.

use super::ReviewStore;
use crate::access::{self, Permission};
use crate::actor::OperatorActor;
use crate::certification::{Claim, StateName};
use crate::context::Context;
use crate::error::Result;
use crate::id::{ApplicationId, OperatorId, TenantId};
use chrono::{DateTime, Utc};

/// What of the queue is wanted. Without a state: whatever waits for a reviewer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this state.
    pub state: Option<StateName>,
    /// Only those past their time, or only those not.
    pub overdue: Option<bool>,
    /// Only those claimed by this operator.
    pub assignee: Option<OperatorId>,
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
    /// Where it stands, as time has made it.
    pub state: StateName,
    /// The legal name that was submitted.
    pub legal_name: String,
    /// The code of the organization type.
    pub organization_type: String,
    /// Which attempt.
    pub attempt: u32,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// When it is due.
    pub due_at: DateTime<Utc>,
    /// Who holds it.
    pub claim: Option<Claim>,
}

impl Item {
    /// Its place in the order.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { due_at: self.due_at, id: self.id }
    }
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
