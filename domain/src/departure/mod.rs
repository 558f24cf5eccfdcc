//! Leaving: what somebody has in hand goes to others, everything of theirs ends at once, they can come back for a while, and then what is
//! kept of them is erased.

mod erase;
mod hand_over;
mod leave;
mod preview;
mod restore;

pub use erase::erase;
pub use hand_over::Successors;
pub(crate) use leave::check_departure;
pub use leave::{Leaver, LeavingStore, depart, depart_many};
pub use preview::{InHand, get, preview};
pub use restore::{bring_back, restore};

use crate::department::Placement;
use crate::error::Result;
use crate::id::{DepartmentId, MemberId, TagId};
use crate::member::MemberState;
use chrono::{DateTime, Utc};

/// A department that somebody led, and who leads it in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leadership {
    /// The department.
    pub department: DepartmentId,
    /// Its name.
    pub name: String,
    /// Who leads it now, if anybody took over.
    pub successor: Option<MemberId>,
}

/// A tag that somebody had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HadTag {
    /// The tag.
    pub tag: TagId,
    /// Its name.
    pub name: String,
}

/// That somebody left, and to whom what they had in hand went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Who left.
    pub member: MemberId,
    /// Who saw them off.
    pub by: MemberId,
    /// Where they stood.
    pub state: MemberState,
    /// In which departments they were.
    pub placements: Vec<Placement>,
    /// What they led.
    pub leaderships: Vec<Leadership>,
    /// The tags that they had.
    pub tags: Vec<HadTag>,
    /// Who has those in their place, if anybody took over.
    pub tags_to: Option<MemberId>,
    /// How many reported to them.
    pub reports: u64,
    /// To whom those report now, most of them where one of them took over.
    pub reports_to: Option<MemberId>,
    /// When.
    pub departed_at: DateTime<Utc>,
    /// Until when they can come back; nobody who never came can.
    pub restorable_until: Option<DateTime<Utc>>,
}

/// Keeps departures of the tenant that the transaction is bound to, and what they touch.
pub trait DepartureStore {
    /// The departments that some members lead, with their names.
    ///
    /// # Errors
    /// When the store fails.
    fn led_by(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, DepartmentId, String)>>;
    /// Who reports to some members, and to which; none of those who left.
    ///
    /// # Errors
    /// When the store fails.
    fn reports_of(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, MemberId)>>;
    /// How many report to a member.
    ///
    /// # Errors
    /// When the store fails.
    fn count_reports(&mut self, member: MemberId) -> Result<u64>;
    /// Makes some members report to another one, or to nobody.
    ///
    /// # Errors
    /// When the store fails.
    fn set_leader(&mut self, members: &[MemberId], leader: Option<MemberId>) -> Result<()>;
    /// Keeps departures.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_departures(&mut self, departures: &[Departure]) -> Result<()>;
    /// The departure of a member.
    ///
    /// # Errors
    /// When the store fails.
    fn departure(&mut self, member: MemberId) -> Result<Option<Departure>>;
    /// Forgets the departure of a member.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_departure(&mut self, member: MemberId) -> Result<()>;
    /// Forgets that some members came from any devices here, but for those that were rejected.
    ///
    /// # Errors
    /// When the store fails.
    fn forget_devices(&mut self, members: &[MemberId]) -> Result<()>;
}
