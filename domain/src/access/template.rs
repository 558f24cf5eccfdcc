//! Roles that many organizations want, to begin with: what a form is filled with before somebody makes one of them.

use super::Permission::{
    AccessRead, DeviceManage, MemberExport, MemberManage, MemberRead, PolicyManage, TagManage,
};
use super::{FieldGroup, FieldSet, Fields, Permission, PermissionSet};
use crate::error::Language;
use crate::named::named;

named! {
    /// A role to begin with.
    RoleTemplate {
        /// 前台: finds and reaches everybody.
        Receptionist "receptionist";
        /// 招聘: invites people and says where they go.
        Recruiter "recruiter";
        /// 薪酬: sees all that is known of members, and takes it out.
        Payroll "payroll";
        /// 标签管理员: says who has which tag.
        TagKeeper "tag_keeper";
        /// IT 支持: decides about devices.
        Helpdesk "helpdesk";
        /// 安全管理员: says who gets in, and how.
        SecurityOfficer "security_officer";
    }
}

impl RoleTemplate {
    /// What the role is called, and what it is for.
    #[must_use]
    pub fn words(self, language: Language) -> (&'static str, &'static str) {
        let (chinese, english) = match self {
            Self::Receptionist => {
                (("前台", "查找和联系所有成员"), ("Receptionist", "Finds everybody, and how to reach them"))
            }
            Self::Recruiter => (
                ("招聘", "邀请成员，安排部门和入职信息"),
                ("Recruiter", "Invites people, and says where they go and since when"),
            ),
            Self::Payroll => (
                ("薪酬", "查看和导出成员的全部资料，不作修改"),
                ("Payroll", "Sees all that is known of members and takes it out, and changes nothing"),
            ),
            Self::TagKeeper => {
                (("标签管理员", "管理标签，为成员打标签"), ("Tag keeper", "Says who has which tag"))
            }
            Self::Helpdesk => {
                (("IT 支持", "批准、拒绝和移除设备"), ("Helpdesk", "Approves, rejects and removes devices"))
            }
            Self::SecurityOfficer => (
                ("安全管理员", "管理安全策略和设备，查看授权"),
                (
                    "Security officer",
                    "Keeps the security policy and the devices, and sees who has which role",
                ),
            ),
        };
        if language == Language::Chinese { chinese } else { english }
    }

    /// What it allows.
    #[must_use]
    pub fn permissions(self) -> PermissionSet {
        let some: &[Permission] = match self {
            Self::Receptionist => &[MemberRead],
            Self::Recruiter => &[MemberManage],
            Self::Payroll => &[MemberExport],
            Self::TagKeeper => &[TagManage],
            Self::Helpdesk => &[DeviceManage],
            Self::SecurityOfficer => &[PolicyManage, DeviceManage, AccessRead],
        };
        PermissionSet::with_needs(some)
    }

    /// What of members it shows and lets change.
    #[must_use]
    pub fn fields(self) -> Fields {
        use FieldGroup::{Basic, Contact, Custom, Employment};
        match self {
            Self::Receptionist | Self::Helpdesk => Fields::seen(&[Basic, Contact]),
            Self::Recruiter => {
                let groups: FieldSet = [Basic, Contact, Employment, Custom].into_iter().collect();
                Fields { read: groups, write: groups }
            }
            Self::Payroll => Fields::seen(FieldGroup::ALL),
            Self::TagKeeper | Self::SecurityOfficer => Fields::seen(&[Basic]),
        }
    }
}
