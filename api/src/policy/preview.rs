use super::PolicyDocument;
use super::update::SecurityPolicyPatch;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::post;
use domain::error::{Language, Result};
use domain::policy::{Impact, preview};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A setting that would change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyChange {
    /// The setting.
    #[schema(example = "/password/min_length")]
    setting: String,
    /// What it is called, in the client's language.
    #[schema(example = "密码最短长度")]
    title: String,
    /// Its value.
    #[schema(value_type = serde_json::Value, example = 12)]
    before: Value,
    /// What it would be.
    #[schema(value_type = serde_json::Value, example = 14)]
    after: Value,
    /// What speaks against it, in the client's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

/// Whom a change would affect.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyAffected {
    /// Open sessions that would end.
    sessions_ending: u64,
    /// Members who would be asked for a second factor and have no authenticator yet.
    without_authenticator: u64,
    /// Members who could sign in with a password alone and have none.
    without_password: u64,
    /// Members whose password would be too old.
    passwords_too_old: u64,
}

/// What a change would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyImpact {
    /// The settings that would change.
    changes: Vec<PolicyChange>,
    /// Whom that would affect.
    affected: PolicyAffected,
    /// The setting that would keep out whoever asks, so that the change is refused; null when there is none.
    #[schema(example = "/network/administrators")]
    shuts_you_out: Option<String>,
    /// All settings as they would be.
    settings: PolicyDocument,
}

impl PolicyImpact {
    fn of(impact: Impact<'_>, language: Language) -> Result<Self> {
        let defaults = serde_json::to_value(domain::policy::SecurityPolicy::default()).unwrap_or_default();
        let affected = &impact.affected;
        Ok(Self {
            affected: PolicyAffected {
                sessions_ending: affected.sessions,
                without_authenticator: affected.without_authenticator,
                without_password: affected.without_password,
                passwords_too_old: affected.passwords_too_old,
            },
            shuts_you_out: impact.shuts_out.map(str::to_owned),
            settings: PolicyDocument::of(&impact.document)?,
            changes: impact
                .changes
                .into_iter()
                .map(|(setting, before, after)| PolicyChange {
                    setting: setting.pointer.clone(),
                    title: setting.title.get(language).to_owned(),
                    warning: setting
                        .warning
                        .as_ref()
                        .filter(|_| defaults.pointer(&setting.pointer) != Some(&after))
                        .map(|warning| warning.get(language).to_owned()),
                    before,
                    after,
                })
                .collect(),
        })
    }
}

/// See what a change of the policy would do
///
/// Nothing is changed.
#[utoipa::path(
    operation_id = "preview_security_policy", tag = "security",
    request_body = SecurityPolicyPatch,
    responses((status = 200, description = "What it would do.", body = PolicyImpact)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("policy:manage"))),
)]
#[post("/v1/security-policy/preview")]
pub(crate) async fn preview_security_policy(
    call: Call,
    member: Member,
    body: Body<SecurityPolicyPatch>,
) -> Outcome {
    let language = call.language();
    call.compute(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let (settings, ceiling) = (&world.service.policy_settings, &world.service.settings.tokens.lifetime);
        let impact = preview(tx, &world.context, &member.0, &body.json, settings, ceiling)?;
        Reply::ok(&PolicyImpact::of(impact, language)?)
    })
    .await
}
