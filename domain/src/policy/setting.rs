//! What the settings of a policy are: their kinds, bounds, texts and presets, so that a frontend can draw the form.

use super::SecurityPolicy;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::named::named;
use crate::reference::Localized;
use ipnet::IpNet;
use serde::Deserialize;
use serde_json::Value;

/// One setting.
#[derive(Debug, Clone, Deserialize)]
pub struct Setting {
    /// Where it is in the document (RFC 6901).
    pub pointer: String,
    /// What it is called.
    pub title: Localized,
    /// What it means.
    pub about: Localized,
    /// What speaks against any other value than the default.
    pub warning: Option<Localized>,
    /// What it can be.
    #[serde(flatten)]
    pub kind: SettingKind,
}

/// What a setting can be.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SettingKind {
    /// A number.
    Integer {
        /// The least.
        minimum: i64,
        /// The most.
        maximum: i64,
        /// Of what.
        unit: String,
    },
    /// Yes or no.
    Flag,
    /// One of some.
    Choice {
        /// Those.
        choices: Vec<Choice>,
    },
    /// Any of some.
    Choices {
        /// Those.
        choices: Vec<Choice>,
        /// How many at least.
        at_least: usize,
    },
    /// Networks in the notation of CIDR.
    Networks {
        /// How many at most.
        at_most: usize,
    },
}

/// Something to choose.
#[derive(Debug, Clone, Deserialize)]
pub struct Choice {
    /// As the document has it.
    pub value: String,
    /// What it is called.
    pub title: Localized,
}

named! {
    /// How strict a security policy is to begin with.
    SecurityPreset {
        /// For a handful of people.
        Basic "basic";
        /// For most.
        Recommended "recommended";
        /// For many people, or for those who answer to the public.
        Strict "strict";
    }
}

/// A policy to begin with: what it changes of the defaults.
#[derive(Debug, Clone, Deserialize)]
pub struct Preset {
    /// Its name.
    pub name: SecurityPreset,
    /// What people call it.
    pub title: Localized,
    /// For whom it is.
    pub about: Localized,
    /// A merge patch for the defaults (RFC 7396).
    pub settings: Value,
}

/// Every setting and every preset.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The settings, in the order of a form.
    pub all: Vec<Setting>,
    /// The presets, the easiest first.
    pub presets: Vec<Preset>,
}

impl Settings {
    /// Those that Gongpai brings along.
    ///
    /// # Errors
    /// Never for the shipped files, which a test reads.
    pub fn shipped() -> Result<Self> {
        let failed = |error: serde_json::Error| Error::internal(format!("settings of policies: {error}"));
        Ok(Self {
            all: serde_json::from_str(include_str!("../../data/policy/settings.json")).map_err(failed)?,
            presets: serde_json::from_str(include_str!("../../data/policy/presets.json")).map_err(failed)?,
        })
    }

    /// The policy that a preset is, on top of the defaults.
    ///
    /// # Errors
    /// Never for the shipped ones, which a test reads.
    pub fn preset(&self, preset: &Preset) -> Result<SecurityPolicy> {
        let defaults = serde_json::to_value(SecurityPolicy::default());
        let mut whole = defaults.map_err(|error| Error::internal(format!("a policy: {error}")))?;
        json_patch::merge(&mut whole, &preset.settings);
        self.read(whole)
    }

    /// Reads a document, with every fault at its place.
    ///
    /// # Errors
    /// What is wrong with its values.
    pub fn read(&self, document: Value) -> Result<SecurityPolicy> {
        let mut faults = Faults::of(Place::Body);
        for setting in &self.all {
            let value = document.pointer(&setting.pointer).unwrap_or(&Value::Null);
            setting.kind.check(&setting.pointer, value, &mut faults);
        }
        faults.finish()?;
        let read = serde_json::from_value(document);
        let mut policy: SecurityPolicy =
            read.map_err(|error| Error::internal(format!("a policy: {error}")))?;
        let networks = &mut policy.network.administrators;
        *networks = IpNet::aggregate(networks);
        Ok(policy)
    }
}

