//! Verification: a six-digit code proves that somebody holds a mobile number, or a mailbox.
//!
//! A code is bound to one purpose, one subject and one requester. It is never stored: it is derived from a random salt
//! under a key that the database does not have ([`CodeBook`]), by the sender when it sends and by the check when it
//! compares.

mod budget;
mod code;
mod send;
mod subject;

use crate::named::named;
use budget::within_budgets;
pub use budget::{Budget, Budgets};
pub use code::{Code, CodeBook};
pub use send::{Permit, Request, Sent, Wanted, permit, send};
pub use subject::Subject;

use crate::contact::ContactPoint;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::id::{DeviceId, VerificationId};
use chrono::{DateTime, Duration, Utc};
use std::net::IpAddr;

named! {
    /// What a code is for. A code for one purpose is worth nothing for another.
    Purpose {
        /// Register a company.
        Register "register";
        /// Sign in.
        SignIn "sign_in";
        /// Set a new password.
        ResetPassword "reset_password";
        /// Change the mobile number of an account.
        ChangeMobile "change_mobile";
        /// Give an account a mailbox, by email; all others are for numbers.
        ChangeEmail "change_email";
        /// Hand over a tenant.
        TransferOwnership "transfer_ownership";
        /// Consent as the person who stands for the organization.
        ConfirmRepresentation "confirm_representation";
        /// Confirm a sensitive action.
        ConfirmSensitive "confirm_sensitive";
    }
}

/// Who asks for a code: a device that has signed in with this number before, or anybody else. What strangers
/// spend or spoil never touches a known device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Requester {
    /// Not known for this number.
    Stranger,
    /// A device of the number's account.
    Device(DeviceId),
}

/// How codes are given out. Counts per day mean the last 24 hours.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long a code is valid.
    pub lifetime: Duration,
    /// How many wrong entries it bears.
    pub attempts: u8,
    /// How long to wait before the next code.
    pub resend_after: Duration,
    /// How many codes a number or a mailbox gets in 24 hours, per purpose and requester.
    pub per_day: u32,
    /// What may be sent in all.
    pub budgets: Budgets,
}

/// Where a code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It can be entered.
    Open {
        /// How many wrong entries it still bears.
        attempts_left: u8,
    },
    /// Too many wrong entries.
    Exhausted,
    /// It was entered.
    Used,
}

/// One code's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Its id.
    pub id: VerificationId,
    /// What it is for.
    pub purpose: Purpose,
    /// What it is about.
    pub subject: Subject,
    /// Who asked.
    pub requester: Requester,
    /// Where it goes.
    pub contact: ContactPoint,
    /// From which the code is derived.
    pub salt: [u8; 32],
    /// Counts the sends; a new one makes the last code worthless.
    pub generation: u32,
    /// Where it stands.
    pub state: State,
    /// When it was last sent.
    pub sent_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

/// What came of entering a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It was right, and is used up now.
    Correct,
    /// It was wrong.
    Wrong {
        /// How many entries are left.
        attempts_left: u8,
    },
    /// It was wrong once too often.
    Exhausted,
    /// There is no valid code.
    Expired,
}

impl Verification {
    fn open(&self, now: DateTime<Utc>) -> bool {
        matches!(self.state, State::Open { .. }) && now < self.expires_at
    }

    /// Enters a code. The store must keep the result whatever the check says.
    #[must_use]
    pub fn enter(mut self, presented: &Code, codes: &dyn CodeBook, now: DateTime<Utc>) -> (Self, Check) {
        let attempts_left = match self.state {
            State::Used => return (self, Check::Expired),
            State::Exhausted => return (self, Check::Exhausted),
            State::Open { .. } if now >= self.expires_at => return (self, Check::Expired),
            State::Open { attempts_left } => attempts_left,
        };
        if codes.code(&self.salt, self.generation).matches(presented) {
            self.state = State::Used;
            return (self, Check::Correct);
        }
        let attempts_left = attempts_left.saturating_sub(1);
        if attempts_left == 0 {
            self.state = State::Exhausted;
            return (self, Check::Exhausted);
        }
        self.state = State::Open { attempts_left };
        (self, Check::Wrong { attempts_left })
    }
}

/// One code that was asked for, as the limits count it.
#[derive(Debug, Clone)]
pub struct SendRecord {
    /// Where it went, what for, and who asked.
    pub permit: Permit,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// When.
    pub at: DateTime<Utc>,
    /// The wait between two sends, in seconds.
    pub wait: u64,
    /// Time in steps of that wait: one contact point gets one code in each, per realm, purpose and requester.
    pub slot: i64,
}

/// Keeps verifications and counts sends.
pub trait VerificationStore {
    /// The verification of a purpose, subject and requester.
    ///
    /// # Errors
    /// When the store fails.
    fn verification(
        &mut self,
        purpose: Purpose,
        subject: &Subject,
        requester: Requester,
    ) -> Result<Option<Verification>>;
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_verification(&mut self, verification: &Verification) -> Result<()>;
    /// When codes like this one went out since a time, newest first, at most `limit` of them.
    ///
    /// # Errors
    /// When the store fails.
    fn recent_sends(&mut self, like: &Permit, since: DateTime<Utc>, limit: u32)
    -> Result<Vec<DateTime<Utc>>>;
    /// Counts one more.
    ///
    /// # Errors
    /// `code_resend_too_soon` when the slot is taken.
    fn record_send(&mut self, id: uuid::Uuid, send: &SendRecord) -> Result<()>;
    /// Whether that many sends of a budget were caused since a time: by anybody in a tenant, by strangers in the others.
    ///
    /// # Errors
    /// When the store fails.
    fn spent(&mut self, budget: &Budget, since: DateTime<Utc>, limit: u32) -> Result<bool>;
}

