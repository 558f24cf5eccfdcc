//! Actors: who performs a request, as far as it is known and proved.

use crate::access::Rights;
use crate::id::{AccountId, MemberId, OperatorId, RegistrationId, SessionId, TenantId};
use crate::named::named;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

named! {
    /// The two worlds that a token can open. A token of one is worth nothing in the other.
    Realm {
        /// Members of companies.
        Tenant "tenant";
        /// Operators of the platform.
        Platform "platform";
    }
}

/// A member's role in the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    /// 创建者: registered the tenant or took it over. Exactly one.
    Owner,
    /// Everybody else.
    Member,
}

named! {
    /// An operator's role on the platform.
    OperatorRole {
        /// Decides on certifications.
        Reviewer "reviewer";
        /// Decides, overrides findings and rejects for good.
        SeniorReviewer "senior_reviewer";
        /// Sees cases in order to help.
        Support "support";
        /// Runs the platform.
        PlatformAdmin "platform_admin";
    }
}

/// A member who proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberActor {
    /// The person.
    pub account: AccountId,
    /// The tenant in which they act.
    pub tenant: TenantId,
    /// Their place there.
    pub member: MemberId,
    /// Whether they are the owner.
    pub role: MemberRole,
    /// The session they act in.
    pub session: SessionId,
    /// What they may do.
    pub rights: Arc<Rights>,
}

/// An operator who proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperatorActor {
    /// The operator.
    pub operator: OperatorId,
    /// Their role.
    pub role: OperatorRole,
    /// The session they act in.
    pub session: SessionId,
}

/// Whoever performs a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Nobody in particular.
    Anonymous,
    /// Someone who holds the token of a registration.
    Applicant(RegistrationId),
    /// A member of a tenant.
    Member(MemberActor),
    /// An operator of the platform.
    Operator(OperatorActor),
    /// Gongpai itself: its clock, its jobs, its command line.
    System,
}

impl From<&MemberActor> for Actor {
    fn from(member: &MemberActor) -> Self {
        Self::Member(member.clone())
    }
}

impl From<OperatorActor> for Actor {
    fn from(operator: OperatorActor) -> Self {
        Self::Operator(operator)
    }
}
