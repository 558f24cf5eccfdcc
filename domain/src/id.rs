//! Typed ids. Each is a `UUIDv7` (RFC 9562) made outside this crate, so that one kind is never taken for another.

use std::fmt;
use uuid::Uuid;

/// What every typed id can do.
pub trait EntityId: Copy + From<Uuid> + Into<Uuid> {}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self { Self(uuid) }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self { id.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl EntityId for $name {}
    )+};
}

ids! {
    /// A tenant: one registered organization.
    TenantId;
    /// A registration under way or completed.
    RegistrationId;
    /// One SMS code's life.
    VerificationId;
    /// A person, known by a mobile number.
    AccountId;
    /// An account's place in one tenant.
    MemberId;
    /// Someone who works for the platform.
    OperatorId;
    /// A department of a tenant.
    DepartmentId;
    /// A field that a tenant added to its members.
    MemberFieldId;
    /// An import of members.
    MemberImportId;
    /// A link by which people join a tenant.
    InvitationLinkId;
    /// Somebody's wish to join a tenant.
    JoinRequestId;
    /// A change of a member on a day to come.
    ScheduledChangeId;
    /// A role: what somebody may do, under one name.
    RoleId;
    /// That somebody has a role.
    AssignmentId;
    /// A tag that a tenant gives to its members.
    TagId;
    /// A signed-in session.
    SessionId;
    /// A device from which someone signed in.
    DeviceId;
    /// A sign-in that still needs something.
    ChallengeId;
    /// A certification application; its review has the same id.
    ApplicationId;
    /// An uploaded document.
    DocumentId;
    /// Something that a member is told.
    NoticeId;
    /// A private note of an operator on a case.
    NoteId;
    /// A reply that reviewers use again.
    SavedReplyId;
    /// A request for help.
    TicketId;
    /// A message that was sent to a number.
    SmsId;
    /// A message of a ticket's conversation.
    MessageId;
    /// A person whose values stand encrypted in the journal.
    PersonId;
}
