//! Members: an account's place in one tenant.

mod manage;

pub use manage::{get, list, set_state};

use crate::actor::MemberRole;
use crate::email::EmailAddress;
use crate::error::Result;
use crate::id::{AccountId, DepartmentId, MemberId, TenantId};
use crate::named::named;
use crate::phone::MobileNumber;
use crate::text::{PersonName, Position};
use chrono::{DateTime, Utc};

/// The `userid` of the member who registers a tenant.
pub const OWNER_USERID: &str = "owner";

named! {
    /// Whether a member gets in.
    MemberState {
        /// They do.
        Active "active";
        /// An administrator has shut them out; nothing of theirs is lost.
        Disabled "disabled";
    }
}

/// Somebody in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Their tenant.
    pub tenant: TenantId,
    /// Their id.
    pub id: MemberId,
    /// The person.
    pub account: AccountId,
    /// What integrators call them; unique in the tenant without regard to case.
    pub userid: String,
    /// Their name there.
    pub name: PersonName,
    /// Their job there.
    pub position: Option<Position>,
    /// Their role there.
    pub role: MemberRole,
    /// Whether they get in.
    pub state: MemberState,
    /// Their main department.
    pub department: DepartmentId,
    /// Since when they are there.
    pub created_at: DateTime<Utc>,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

/// A place of an account, as it is offered at sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The tenant.
    pub tenant: TenantId,
    /// Its name.
    pub tenant_name: String,
    /// The member.
    pub member: MemberId,
    /// What integrators call them.
    pub userid: String,
    /// Their name there.
    pub name: String,
    /// Their role there.
    pub role: MemberRole,
}

/// A member as they see themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The place and its tenant.
    pub membership: Membership,
    /// The job there.
    pub position: Option<String>,
    /// The number of the account.
    pub mobile: MobileNumber,
    /// The mailbox of the account, if it has one.
    pub email: Option<EmailAddress>,
}

/// Keeps members.
pub trait MemberStore {
    /// Keeps a new member of the tenant that the transaction is bound to.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_member(&mut self, member: &Member) -> Result<()>;
    /// A member of the bound tenant.
    ///
    /// # Errors
    /// When the store fails.
    fn member(&mut self, id: MemberId) -> Result<Option<Member>>;
    /// Members of the bound tenant, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    fn members(
        &mut self,
        state: Option<MemberState>,
        after: Option<MemberId>,
        limit: u32,
    ) -> Result<Vec<Member>>;
    /// Keeps a changed member of the bound tenant.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_member(&mut self, member: &Member) -> Result<()>;
    /// Every place of an account, over all tenants, whether they get in there or not, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    fn places(&mut self, account: AccountId) -> Result<Vec<Membership>>;
    /// Every active place of an account, over all tenants, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    fn memberships(&mut self, account: AccountId) -> Result<Vec<Membership>>;
    /// The account behind a member of the bound tenant.
    ///
    /// # Errors
    /// `not_found`.
    fn account_of(&mut self, member: MemberId) -> Result<AccountId>;
    /// The place of an account in the bound tenant.
    ///
    /// # Errors
    /// When the store fails.
    fn place_of(&mut self, account: AccountId) -> Result<Option<MemberId>>;
    /// Keeps what a member of the bound tenant corrected about themselves.
    ///
    /// # Errors
    /// `not_found`.
    fn correct_member(
        &mut self,
        member: MemberId,
        name: &PersonName,
        position: Option<&Position>,
    ) -> Result<()>;
    /// The owner of the bound tenant.
    ///
    /// # Errors
    /// When the store fails.
    fn owner(&mut self) -> Result<Option<MemberId>>;
    /// A member of the bound tenant as they see themselves.
    ///
    /// # Errors
    /// `not_found`.
    fn profile(&mut self, member: MemberId) -> Result<Profile>;
}
