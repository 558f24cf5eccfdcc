//! The second factor: an authenticator that makes a code every thirty seconds (RFC 6238), and codes kept on paper for the day
//! without it.

mod manage;

pub use manage::{begin, confirm, forget, renew_recovery_codes, reset};
pub(crate) use manage::{set_up, turn_on};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::guess::{Guarded, GuessStore, Patience, admit};
use crate::session::{Identity, TokenHash};
use crate::verification::Requester;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use totp_rs::Builder;

/// How many codes are kept on paper.
pub const RECOVERY_CODES: usize = 10;
/// The bytes of a secret (RFC 4226, 4: at least 128 bits, 160 are recommended).
pub const SECRET_BYTES: usize = 20;

/// The secret that an authenticator and Gongpai share. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpSecret(pub [u8; SECRET_BYTES]);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

impl TotpSecret {
    fn generator(&self) -> Builder {
        // What every authenticator understands: SHA-1, six digits, thirty seconds, and one step to either side.
        Builder::new().with_secret(self.0.to_vec()).with_skew(1)
    }

    /// The address that an authenticator reads from a QR code.
    ///
    /// # Errors
    /// When a name cannot be in it.
    pub fn uri(&self, issuer: &str, account: &str) -> Result<String> {
        let named = self.generator().with_account_name(account).with_issuer(Some(issuer));
        let uri = named.build().and_then(|totp| totp.to_url());
        uri.map_err(|error| Error::internal(format!("an authenticator: {error}")))
    }

    /// The secret as people type it where there is no camera.
    ///
    /// # Errors
    /// Never: a secret has its length.
    pub fn base32(&self) -> Result<String> {
        Ok(self.totp()?.secret().to_base32())
    }

    fn totp(&self) -> Result<totp_rs::Totp> {
        self.generator().build().map_err(|error| Error::internal(format!("an authenticator: {error}")))
    }
}

/// The authenticator of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totp {
    /// Whose it is.
    pub owner: Identity,
    /// The secret.
    pub secret: TotpSecret,
    /// Since when it counts; none while nobody has shown that it works.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The last step of which a code was taken: nothing up to it is taken again.
    pub last_step: Option<u64>,
    /// What is left of the codes on paper.
    pub recovery: Vec<TokenHash>,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

impl Totp {
    /// Whether it counts: it has shown that it works.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.confirmed_at.is_some()
    }

    /// Takes a code, if it is right and was not taken before (RFC 6238, 5.2).
    ///
    /// # Errors
    /// Never: a secret has its length.
    pub fn take(&mut self, code: &str, now: DateTime<Utc>) -> Result<bool> {
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let step = self.secret.totp()?.check(code, seconds);
        let fresh = step.filter(|step| self.last_step.is_none_or(|last| *step > last));
        self.last_step = fresh.or(self.last_step);
        Ok(fresh.is_some())
    }

    /// Takes one of the codes on paper, which is then used up.
    pub fn take_recovery(&mut self, code: &TokenHash) -> bool {
        let before = self.recovery.len();
        self.recovery.retain(|kept| kept != code);
        self.recovery.len() < before
    }
}

/// Keeps authenticators.
pub trait TotpStore {
    /// The authenticator of somebody, also one that does not count yet.
    ///
    /// # Errors
    /// When the store fails.
    fn totp(&mut self, owner: Identity) -> Result<Option<Totp>>;
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_totp(&mut self, totp: &Totp) -> Result<()>;
    /// Forgets the authenticator of somebody.
    ///
    /// # Errors
    /// When the store fails.
    fn forget_totp(&mut self, owner: Identity) -> Result<()>;
}

/// The authenticator of somebody, if it counts.
///
/// # Errors
/// When the store fails.
pub(crate) fn authenticator(tx: &mut impl TotpStore, owner: Identity) -> Result<Option<Totp>> {
    Ok(tx.totp(owner)?.filter(Totp::is_on))
}

/// A code that somebody gives as their second factor.
#[derive(Debug, Clone)]
pub enum Given {
    /// Of the authenticator.
    Totp(String),
    /// Of the paper.
    Recovery(TokenHash),
}

/// Counts a try at somebody's second factor and looks whether it is right. Whatever comes of it has to be committed.
///
/// # Errors
/// `guess_too_soon`, `guesses_exhausted`.
pub(crate) fn try_second_factor(
    tx: &mut (impl TotpStore + GuessStore),
    context: &Context<'_>,
    (mut totp, requester): (Totp, Requester),
    given: &Given,
    patience: &Patience,
) -> Result<bool> {
    let subject = totp.owner.to_string();
    admit(tx, context, (Guarded::SecondFactor, &subject, requester), patience)?;
    let right = match given {
        Given::Totp(code) => totp.take(code, context.now)?,
        Given::Recovery(code) => totp.take_recovery(code),
    };
    if right {
        tx.save_totp(&totp)?;
        tx.forget_guesses(Guarded::SecondFactor, &subject, Some(requester))?;
    }
    Ok(right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn totp() -> Totp {
        Totp {
            owner: Identity::Account(Uuid::nil().into()),
            secret: TotpSecret(*b"12345678901234567890"),
            confirmed_at: None,
            last_step: None,
            recovery: vec![TokenHash([1; 32]), TokenHash([2; 32])],
            version: 1,
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B, for SHA-1: the last six of the eight digits there.
    #[test]
    fn known_answers() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert!(totp().take(code, at(seconds)).unwrap(), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_taken_once_and_one_step_around() {
        let mut totp = totp();
        let (previous, this) = ("287082", at(59));
        assert!(!totp.take("000000", this).unwrap());
        assert!(!totp.take(previous, at(59 + 60)).unwrap(), "two steps late");
        assert!(totp.take(previous, at(59 + 30)).unwrap(), "one step late");
        assert!(!totp.take(previous, this).unwrap(), "again");
        for odd in ["", "28708", "2870820", "２８７０８２", "abcdef"] {
            assert!(!totp.take(odd, this).unwrap());
        }
    }

    #[test]
    fn a_code_on_paper_is_good_once() {
        let mut totp = totp();
        assert!(!totp.take_recovery(&TokenHash([3; 32])));
        assert!(totp.take_recovery(&TokenHash([2; 32])));
        assert!(!totp.take_recovery(&TokenHash([2; 32])));
        assert_eq!(totp.recovery, [TokenHash([1; 32])]);
    }

    #[test]
    fn an_authenticator_reads_its_address() {
        let uri = totp().secret.uri("工牌", "138****8000").unwrap();
        assert!(
            uri.starts_with("otpauth://totp/") && uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        );
        assert_eq!(totp().secret.base32().unwrap(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
