//! Passwords. What is kept of one is a hash that is slow to make, sealed; what makes a good one follows NIST SP 800-63B-4,
//! 3.1.1.2: length, and not to be what everybody tries first. Composition and forced change are left out on purpose.

mod change;
mod reset;
mod rules;

pub use change::{Wanted, change, prepare};
pub use reset::{Reset, ask_for_reset, reset, resettable};
pub use rules::{CharacterClass, Judge, MAX_LENGTH, Rules, check, context_words};

use crate::contact::ContactPoint;
use crate::error::{Code, Result, Violation};
use crate::id::AccountId;
use chrono::{DateTime, Utc};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// A password that somebody typed, in Unicode form NFKC, so that it is the same from every keyboard. `Debug` hides it, and
/// nothing serialises it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Reads a password, good or bad.
    ///
    /// # Errors
    /// `value_too_long`, `text_character_forbidden` for control characters.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let text: String = raw.nfkc().collect();
        if text.chars().any(char::is_control) {
            return Err(Code::TextCharacterForbidden.into());
        }
        if text.chars().count() > MAX_LENGTH {
            return Err(Violation::new(Code::ValueTooLong).with("max", MAX_LENGTH));
        }
        Ok(Self(text))
    }

    /// The password, for the one place that hashes it and the one that judges it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What is kept of a password: a hash in PHC form, with its salt and its cost.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A hash that was just made, or that was kept.
    #[must_use]
    pub fn new(phc: String) -> Self {
        Self(phc)
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// The password of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPassword {
    /// Whose it is.
    pub account: AccountId,
    /// Its hash.
    pub hash: PasswordHash,
    /// The hashes of those before it, newest first.
    pub former: Vec<PasswordHash>,
    /// Since when it is the password.
    pub set_at: DateTime<Utc>,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

impl StoredPassword {
    /// Those that must not come again.
    #[must_use]
    pub fn remembered(&self) -> Vec<PasswordHash> {
        std::iter::once(&self.hash).chain(&self.former).cloned().collect()
    }

    /// The password that takes its place.
    fn replaced(
        known: Option<Self>,
        account: AccountId,
        hash: PasswordHash,
        rules: &Rules,
        now: DateTime<Utc>,
    ) -> Self {
        let (former, version) = match known {
            None => (Vec::new(), 0),
            Some(known) => {
                let mut former = known.former;
                former.insert(0, known.hash);
                former.truncate(rules.history.saturating_sub(1).into());
                (former, known.version)
            }
        };
        Self { account, hash, former, set_at: now, version }
    }
}

/// A password that somebody typed, once it was compared with the one that was kept when they began.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The one that was kept.
    pub known: StoredPassword,
    /// Whether it is the same.
    pub right: bool,
}

/// A password that was compared outside any transaction, if it still is the password: it may have been changed meanwhile.
///
/// # Errors
/// `busy`.
pub(crate) fn still(tx: &mut impl PasswordStore, known: &StoredPassword) -> Result<StoredPassword> {
    let current = tx.password(known.account)?.filter(|current| current.hash == known.hash);
    current.ok_or_else(|| Code::Busy.into())
}

/// Keeps passwords.
pub trait PasswordStore {
    /// The password of an account, if it has one.
    ///
    /// # Errors
    /// When the store fails.
    fn password(&mut self, account: AccountId) -> Result<Option<StoredPassword>>;
    /// Whose a contact point is, and their password, if they have one.
    ///
    /// # Errors
    /// When the store fails.
    fn password_by(&mut self, contact: &ContactPoint) -> Result<Option<(AccountId, Option<StoredPassword>)>>;
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_password(&mut self, password: &StoredPassword) -> Result<()>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_keyboard_types_the_same_password_and_nothing_shows_it() {
        let wide = Password::parse("ｃｏｒｒｅｃｔ　ｈｏｒｓｅ").unwrap();
        assert_eq!(wide.reveal(), "correct horse");
        assert_eq!(format!("{wide:?}"), "Password(…)");
        assert!(Password::parse("a\u{7}b").is_err());
        assert!(Password::parse(&"长".repeat(MAX_LENGTH)).is_ok());
        assert!(Password::parse(&"长".repeat(MAX_LENGTH + 1)).is_err());
    }

    #[test]
    fn so_many_passwords_are_remembered() {
        let rules = Rules { history: 3, ..Rules::default() };
        let hash = |n: usize| PasswordHash::new(n.to_string());
        let now = DateTime::UNIX_EPOCH;
        let account = Uuid::nil().into();
        let last = (0..6)
            .fold(None, |known, n| Some(StoredPassword::replaced(known, account, hash(n), &rules, now)));
        let last = last.unwrap();
        // The password itself is one of the three.
        assert_eq!((last.hash, last.former), (hash(5), vec![hash(4), hash(3)]));
    }
}
