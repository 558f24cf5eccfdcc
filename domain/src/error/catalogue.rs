//! Every code that Gongpai can answer, with its kind and its sentence in both languages.
//!
//! The one source for problem details, `GET /v1/errors/{code}` and the contract. A code is never renamed or
//! given another meaning once it was released. `{name}` in a sentence is filled from the parameter of that name.

use super::Kind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A language in which messages exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Simplified Chinese, `zh-CN`.
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English, `en`.
    #[default]
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// The language's tag (BCP 47).
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

macro_rules! catalogue {
    ($($variant:ident $name:literal $kind:ident $chinese:literal $english:literal;)+) => {
        /// A stable error code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        impl Code {
            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The name that goes over the wire.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)+ }
            }

            /// What sort of failure it is.
            #[must_use]
            pub fn kind(self) -> Kind {
                match self { $(Code::$variant => Kind::$kind,)+ }
            }

            /// The sentence before its placeholders are filled.
            #[must_use]
            pub fn template(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Code::$variant, Language::Chinese) => $chinese,
                      (Code::$variant, Language::English) => $english,)+
                }
            }
        }
    };
}

impl Code {
    /// The code of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// The sentence for a person, its placeholders filled from `params`.
    #[must_use]
    pub fn message(self, language: Language, params: &[(&'static str, Value)]) -> String {
        self.message_with(language, params.iter().map(|(name, value)| (*name, value)))
    }

    /// The same, with parameters that were kept.
    #[must_use]
    pub fn message_with<'a>(
        self,
        language: Language,
        params: impl IntoIterator<Item = (&'a str, &'a Value)>,
    ) -> String {
        let text = |(name, value): (&'a str, &'a Value)| match value {
            Value::String(text) => (name, text.clone()),
            other => (name, other.to_string()),
        };
        fill(self.template(language), params.into_iter().map(text))
    }
}

/// A sentence whose placeholders, such as `{name}`, are filled by name.
pub(crate) fn fill<'a>(template: &str, params: impl IntoIterator<Item = (&'a str, String)>) -> String {
    params
        .into_iter()
        .fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), &value))
}