impl SettingKind {
    fn check(&self, pointer: &str, value: &Value, faults: &mut Faults) {
        match self {
            Self::Integer { minimum, maximum, .. } => {
                if !value.as_i64().is_some_and(|number| (*minimum..=*maximum).contains(&number)) {
                    let wrong = Violation::new(Code::ValueOutOfRange);
                    faults.note(pointer, wrong.with("min", *minimum).with("max", *maximum));
                }
            }
            Self::Flag => {
                if !value.is_boolean() {
                    faults.note(pointer, Violation::new(Code::TypeWrong).with("expected", "boolean"));
                }
            }
            Self::Choice { choices } => check_choice(choices, pointer, value, faults),
            Self::Choices { choices, at_least } => {
                let chosen = items(value);
                for (n, one) in chosen.iter().enumerate() {
                    check_choice(choices, &format!("{pointer}/{n}"), one, faults);
                }
                if chosen.len() < *at_least {
                    faults.note(pointer, Violation::new(Code::ValueTooShort).with("min", *at_least));
                }
            }
            Self::Networks { at_most } => {
                let networks = items(value);
                for (n, network) in networks.iter().enumerate() {
                    if network.as_str().is_none_or(|text| text.parse::<IpNet>().is_err()) {
                        let expected = "192.0.2.0/24, 2001:db8::/32";
                        let wrong = Violation::new(Code::FormatInvalid).with("expected", expected);
                        faults.note(&format!("{pointer}/{n}"), wrong);
                    }
                }
                if networks.len() > *at_most {
                    faults.note(pointer, Violation::new(Code::ValueTooLong).with("max", *at_most));
                }
            }
        }
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn check_choice(choices: &[Choice], pointer: &str, value: &Value, faults: &mut Faults) {
    if !choices.iter().any(|choice| value.as_str() == Some(&choice.value)) {
        let allowed: Vec<_> = choices.iter().map(|choice| choice.value.as_str()).collect();
        faults.note(pointer, Violation::new(Code::ValueNotAllowed).with("allowed", allowed.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn leaves(pointer: &str, value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    leaves(&format!("{pointer}/{name}"), value, into);
                }
            }
            _ => drop(into.insert(pointer.to_owned())),
        }
    }

    fn document() -> Value {
        serde_json::to_value(SecurityPolicy::default()).unwrap()
    }

    #[test]
    fn every_setting_is_explained_and_no_other() {
        let settings = Settings::shipped().unwrap();
        let mut found = BTreeSet::new();
        leaves("", &document(), &mut found);
        let explained: BTreeSet<_> = settings.all.iter().map(|setting| setting.pointer.clone()).collect();
        assert_eq!(found, explained);
        assert_eq!(settings.read(document()).unwrap(), SecurityPolicy::default());
    }

    #[test]
    fn presets_are_policies() {
        let settings = Settings::shipped().unwrap();
        for preset in &settings.presets {
            let mut whole = document();
            json_patch::merge(&mut whole, &preset.settings);
            let mut found = BTreeSet::new();
            leaves("", &whole, &mut found);
            assert_eq!(found.len(), settings.all.len(), "{:?} names what there is not", preset.name);
            settings.preset(preset).unwrap();
        }
        let names: Vec<_> = settings.presets.iter().map(|preset| preset.name).collect();
        assert_eq!(names, SecurityPreset::ALL);
    }

    #[test]
    fn every_fault_is_told_at_its_place() {
        let settings = Settings::shipped().unwrap();
        let mut whole = document();
        let wrong = serde_json::json!({
            "password": {"min_length": 7, "refuse_common": 1, "required_classes": ["emoji"]},
            "sign_in": {"methods": [], "second_factor": "some"},
            "network": {"administrators": ["192.0.2.0/24", "192.0.2.0/33", "here"]},
        });
        json_patch::merge(&mut whole, &wrong);
        let error = settings.read(whole).unwrap_err();
        let found: Vec<_> = error.faults().iter().map(|fault| fault.pointer.as_str()).collect();
        let expected = [
            "/password/min_length",
            "/password/refuse_common",
            "/password/required_classes/0",
            "/sign_in/methods",
            "/sign_in/second_factor",
            "/network/administrators/1",
            "/network/administrators/2",
        ];
        assert_eq!(found, expected);
    }
}
