//! Members: an account's place in one tenant.

use crate::actor::MemberRole;
use crate::email::EmailAddress;
use crate::error::Result;
use crate::id::{AccountId, DepartmentId, MemberId, TenantId};
use crate::phone::MobileNumber;
use crate::text::{PersonName, Position};
use chrono::{DateTime, Utc};

/// The `userid` of the member who registers a tenant.
pub const OWNER_USERID: &str = "owner";

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
    /// Their main department.
    pub department: DepartmentId,
    /// Since when they are there.
    pub created_at: DateTime<Utc>,
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
    /// Gives a member of the bound tenant another role.
    ///
    /// # Errors
    /// `not_found`.
    fn set_role(&mut self, member: MemberId, role: MemberRole) -> Result<()>;
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
