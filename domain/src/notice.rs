//! Notices: what Gongpai tells a member of its own accord, in their inbox and by SMS; and by email, what they have to know even when
//! their number is not theirs any more.

use crate::account::AccountStore;
use crate::contact::ContactPoint;
use crate::context::Context;
use crate::error::{Language, Result, fill};
use crate::id::{AccountId, MemberId, NoticeId, TenantId};
use crate::job::{Job, JobQueue};
use crate::member::MemberStore;
use crate::phone::MobileNumber;
use crate::tenant::TenantScope;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

macro_rules! notices {
    ($($variant:ident $name:literal $chinese:literal $english:literal;)+) => {
        /// What a notice says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum NoticeKind {
            $(#[doc = $english] #[serde(rename = $name)] $variant,)+
        }

        impl NoticeKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name that goes over the wire.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The sentence before its placeholders are filled.
            #[must_use]
            pub fn template(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::Chinese) => $chinese,
                      (Self::$variant, Language::English) => $english,)+
                }
            }
        }
    };
}

notices! {
    CertificationHalfTime "certification_half_time" "企业认证 {number} 的审核时间已过半，预计 {until} 前完成。" "Half of the time to review certification {number} has passed; we mean to decide by {until}.";
    CertificationOverdue "certification_overdue" "企业认证 {number} 未能在 {until} 前审核完毕，已加急处理，很抱歉让您久等。" "Certification {number} was not reviewed by {until}. It now comes first; we are sorry that you have to wait.";
    CertificationInformationRequested "certification_information_requested" "企业认证 {number} 需要补充材料，请在 {until} 前提交。" "Certification {number} needs something from you by {until}.";
    CertificationApproved "certification_approved" "企业认证 {number} 已通过，有效期至 {until}。" "Certification {number} was approved; it is valid until {until}.";
    CertificationRejected "certification_rejected" "企业认证 {number} 未通过，请查看原因，修改后可重新提交。" "Certification {number} was rejected. See why; you may submit it again.";
    CertificationRejectedFinally "certification_rejected_finally" "企业认证 {number} 未通过，且不能重新提交。如有异议请联系客服。" "Certification {number} was rejected for good. Contact support if you do not agree.";
    CertificateRenewalDue "certificate_renewal_due" "企业认证将于 {until} 到期，现在可以申请年审。" "The certificate ends on {until}; you can renew it now.";
    CertificateEnded "certificate_ended" "企业认证已到期。请在 {until} 前完成年审，之后将不能新增成员和应用。" "The certificate has ended. Renew it by {until}; after that nothing new can be added.";
    CertificateGraceOver "certificate_grace_over" "企业认证的宽限期已于 {until} 结束，现不能新增成员和应用，原有数据和成员不受影响。" "The time of grace ended on {until}: nothing new can be added. Nobody is locked out, and nothing is lost.";
    CertificateSuspended "certificate_suspended" "企业认证已被暂停：{reason}" "The certificate was suspended: {reason}";
    OrganizationDissolves "organization_dissolves" "您的企业将于 {until} 解散，全部数据将被删除。如非本意，请在此之前登录撤销。" "Your organization will be dissolved on {until} and everything of it erased. Sign in before to call it off.";
    TakeoverAnnounced "takeover_announced" "有人以贵企业的证照申请接管本企业（{number}）。如有异议，请在 {until} 前登录提出。" "Somebody proved to stand for your organization and is to own it here ({number}). Object by {until} if that is wrong.";
    TakeoverTransferred "takeover_transferred" "企业的创建者已变更（{number}）。" "Your organization has another owner here ({number}).";
    TakeoverDismissed "takeover_dismissed" "接管申请 {number} 未获准，企业保持不变。" "The takeover {number} was dismissed; everything stays as it was.";
    TakeoverApproved "takeover_approved" "接管申请 {number} 已通过，原创建者可在 {until} 前提出异议，之后您将成为创建者。" "The takeover {number} was approved. The old owner can object by {until}; after that you own the organization.";
    OwnershipOffered "ownership_offered" "企业创建者请您接任创建者，请登录查看，三天内有效。" "The owner of your organization offers it to you. Sign in to accept or decline within three days.";
    OwnershipTransferred "ownership_transferred" "企业的创建者已变更。如非本人操作，请立即联系客服。" "Your organization has another owner. If that was not you, contact support at once.";
    OwnershipDeclined "ownership_declined" "对方未接受企业的移交，您仍是创建者。" "Your organization was not accepted; you still own it.";
    TicketAnswered "ticket_answered" "您的工单有新回复，请登录查看。" "Your ticket has an answer; sign in to read it.";
    PasswordChanged "password_changed" "您的登录密码已更改，其他设备已退出登录。如非本人操作，请立即用短信验证码重置密码。" "Your password was changed, and you were signed out elsewhere. If that was not you, reset it now with a code by SMS.";
    SecondFactorOn "second_factor_on" "您的账号已开启两步验证。如非本人操作，请立即联系客服。" "A second factor was set up for your account. If that was not you, contact support at once.";
    SecondFactorOff "second_factor_off" "您的账号已关闭两步验证。如非本人操作，请立即重置密码并重新开启。" "The second factor of your account was turned off. If that was not you, reset your password and set it up again.";
    MobileChanged "mobile_changed" "您的账号已更换手机号，其他设备已退出登录。如非本人操作，请立即联系客服。" "The number of your account was changed, and you were signed out elsewhere. If that was not you, contact support at once.";
    EmailChanged "email_changed" "您的账号邮箱已更改。如非本人操作，请立即重置密码并联系客服。" "The email address of your account was changed. If that was not you, reset your password and contact support.";
    DeviceWaits "device_waits" "有成员在新设备上登录，等待您批准。" "A member wants to sign in from a new device and waits for your approval.";
    MemberInvited "member_invited" "“{organization}”邀请您加入，请用本手机号登录。如不认识该企业，请忽略。" "{organization} invites you to join. Sign in with this number. If you do not know that organization, ignore this.";
    JoinRequested "join_requested" "有人申请加入企业，等待您审批。" "Somebody asks to join your organization and waits for you to decide.";
    ScheduledChangeFailed "scheduled_change_failed" "定于 {date} 生效的一项成员变更未能执行，请登录查看原因。" "A change of a member on {date} could not be carried out; sign in to see why.";
    CertificateReinstated "certificate_reinstated" "企业认证已恢复。" "The certificate is in force again.";
}

