//! Joining of one's own accord: a link that an organization hands out, and those who ask by it.

mod decide;
mod link;
mod request;

pub use decide::{Admit, approve, decline, list};
pub use link::{MAX_LINKS, NewLink, create_link, delete_link, find_link, list_links};
pub use request::{Ask, Asked, ask, needs_approval};

use crate::error::Result;
use crate::id::{DepartmentId, InvitationLinkId, JoinRequestId, MemberId, TenantId};
use crate::phone::MobileNumber;
use crate::text::{Line, PersonName};
use chrono::{DateTime, Utc};

/// What somebody says to those who decide: 1 to 200 characters.
pub type Remark = Line<1, 200>;

/// A link by which people join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationLink {
    /// Its id.
    pub id: InvitationLinkId,
    /// What the link has in it; whoever knows it can ask.
    pub token: String,
    /// The department of those who join by it.
    pub department: DepartmentId,
    /// Whether an administrator lets them in.
    pub needs_approval: bool,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// Who made it.
    pub created_by: MemberId,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
}

/// Somebody who asks to join. It is there until it is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinRequest {
    /// Its id.
    pub id: JoinRequestId,
    /// The department of the link.
    pub department: DepartmentId,
    /// The name.
    pub name: PersonName,
    /// The number with which they will sign in; nobody has shown yet that it is theirs.
    pub mobile: MobileNumber,
    /// What they say.
    pub remark: Option<Remark>,
    /// When they asked.
    pub created_at: DateTime<Utc>,
}

/// Keeps links and requests. Where nothing else is said, of the tenant that the transaction is bound to.
pub trait JoiningStore {
    /// Keeps a new link.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_invitation_link(&mut self, link: &InvitationLink) -> Result<()>;
    /// The links that are good at a moment, newest first.
    ///
    /// # Errors
    /// When the store fails.
    fn invitation_links(&mut self, now: DateTime<Utc>) -> Result<Vec<InvitationLink>>;
    /// Forgets a link.
    ///
    /// # Errors
    /// `not_found`.
    fn delete_invitation_link(&mut self, id: InvitationLinkId) -> Result<()>;
    /// Forgets the links that some members made.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_links_of(&mut self, makers: &[MemberId]) -> Result<()>;
    /// The link of a token, over all tenants, and its tenant.
    ///
    /// # Errors
    /// When the store fails.
    fn invitation_link_by(&mut self, token: &str) -> Result<Option<(TenantId, InvitationLink)>>;
    /// Keeps a request in the place of one that the number has made before; says whether there was one.
    ///
    /// # Errors
    /// When the store fails.
    fn replace_join_request(&mut self, request: &JoinRequest) -> Result<bool>;
    /// A page of requests, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    fn join_requests(&mut self, after: Option<JoinRequestId>, limit: u32) -> Result<Vec<JoinRequest>>;
    /// A request.
    ///
    /// # Errors
    /// When the store fails.
    fn join_request(&mut self, id: JoinRequestId) -> Result<Option<JoinRequest>>;
    /// Forgets whatever a number has asked, in all tenants.
    ///
    /// # Errors
    /// When the store fails.
    fn forget_join_requests(&mut self, mobile: &MobileNumber) -> Result<()>;
    /// Whether so many wait or more.
    ///
    /// # Errors
    /// When the store fails.
    fn has_join_requests(&mut self, count: u32) -> Result<bool>;
    /// Forgets a request.
    ///
    /// # Errors
    /// `not_found`, when somebody else decided it meanwhile.
    fn delete_join_request(&mut self, id: JoinRequestId) -> Result<()>;
}