catalogue! {
    // The request as such.
    MalformedRequest "malformed_request" Malformed "无法读取请求。" "The request cannot be read.";
    MalformedJson "malformed_json" Malformed "请求正文不是合法的 JSON：第 {line} 行第 {column} 列。" "The body is not JSON: line {line}, column {column}.";
    RequestTimeout "request_timeout" TimedOut "请求发送超时。" "The request took too long to arrive.";
    MethodNotAllowed "method_not_allowed" NotAllowed "该地址不支持此方法。" "This address does not have that method.";
    NotFound "not_found" NotFound "找不到请求的内容。" "There is nothing here.";
    PayloadTooLarge "payload_too_large" TooLarge "请求正文超过 {limit} 字节。" "The body is larger than {limit} bytes.";
    MediaTypeUnsupported "media_type_unsupported" UnsupportedType "不支持此内容类型，应为 {expected}。" "This content type is not accepted; send {expected}.";
    RateLimited "rate_limited" TooMany "请求过于频繁，请稍后再试。" "Too many requests; try again later.";
    Busy "busy" Contention "系统繁忙，请重试。" "Too many changes at once; try again.";
    Unavailable "unavailable" Unavailable "服务暂时不可用。" "The service is temporarily unavailable.";
    Internal "internal" Internal "服务内部错误。" "An error of the service itself.";
    // Input, field by field.
    InputInvalid "input_invalid" Invalid "部分内容不符合要求，见 errors。" "Some of the input is wrong; see errors.";
    FieldUnknown "field_unknown" Invalid "没有此字段。" "There is no such field.";
    FieldRepeated "field_repeated" Invalid "此项只能出现一次。" "This may stand here once only.";
    FieldRequired "field_required" Invalid "此项必填。" "This is required.";
    TypeWrong "type_wrong" Invalid "值的类型不正确，应为 {expected}。" "The value has the wrong type; it must be {expected}.";
    ValueNotAllowed "value_not_allowed" Invalid "值不在允许的范围内：{allowed}。" "The value must be one of {allowed}.";
    ValueTooShort "value_too_short" Invalid "不得少于 {min} 个。" "It must have at least {min}.";
    ValueTooLong "value_too_long" Invalid "不得超过 {max} 个。" "It must have at most {max}.";
    ValueOutOfRange "value_out_of_range" Invalid "数值应在 {min} 到 {max} 之间。" "The number must be between {min} and {max}.";
    FormatInvalid "format_invalid" Invalid "格式不正确，应为 {expected}。" "The format is wrong; it must be {expected}.";
    ParameterUnknown "parameter_unknown" Invalid "没有此查询参数。" "There is no such query parameter.";
    ParametersExclusive "parameters_exclusive" Invalid "这两个参数不能同时使用。" "These two parameters cannot be given together.";
    ParameterInvalid "parameter_invalid" Invalid "参数不正确。" "The parameter is wrong.";
    CursorInvalid "cursor_invalid" Invalid "游标无效，请从第一页开始。" "The cursor is not valid; start from the first page.";
    TextCharacterForbidden "text_character_forbidden" Invalid "含有不可见、控制或方向字符。" "It has an invisible, control or direction character.";
    // Versions and repeated requests.
    VersionStale "version_stale" Stale "内容已被修改，请重新读取后再试。" "It was changed meanwhile; read it again.";
    VersionRequired "version_required" VersionRequired "请在 If-Match 中给出所依据的版本。" "Name the version you change in If-Match.";
    IdempotencyKeyInvalid "idempotency_key_invalid" Malformed "Idempotency-Key 应为 1 到 255 个可见 ASCII 字符。" "An Idempotency-Key is 1 to 255 visible ASCII characters.";
    IdempotencyKeyReused "idempotency_key_reused" Invalid "此 Idempotency-Key 已用于内容不同的请求。" "This Idempotency-Key was used for a request with other content.";
    // Who is asking.
    Unauthenticated "unauthenticated" Unauthenticated "需要有效的令牌。" "A valid token is needed.";
    TokenExpired "token_expired" Unauthenticated "令牌已过期。" "The token has expired.";
    SessionEnded "session_ended" Unauthenticated "会话已结束，请重新登录。" "The session has ended; sign in again.";
    Forbidden "forbidden" Forbidden "没有此项权限：{permission}。" "You lack the permission {permission}.";
    // Values with a rule of their own.
    MobileInvalid "mobile_invalid" Invalid "手机号码不正确。" "This is not a mobile number.";
    EmailInvalid "email_invalid" Invalid "邮箱地址不正确。" "This is not an email address.";
    CountryCodeRequired "country_code_required" Invalid "请加上国家或地区代码，例如 +86。" "Add the country code, such as +86.";
    CountryNotSupported "country_not_supported" Invalid "暂不支持向该国家或地区发送短信，可用：{supported}。" "Codes cannot be sent to that country; possible are {supported}.";
    PhoneInvalid "phone_invalid" Invalid "电话号码不正确。" "This is not a phone number.";
    OrganizationTypeUnknown "organization_type_unknown" Invalid "没有此组织类型。" "There is no such organization type.";
    IndustryUnknown "industry_unknown" Invalid "没有此行业代码（GB/T 4754 门类加大类）。" "There is no such industry (GB/T 4754, section and division).";
    RegionUnknown "region_unknown" Invalid "没有此行政区划代码（GB/T 2260）。" "There is no such region (GB/T 2260).";
    CodeMalformed "code_malformed" Invalid "验证码为六位数字。" "A code is six digits.";
    // Agreements.
    AgreementUnknown "agreement_unknown" Invalid "没有此协议。" "There is no such agreement.";
    AgreementStale "agreement_stale" Invalid "协议已更新，当前版本为 {current}。" "The agreement has changed; its version is now {current}.";
    AgreementMissing "agreement_missing" Invalid "须同意：{kind}。" "This agreement must be accepted: {kind}.";
    // Registration.
    RegistrationNotWaiting "registration_not_waiting" Conflict "该注册已完成，不能再修改。" "This registration is completed and cannot be changed.";
    RegistrationExpired "registration_expired" Conflict "该注册已过期，请重新开始。" "This registration has expired; start again.";
    // SMS codes.
    VerificationCodeIncorrect "verification_code_incorrect" Invalid "验证码不正确，还可尝试 {attempts_left} 次。" "The code is wrong; {attempts_left} attempts are left.";
    VerificationCodeExhausted "verification_code_exhausted" Invalid "错误次数过多，请重新获取验证码。" "Too many wrong codes; ask for a new one.";
    VerificationCodeExpired "verification_code_expired" Invalid "验证码已失效，请重新获取。" "The code is no longer valid; ask for a new one.";
    CodeResendTooSoon "code_resend_too_soon" TooMany "请在 {seconds} 秒后重新获取验证码。" "Ask for another code in {seconds} seconds.";
    CodeDailyLimit "code_daily_limit" TooMany "该号码今天的验证码次数已用完。" "No more codes for this number today.";
    CodeBudgetSpent "code_budget_spent" TooMany "验证码发送过于频繁，请稍后再试。" "Too many codes were asked for; try again later.";
    HumanCheckFailed "human_check_failed" Forbidden "人机验证未通过，请重试。" "The check whether you are a person was not passed; try again.";
    HumanCheckRequired "human_check_required" Forbidden "请先完成人机验证。" "Prove first that you are a person.";
    // Sessions.
    RefreshTokenInvalid "refresh_token_invalid" Unauthenticated "刷新令牌无效，请重新登录。" "The refresh token is not valid; sign in again.";
    CredentialsWrong "credentials_wrong" Unauthenticated "账号或密码不正确。" "The number or the password is wrong.";
    GuessTooSoon "guess_too_soon" TooMany "请在 {seconds} 秒后再试。" "Try again in {seconds} seconds.";
    GuessesExhausted "guesses_exhausted" TooMany "错误次数过多，请在 {seconds} 秒后再试，或用短信验证码登录。" "Wrong too often. Try again in {seconds} seconds, or sign in with a code by SMS.";
    // Passwords.
    PasswordTooShort "password_too_short" Invalid "密码至少 {min} 个字符。" "A password has at least {min} characters.";
    PasswordLacksClass "password_lacks_class" Invalid "密码须含有：{class}。" "A password has to have: {class}.";
    PasswordHasContext "password_has_context" Invalid "密码不能含有您或企业的名称、账号、手机号。" "A password must not contain your name or number, or those of the organization.";
    PasswordCommon "password_common" Invalid "这是常见或已泄露的密码，请换一个。" "This password is common or has leaked; take another one.";
    PasswordGuessable "password_guessable" Invalid "密码太容易猜到（强度 {score}，至少 {min}），可用几个不相关的词组成。" "This password is easy to guess (strength {score}, at least {min}). Try some words that have nothing to do with each other.";
    PasswordUsedBefore "password_used_before" Invalid "不能使用最近 {history} 次用过的密码。" "This is one of your last {history} passwords.";
    PasswordWrong "password_wrong" Invalid "密码不正确。" "The password is wrong.";
    PasswordNotSet "password_not_set" Conflict "尚未设置密码，请用短信验证码确认。" "There is no password yet; confirm with a code by SMS.";
    ConfirmationRequired "confirmation_required" Forbidden "请先再次验证身份（{action}）。" "Confirm first that it is you ({action}).";
    ProofMissing "proof_missing" Invalid "请提供其中恰好一项。" "Give exactly one of them.";
    TotpIncorrect "totp_incorrect" Invalid "动态码不正确或已使用过。" "The code is wrong or was used before.";
    TotpAlreadyOn "totp_already_on" Conflict "动态码验证已开启。" "An authenticator is already set up.";
    TotpNotBegun "totp_not_begun" Conflict "尚未设置动态码验证。" "No authenticator was set up.";
    UseridInvalid "userid_invalid" Invalid "账号只能含英文字母、数字和 _ . @ -，且以字母或数字开头。" "A userid has letters, digits and _ . @ - of ASCII, and begins with a letter or a digit.";
    UseridTaken "userid_taken" Invalid "企业内已有成员使用此账号。" "Another member has this userid.";
    MemberMobileTaken "member_mobile_taken" Invalid "企业内已有成员使用此手机号。" "Another member has this number.";
    MemberEmailTaken "member_email_taken" Invalid "企业内已有成员使用此邮箱。" "Another member has this email address.";
    MobileOfAccount "mobile_of_account" Invalid "该成员已加入，手机号由本人更换。" "This member has joined; they change their number themselves.";
    MemberUnknown "member_unknown" Invalid "没有这个成员。" "There is no such member.";
    CustomValueTaken "custom_value_taken" Invalid "企业内已有成员填写了此值。" "Another member has this value.";
    MemberFieldNameTaken "member_field_name_taken" Invalid "已有同名字段。" "Another field is called that.";
    MemberFieldLimitReached "member_field_limit_reached" Conflict "自定义字段已达上限（{max}）。" "There are {max} fields, and no more than that.";
    HeldByDeparted "held_by_departed" Invalid "属于一名已离职成员，可恢复该成员，或在其资料清除后再用。" "Somebody who left has this; bring them back, or wait until what is kept of them is erased.";
    SuccessorLeaves "successor_leaves" Invalid "接收人不能是离职者本人。" "Whoever leaves cannot take over.";
    ReportingCircular "reporting_circular" Invalid "直属上级不能是本人或其下属。" "Nobody reports to themselves or to somebody who reports to them.";
    ReportingTooDeep "reporting_too_deep" Invalid "汇报层级最多 {max} 级。" "There are at most {max} levels of leaders.";
    MainDepartmentMissing "main_department_missing" Invalid "主部门须是成员所在部门之一。" "The main department has to be one of the member's departments.";
    LeaderLimitReached "leader_limit_reached" Invalid "一个部门最多 {max} 名负责人。" "A department has {max} leaders at most.";
    MemberLimitReached "member_limit_reached" Conflict "成员数已达上限（{max}），企业认证后可继续添加。" "There are {max} members, as many as the organization can have without a valid certificate.";
    InvitationTooSoon "invitation_too_soon" TooMany "刚刚发送过邀请，请在 {seconds} 秒后再发。" "An invitation was sent just now; send another one in {seconds} seconds.";
    InvitationsSpent "invitations_spent" TooMany "今天的邀请短信已用完（{max} 条）；可不发短信直接添加。" "{max} invitations were sent by SMS today, and no more than that; invite without one, or tomorrow.";
    InvitationLinkLimitReached "invitation_link_limit_reached" Conflict "有效的邀请链接已达上限（{max}），请先删除不用的。" "There are {max} links of invitation; delete one that is not used any more.";
    JoinRequestsFull "join_requests_full" Conflict "等待审批的申请过多（{max}），请稍后再试。" "{max} people wait to join; try again later.";
    DepartmentUnknown "department_unknown" Invalid "没有这个部门。" "There is no such department.";
    DepartmentNameTaken "department_name_taken" Invalid "同级已有名为“{name}”的部门。" "A department called “{name}” is already there.";
    DepartmentTooDeep "department_too_deep" Invalid "部门最多 {max} 级。" "Departments go down to level {max} at most.";
    DepartmentBelowItself "department_below_itself" Invalid "不能是部门自身或其下级。" "It cannot be the department itself or one below it.";
    DepartmentLimitReached "department_limit_reached" Conflict "部门数已达上限（{max}）。" "There are {max} departments, and no more than that.";
    DepartmentNotEmpty "department_not_empty" Conflict "部门内还有成员或下级部门，请指定接收部门。" "There are still members or departments in it; name the one that takes them over.";
    DepartmentRootStays "department_root_stays" Conflict "根部门不能移动、合并或删除。" "The root can be neither moved nor merged nor deleted.";
    LeaderNotInDepartment "leader_not_in_department" Invalid "负责人须是该部门的成员，且不能重复。" "Leaders are members of the department, each named once.";
    RelationLimitReached "relation_limit_reached" Conflict "部门关系数已达上限（{max}）。" "A department has {max} relations at most.";
    OrdererWithoutRight "orderer_without_right" Conflict "发起人已没有相应权限，未予执行。" "Whoever ordered this has not the right to it any more, so it was not done.";
    DayAfterDeparture "day_after_departure" Invalid "该成员将于 {date} 离职，之后的变更不会生效。" "This member leaves on {date}; no change after that would happen.";
    DayOutOfRange "day_out_of_range" Invalid "日期应在 {min} 到 {max} 之间。" "The day must be between {min} and {max}.";
    ScheduledChangeTaken "scheduled_change_taken" Invalid "该成员在这一天已有待生效的变更，请取消后重新安排，或另选日期。" "Another change of this member waits for that day; cancel it, or take another day.";
    ScheduledChangeLimitReached "scheduled_change_limit_reached" Conflict "一名成员最多有 {max} 项待生效的变更。" "{max} changes of one member wait at most.";
    TagUnknown "tag_unknown" Invalid "没有这个标签。" "There is no such tag.";
    TagNameTaken "tag_name_taken" Invalid "已有名为“{name}”的标签。" "A tag called “{name}” is already there.";
    TagLimitReached "tag_limit_reached" Conflict "标签数已达上限（{max}）。" "There are {max} tags, and no more than that.";
    TagFull "tag_full" Invalid "一个标签最多 {max} 名成员。" "A tag has {max} members at most.";
    MemberTagLimitReached "member_tag_limit_reached" Invalid "一名成员最多 {max} 个标签。" "A member has {max} tags at most.";
    PermissionUnknown "permission_unknown" Invalid "没有这项权限。" "There is no such permission.";
    RoleUnknown "role_unknown" Invalid "没有这个角色。" "There is no such role.";
    RoleNameTaken "role_name_taken" Invalid "已有名为“{name}”的角色。" "A role called “{name}” is already there.";
    RoleLimitReached "role_limit_reached" Conflict "自定义角色已达上限（{max}）。" "There are {max} roles, and no more than that.";
    RoleBuiltIn "role_built_in" Conflict "内置角色不能修改或删除，可新建角色。" "A built-in role cannot be changed or deleted; make one of your own.";
    RoleInUse "role_in_use" Conflict "仍有人拥有此角色，请先收回。" "Somebody still has this role; take it away first.";
    RoleNotAssignable "role_not_assignable" Invalid "此角色不能授予：创建者须移交，成员人人皆是。" "This role is not given: the owner hands over, and everybody is a member.";
    AssignmentLimitReached "assignment_limit_reached" Conflict "授权数已达上限（{max}）。" "{max} roles have been given, and no more than that can be.";
    RangeBeyondOwn "range_beyond_own" Invalid "超出您可以授权的范围。" "This is beyond where you may give roles.";
    BeyondOwnRights "beyond_own_rights" Forbidden "这会给出您自己在该范围、该期限内没有的权限（{permissions}）或字段（{fields}）。" "This would give what you do not have there or for so long: permissions {permissions}, fields {fields}.";
    FieldNotEditable "field_not_editable" Invalid "您不能修改此项。" "You may not change this.";
    MomentPast "moment_past" Invalid "该时间已过。" "That moment is over.";
    OrganizationNameLocked "organization_name_locked" Invalid "企业名称以认证为准，变更请发起认证变更。" "The name is that of the certificate; to change it, ask for a change of the certification.";
    WebsiteInvalid "website_invalid" Invalid "请填写 http 或 https 网址。" "This is no address of a website that begins with http or https.";
    OwnerStays "owner_stays" Conflict "创建者不能停用，请先移交企业。" "The owner cannot be disabled; the organization has to be handed over first.";
    MobileTaken "mobile_taken" Conflict "该手机号已属于另一个账号。" "Another account has this number.";
    EmailTaken "email_taken" Conflict "该邮箱已属于另一个账号。" "Another account has this email address.";
    EmailOff "email_off" Conflict "本服务未启用邮件。" "This service sends no email.";
    PasswordNotEnough "password_not_enough" Conflict "请用发送到原手机号的验证码或动态码确认。" "Confirm with a code sent to your number so far, or with your authenticator.";
    NumberIdle "number_idle" Forbidden "该手机号长期未使用，可能已更换机主。请从用过的设备登录，或联系客服。" "This number was not used for long and may have a new owner. Sign in from a device that you used before, or contact support.";
    AuthenticatorNeeded "authenticator_needed" Conflict "已开启动态码验证，请用动态码或恢复码确认。" "An authenticator is set up: confirm with a code of it, or with a recovery code.";
    AnswerNotNeeded "answer_not_needed" Invalid "登录现在不需要此项。" "The sign-in does not need this now.";
    SignInAnew "sign_in_anew" Forbidden "请重新登录该企业，以设置两步验证。" "Sign in to that organization anew to set a second factor up.";
    SmsCodeNotNeeded "sms_code_not_needed" Conflict "登录现在不需要短信验证码。" "The sign-in does not need a code by SMS.";
    SignInMethodNotAllowed "sign_in_method_not_allowed" Forbidden "企业不允许用这种方式登录，可用：{allowed}。" "The organization does not allow signing in this way; use {allowed}.";
    NetworkNotAllowed "network_not_allowed" Forbidden "企业不允许从当前网络访问。" "The organization does not allow this network.";
    PasswordExpired "password_expired" Forbidden "密码已过期，请重设密码。" "The password is too old; reset it.";
    DeviceRejected "device_rejected" Forbidden "企业不允许从此设备登录。" "The organization does not allow this device.";
    DeviceLimitReached "device_limit_reached" Forbidden "设备数已达上限（{max} 台），请先移除不用的设备。" "You have {max} devices, as many as the organization allows; remove one first.";
    DeviceInUse "device_in_use" Conflict "这是您正在使用的设备。" "This is the device that you use.";
    PolicyShutsOutAuthor "policy_shuts_out_author" Conflict "此更改会使您自己无法访问（{setting}）。" "This change would shut you out yourself ({setting}).";
    NoMembership "no_membership" Forbidden "该账号不属于任何企业。" "This account belongs to no organization.";
    ChallengeEnded "challenge_ended" Conflict "登录步骤已失效，请重新登录。" "This sign-in is over; start again.";
    TenantNotOffered "tenant_not_offered" Invalid "不能选择该企业。" "That organization is not one of the choices.";
    // Certification.
    ActionNotAllowed "action_not_allowed" Conflict "当前状态 {state} 不能执行此操作。" "That is not possible in the state {state}.";
    CertificationIncomplete "certification_incomplete" Invalid "仍有问题需要解决，见 findings。" "Something is still missing or wrong; see findings.";
    CreditCodeTaken "credit_code_taken" Conflict "该统一社会信用代码已被其他企业认证。" "Another organization is certified with this credit code.";
    ApplicationUnderWay "application_under_way" Conflict "已有正在审核或待补充的申请。" "Another application is under way.";
    RejectedFinally "rejected_finally" Conflict "此类申请已被最终拒绝，如有异议请联系客服。" "An application of this kind was rejected for good; contact support if you do not agree.";
    CertificateMissing "certificate_missing" Conflict "企业尚未认证。" "The organization is not certified yet.";
    CertificateEnded "certificate_ended" Conflict "认证已到期，请先年审。" "The certificate has ended; renew it first.";
    CertificateSuspended "certificate_suspended" Conflict "认证已被暂停。" "The certificate is suspended.";
    CertificateNotSuspended "certificate_not_suspended" Conflict "认证未被暂停。" "The certificate is not suspended.";
    NotCertified "not_certified" Conflict "没有其他企业以此证照号码认证，可直接申请认证。" "Nobody else is certified with this number; apply for a certification of your own.";
    AlreadyCertified "already_certified" Conflict "本企业已认证。" "This organization is certified already.";
    TakeoverUnderWay "takeover_under_way" Conflict "该企业已有正在进行的接管。" "Another takeover of that organization is under way.";
    TakeoverNotOpen "takeover_not_open" Conflict "异议期已过或已提出异议。" "The time to object is over, or somebody has objected.";
    TakeoverNotObjected "takeover_not_objected" Conflict "该接管没有待处理的异议。" "Nobody has objected to this takeover, or it is decided.";
    RenewalTooEarly "renewal_too_early" Conflict "{from} 起可以年审。" "The certificate can be renewed from {from} on.";
    RepresentativeIncomplete "representative_incomplete" Conflict "请先填写代表人的姓名和手机号。" "Fill in the representative's name and mobile number first.";
    DocumentKindNotWanted "document_kind_not_wanted" Invalid "不需要此类材料，可用：{allowed}。" "No document of this kind is asked for; possible are {allowed}.";
    DocumentPageInvalid "document_page_invalid" Invalid "页码应为 1 到 {max}。" "The page must be between 1 and {max}.";
    DocumentPageTaken "document_page_taken" Conflict "该页已有材料，请用 replaces 指明要替换的材料。" "That page has a document; name it in replaces.";
    DocumentNotReplaceable "document_not_replaceable" Invalid "没有同一种类的这份材料可替换。" "There is no such document of this kind to replace.";
    DocumentMissing "document_missing" Invalid "请在 file 中上传文件。" "Send the document as the part named file.";
    DocumentEmpty "document_empty" Invalid "文件为空。" "The file is empty.";
    DocumentTypeUnsupported "document_type_unsupported" Invalid "文件内容不是 JPEG、PNG、WebP 或 PDF。" "The content is not JPEG, PNG, WebP or PDF.";
    DocumentHeic "document_heic" Invalid "不支持 HEIC，请在相机设置中改为“兼容性最佳”（JPEG）。" "HEIC is not accepted; set the camera to most compatible (JPEG).";
    DocumentTooLarge "document_too_large" TooLarge "文件超过 {limit} 字节。" "The file is larger than {limit} bytes.";
    DocumentTooSmall "document_too_small" Invalid "最短边为 {measured} 像素，不得小于 {limit}。" "The shortest side has {measured} pixels; it needs {limit}.";
    DocumentBlurry "document_blurry" Invalid "图片不清晰：清晰度为 {measured}，不得低于 {limit}，请对焦后重拍。" "The image is not sharp: it has {measured} and needs {limit}; take it again in focus.";
    DocumentTooManyPixels "document_too_many_pixels" Invalid "图片有 {measured} 像素，不得超过 {limit}。" "The image has {measured} pixels; at most {limit} are accepted.";
    DocumentUnreadable "document_unreadable" Invalid "文件已损坏或无法读取。" "The file is damaged or cannot be read.";
    DocumentTooManyPages "document_too_many_pages" Invalid "文件有 {measured} 页，不得超过 {limit} 页。" "The file has {measured} pages; at most {limit} are accepted.";
    DocumentEncrypted "document_encrypted" Invalid "PDF 已加密，请先去除密码。" "The PDF is encrypted; remove its password first.";
    DocumentActive "document_active" Invalid "PDF 含有脚本或附件。" "The PDF contains scripts or attachments.";
    DocumentInfected "document_infected" Invalid "文件含有恶意内容。" "The file contains something harmful.";
    DocumentNotScanned "document_not_scanned" Unavailable "暂时无法完成安全检查，请稍后再传。" "The file could not be checked for harm; send it again later.";
    DocumentErased "document_erased" NotFound "该材料的保存期限已过，已按规定删除。" "The document was erased after its time, as the law wants.";
    // Spreadsheets and imports.
    SpreadsheetUnreadable "spreadsheet_unreadable" Invalid "文件不是可读取的 XLSX 或 CSV。" "The file is no XLSX or CSV that can be read.";
    SpreadsheetUnsupported "spreadsheet_unsupported" Invalid "不支持旧版或加密的表格，请另存为无密码的 .xlsx。" "Old and encrypted spreadsheets are not read; save it as .xlsx without a password.";
    SpreadsheetEncoding "spreadsheet_encoding" Invalid "第 {row} 行的编码既不是 UTF-8 也不是 GB18030。" "Row {row} is neither UTF-8 nor GB18030.";
    SpreadsheetTooLarge "spreadsheet_too_large" Invalid "表格过大：最多 {rows} 行、{columns} 列、{bytes} 字节文字。" "The spreadsheet is too large: at most {rows} rows, {columns} columns, {bytes} bytes of text.";
    SpreadsheetEmpty "spreadsheet_empty" Invalid "标题行下面没有数据。" "There is nothing below the headings.";
    HeadingsMissing "headings_missing" Invalid "前 20 行内没有标题行：至少需要帐号或手机，以及另一列。" "None of the first 20 rows has the headings: a user ID or a mobile number, and one more.";
    HeadingRepeated "heading_repeated" Invalid "标题“{heading}”出现了两次。" "The heading {heading} is there twice.";
    CellFormula "cell_formula" Invalid "单元格是公式，请改为值。" "The cell holds a formula; write the value.";
    CellMerged "cell_merged" Invalid "单元格被合并，请取消合并。" "The cell is merged with others; split them.";
    CellError "cell_error" Invalid "单元格的值是错误。" "The cell holds an error.";
    DepartmentPathUnknown "department_path_unknown" Invalid "没有部门“{path}”。" "There is no department {path}.";
    ImportUnderWay "import_under_way" Conflict "已有导入正在进行。" "Another import is under way.";
    PlanDiffers "plan_differs" Conflict "这不是当前计划的哈希，请重新查看计划。" "This is not the hash of the plan; look at it again.";
    PlanHasFaults "plan_has_faults" Conflict "{rows} 行有问题，请修正后重新上传，或跳过它们。" "{rows} rows have faults; mend them and send the file again, or leave them out.";
    RemovalsNotCounted "removals_not_counted" Conflict "将有 {removals} 名成员离职，请在 removals 中写明该数。" "{removals} members would leave; say that number in removals.";
    LinkInvalid "link_invalid" NotFound "链接无效或已失效。" "The link is not valid, or no longer.";
    // Accounts and organizations.
    OwnerOfOrganization "owner_of_organization" Conflict "您是“{organization}”的创建者，请先解散企业或移交创建者身份。" "You own {organization}; dissolve it or hand it over first.";
    OrganizationNameDiffers "organization_name_differs" Invalid "与企业名称不一致。" "This is not the name of the organization.";
    DissolutionUnderWay "dissolution_under_way" Conflict "企业已在解散过程中。" "The organization is to be dissolved already.";
    DissolutionNotUnderWay "dissolution_not_under_way" Conflict "企业不在解散过程中。" "The organization is not to be dissolved.";
    OrganizationDisputed "organization_disputed" Conflict "企业的认证材料或归属存在争议，暂不能解散或移交。" "The documents of the organization, or who owns it, are disputed; it cannot be dissolved or handed over yet.";
    OwnershipOffered "ownership_offered" Conflict "企业已在移交中，请等待对方接受或先撤回。" "The organization is offered to somebody already; wait for them, or take that back.";
    OwnerAlone "owner_alone" Forbidden "只有创建者本人可以移交企业。" "Only the owner hands the organization over.";
    OwnerAlready "owner_already" Invalid "该成员已是创建者。" "They own it already.";
    SuccessorNotActive "successor_not_active" Invalid "该成员尚未加入或已停用。" "They have not joined yet, or are disabled.";
    // Tickets.
    TooManyTickets "too_many_tickets" Conflict "已有 {limit} 个未解决的工单，请在其中继续。" "There are {limit} tickets that are not resolved; go on in one of them.";
    CertificationNumberUnknown "certification_number_unknown" Invalid "没有这个认证编号。" "There is no certification of that number.";
    TicketClosed "ticket_closed" Conflict "工单已关闭，请另开新工单。" "The ticket is closed; open another one.";
    TicketFull "ticket_full" Conflict "一个工单最多 {messages} 条消息、{attachments} 个附件，请另开新工单。" "A ticket has at most {messages} messages and {attachments} files; open another one.";
    // Review.
    ReviewClaimed "review_claimed" Conflict "该申请已由其他审核员领取。" "Another reviewer holds this case.";
    ClaimLost "claim_lost" Conflict "您未持有该申请，或领取已到期。" "You do not hold this case, or the claim has ended.";
    SecondReviewerRequired "second_reviewer_required" Forbidden "须由另一位审核员确认。" "Another reviewer has to confirm this.";
    AssigneeNotPossible "assignee_not_possible" Invalid "该操作员不能审核此申请。" "That operator cannot review this case.";
    AttemptMismatch "attempt_mismatch" Conflict "该决定针对第 {attempt} 次提交，当前为第 {current} 次。" "The decision is about attempt {attempt}; the current one is {current}.";
    FindingsRequired "findings_required" Invalid "退回或拒绝时须说明至少一个问题。" "Say at least one finding when you do not approve.";
    FindingsUnwanted "findings_unwanted" Invalid "通过时不得附带阻止性问题。" "An approval carries no findings.";
    FindingTargetRequired "finding_target_required" Invalid "请给出 requirement 或 pointer 之一。" "Name either a requirement or a pointer.";
    FindingUnknown "finding_unknown" Invalid "没有此问题，或不可豁免。" "There is no such finding, or it cannot be overridden.";
    BlockingFindings "blocking_findings" Conflict "仍有阻止通过的问题，须先豁免或退回。" "Findings block the approval; override them or ask for information.";
    AlreadyHeld "already_held" Conflict "材料已被保留。" "The documents are held already.";
    NotHeld "not_held" Conflict "材料未被保留。" "The documents are not held.";
    OwnOrganization "own_organization" Forbidden "不能审核自己所属的企业。" "Nobody reviews an organization that they belong to.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_found() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| Code::find(code.name()) == Some(*code)));
        assert_eq!(Code::find("no_such_code"), None);
    }

    #[test]
    fn both_languages_use_the_same_placeholders() {
        fn placeholders(text: &str) -> HashSet<&str> {
            text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
        }
        for code in Code::ALL {
            let (zh, en) = (code.template(Language::Chinese), code.template(Language::English));
            assert_eq!(placeholders(zh), placeholders(en), "{}", code.name());
        }
    }

    #[test]
    fn a_message_is_filled() {
        let params = [("attempts_left", Value::from(3))];
        let message = Code::VerificationCodeIncorrect.message(Language::English, &params);
        assert_eq!(message, "The code is wrong; 3 attempts are left.");
    }
}
