//! Members: the people of a tenant. Most have an account, by which they sign in; whoever was invited has none here until they come.

mod avatar;
mod change;
mod details;
mod draft;
mod invite;
mod pinyin;
mod review;
mod update;
mod userid;
mod view;

pub use avatar::{AVATAR_SIZES, may_set_avatar, set_avatar};
pub(crate) use change::keep;
pub use change::{ChangingStore, MemberChange};
pub use details::{Alias, Details, EmployeeNumber, Gender, PostalAddress, WorkLocation};
pub(crate) use draft::day;
pub use draft::{MAX_PLACEMENTS, MemberDraft, PlacementDraft};
pub use invite::{InvitationStore, InvitingStore, invite, join, remind};
pub(crate) use invite::{add, has_room, send as send_invitation};
pub use pinyin::{mobile_terms, search_key, search_terms, sort_key};
pub use review::Held;
pub(crate) use review::{MAX_REPORTING, Review, review};
pub(crate) use update::check_update;
pub use update::{BULK, Patch, update, update_many};
pub use userid::Userid;
pub(crate) use view::listed;
pub use view::{
    FoundBy, InDepartment, ListedMember, MemberFilter, SeenMember, Spot, ViewingStore, get, list, narrowed,
    seen,
};

use crate::actor::MemberRole;
use crate::email::EmailAddress;
use crate::error::Result;
use crate::id::{AccountId, DepartmentId, MemberId, TenantId};
use crate::named::named;
use crate::phone::MobileNumber;
use chrono::{DateTime, Utc};

named! {
    /// Where a member stands.
    MemberState {
        /// They were asked to come, and have not come yet.
        Invited "invited";
        /// They get in.
        Active "active";
        /// An administrator has shut them out; nothing of theirs is lost.
        Disabled "disabled";
        /// They left; what they had in hand went to others, and for a while they can come back.
        Departed "departed";
    }
}

/// Somebody in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Their tenant.
    pub tenant: TenantId,
    /// Their id.
    pub id: MemberId,
    /// The person; none until they have joined.
    pub account: Option<AccountId>,
    /// What integrators call them; unique in the tenant without regard to case.
    pub userid: Userid,
    /// What the tenant says of them.
    pub details: Details,
    /// The digest of their picture, if they have one.
    pub avatar: Option<String>,
    /// Their role there.
    pub role: MemberRole,
    /// Where they stand.
    pub state: MemberState,
    /// Their main department.
    pub department: DepartmentId,
    /// Whether the directory shows them to those alone who see what is hidden.
    pub hidden: bool,
    /// Since when they are known there.
    pub created_at: DateTime<Utc>,
    /// When an invitation was sent to them last, if one was.
    pub invited_at: Option<DateTime<Utc>>,
    /// Since when they are there themselves.
    pub joined_at: Option<DateTime<Utc>>,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

impl Member {
    /// Somebody who is invited: without an account, a role or a name for integrators of their own.
    #[must_use]
    pub fn new(
        tenant: TenantId,
        id: MemberId,
        details: Details,
        department: DepartmentId,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            tenant,
            id,
            account: None,
            userid: Userid::of(id),
            details,
            avatar: None,
            role: MemberRole::Member,
            state: MemberState::Invited,
            department,
            hidden: false,
            created_at: now,
            invited_at: None,
            joined_at: None,
            version: 0,
        }
    }

    /// The same, who is there already, as an account.
    #[must_use]
    pub fn joined(self, account: AccountId) -> Self {
        let (state, joined_at) = (MemberState::Active, Some(self.created_at));
        Self { account: Some(account), state, joined_at, ..self }
    }
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
    /// Where they stand.
    pub state: MemberState,
}

/// A member as they see themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The place and its tenant.
    pub membership: Membership,
    /// The job there.
    pub position: Option<String>,
    /// The digest of their picture, if they have one.
    pub avatar: Option<String>,
    /// The number of the account.
    pub mobile: MobileNumber,
    /// The mailbox of the account, if it has one.
    pub email: Option<EmailAddress>,
}

