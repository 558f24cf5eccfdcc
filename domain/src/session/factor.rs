//! What somebody proved who they are with.

use crate::named::named;
use serde::{Deserialize, Serialize};

named! {
    /// One proof of who somebody is.
    Factor {
        /// A code sent to their number.
        SmsCode "sms_code";
        /// Their password.
        Password "password";
        /// A code of their authenticator (RFC 6238).
        Totp "totp";
        /// One of the codes that they kept for the day without it.
        RecoveryCode "recovery_code";
    }
}

/// The proofs of one sign-in, each of another kind, in the order in which they were given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Factors(Vec<Factor>);

impl Factors {
    /// One proof.
    #[must_use]
    pub fn one(factor: Factor) -> Self {
        Self(vec![factor])
    }

    /// One more.
    #[must_use]
    pub fn with(mut self, factor: Factor) -> Self {
        if !self.0.contains(&factor) {
            self.0.push(factor);
        }
        self
    }

    /// Whether there are two.
    #[must_use]
    pub fn are_two(&self) -> bool {
        self.0.len() >= 2
    }

    /// What the sign-in began with.
    #[must_use]
    pub fn first(&self) -> Option<Factor> {
        self.0.first().copied()
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Factor] {
        &self.0
    }
}

impl FromIterator<Factor> for Factors {
    fn from_iter<I: IntoIterator<Item = Factor>>(factors: I) -> Self {
        factors.into_iter().fold(Self(Vec::new()), Self::with)
    }
}