impl NoticeKind {
    /// Whether it is about the account, and so concerns also who does not get in where it is told.
    #[must_use]
    pub fn is_of_account(self) -> bool {
        matches!(
            self,
            Self::PasswordChanged
                | Self::SecondFactorOn
                | Self::SecondFactorOff
                | Self::MobileChanged
                | Self::EmailChanged
        )
    }
}

/// What fills the placeholders.
pub type Params = BTreeMap<String, String>;

/// Something that a member is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// To whom.
    pub member: MemberId,
    /// What it says.
    pub kind: NoticeKind,
    /// What fills its placeholders.
    pub params: Params,
    /// Since when it is there.
    pub created_at: DateTime<Utc>,
    /// When it was read, if it was.
    pub read_at: Option<DateTime<Utc>>,
}

impl Notice {
    /// Something that a member is told now.
    #[must_use]
    pub fn new(context: &Context<'_>, member: MemberId, kind: NoticeKind, params: Params) -> Self {
        let id = NoticeId::from(context.random.uuid());
        Self { id, member, kind, params, created_at: context.now, read_at: None }
    }

    /// The sentence for a person.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let params = self.params.iter().map(|(name, value)| (name.as_str(), value.clone()));
        fill(self.kind.template(language), params)
    }
}

/// The place of a notice in an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// Tells apart what came at the same moment.
    pub id: NoticeId,
}

