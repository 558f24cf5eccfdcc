//! What a tenant may do, by the certificate that it holds. The one place that says so.

use crate::certification::{Certificate, CertificateState, Terms};
use chrono::{DateTime, Utc};

/// How many members an uncertified tenant can have.
pub const UNCERTIFIED_MEMBERS: u32 = 200;

/// What a tenant may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many members it can have; no number means no limit.
    pub members: Option<u32>,
    /// Whether it can keep contacts outside.
    pub external_contacts: bool,
    /// Whether it can publish apps.
    pub app_publishing: bool,
}

impl Limits {
    /// Before certification.
    pub const UNCERTIFIED: Self =
        Self { members: Some(UNCERTIFIED_MEMBERS), external_contacts: false, app_publishing: false };
    /// After it.
    pub const CERTIFIED: Self = Self { members: None, external_contacts: true, app_publishing: true };

    /// Those of a tenant that holds a certificate or none. A certificate that has ended serves for a time of grace; after it, and
    /// while it is suspended, nothing new can be made beyond the limits of the uncertified. Nobody is locked out, and nothing
    /// is lost.
    #[must_use]
    pub fn of(certificate: Option<&Certificate>, now: DateTime<Utc>, terms: &Terms) -> Self {
        let Some(certificate) = certificate else { return Self::UNCERTIFIED };
        match certificate.state(now) {
            CertificateState::Valid | CertificateState::RenewalDue => Self::CERTIFIED,
            CertificateState::Expired if now < certificate.grace_until(terms) => Self::CERTIFIED,
            CertificateState::Expired | CertificateState::Suspended | CertificateState::None => {
                Self::UNCERTIFIED
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certification::state::tests::terms;
    use crate::certification::{Draft, Suspension};
    use chrono::Duration;
    use uuid::Uuid;

    #[test]
    fn limits_follow_the_certificate() {
        let (start, terms) = (DateTime::UNIX_EPOCH, terms());
        let mut certificate = Certificate {
            application: Uuid::nil().into(),
            registration_key: String::new(),
            subject: Draft::default(),
            valid_from: start,
            valid_until: start + Duration::days(365),
            suspension: None,
            barred: Vec::new(),
        };
        let on = |certificate: &Certificate, day: i64| {
            let now = start + Duration::days(day);
            (certificate.state(now), Limits::of(Some(certificate), now, &terms) == Limits::CERTIFIED)
        };
        assert_eq!(Limits::of(None, start, &terms), Limits::UNCERTIFIED);
        assert_eq!(on(&certificate, 0), (CertificateState::Valid, true));
        assert_eq!(on(&certificate, 334), (CertificateState::Valid, true));
        assert_eq!(on(&certificate, 335), (CertificateState::RenewalDue, true));
        assert_eq!(on(&certificate, 365), (CertificateState::Expired, true));
        assert_eq!(on(&certificate, 394), (CertificateState::Expired, true));
        assert_eq!(on(&certificate, 395), (CertificateState::Expired, false));
        certificate.suspension = Some(Suspension { at: start, reason: String::new() });
        assert_eq!(on(&certificate, 1), (CertificateState::Suspended, false));
    }
}
