//! Devices as an organization sees them: each that a member has signed in from stands there with what it is and whether it may.

mod admit;
mod manage;
mod serial;

pub(crate) use admit::{Admissible, admissible, note, wait};
pub use manage::{Decision, decide, list, list_own, remove_own};
pub use serial::{CorporateSerial, Import, Serial, forget_serial, import_serials, list_serials};

use crate::error::Result;
use crate::id::{AccountId, DeviceId, MemberId, SessionId};
use crate::named::named;
use crate::session::NewDevice;
use chrono::{DateTime, Utc};

named! {
    /// What a device is to the organization.
    DeviceKind {
        /// The organization's own: its serial was imported, or an administrator said so.
        Corporate "corporate";
        /// The member's own.
        Personal "personal";
        /// Nobody has said.
        Unknown "unknown";
    }
}

named! {
    /// Whether members may come from a device.
    DeviceState {
        /// It waits for an administrator.
        Pending "pending";
        /// They may.
        Trusted "trusted";
        /// An administrator said no.
        Rejected "rejected";
        /// It was given up, by the member or an administrator.
        Removed "removed";
    }
}

/// A device of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberDevice {
    /// Which device.
    pub device: DeviceId,
    /// Whose.
    pub member: MemberId,
    /// What it is.
    pub kind: DeviceKind,
    /// Whether they may come from it.
    pub state: DeviceState,
    /// Since when it is known here.
    pub created_at: DateTime<Utc>,
    /// The administrator who decided last, and when.
    pub decided: Option<(MemberId, DateTime<Utc>)>,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

/// A device of a member, with what it says of itself and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDevice {
    /// The device, to the organization.
    pub own: MemberDevice,
    /// What it says of itself.
    pub described: NewDevice,
    /// What the member is called.
    pub member_name: String,
}

/// Which devices are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceFilter {
    /// Only of this member.
    pub member: Option<MemberId>,
    /// Only in this state.
    pub state: Option<DeviceState>,
}

/// Keeps devices of the bound tenant.
pub trait MemberDeviceStore {
    /// A device, if it is known here.
    ///
    /// # Errors
    /// When the store fails.
    fn member_device(&mut self, device: DeviceId) -> Result<Option<MemberDevice>>;
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_member_device(&mut self, device: &MemberDevice) -> Result<()>;
    /// How many devices of a member wait or are trusted.
    ///
    /// # Errors
    /// When the store fails.
    fn count_devices(&mut self, member: MemberId) -> Result<u64>;
    /// A page of devices, newest first.
    ///
    /// # Errors
    /// When the store fails.
    fn member_devices(
        &mut self,
        filter: DeviceFilter,
        before: Option<DeviceId>,
        limit: u32,
    ) -> Result<Vec<ListedDevice>>;
    /// Notes in every tenant that a device was given up by its owner, forgets the token by which it was known, and ends its
    /// sessions, whose ids it gives.
    ///
    /// # Errors
    /// `not_found` for one that is not theirs.
    fn give_up_device(
        &mut self,
        account: AccountId,
        device: DeviceId,
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionId>>;
    /// Ends the sessions from a device in the bound tenant.
    ///
    /// # Errors
    /// When the store fails.
    fn end_device_sessions(&mut self, device: DeviceId, now: DateTime<Utc>) -> Result<Vec<SessionId>>;
    /// Whether a serial is one of the organization's own.
    ///
    /// # Errors
    /// When the store fails.
    fn is_corporate(&mut self, serial: &Serial) -> Result<bool>;
    /// Whether a device with a serial was rejected here.
    ///
    /// # Errors
    /// When the store fails.
    fn is_rejected(&mut self, serial: &Serial) -> Result<bool>;
    /// Keeps serials, and says how many were new.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_serials(&mut self, serials: &[Serial], by: MemberId, now: DateTime<Utc>) -> Result<u64>;
    /// A page of serials, in their order.
    ///
    /// # Errors
    /// When the store fails.
    fn serials(&mut self, after: Option<&Serial>, limit: u32) -> Result<Vec<CorporateSerial>>;
    /// Forgets a serial.
    ///
    /// # Errors
    /// `not_found`.
    fn delete_serial(&mut self, serial: &Serial) -> Result<()>;
}
