//! Access: which role may do what. One pure decision, asked by every use case before it reads anything.

mod catalogue;

pub use catalogue::{Permission, PermissionGroup};

use crate::actor::{MemberActor, MemberRole, OperatorActor, OperatorRole};
use crate::error::{Code, Error, Result};

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

    /// Every role, by name.
    fn roles() -> Vec<(&'static str, Box<dyn Holder>)> {
        let id = Uuid::nil();
        let member = |role| MemberActor {
            account: id.into(),
            tenant: id.into(),
            member: id.into(),
            role,
            session: id.into(),
        };
        let operator = |role| OperatorActor { operator: id.into(), role, session: id.into() };
        vec![
            ("owner", Box::new(member(MemberRole::Owner))),
            ("member", Box::new(member(MemberRole::Member))),
            ("reviewer", Box::new(operator(OperatorRole::Reviewer))),
            ("senior_reviewer", Box::new(operator(OperatorRole::SeniorReviewer))),
            ("support", Box::new(operator(OperatorRole::Support))),
            ("platform_admin", Box::new(operator(OperatorRole::PlatformAdmin))),
        ]
    }

    /// The golden matrix: a change of rights shows up in review, as a change of that file.
    #[test]
    fn role_by_permission() {
        let roles = roles();
        let mut matrix = format!("{:22}", "");
        roles.iter().for_each(|(name, _)| write!(matrix, " {name}").unwrap());
        for permission in Permission::ALL {
            write!(matrix, "\n{:22}", permission.name()).unwrap();
            for (name, holder) in &roles {
                let cell = if holder.may(*permission) { "yes" } else { "-" };
                write!(matrix, " {cell:width$}", width = name.len()).unwrap();
            }
        }
        let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(lines(&matrix), lines(include_str!("../../data/access/matrix.txt")), "{matrix}");
    }

    #[test]
    fn the_catalogue_is_sound() {
        for permission in Permission::ALL {
            assert_eq!(Permission::find(permission.name()), Some(*permission));
            let (resource, action) = permission.name().split_once(':').unwrap();
            assert!(
                resource.chars().chain(action.chars()).all(|c| c.is_ascii_lowercase()),
                "{resource}:{action}"
            );
            for needed in permission.needs() {
                // Nothing needs what is of another world, nor something that needs it in turn.
                assert_ne!(needed, permission);
                assert!(!needed.needs().contains(permission));
                let platform = |one: Permission| one.group() == PermissionGroup::Platform;
                assert_eq!(platform(*needed), platform(*permission));
            }
        }
    }

    /// Whoever has a permission has those that it is of no use without.
    #[test]
    fn no_role_has_half_of_a_right() {
        for (role, holder) in roles() {
            for permission in Permission::ALL.iter().filter(|permission| holder.may(**permission)) {
                let whole = permission.needs().iter().all(|needed| holder.may(*needed));
                assert!(whole, "{role} {}", permission.name());
            }
        }
    }
}
