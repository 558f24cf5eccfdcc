//! The certificate that a tenant holds.

use super::Draft;
use crate::id::ApplicationId;
use chrono::{DateTime, Duration, Utc};

/// Where a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateState {
    /// There is none.
    None,
    /// It is in force.
    Valid,
    /// It is in force and ends within 30 days.
    RenewalDue,
    /// It has ended.
    Expired,
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
}

impl Certificate {
    /// Where it stands at a time.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> CertificateState {
        if now >= self.valid_until {
            CertificateState::Expired
        } else if now >= self.valid_until - Duration::days(30) {
            CertificateState::RenewalDue
        } else {
            CertificateState::Valid
        }
    }
}
