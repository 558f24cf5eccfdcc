use super::PolicyDocument;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use crate::mirror::mirror;
use actix_web::get;
use domain::error::{Language, Result};
use domain::policy::{Choice, SecurityPolicy, Setting, SettingKind};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What a setting can be.
///
/// - `integer`: a number from `minimum` to `maximum`, of `unit`
/// - `flag`: yes or no
/// - `choice`: one of `choices`
/// - `choices`: any of `choices`, at least `at_least`
/// - `networks`: networks in the notation of CIDR, at most `at_most`
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PolicySettingKind {
    Integer,
    Flag,
    Choice,
    Choices,
    Networks,
}

/// Something to choose.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyChoice {
    /// As the policy has it.
    #[schema(example = "administrators")]
    value: String,
    /// What it is called, in the client's language.
    #[schema(example = "仅管理员")]
    title: String,
}

/// A setting of the policy, with all that a form needs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicySetting {
    /// Where it is in `settings` (RFC 6901).
    #[schema(example = "/sign_in/second_factor")]
    pointer: String,
    /// What it is called, in the client's language.
    #[schema(example = "两步验证")]
    title: String,
    /// What it means, in the client's language.
    #[schema(example = "登录时须再用另一种方式证明身份的人。")]
    about: String,
    /// What speaks against any other value than the default, with the standard that says so, in the client's language.
    warning: Option<String>,
    /// What it can be.
    kind: PolicySettingKind,
    /// The default.
    #[schema(value_type = serde_json::Value, example = "none")]
    default: Value,
    /// The least.
    minimum: Option<i64>,
    /// The most.
    maximum: Option<i64>,
    /// Of what.
    #[schema(example = "hours")]
    unit: Option<String>,
    /// The choices.
    choices: Option<Vec<PolicyChoice>>,
    /// How many at least.
    at_least: Option<usize>,
    /// How many at most.
    at_most: Option<usize>,
}

impl PolicySetting {
    fn of(setting: &Setting, defaults: &Value, language: Language) -> Self {
        let chosen = |choices: &[Choice]| {
            let choice = |choice: &Choice| PolicyChoice {
                value: choice.value.clone(),
                title: choice.title.get(language).to_owned(),
            };
            Some(choices.iter().map(choice).collect())
        };
        let plain = Self {
            pointer: setting.pointer.clone(),
            title: setting.title.get(language).to_owned(),
            about: setting.about.get(language).to_owned(),
            warning: setting.warning.as_ref().map(|warning| warning.get(language).to_owned()),
            kind: PolicySettingKind::Flag,
            default: defaults.pointer(&setting.pointer).cloned().unwrap_or_default(),
            minimum: None,
            maximum: None,
            unit: None,
            choices: None,
            at_least: None,
            at_most: None,
        };
        match &setting.kind {
            SettingKind::Flag => plain,
            SettingKind::Integer { minimum, maximum, unit } => Self {
                kind: PolicySettingKind::Integer,
                minimum: Some(*minimum),
                maximum: Some(*maximum),
                unit: Some(unit.clone()),
                ..plain
            },
            SettingKind::Choice { choices } => {
                Self { kind: PolicySettingKind::Choice, choices: chosen(choices), ..plain }
            }
            SettingKind::Choices { choices, at_least } => Self {
                kind: PolicySettingKind::Choices,
                choices: chosen(choices),
                at_least: Some(*at_least),
                ..plain
            },
            SettingKind::Networks { at_most } => {
                Self { kind: PolicySettingKind::Networks, at_most: Some(*at_most), ..plain }
            }
        }
    }
}

mirror! {
    /// How strict a security policy is.
    SecurityPreset = domain::policy::SecurityPreset {
        Basic "basic" "for a handful of people";
        Recommended "recommended" "for most";
        Strict "strict" "for many people, or for those who answer to the public";
    }
}

/// A policy to begin with: send `settings` to `update_security_policy`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyTemplate {
    /// Its name.
    name: SecurityPreset,
    /// What people call it, in the client's language.
    #[schema(example = "推荐")]
    title: String,
    /// For whom it is, in the client's language.
    #[schema(example = "管理员须两步验证，适合大多数企业。")]
    about: String,
    /// All settings as they would be on top of the defaults.
    settings: PolicyDocument,
}

/// What a frontend needs to draw the form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SecurityPolicySchema {
    /// The settings, in the order of a form.
    settings: Vec<PolicySetting>,
    /// Policies to begin with, the easiest first.
    presets: Vec<PolicyTemplate>,
}

/// See what the settings of a policy mean
///
/// With all that a form needs: titles, explanations and warnings in the client's language, bounds, choices, defaults and presets.
#[utoipa::path(
    operation_id = "get_security_policy_schema", tag = "security",
    responses((status = 200, description = "The settings and presets.", body = SecurityPolicySchema)),
)]
#[get("/v1/security-policy/schema")]
pub(crate) async fn get_security_policy_schema(call: Call, _: Params<NoParams>) -> Outcome {
    let (known, language) = (&call.service.policy_settings, call.language());
    let defaults = serde_json::to_value(SecurityPolicy::default()).unwrap_or_default();
    let settings = known.all.iter().map(|setting| PolicySetting::of(setting, &defaults, language)).collect();
    let presets = known.presets.iter().map(|preset| {
        Ok(PolicyTemplate {
            name: preset.name.into(),
            title: preset.title.get(language).to_owned(),
            about: preset.about.get(language).to_owned(),
            settings: PolicyDocument::of(&known.preset(preset)?)?,
        })
    });
    let presets = presets.collect::<Result<Vec<_>>>()?;
    Ok(Reply::ok(&SecurityPolicySchema { settings, presets })?)
}