/// Enters a code for a subject and keeps what came of it. A known device that has asked for no code of its own enters that
/// of the strangers: it may have asked before it was known, or without its token.
///
/// # Errors
/// When the store fails. A wrong code is no error: the attempt has to be remembered.
pub fn enter(
    tx: &mut impl VerificationStore,
    context: &Context<'_>,
    entered: &Entered<'_>,
    codes: &dyn CodeBook,
) -> Result<Check> {
    let found = entered_code(tx, context, entered)?;
    let Some(verification) = found else { return Ok(Check::Expired) };
    let before = verification.state;
    let (verification, check) = verification.enter(entered.code, codes, context.now);
    if verification.state != before {
        tx.save_verification(&verification)?;
    }
    Ok(check)
}

/// Looks whether a code is right without spending it. A wrong one costs an attempt as always, which has to be remembered.
///
/// # Errors
/// When the store fails.
pub fn try_on(
    tx: &mut impl VerificationStore,
    context: &Context<'_>,
    entered: &Entered<'_>,
    codes: &dyn CodeBook,
) -> Result<Check> {
    let Some(verification) = entered_code(tx, context, entered)? else { return Ok(Check::Expired) };
    let before = verification.state;
    let (verification, check) = verification.enter(entered.code, codes, context.now);
    if verification.state != before && check != Check::Correct {
        tx.save_verification(&verification)?;
    }
    Ok(check)
}

/// The code that is meant by what was entered.
fn entered_code(
    tx: &mut impl VerificationStore,
    context: &Context<'_>,
    entered: &Entered<'_>,
) -> Result<Option<Verification>> {
    let mut code_of = |requester| {
        let known = tx.verification(entered.purpose, entered.subject, requester)?;
        Ok::<_, Error>(known.filter(|known| known.contact == *entered.contact))
    };
    let open = |known: &Verification| known.open(context.now);
    let requester = entered.subject.requester(entered.requester);
    let own = code_of(requester)?;
    if requester == Requester::Stranger || own.as_ref().is_some_and(open) {
        return Ok(own);
    }
    Ok(code_of(Requester::Stranger)?.filter(open).or(own))
}

/// A code that somebody enters.
#[derive(Debug, Clone, Copy)]
pub struct Entered<'a> {
    /// What it is to be for.
    pub purpose: Purpose,
    /// What it is to be about.
    pub subject: &'a Subject,
    /// Where it has to have gone.
    pub contact: &'a ContactPoint,
    /// Who enters it.
    pub requester: Requester,
    /// The digits.
    pub code: &'a Code,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Realm;

    struct Fixed;
    impl CodeBook for Fixed {
        fn code(&self, _: &[u8; 32], _: u32) -> Code {
            Code::parse("123456").unwrap()
        }
    }

    fn open(now: DateTime<Utc>) -> Verification {
        let contact = ContactPoint::parse("13800138000").unwrap();
        Verification {
            id: uuid::Uuid::nil().into(),
            purpose: Purpose::SignIn,
            subject: Subject::sign_in(Realm::Tenant, &contact),
            requester: Requester::Stranger,
            contact,
            salt: [0; 32],
            generation: 1,
            state: State::Open { attempts_left: 5 },
            sent_at: now,
            expires_at: now + Duration::minutes(5),
            version: 1,
        }
    }

    #[test]
    fn a_code_is_used_once() {
        let now = DateTime::UNIX_EPOCH;
        let right = Code::parse("123456").unwrap();
        let (used, check) = open(now).enter(&right, &Fixed, now);
        assert_eq!(check, Check::Correct);
        assert_eq!(used.enter(&right, &Fixed, now).1, Check::Expired);
    }

    #[test]
    fn five_wrong_codes_exhaust_it_even_for_the_right_one() {
        let now = DateTime::UNIX_EPOCH;
        let wrong = Code::parse("000000").unwrap();
        let mut verification = open(now);
        let mut seen = Vec::new();
        for _ in 0..5 {
            let (next, check) = verification.enter(&wrong, &Fixed, now);
            verification = next;
            seen.push(check);
        }
        let wrongs = [4, 3, 2, 1].map(|attempts_left| Check::Wrong { attempts_left });
        assert_eq!(seen[..4], wrongs);
        assert_eq!(seen[4], Check::Exhausted);
        let right = Code::parse("123456").unwrap();
        assert_eq!(verification.enter(&right, &Fixed, now).1, Check::Exhausted);
    }

    #[test]
    fn it_ends_to_the_second() {
        let now = DateTime::UNIX_EPOCH;
        let right = Code::parse("123456").unwrap();
        assert_eq!(open(now).enter(&right, &Fixed, now + Duration::seconds(299)).1, Check::Correct);
        assert_eq!(open(now).enter(&right, &Fixed, now + Duration::seconds(300)).1, Check::Expired);
    }
}