/// Keeps notices of the bound tenant.
pub trait NoticeStore {
    /// Keeps a notice, unless one of that id is there. Says whether it is new.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_notice(&mut self, notice: &Notice) -> Result<bool>;
    /// A page of a member's inbox, newest first.
    ///
    /// # Errors
    /// When the store fails.
    fn notices(
        &mut self,
        member: MemberId,
        unread: bool,
        after: Option<&Position>,
        limit: u32,
    ) -> Result<Vec<Notice>>;
    /// How many notices a member has not read.
    ///
    /// # Errors
    /// When the store fails.
    fn unread_notices(&mut self, member: MemberId) -> Result<u64>;
    /// Notes that a member has read a notice, or all of them.
    ///
    /// # Errors
    /// `not_found` for a notice that is not theirs.
    fn read_notices(&mut self, member: MemberId, one: Option<NoticeId>, now: DateTime<Utc>) -> Result<()>;
    /// A notice and the number of whom it is for, while they are a member; one who is disabled is told of their account alone.
    ///
    /// # Errors
    /// When the store fails.
    fn notice_to_send(&mut self, id: NoticeId) -> Result<Option<(Notice, MobileNumber)>>;
}

/// Tells a member something, in the inbox and by SMS. What was told under the same id is not told again; says whether it
/// was new.
///
/// # Errors
/// When the store fails.
pub fn tell(
    tx: &mut (impl NoticeStore + JobQueue),
    context: &Context<'_>,
    tenant: TenantId,
    notice: &Notice,
) -> Result<bool> {
    let new = tx.insert_notice(notice)?;
    if new {
        send(tx, context, tenant, notice, None)?;
    }
    Ok(new)
}

/// Warns the owner of an account that something about their way in was changed: in the inbox and by SMS, by email where they have a
/// mailbox, and at a former contact point that they had until now.
///
/// # Errors
/// When the store fails.
pub fn warn(
    tx: &mut (impl NoticeStore + AccountStore + JobQueue),
    context: &Context<'_>,
    (tenant, member, account): (TenantId, MemberId, AccountId),
    kind: NoticeKind,
    former: Option<&ContactPoint>,
) -> Result<()> {
    let notice = Notice::new(context, member, kind, Params::new());
    tell(tx, context, tenant, &notice)?;
    let mailbox = tx.account(account)?.and_then(|account| account.email).map(ContactPoint::from);
    for contact in mailbox.iter().chain(former) {
        send(tx, context, tenant, &notice, Some(contact))?;
    }
    Ok(())
}

/// The same, in whichever of the account's organizations comes first.
///
/// # Errors
/// When the store fails.
pub fn warn_account(
    tx: &mut (impl NoticeStore + AccountStore + MemberStore + TenantScope + JobQueue),
    context: &Context<'_>,
    account: AccountId,
    kind: NoticeKind,
) -> Result<()> {
    let Some(place) = tx.places(account)?.into_iter().next() else { return Ok(()) };
    tx.enter(place.tenant);
    warn(tx, context, (place.tenant, place.member, account), kind, None)
}

fn send(
    tx: &mut impl JobQueue,
    context: &Context<'_>,
    tenant: TenantId,
    notice: &Notice,
    to: Option<&ContactPoint>,
) -> Result<()> {
    let to = to.map(|contact| contact.as_str().to_owned());
    let job = Job::SendNotice { tenant: tenant.into(), notice: notice.id.into(), to };
    tx.enqueue(context.random.uuid(), &job, context.now, context.now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn both_languages_have_the_same_placeholders_and_names_are_serde_names() {
        let placeholders = |text: &str| {
            let mut found: Vec<_> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next())
                .map(str::to_owned)
                .collect();
            found.sort();
            found
        };
        for kind in NoticeKind::ALL {
            let [chinese, english] = [Language::Chinese, Language::English].map(|l| kind.template(l));
            assert_eq!(placeholders(chinese), placeholders(english), "{}", kind.name());
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }

    #[test]
    fn a_sentence_is_filled() {
        let params = [("number", "GP-1"), ("until", "2026-11-26")];
        let notice = Notice {
            id: Uuid::nil().into(),
            member: Uuid::nil().into(),
            kind: NoticeKind::CertificationInformationRequested,
            params: params.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            created_at: DateTime::UNIX_EPOCH,
            read_at: None,
        };
        let text = notice.text(Language::English);
        assert_eq!(text, "Certification GP-1 needs something from you by 2026-11-26.");
    }
}
