//! The security policy of a tenant: one versioned document, whose settings have the defaults written here until somebody changes
//! them. What each means, and what it can be, is in `data/policy/settings.json`.

mod change;
mod setting;

pub(crate) use change::require_confirmation;
pub use change::{
    Affected, Change, Impact, PolicyStore, StoredPolicy, change, get, lift_networks, preview, versions,
};
pub use setting::{Choice, Preset, SecurityPreset, Setting, SettingKind, Settings};

use crate::access::Rights;
use crate::confirmation::SensitiveAction;
use crate::named::named;
use crate::password::Rules;
use crate::session::{Factor, Lifetime};
use chrono::Duration;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

named! {
    /// Of whom something is asked.
    AskedOf {
        /// Of nobody.
        None "none";
        /// Of whoever administers the organization.
        Administrators "administrators";
        /// Of everybody.
        All "all";
    }
}

named! {
    /// A way to begin signing in.
    SignInMethod {
        /// A code sent by SMS.
        SmsCode "sms_code";
        /// The password.
        Password "password";
    }
}

impl SignInMethod {
    /// What it proves.
    #[must_use]
    pub fn factor(self) -> Factor {
        match self {
            Self::SmsCode => Factor::SmsCode,
            Self::Password => Factor::Password,
        }
    }
}

/// The security policy of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityPolicy {
    /// What is asked of new passwords, and how long they last.
    pub password: Rules,
    /// How people sign in.
    pub sign_in: SignInRules,
    /// How long sessions live.
    pub session: SessionRules,
    /// From what people come.
    pub devices: DeviceRules,
    /// From where people come.
    pub network: NetworkRules,
    /// What is confirmed afresh.
    pub confirmation: ConfirmationRules,
}

/// How people sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignInRules {
    /// What they may begin with.
    pub methods: BTreeSet<SignInMethod>,
    /// Who needs a second factor.
    pub second_factor: AskedOf,
}

impl Default for SignInRules {
    fn default() -> Self {
        Self { methods: SignInMethod::ALL.iter().copied().collect(), second_factor: AskedOf::None }
    }
}

/// How long sessions live, in hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionRules {
    /// Between two refreshes.
    pub idle_hours: u32,
    /// From sign-in to the end.
    pub absolute_hours: u32,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self { idle_hours: 7 * 24, absolute_hours: 30 * 24 }
    }
}

/// From what people come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeviceRules {
    /// Whether a new device waits for an administrator, unless it is the organization's own.
    pub approve_new: bool,
    /// How many devices a member has at most; 0 for any number.
    pub max_per_member: u16,
}

/// From where people come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkRules {
    /// From where administrators come; empty allows any.
    pub administrators: Vec<IpNet>,
}

/// What is confirmed afresh, besides what always is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConfirmationRules {
    /// The actions.
    pub actions: BTreeSet<SensitiveAction>,
}

impl Default for ConfirmationRules {
    fn default() -> Self {
        Self { actions: BTreeSet::from([SensitiveAction::ChangeSecurityPolicy]) }
    }
}

/// Whether an allow-list has an address; an empty one has any.
pub(crate) fn admit(networks: &[IpNet], address: Option<IpAddr>) -> bool {
    let inside = |address: IpAddr| networks.iter().any(|network| network.contains(&address.to_canonical()));
    networks.is_empty() || address.is_some_and(inside)
}

impl SecurityPolicy {
    /// How long sessions live, within what the installation allows.
    #[must_use]
    pub fn lifetime(&self, ceiling: &Lifetime) -> Lifetime {
        Lifetime {
            absolute: Duration::hours(self.session.absolute_hours.into()).min(ceiling.absolute),
            idle: Duration::hours(self.session.idle_hours.into()).min(ceiling.idle),
        }
    }

    /// Whether somebody needs a second factor.
    #[must_use]
    pub fn asks_second_factor(&self, rights: &Rights) -> bool {
        match self.sign_in.second_factor {
            AskedOf::None => false,
            AskedOf::Administrators => rights.are_administrative(),
            AskedOf::All => true,
        }
    }

    /// Whether somebody may come from an address. Where an allow-list counts, an unknown address is none of it.
    #[must_use]
    pub fn admits_from(&self, rights: &Rights, address: Option<IpAddr>) -> bool {
        admit(self.networks_of(rights), address)
    }

    /// From where somebody comes; empty allows any.
    #[must_use]
    pub fn networks_of(&self, rights: &Rights) -> &[IpNet] {
        if rights.are_administrative() { &self.network.administrators } else { &[] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allow_list_counts_for_administrators() {
        let mut policy = SecurityPolicy::default();
        let from = |policy: &SecurityPolicy, rights: &Rights, address: &str| {
            policy.admits_from(rights, Some(address.parse().unwrap()))
        };
        assert!(from(&policy, &Rights::of_owner(), "192.0.2.1"));
        policy.network.administrators =
            vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
        for (address, expected) in
            [("192.0.2.1", true), ("::ffff:192.0.2.1", true), ("2001:db8::1", true), ("198.51.100.1", false)]
        {
            assert_eq!(from(&policy, &Rights::of_owner(), address), expected, "{address}");
            assert!(from(&policy, &Rights::of_member(Vec::new()), address));
        }
        assert!(!policy.admits_from(&Rights::of_owner(), None));
    }

    #[test]
    fn no_session_outlives_what_the_installation_allows() {
        let session = SessionRules { idle_hours: 1000, absolute_hours: 2 };
        let policy = SecurityPolicy { session, ..SecurityPolicy::default() };
        let ceiling = Lifetime { absolute: Duration::days(30), idle: Duration::days(7) };
        let lifetime = policy.lifetime(&ceiling);
        assert_eq!((lifetime.absolute, lifetime.idle), (Duration::hours(2), Duration::days(7)));
    }
}
