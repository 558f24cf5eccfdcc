//! The catalogue of permissions: what each allows, in words for people, which others it takes, and whether it is one to look at twice.

use crate::error::Language;
use crate::named::named;

named! {
    /// What permissions are about, as somebody who gives them looks for them.
    PermissionGroup {
        /// The organization itself.
        Organization "organization";
        /// Its certification.
        Certification "certification";
        /// The people in it.
        Members "members";
        /// Who gets in, and how.
        Security "security";
        /// The platform, for operators.
        Platform "platform";
    }
}

macro_rules! permissions {
    ($($(#[$doc:meta])+ $variant:ident $name:literal $group:ident $scope:ident $($sensitive:ident)? [$($needed:ident),*] $chinese:literal $english:literal;)+) => {
        /// Something that a role allows, named `resource:action`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $($(#[$doc])+ $variant,)+
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name that documents and errors use.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The permission of that name.
            #[must_use]
            pub fn find(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }

            /// What it is about.
            #[must_use]
            pub fn group(self) -> PermissionGroup {
                match self { $(Self::$variant => PermissionGroup::$group,)+ }
            }

            /// Whether it lets somebody do what cannot be undone, or decide who gets in.
            #[must_use]
            pub fn is_sensitive(self) -> bool {
                match self { $(Self::$variant => permissions!(@is $($sensitive)?),)+ }
            }

            /// Whether it can be given for some departments alone. Any other is worth nothing but for the whole organization.
            #[must_use]
            pub fn is_ranged(self) -> bool {
                match self { $(Self::$variant => permissions!(@is_ranged $scope),)+ }
            }

            /// Those that it is of no use without.
            #[must_use]
            pub fn needs(self) -> &'static [Self] {
                match self { $(Self::$variant => &[$(Self::$needed),*],)+ }
            }

            /// What it allows, in words.
            #[must_use]
            pub fn about(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::Chinese) => $chinese,
                      (Self::$variant, Language::English) => $english,)+
                }
            }
        }
    };
    (@is_ranged ranged) => { true };
    (@is_ranged whole) => { false };
    (@is sensitive) => { true };
    (@is) => { false };
}

permissions! {
    /// See the tenant's certification.
    CertificationRead "certification:read" Certification whole [] "查看企业认证" "See the certification of the organization";
    /// Fill in, submit and withdraw it.
    CertificationManage "certification:manage" Certification whole sensitive [CertificationRead] "填写、提交和撤回企业认证" "Fill in, submit and withdraw the certification";
    /// See the queue and its cases.
    ReviewRead "review:read" Platform whole [] "查看审核队列和申请" "See the queue of reviews and its cases";
    /// Claim a case and decide it.
    ReviewDecide "review:decide" Platform whole sensitive [ReviewRead] "领取并审核申请" "Claim a case and decide it";
    /// Confirm or decline what another reviewer proposed; hand cases out.
    ReviewConfirm "review:confirm" Platform whole sensitive [ReviewRead] "复核、分派申请" "Confirm what another reviewer proposed, and hand cases out";
    /// Suspend a certificate and give it its force back.
    CertificateSuspend "certificate:suspend" Platform whole sensitive [ReviewRead] "暂停和恢复企业认证" "Suspend a certificate and give it its force back";
    /// See what people ask, and answer.
    TicketAnswer "ticket:answer" Platform whole [] "查看和答复工单" "See what people ask, and answer";
    /// See which messages went to a number, and what became of them.
    SmsRead "sms:read" Platform whole sensitive [] "查询短信发送记录" "See which messages went to a number";
    /// Decide over the organization itself: dissolve it, object to a takeover.
    TenantManage "tenant:manage" Organization whole sensitive [] "解散企业、对接管提出异议" "Dissolve the organization, object to a takeover";
    /// Change what the organization says of itself.
    OrganizationManage "organization:manage" Organization whole [] "修改企业资料和标志" "Change the profile and the logo of the organization";
    /// See the security policy.
    PolicyRead "policy:read" Security whole [] "查看安全策略" "See the security policy";
    /// Change it.
    PolicyManage "policy:manage" Security whole sensitive [PolicyRead] "修改安全策略" "Change the security policy";
    /// See the members of the organization.
    MemberRead "member:read" Members ranged [DepartmentRead] "查看成员" "See members";
    /// See what the directory does not show to everybody.
    HiddenRead "hidden:read" Members ranged [DepartmentRead, MemberRead] "查看隐藏的部门和成员，以及已离职的成员" "See hidden departments and members, and those who left";
    /// Invite and change them, disable them, see them off and bring them back.
    MemberManage "member:manage" Members ranged sensitive [HiddenRead] "邀请、修改、停用、离职、恢复和导入成员" "Invite members, change and disable them, see them off, bring them back, import them";
    /// Take members out as a file.
    MemberExport "member:export" Members ranged sensitive [HiddenRead] "导出成员" "Take members out as a file";
    /// See the departments of the organization.
    DepartmentRead "department:read" Members ranged [] "查看部门" "See departments";
    /// Make, change, move and delete them.
    DepartmentManage "department:manage" Members ranged [HiddenRead] "新建、修改、移动和删除部门" "Make departments, change, move and delete them";
    /// See the tags of the organization, and who has them.
    TagRead "tag:read" Members whole [HiddenRead] "查看标签及其成员" "See tags and who has them";
    /// Make, rename and delete them, and say who has them.
    TagManage "tag:manage" Members whole [TagRead] "管理标签，为成员打标签" "Make tags, rename and delete them, and say who has them";
    /// See the roles, and who has which.
    AccessRead "access:read" Security ranged [HiddenRead] "查看角色和授权" "See the roles, and who has which";
    /// Make roles, give and take them, as far as one's own rights go.
    AccessManage "access:manage" Security ranged sensitive [AccessRead] "管理角色、授予和收回权限" "Make roles, give and take them, as far as one's own rights go";
    /// See the devices of members.
    DeviceRead "device:read" Security whole [HiddenRead] "查看成员的设备" "See the devices of members";
    /// Decide about them.
    DeviceManage "device:manage" Security whole sensitive [DeviceRead] "批准、拒绝和移除设备" "Approve devices, reject and remove them";
}
