use super::{
    ConfirmableAction, PasswordCharacterClass, PolicyAskedOf, PolicySignInMethod, SecurityPolicyView,
};
use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::patch;
use domain::confirmation::SensitiveAction;
use domain::policy::change;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// What is to change (RFC 7396): what is not there stays, and null brings the default back.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": {"min_length": 14}, "sign_in": {"second_factor": "administrators"}}))]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct SecurityPolicyPatch {
    /// What is asked of passwords.
    password: Option<PasswordRulesPatch>,
    /// How people sign in.
    sign_in: Option<SignInPatch>,
    /// How long sessions live.
    session: Option<SessionPatch>,
    /// From what people come.
    devices: Option<DevicesPatch>,
    /// From where people come.
    network: Option<NetworkPatch>,
    /// What is confirmed afresh.
    confirmation: Option<ConfirmationPatch>,
}

/// What is asked of passwords.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct PasswordRulesPatch {
    /// The fewest characters, 8 to 64.
    min_length: Option<i32>,
    /// The zxcvbn score, 0 to 4.
    min_score: Option<i32>,
    /// How many different passwords before one comes again, 0 to 24.
    history: Option<i32>,
    /// Whether passwords that are common or have leaked are refused.
    refuse_common: Option<bool>,
    /// Whether names and numbers of the person and the organization are refused.
    refuse_context: Option<bool>,
    /// The kinds of characters that a password has to have.
    #[schema(max_items = 4)]
    required_classes: Option<Vec<PasswordCharacterClass>>,
    /// After how many days a password has to be set anew, up to 730; 0 is never.
    max_age_days: Option<i32>,
}

/// How people sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct SignInPatch {
    /// What they may begin with; at least one.
    #[schema(max_items = 2)]
    methods: Option<Vec<PolicySignInMethod>>,
    /// Who needs a second factor.
    second_factor: Option<PolicyAskedOf>,
}

/// How long sessions live.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct SessionPatch {
    /// Hours between two refreshes, 1 to 2160.
    idle_hours: Option<i32>,
    /// Hours from sign-in to the end, 1 to 2160.
    absolute_hours: Option<i32>,
}

/// From what people come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct DevicesPatch {
    /// Whether a new device waits for an administrator, unless it is the organization's own.
    approve_new: Option<bool>,
    /// How many devices a member has at most, up to 100; 0 for any number.
    max_per_member: Option<i32>,
}

/// From where people come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct NetworkPatch {
    /// The networks from which administrators come (CIDR), at most 50; empty allows any.
    #[schema(max_items = 200)]
    administrators: Option<Vec<String>>,
}

/// What is confirmed afresh.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct ConfirmationPatch {
    /// The actions.
    #[schema(max_items = 3)]
    actions: Option<Vec<ConfirmableAction>>,
}

/// Change the security policy
///
/// It counts everywhere within a second. Look at it with `preview_security_policy` first. A change that would keep out whoever makes
/// it is refused.
#[utoipa::path(
    operation_id = "update_security_policy", tag = "security",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `change_security_policy`, where the policy that is there asks for it.")),
    request_body(content((SecurityPolicyPatch = "application/json"), (SecurityPolicyPatch = "application/merge-patch+json"))),
    responses((status = 200, description = "The policy.", body = SecurityPolicyView,
        headers(("ETag" = String, description = "The new version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("policy:manage")), ("x-errors" = json!(["version_required", "version_stale", "policy_shuts_out_author", "confirmation_required"]))),
)]
#[patch("/v1/security-policy")]
pub(crate) async fn update_security_policy(
    call: Call,
    member: Member,
    confirmed: Confirmed,
    body: Body<SecurityPolicyPatch>,
) -> Outcome {
    let expected = call.require_if_match()?;
    let confirmation = confirmed.of(&call, member.0.session, SensitiveAction::ChangeSecurityPolicy);
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let (settings, ceiling) = (&world.service.policy_settings, &world.service.settings.tokens.lifetime);
        let patch = (&body.json, expected);
        let stored = change(tx, &world.context, &member.0, patch, confirmation.as_ref(), settings, ceiling)?;
        Ok(Reply::ok(&SecurityPolicyView::of(&stored)?)?.version(stored.version))
    })
    .await
}
