//! What reviewers did, for their statistics.

use crate::access::{self, Permission};
use crate::actor::OperatorActor;
use crate::error::Result;
use crate::id::{ApplicationId, OperatorId};
use crate::named::named;
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

named! {
    /// What a reviewer did with a case.
    WorkKind {
        /// Approved it.
        Approve "approve";
        /// Asked for something to be sent again.
        RequestInformation "request_information";
        /// Rejected it.
        Reject "reject";
        /// Proposed a decision to a second reviewer.
        Propose "propose";
        /// Confirmed what another one proposed.
        Confirm "confirm";
        /// Sent back what another one proposed.
        Decline "decline";
    }
}

/// One thing that a reviewer did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Its id.
    pub id: Uuid,
    /// Who did it.
    pub operator: OperatorId,
    /// What.
    pub kind: WorkKind,
    /// With which case.
    pub application: ApplicationId,
    /// With which submission of it.
    pub attempt: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// How much working time had passed since the submission.
    pub took: Duration,
    /// Whether that was more than the platform means to take.
    pub late: bool,
}

/// How often an operator did one kind of thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCount {
    /// Who.
    pub operator: OperatorId,
    /// Their name.
    pub name: String,
    /// What.
    pub kind: WorkKind,
    /// How often.
    pub count: u64,
    /// The sum of what it took.
    pub took: Duration,
    /// How often it was late.
    pub late: u64,
}

/// Keeps what reviewers did.
pub trait WorkStore {
    /// Keeps one thing.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_work(&mut self, work: &Work) -> Result<()>;
    /// What was done from one instant until before another, by operator and kind.
    ///
    /// # Errors
    /// When the store fails.
    fn work_counts(&mut self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<WorkCount>>;
}

/// What one reviewer did in a span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Who.
    pub operator: OperatorId,
    /// Their name.
    pub name: String,
    /// How often they did what.
    pub counts: BTreeMap<WorkKind, u64>,
    /// The working time from submission to what they did, on average.
    pub average: Duration,
    /// How often it was late.
    pub late: u64,
}

/// What each reviewer did in a span of time, who did most first.
///
/// # Errors
/// `forbidden`.
pub fn statistics(
    tx: &mut impl WorkStore,
    actor: &OperatorActor,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Statistics>> {
    access::require(actor, Permission::ReviewRead)?;
    let mut by_operator: BTreeMap<OperatorId, (Statistics, Duration)> = BTreeMap::new();
    for found in tx.work_counts(from, until)? {
        let (statistics, took) = by_operator.entry(found.operator).or_insert_with(|| {
            let nothing = Statistics {
                operator: found.operator,
                name: found.name.clone(),
                counts: BTreeMap::new(),
                average: Duration::zero(),
                late: 0,
            };
            (nothing, Duration::zero())
        });
        statistics.counts.insert(found.kind, found.count);
        statistics.late += found.late;
        *took += found.took;
    }
    let total = |statistics: &Statistics| statistics.counts.values().sum::<u64>();
    let mut all: Vec<_> = by_operator
        .into_values()
        .map(|(statistics, took)| {
            let count = i32::try_from(total(&statistics)).unwrap_or(i32::MAX).max(1);
            Statistics { average: took / count, ..statistics }
        })
        .collect();
    all.sort_by_key(|statistics| std::cmp::Reverse(total(statistics)));
    Ok(all)
}
