//! What a code is about, so that a code for one thing is none for another.

use super::Requester;
use crate::actor::Realm;
use crate::confirmation::SensitiveAction;
use crate::contact::ContactPoint;
use crate::id::{AccountId, ApplicationId, ChallengeId, RegistrationId};

/// What a code is about: one registration, or one contact point in one realm.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject(String);

const REGISTRATION: &str = "registration:";
const CONSENT: &str = "consent:";
const CONFIRMATION: &str = "confirmation:";
const CHALLENGE: &str = "challenge:";
const MOBILE_CHANGE: &str = "mobile_change:";
const EMAIL_CHANGE: &str = "email_change:";

impl Subject {
    /// A registration.
    #[must_use]
    pub fn registration(id: RegistrationId) -> Self {
        Self(format!("{REGISTRATION}{id}"))
    }

    /// The consent of an application's representative, who has a name: a code for one person is none for another.
    #[must_use]
    pub fn consent(id: ApplicationId, name: &str) -> Self {
        Self(format!("{CONSENT}{}", uuid::Uuid::new_v5(&id.into(), name.as_bytes())))
    }

    /// Confirming something that an account wants.
    #[must_use]
    pub fn confirmation(action: SensitiveAction, id: AccountId) -> Self {
        Self(format!("{CONFIRMATION}{}:{id}", action.name()))
    }

    /// The next number of an account.
    #[must_use]
    pub fn mobile_change(id: AccountId) -> Self {
        Self(format!("{MOBILE_CHANGE}{id}"))
    }

    /// The next mailbox of an account.
    #[must_use]
    pub fn email_change(id: AccountId) -> Self {
        Self(format!("{EMAIL_CHANGE}{id}"))
    }

    /// What a sign-in that has begun still needs.
    #[must_use]
    pub fn challenge(id: ChallengeId) -> Self {
        Self(format!("{CHALLENGE}{id}"))
    }

    /// Signing in to a realm.
    #[must_use]
    pub fn sign_in(realm: Realm, contact: &ContactPoint) -> Self {
        Self(format!("{}:{}", realm.name(), contact.as_str()))
    }

    /// Whose code it is among those of this subject. Signing in has one for each; of all others only the holder of a token can
    /// ask, so they have one.
    pub(super) fn requester(&self, asked: Requester) -> Requester {
        let one = [REGISTRATION, CONSENT, CONFIRMATION, CHALLENGE, MOBILE_CHANGE, EMAIL_CHANGE]
            .iter()
            .any(|kind| self.0.starts_with(kind));
        if one { Requester::Stranger } else { asked }
    }

    /// As the store keeps it.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// For the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
