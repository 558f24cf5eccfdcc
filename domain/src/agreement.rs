//! Agreements: the texts that people accept, each with its version, and the record that they did.

use crate::context::Random;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::{AccountId, RegistrationId};
use crate::reference::Localized;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use uuid::Uuid;

/// At which step an agreement has to be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// When a company registers.
    Registration,
    /// When it submits its documents.
    Certification,
}

/// One agreement in its current version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Stays the same over all versions.
    pub id: Uuid,
    /// What it is, such as `privacy_policy`.
    pub kind: String,
    /// The date of this version.
    pub version: String,
    /// When it has to be accepted.
    pub required_for: Vec<Occasion>,
    /// Its title.
    pub title: Localized,
    /// Its text, in Markdown.
    pub body: Localized,
}

/// The agreements of an installation.
#[derive(Debug, Clone)]
pub struct Agreements(Vec<Agreement>);

/// An agreement as somebody names it when accepting it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The agreement.
    pub id: Uuid,
    /// The version that was read.
    pub version: String,
}

/// The kept record of an acceptance: who, what, when, from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Its own id.
    pub id: Uuid,
    /// The account, once there is one.
    pub account: AccountId,
    /// The registration in which it happened, if it was one.
    pub registration: Option<RegistrationId>,
    /// The agreement and version.
    pub accepted: Accepted,
    /// When.
    pub at: DateTime<Utc>,
    /// From where.
    pub ip: Option<IpAddr>,
}

/// Keeps acceptances.
pub trait AcceptanceStore {
    /// Keeps records of acceptance.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_acceptances(&mut self, acceptances: &[Acceptance]) -> Result<()>;
}

#[derive(Deserialize)]
struct Entry {
    id: Uuid,
    kind: String,
    version: String,
    required_for: Vec<Occasion>,
    title: Localized,
}

impl Agreements {
    /// The agreements that Gongpai brings along.
    ///
    /// # Errors
    /// Never for the shipped file, which a test reads.
    pub fn shipped() -> Result<Self> {
        let entries: Vec<Entry> = serde_json::from_str(include_str!("../data/agreements/agreements.json"))
            .map_err(|error| Error::internal(format!("agreements: {error}")))?;
        entries
            .into_iter()
            .map(|entry| {
                let body =
                    text(&entry.kind).ok_or_else(|| Error::internal(format!("no text of {}", entry.kind)))?;
                let Entry { id, kind, version, required_for, title } = entry;
                Ok(Agreement { id, kind, version, required_for, title, body })
            })
            .collect::<Result<_>>()
            .map(Self)
    }

    /// Every agreement.
    #[must_use]
    pub fn all(&self) -> &[Agreement] {
        &self.0
    }

    /// Holds what somebody accepted against what an occasion requires. `pointer` is where the list stands.
    ///
    /// # Errors
    /// [`Code::InputInvalid`] with [`Code::AgreementUnknown`], [`Code::AgreementStale`] or [`Code::AgreementMissing`].
    pub fn check(&self, occasion: Occasion, accepted: &[Accepted], pointer: &str) -> Result<()> {
        let mut faults = Faults::of(Place::Body);
        for (index, one) in accepted.iter().enumerate() {
            match self.0.iter().find(|agreement| agreement.id == one.id) {
                None => faults.note(&format!("{pointer}/{index}/id"), Code::AgreementUnknown),
                Some(current) if current.version != one.version => faults.note(
                    &format!("{pointer}/{index}/version"),
                    Violation::new(Code::AgreementStale).with("current", current.version.as_str()),
                ),
                Some(_) => {}
            }
        }
        for agreement in self.0.iter().filter(|agreement| agreement.required_for.contains(&occasion)) {
            if !accepted.iter().any(|one| one.id == agreement.id) {
                faults.note(
                    pointer,
                    Violation::new(Code::AgreementMissing).with("kind", agreement.kind.as_str()),
                );
            }
        }
        faults.finish()
    }
}

/// The records of what an account accepted.
#[must_use]
pub fn acceptances(
    random: &dyn Random,
    account: AccountId,
    registration: Option<RegistrationId>,
    accepted: &[Accepted],
    at: DateTime<Utc>,
    ip: Option<IpAddr>,
) -> Vec<Acceptance> {
    accepted
        .iter()
        .map(|one| Acceptance { id: random.uuid(), account, registration, accepted: one.clone(), at, ip })
        .collect()
}

fn text(kind: &str) -> Option<Localized> {
    macro_rules! texts {
        ($($kind:literal),+) => {
            match kind {
                $($kind => Some(Localized {
                    chinese: include_str!(concat!("../data/agreements/", $kind, ".zh-CN.md")).to_owned(),
                    english: include_str!(concat!("../data/agreements/", $kind, ".en.md")).to_owned(),
                }),)+
                _ => None,
            }
        };
    }
    texts!("registration_notice", "service_agreement", "privacy_policy", "sensitive_information_consent")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(agreements: &Agreements) -> Vec<Accepted> {
        let wanted = agreements.all().iter().filter(|a| a.required_for.contains(&Occasion::Registration));
        wanted.map(|a| Accepted { id: a.id, version: a.version.clone() }).collect()
    }

    #[test]
    fn everything_required_in_its_current_version_passes() {
        let agreements = Agreements::shipped().unwrap();
        assert!(agreements.check(Occasion::Registration, &accepted(&agreements), "/a").is_ok());
    }

    #[test]
    fn unknown_stale_and_missing_are_told_together() {
        let agreements = Agreements::shipped().unwrap();
        let mut list = accepted(&agreements);
        list[0].version = "2020-01-01".into();
        list[1].id = Uuid::nil();
        let error = agreements.check(Occasion::Registration, &list, "/a").unwrap_err();
        let found: Vec<_> = error.faults().iter().map(|f| (f.pointer.as_str(), f.violation.code)).collect();
        assert_eq!(
            found,
            [
                ("/a/0/version", Code::AgreementStale),
                ("/a/1/id", Code::AgreementUnknown),
                ("/a", Code::AgreementMissing)
            ]
        );
    }
}