/// Keeps members. Where nothing else is said, of the tenant that the transaction is bound to.
pub trait MemberStore {
    /// Keeps new members, without their departments.
    ///
    /// # Errors
    /// `busy` when another transaction just gave away what only one of them can have.
    fn insert_members(&mut self, members: &[Member]) -> Result<()>;
    /// Keeps a changed member, without their departments.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_member(&mut self, member: &Member) -> Result<()>;
    /// Changes the digest of a member's picture, and nothing else of them.
    ///
    /// # Errors
    /// When the store fails.
    fn set_avatar(&mut self, member: MemberId, digest: Option<&str>) -> Result<()>;
    /// A member.
    ///
    /// # Errors
    /// When the store fails.
    fn member(&mut self, id: MemberId) -> Result<Option<Member>>;
    /// Those of some members that are there, in no order.
    ///
    /// # Errors
    /// When the store fails.
    fn members(&mut self, ids: &[MemberId]) -> Result<Vec<Member>>;
    /// A page of members, as they are ordered there.
    ///
    /// # Errors
    /// When the store fails.
    fn find_members(&mut self, filter: &MemberFilter, after: Option<&Spot>, limit: u32) -> Result<Vec<Spot>>;
    /// Whether there are so many members or more, without those who left.
    ///
    /// # Errors
    /// When the store fails.
    fn has_members(&mut self, count: u32) -> Result<bool>;
    /// Who holds some of what only one member can have, and where those stand.
    ///
    /// # Errors
    /// When the store fails.
    fn holders(&mut self, wanted: &[Held]) -> Result<Vec<(Held, MemberId, MemberState)>>;
    /// To whom some members report, for those that are there and have not left.
    ///
    /// # Errors
    /// When the store fails.
    fn reporting(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, Option<MemberId>)>>;
    /// Makes an invited member the place of an account.
    ///
    /// # Errors
    /// `version_stale` when they are not invited any more.
    fn join_member(&mut self, member: MemberId, account: AccountId, now: DateTime<Utc>) -> Result<()>;
    /// Every place of an account, over all tenants, whether they get in there or not, oldest first; none that they left.
    ///
    /// # Errors
    /// When the store fails.
    fn places(&mut self, account: AccountId) -> Result<Vec<Membership>>;
    /// The places, over all tenants, that wait for whoever has a number, oldest first; none of a tenant where the account has or had
    /// one already.
    ///
    /// # Errors
    /// When the store fails.
    fn invitations(&mut self, mobile: &MobileNumber, account: Option<AccountId>) -> Result<Vec<Membership>>;
    /// Erases all that is kept of some members. Gives those of their accounts that belong to no tenant any more.
    ///
    /// # Errors
    /// When the store fails.
    fn erase_members(&mut self, members: &[MemberId]) -> Result<Vec<AccountId>>;
    /// The account behind a member.
    ///
    /// # Errors
    /// `not_found`, also for who has not joined.
    fn account_of(&mut self, member: MemberId) -> Result<AccountId>;
    /// The place of an account, also one that they left.
    ///
    /// # Errors
    /// When the store fails.
    fn place_of(&mut self, account: AccountId) -> Result<Option<MemberId>>;
    /// The owner.
    ///
    /// # Errors
    /// When the store fails.
    fn owner(&mut self) -> Result<Option<MemberId>>;
    /// A member as they see themselves.
    ///
    /// # Errors
    /// `not_found`.
    fn profile(&mut self, member: MemberId) -> Result<Profile>;
    /// Every active place of an account, over all tenants, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    fn memberships(&mut self, account: AccountId) -> Result<Vec<Membership>> {
        let mut places = self.places(account)?;
        places.retain(|place| place.state == MemberState::Active);
        Ok(places)
    }
}
