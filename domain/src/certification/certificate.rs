//! The certificate that a tenant holds.

use super::{ApplicationKind, Draft, Terms};
use crate::id::ApplicationId;
use crate::named::named;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// How long before its end a certificate can be renewed.
const RENEWAL: Duration = Duration::days(30);

named! {
    /// Where a certificate stands.
    CertificateState {
        /// There is none.
        None "none";
        /// It is in force.
        Valid "valid";
        /// It is in force and ends within 30 days.
        RenewalDue "renewal_due";
        /// It has ended.
        Expired "expired";
        /// The platform has suspended it.
        Suspended "suspended";
    }
}

/// Why a certificate does not count for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// Since when.
    pub at: DateTime<Utc>,
    /// Why, for the tenant to read.
    pub reason: String,
}

/// The proof that a tenant is the organization that it says it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificate {
    /// The application that led to it.
    pub application: ApplicationId,
    /// The number by which no second tenant is certified.
    pub registration_key: String,
    /// The subject as it was approved.
    pub subject: Draft,
    /// Since when.
    pub valid_from: DateTime<Utc>,
    /// Until when.
    pub valid_until: DateTime<Utc>,
    /// Why it does not count for now, if it does not.
    pub suspension: Option<Suspension>,
    /// The kinds of application beside it that were rejected for good.
    pub barred: Vec<ApplicationKind>,
}

impl Certificate {
    /// Where it stands at a time.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> CertificateState {
        if self.suspension.is_some() {
            CertificateState::Suspended
        } else if now >= self.valid_until {
            CertificateState::Expired
        } else if now >= self.renewable_from() {
            CertificateState::RenewalDue
        } else {
            CertificateState::Valid
        }
    }

    /// From when on it can be renewed.
    #[must_use]
    pub fn renewable_from(&self) -> DateTime<Utc> {
        self.valid_until - RENEWAL
    }

    /// Until when it serves after its end.
    #[must_use]
    pub fn grace_until(&self, terms: &Terms) -> DateTime<Utc> {
        self.valid_until + terms.grace
    }
}
