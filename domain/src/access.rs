//! Access: which role may do what. One pure decision, asked by every use case before it reads anything.

use crate::actor::{MemberActor, MemberRole, OperatorActor, OperatorRole};
use crate::error::{Code, Error, Result};

/// Something that a role allows, named `resource:action`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See the tenant's certification.
    CertificationRead,
    /// Fill in, submit and withdraw it.
    CertificationManage,
    /// See the queue and its cases.
    ReviewRead,
    /// Claim a case and decide it.
    ReviewDecide,
    /// Confirm or decline what another reviewer proposed; hand cases out.
    ReviewConfirm,
    /// Suspend a certificate and give it its force back.
    CertificateSuspend,
    /// See what people ask, and answer.
    TicketAnswer,
    /// See which messages went to a number, and what became of them.
    SmsRead,
    /// Decide over the organization itself: dissolve it, object to a takeover.
    TenantManage,
    /// Change what the organization says of itself.
    OrganizationManage,
    /// See the security policy.
    PolicyRead,
    /// Change it.
    PolicyManage,
    /// See the members of the organization.
    MemberRead,
    /// Invite and change them, disable them, see them off and bring them back.
    MemberManage,
    /// See the departments of the organization.
    DepartmentRead,
    /// Make, change, move and delete them.
    DepartmentManage,
    /// See the tags of the organization, and who has them.
    TagRead,
    /// Make, rename and delete them, and say who has them.
    TagManage,
    /// See the devices of members.
    DeviceRead,
    /// Decide about them.
    DeviceManage,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 20] = [
        Self::CertificationRead,
        Self::CertificationManage,
        Self::ReviewRead,
        Self::ReviewDecide,
        Self::ReviewConfirm,
        Self::CertificateSuspend,
        Self::TicketAnswer,
        Self::SmsRead,
        Self::TenantManage,
        Self::OrganizationManage,
        Self::PolicyRead,
        Self::PolicyManage,
        Self::MemberRead,
        Self::MemberManage,
        Self::DepartmentRead,
        Self::DepartmentManage,
        Self::TagRead,
        Self::TagManage,
        Self::DeviceRead,
        Self::DeviceManage,
    ];

    /// The name that documents and errors use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CertificationRead => "certification:read",
            Self::CertificationManage => "certification:manage",
            Self::ReviewRead => "review:read",
            Self::ReviewDecide => "review:decide",
            Self::ReviewConfirm => "review:confirm",
            Self::CertificateSuspend => "certificate:suspend",
            Self::TicketAnswer => "ticket:answer",
            Self::SmsRead => "sms:read",
            Self::TenantManage => "tenant:manage",
            Self::OrganizationManage => "organization:manage",
            Self::PolicyRead => "policy:read",
            Self::PolicyManage => "policy:manage",
            Self::MemberRead => "member:read",
            Self::MemberManage => "member:manage",
            Self::DepartmentRead => "department:read",
            Self::DepartmentManage => "department:manage",
            Self::TagRead => "tag:read",
            Self::TagManage => "tag:manage",
            Self::DeviceRead => "device:read",
            Self::DeviceManage => "device:manage",
        }
    }
}

/// Somebody with a role.
pub trait Holder {
    /// Whether the role allows it.
    fn may(&self, permission: Permission) -> bool;
}

impl Holder for MemberActor {
    fn may(&self, permission: Permission) -> bool {
        match self.role {
            MemberRole::Owner => {
                matches!(
                    permission,
                    Permission::CertificationRead
                        | Permission::CertificationManage
                        | Permission::TenantManage
                        | Permission::OrganizationManage
                        | Permission::PolicyRead
                        | Permission::PolicyManage
                        | Permission::MemberRead
                        | Permission::MemberManage
                        | Permission::DepartmentRead
                        | Permission::DepartmentManage
                        | Permission::TagRead
                        | Permission::TagManage
                        | Permission::DeviceRead
                        | Permission::DeviceManage
                )
            }
            MemberRole::Member => permission == Permission::DepartmentRead,
        }
    }
}

impl Holder for OperatorActor {
    fn may(&self, permission: Permission) -> bool {
        use Permission::{
            CertificateSuspend, ReviewConfirm, ReviewDecide, ReviewRead, SmsRead, TicketAnswer,
        };
        match self.role {
            OperatorRole::Reviewer => {
                matches!(permission, ReviewRead | ReviewDecide | TicketAnswer | SmsRead)
            }
            OperatorRole::SeniorReviewer => {
                matches!(
                    permission,
                    ReviewRead | ReviewDecide | ReviewConfirm | CertificateSuspend | TicketAnswer | SmsRead
                )
            }
            OperatorRole::Support | OperatorRole::PlatformAdmin => {
                matches!(permission, ReviewRead | TicketAnswer | SmsRead)
            }
        }
    }
}

/// Refuses whoever lacks a permission.
///
/// # Errors
/// [`Code::Forbidden`] with the permission's name.
pub fn require(holder: &impl Holder, permission: Permission) -> Result<()> {
    if holder.may(permission) {
        Ok(())
    } else {
        Err(Error::new(Code::Forbidden).with("permission", permission.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;
    use uuid::Uuid;

    /// The golden matrix: a change of rights shows up here, in review.
    #[test]
    fn role_by_permission() {
        let id = Uuid::nil();
        let mut matrix = String::new();
        let mut row = |name: &str, holder: &dyn Holder| {
            let cells = Permission::ALL.map(|permission| if holder.may(permission) { "yes" } else { "-" });
            writeln!(matrix, "{name:15} {}", cells.map(|cell| format!("{cell:4}")).join("").trim_end())
                .unwrap();
        };
        for (name, role) in [("owner", MemberRole::Owner), ("member", MemberRole::Member)] {
            let (account, tenant) = (id.into(), id.into());
            row(name, &MemberActor { account, tenant, member: id.into(), role, session: id.into() });
        }
        for (name, role) in [
            ("reviewer", OperatorRole::Reviewer),
            ("senior_reviewer", OperatorRole::SeniorReviewer),
            ("support", OperatorRole::Support),
            ("platform_admin", OperatorRole::PlatformAdmin),
        ] {
            row(name, &OperatorActor { operator: id.into(), role, session: id.into() });
        }
        // Columns: certification:read, :manage, review:read, :decide, :confirm, certificate:suspend, ticket:answer,
        // sms:read, tenant:manage, organization:manage, policy:read, :manage, member:read, :manage, department:read, :manage, tag:read, :manage, device:read, :manage.
        let golden = "\
owner           yes yes -   -   -   -   -   -   yes yes yes yes yes yes yes yes yes yes yes yes
member          -   -   -   -   -   -   -   -   -   -   -   -   -   -   yes -   -   -   -   -
reviewer        -   -   yes yes -   -   yes yes -   -   -   -   -   -   -   -   -   -   -   -
senior_reviewer -   -   yes yes yes yes yes yes -   -   -   -   -   -   -   -   -   -   -   -
support         -   -   yes -   -   -   yes yes -   -   -   -   -   -   -   -   -   -   -   -
platform_admin  -   -   yes -   -   -   yes yes -   -   -   -   -   -   -   -   -   -   -   -
";
        assert_eq!(matrix, golden);
    }
}
