//! The security policy of an organization.

pub(crate) mod get;
pub(crate) mod preview;
pub(crate) mod schema;
pub(crate) mod update;
pub(crate) mod versions;

use crate::mirror::mirror;
use chrono::{DateTime, Utc};
use domain::error::{Error, Result};
use domain::policy::{SecurityPolicy, StoredPolicy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// A way to begin signing in.
    PolicySignInMethod = domain::policy::SignInMethod {
        SmsCode "sms_code" "a code by SMS";
        Password "password" "a password";
    }
}

mirror! {
    /// Of whom something is asked.
    PolicyAskedOf = domain::policy::AskedOf {
        None "none" "of nobody";
        Administrators "administrators" "of whoever administers the organization";
        All "all" "of everybody";
    }
}

mirror! {
    /// A kind of character.
    PasswordCharacterClass = domain::password::CharacterClass {
        Lower "lower" "a lower-case letter";
        Upper "upper" "an upper-case letter";
        Digit "digit" "a digit";
        Symbol "symbol" "any other character";
    }
}

/// What a policy can ask to be confirmed; what always is confirmed is not among them.
///
/// - `change_security_policy`: changing the policy
/// - `export_my_data`: having a copy of one's own data
/// - `object_to_takeover`: objecting to a takeover
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConfirmableAction {
    ChangeSecurityPolicy,
    ExportMyData,
    ObjectToTakeover,
}

/// The settings, each explained by `get_security_policy_schema`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PolicyDocument {
    password: PasswordRules,
    sign_in: PolicySignIn,
    session: PolicySession,
    devices: PolicyDevices,
    network: PolicyNetwork,
    confirmation: PolicyConfirmation,
}

/// What is asked of new passwords, and how long they last.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PasswordRules {
    /// The fewest characters.
    #[schema(minimum = 8, maximum = 64, example = 12)]
    min_length: u16,
    /// The zxcvbn score, from 0 to 4.
    #[schema(minimum = 0, maximum = 4, example = 3)]
    min_score: u8,
    /// How many different passwords before one comes again.
    #[schema(minimum = 0, maximum = 24, example = 5)]
    history: u8,
    /// Whether passwords that are common or have leaked are refused.
    refuse_common: bool,
    /// Whether names and numbers of the person and the organization are refused.
    refuse_context: bool,
    /// The kinds of characters that a password has to have.
    required_classes: Vec<PasswordCharacterClass>,
    /// After how many days a password has to be set anew; 0 is never.
    #[schema(minimum = 0, maximum = 730, example = 0)]
    max_age_days: u16,
}

/// How people sign in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PolicySignIn {
    /// What they may begin with; at least one.
    methods: Vec<PolicySignInMethod>,
    /// Who needs a second factor.
    second_factor: PolicyAskedOf,
}

/// How long sessions live, within what the installation allows.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PolicySession {
    /// Hours between two refreshes.
    #[schema(minimum = 1, maximum = 2160, example = 168)]
    idle_hours: u32,
    /// Hours from sign-in to the end.
    #[schema(minimum = 1, maximum = 2160, example = 720)]
    absolute_hours: u32,
}

/// From what people come.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PolicyDevices {
    /// Whether a new device waits for an administrator, unless it is the organization's own.
    approve_new: bool,
    /// How many devices a member has at most; 0 for any number.
    #[schema(minimum = 0, maximum = 100, example = 5)]
    max_per_member: u16,
}

/// From where people come.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PolicyNetwork {
    /// The networks from which administrators come (CIDR); empty allows any.
    #[schema(max_items = 50, example = json!(["192.0.2.0/24", "2001:db8::/32"]))]
    administrators: Vec<String>,
}

/// What is confirmed afresh, besides what always is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PolicyConfirmation {
    /// The actions.
    actions: Vec<ConfirmableAction>,
}

impl PolicyDocument {
    /// The contract's names of the settings are the document's own.
    fn of(policy: &SecurityPolicy) -> Result<Self> {
        let failed = |error: serde_json::Error| Error::internal(format!("a policy: {error}"));
        serde_json::from_value(serde_json::to_value(policy).map_err(failed)?).map_err(failed)
    }
}

/// A security policy, as it is since its last change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SecurityPolicyView {
    /// Counts the changes; 0 for the defaults, which nobody has changed.
    #[schema(example = 3)]
    version: i64,
    /// When it was changed; null when nobody has.
    changed_at: Option<DateTime<Utc>>,
    /// The member who changed it.
    changed_by: Option<Uuid>,
    /// The settings.
    settings: PolicyDocument,
}

impl SecurityPolicyView {
    fn of(stored: &StoredPolicy) -> Result<Self> {
        Ok(Self {
            version: stored.version,
            changed_at: stored.changed.map(|(_, at)| at),
            changed_by: stored.changed.map(|(member, _)| member.into()),
            settings: PolicyDocument::of(&stored.policy)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::contract::Contract;
    use domain::policy::{SettingKind, Settings};
    use serde_json::json;

    /// The bounds that the contract tells are those that the domain holds.
    #[test]
    fn the_contract_says_what_the_settings_can_be() {
        let schemas = &Contract::shared().json()["components"]["schemas"];
        let resolve = |schema: &serde_json::Value| {
            let name = schema["$ref"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
            schemas.get(name).cloned().unwrap_or_else(|| schema.clone())
        };
        for setting in Settings::shipped().unwrap().all {
            let mut schema = schemas["PolicyDocument"].clone();
            for part in setting.pointer.split('/').skip(1) {
                schema = resolve(&schema["properties"][part]);
            }
            let values = |choices: &[domain::policy::Choice]| {
                choices.iter().map(|choice| json!(choice.value)).collect::<Vec<_>>()
            };
            match &setting.kind {
                SettingKind::Integer { minimum, maximum, .. } => {
                    assert_eq!([&schema["minimum"], &schema["maximum"]], [&json!(minimum), &json!(maximum)]);
                }
                SettingKind::Flag => assert_eq!(schema["type"], "boolean"),
                SettingKind::Choice { choices } => assert_eq!(schema["enum"], json!(values(choices))),
                SettingKind::Choices { choices, .. } => {
                    assert_eq!(resolve(&schema["items"])["enum"], json!(values(choices)));
                }
                SettingKind::Networks { at_most } => assert_eq!(schema["maxItems"], json!(at_most)),
            }
        }
    }
}
