//! Changes of members on a day to come: a transfer, a promotion, a departure. They are seen and can be cancelled until then, and the clock
//! carries them out.

mod order;
mod strike;

pub use order::{NewChange, cancel, get, list, schedule};
pub use strike::{StrikingStore, due, give_up, strike};

use crate::departure::Successors;
use crate::error::{Problem, Result};
use crate::id::{MemberId, ScheduledChangeId, TenantId};
use crate::journal::Entry;
use crate::named::named;
use crate::on_behalf::OnBehalf;
use crate::text::Line;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many changes of one member wait at most.
pub const MAX_WAITING: usize = 20;
/// How many days ahead a change is at most.
pub const MAX_DAYS: u64 = 366;

named! {
    /// Where a scheduled change stands.
    ChangeState {
        /// Its day has not come.
        Scheduled "scheduled";
        /// It was carried out.
        Done "done";
        /// Its day came, and it could not be carried out.
        Failed "failed";
        /// Somebody cancelled it, or the member left before.
        Cancelled "cancelled";
    }
}

/// What somebody says to a change: 1 to 256 characters.
pub type Note = Line<1, 256>;

/// What is to happen to a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// They change: a merge patch, as of a change at once.
    Update(Value),
    /// They leave.
    Departure(Successors),
}

impl Intent {
    /// The word for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Update(_) => "update",
            Self::Departure(_) => "departure",
        }
    }
}

/// Why a change could not be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFault {
    /// Where in the change as it was written; nothing when it is about all of it.
    pub pointer: String,
    /// What is wrong.
    #[serde(flatten)]
    pub problem: Problem,
}

/// A change on a day to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduledChange {
    /// Its id.
    pub id: ScheduledChangeId,
    /// Of whom.
    pub member: MemberId,
    /// On which day, from its beginning on.
    pub effective_on: NaiveDate,
    /// What is to happen.
    pub intent: Intent,
    /// What is said to it.
    pub note: Option<Note>,
    /// Where it stands.
    pub state: ChangeState,
    /// Who ordered it.
    pub by: OnBehalf,
    /// The request that ordered it.
    pub request_id: String,
    /// Why it could not be carried out.
    pub faults: Vec<ChangeFault>,
    /// Since when it is there.
    pub created_at: DateTime<Utc>,
    /// When it was carried out or cancelled, or failed.
    pub ended_at: Option<DateTime<Utc>>,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

/// An entry about a change of a member.
fn entry(action: &'static str, tenant: TenantId, id: ScheduledChangeId, member: MemberId) -> Entry {
    let entry = Entry::new(action, "scheduled_change", id).of(tenant);
    entry.change("member", None::<String>, member.to_string())
}

/// That a change waits no more.
fn ended(
    action: &'static str,
    tenant: TenantId,
    (id, member): (ScheduledChangeId, MemberId),
    state: ChangeState,
) -> Entry {
    entry(action, tenant, id, member).change("state", ChangeState::Scheduled.name(), state.name())
}

/// That a change was cancelled, by itself or because the member left.
pub(crate) fn cancelled(tenant: TenantId, id: ScheduledChangeId, member: MemberId) -> Entry {
    ended("scheduled_change.cancelled", tenant, (id, member), ChangeState::Cancelled)
}

impl ScheduledChange {
    fn end(&mut self, state: ChangeState, now: DateTime<Utc>) {
        self.state = state;
        self.ended_at = Some(now);
    }
}

/// Which scheduled changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangeFilter {
    /// Only of this member.
    pub member: Option<MemberId>,
    /// Only in this state.
    pub state: Option<ChangeState>,
}

/// The place of a change in a list.
pub type ChangeSpot = (NaiveDate, ScheduledChangeId);

/// Keeps scheduled changes of the tenant that the transaction is bound to.
pub trait ScheduledChangeStore {
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_scheduled_change(&mut self, change: &ScheduledChange) -> Result<()>;
    /// A change.
    ///
    /// # Errors
    /// When the store fails.
    fn scheduled_change(&mut self, id: ScheduledChangeId) -> Result<Option<ScheduledChange>>;
    /// A page of changes, by their days.
    ///
    /// # Errors
    /// When the store fails.
    fn scheduled_changes(
        &mut self,
        filter: ChangeFilter,
        after: Option<ChangeSpot>,
        limit: u32,
    ) -> Result<Vec<ScheduledChange>>;
    /// Those that wait and whose day has come by another day, in the order of their days.
    ///
    /// # Errors
    /// When the store fails.
    fn due_changes(&mut self, by: NaiveDate) -> Result<Vec<ScheduledChangeId>>;
    /// Cancels whatever waits for some members; gives what, and of whom.
    ///
    /// # Errors
    /// When the store fails.
    fn cancel_scheduled_of(
        &mut self,
        members: &[MemberId],
        now: DateTime<Utc>,
    ) -> Result<Vec<(ScheduledChangeId, MemberId)>>;
}
