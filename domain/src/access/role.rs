//! Roles: what somebody may do, under one name. Eight are built in and the same everywhere; an organization makes others.

use super::Permission::{
    AccessRead, CertificationRead, DepartmentManage, DepartmentRead, DeviceRead, MemberExport, MemberManage,
    MemberRead, PolicyRead, TagManage, TagRead, TenantManage,
};
use super::{FieldGroup, Fields, Permission, PermissionGroup, PermissionSet};
use crate::error::Language;
use crate::id::RoleId;
use crate::named::named;
use crate::text::{Line, comparison_key};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How many roles an organization makes at most.
pub const MAX_ROLES: u64 = 500;

/// What a role is called: 1 to 32 characters. No two roles of an organization have names that a reader would call the same.
pub type RoleName = Line<1, 32>;
/// What a role is for, in some words.
pub type RoleDescription = Line<1, 200>;

named! {
    /// A role that every organization has.
    BuiltInRole {
        /// 创建者: everything. Exactly one member is the owner, who was not assigned but registered, or took over.
        Owner "owner";
        /// 管理员: everything but what decides over the organization itself.
        Administrator "administrator";
        /// 通讯录管理员: departments, members and tags.
        DirectoryManager "directory_manager";
        /// 人事: members with all that is known of them.
        HumanResources "human_resources";
        /// 财务: certification and who works here.
        Finance "finance";
        /// 审计: sees everything, changes nothing.
        Auditor "auditor";
        /// 部门管理员: the people of some departments.
        DepartmentManager "department_manager";
        /// 成员: what everybody may who is in the organization.
        Member "member";
    }
}

impl BuiltInRole {
    /// Its id, which is the same in every organization: a UUID of version 8 (RFC 9562) that ends in the role's place in the list above.
    #[must_use]
    pub fn id(self) -> RoleId {
        Uuid::from_u128(0x0000_0000_0000_8000_8000_0000_0000_0001 + self as u128).into()
    }

    /// The built-in role with an id.
    #[must_use]
    pub fn with_id(id: RoleId) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.id() == id)
    }

    /// What people call it.
    #[must_use]
    pub fn title(self, language: Language) -> &'static str {
        let (chinese, english) = match self {
            Self::Owner => ("创建者", "Owner"),
            Self::Administrator => ("管理员", "Administrator"),
            Self::DirectoryManager => ("通讯录管理员", "Directory manager"),
            Self::HumanResources => ("人事", "Human resources"),
            Self::Finance => ("财务", "Finance"),
            Self::Auditor => ("审计", "Auditor"),
            Self::DepartmentManager => ("部门管理员", "Department manager"),
            Self::Member => ("成员", "Member"),
        };
        if language == Language::Chinese { chinese } else { english }
    }

    /// What it is for.
    #[must_use]
    pub fn about(self, language: Language) -> &'static str {
        let (chinese, english) = match self {
            Self::Owner => {
                ("拥有全部权限；只能移交，不能授予", "May do everything; handed over, never given")
            }
            Self::Administrator => (
                "除解散等事关企业本身的事项外，拥有全部权限",
                "May do everything but decide over the organization itself",
            ),
            Self::DirectoryManager => ("管理部门、成员和标签", "Manages departments, members and tags"),
            Self::HumanResources => (
                "管理成员及其全部资料，可导出",
                "Manages members with all that is known of them, and takes them out as a file",
            ),
            Self::Finance => ("查看企业认证和成员", "Sees the certification, and who works here"),
            Self::Auditor => ("查看一切，不作修改", "Sees everything and changes nothing"),
            Self::DepartmentManager => {
                ("管理所辖部门及其成员", "Manages some departments and the people in them")
            }
            Self::Member => (
                "人人都有的权限：查看通讯录；不需授予",
                "What everybody may: look into the directory; never given",
            ),
        };
        if language == Language::Chinese { chinese } else { english }
    }

    /// Whether it is given and taken. The owner hands over, and everybody is a member.
    #[must_use]
    pub fn is_assignable(self) -> bool {
        !matches!(self, Self::Owner | Self::Member)
    }

    /// What it allows.
    #[must_use]
    pub fn permissions(self) -> PermissionSet {
        let tenant = || {
            let of_tenants = |one: &Permission| one.group() != PermissionGroup::Platform;
            Permission::ALL.iter().copied().filter(of_tenants)
        };
        match self {
            Self::Owner => tenant().collect(),
            Self::Administrator => tenant().filter(|one| *one != TenantManage).collect(),
            Self::DirectoryManager => PermissionSet::with_needs(&[MemberManage, DepartmentManage, TagManage]),
            Self::HumanResources => PermissionSet::with_needs(&[MemberManage, MemberExport, TagRead]),
            Self::Finance => PermissionSet::with_needs(&[CertificationRead, MemberRead]),
            Self::Auditor => PermissionSet::with_needs(&[
                CertificationRead,
                PolicyRead,
                MemberRead,
                TagRead,
                DeviceRead,
                AccessRead,
            ]),
            Self::DepartmentManager => PermissionSet::with_needs(&[MemberManage, DepartmentManage]),
            Self::Member => PermissionSet::with_needs(&[DepartmentRead, MemberRead]),
        }
    }

    /// What of members it shows and lets change.
    #[must_use]
    pub fn fields(self) -> Fields {
        use FieldGroup::{Basic, Contact, Custom, Employment};
        match self {
            // Who imports says anything of anybody, so directory managers change every field.
            Self::Owner | Self::Administrator | Self::DirectoryManager | Self::HumanResources => {
                Fields::all()
            }
            Self::DepartmentManager => {
                let groups = [Basic, Contact, Employment, Custom].into_iter().collect();
                Fields { read: groups, write: groups }
            }
            Self::Finance => Fields::seen(&[Basic, Contact, Employment]),
            Self::Auditor => Fields::seen(FieldGroup::ALL),
            Self::Member => Fields::seen(&[Basic]),
        }
    }
}

/// A role that an organization made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRole {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: RoleName,
    /// What it is for.
    pub description: Option<RoleDescription>,
    /// What it allows.
    pub permissions: PermissionSet,
    /// What of members it shows and lets change.
    pub fields: Fields,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

impl CustomRole {
    /// The form in which names are compared.
    #[must_use]
    pub fn key(&self) -> String {
        comparison_key(self.name.as_str())
    }
}

/// Any role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// One that every organization has.
    BuiltIn(BuiltInRole),
    /// One that this organization made.
    Custom(CustomRole),
}

impl Role {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> RoleId {
        match self {
            Self::BuiltIn(role) => role.id(),
            Self::Custom(role) => role.id,
        }
    }

    /// What it allows.
    #[must_use]
    pub fn permissions(&self) -> PermissionSet {
        match self {
            Self::BuiltIn(role) => role.permissions(),
            Self::Custom(role) => role.permissions,
        }
    }

    /// What of members it shows and lets change.
    #[must_use]
    pub fn fields(&self) -> Fields {
        match self {
            Self::BuiltIn(role) => role.fields(),
            Self::Custom(role) => role.fields,
        }
    }
}
