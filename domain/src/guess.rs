//! Guessing: how often somebody may be wrong. After a few wrong guesses each next one has to wait longer, and after some more the
//! door is shut for a while. Who comes from a known device is counted apart, so that nobody can shut somebody else's door.
//!
//! A guess is counted before it is looked at, so that fifty at once are fifty.

use crate::context::{Context, network};
use crate::error::{Code, Error, Result};
use crate::named::named;
use crate::verification::Requester;
use chrono::{DateTime, Duration, Utc};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

named! {
    /// What is guessed. Each is counted apart.
    Guarded {
        /// The password of an account.
        Password "password";
        /// The second factor of somebody.
        SecondFactor "second_factor";
        /// Passwords of any account, from one network.
        Network "network";
        /// The same, from all networks of a neighbourhood: a /24, or a /48 of IPv6.
        Neighbourhood "neighbourhood";
    }
}

/// How many wrong guesses are borne.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// So many cost no wait.
    pub free: u32,
    /// From so many on, the door is shut …
    pub limit: u32,
    /// … for so long after each.
    pub shut: Duration,
    /// So many, in an hour, from one network.
    pub per_network: u32,
    /// So many, in an hour, from one neighbourhood.
    pub per_neighbourhood: u32,
}

/// Wrong guesses of one kind at one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guesses {
    /// What is guessed.
    pub guarded: Guarded,
    /// Of what: an account, what was typed where there is none, or a network.
    pub subject: String,
    /// By whom.
    pub requester: Requester,
    /// How many, since the first.
    pub count: u32,
    /// When the first was made.
    pub first_at: DateTime<Utc>,
    /// When the last was made.
    pub last_at: DateTime<Utc>,
    /// The version read from the store; 0 for ones not yet kept.
    pub version: i64,
}

/// After such a time without a guess, all is forgotten.
const FORGOTTEN: Duration = Duration::hours(24);
/// How long guesses from a network are added up.
const WINDOW: Duration = Duration::hours(1);

impl Guesses {
    fn none(guarded: Guarded, subject: &str, requester: Requester, now: DateTime<Utc>) -> Self {
        let subject = subject.to_owned();
        Self { guarded, subject, requester, count: 0, first_at: now, last_at: now, version: 0 }
    }

    /// Until when the next guess at an account has to wait.
    fn waits_until(&self, patience: &Patience) -> Option<DateTime<Utc>> {
        if self.count < patience.free {
            None
        } else if self.count < patience.limit {
            Some(self.last_at + Duration::seconds(1 << (self.count - patience.free).min(6)))
        } else {
            Some(self.last_at + patience.shut)
        }
    }
}

/// Keeps wrong guesses.
pub trait GuessStore {
    /// The wrong guesses of somebody at something.
    ///
    /// # Errors
    /// When the store fails.
    fn guesses(&mut self, guarded: Guarded, subject: &str, requester: Requester) -> Result<Option<Guesses>>;
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed them.
    fn save_guesses(&mut self, guesses: &Guesses) -> Result<()>;
    /// Forgets the wrong guesses at something: of one, or of everybody.
    ///
    /// # Errors
    /// When the store fails.
    fn forget_guesses(&mut self, guarded: Guarded, subject: &str, of: Option<Requester>) -> Result<()>;
}

/// Counts a guess that is about to be looked at, or refuses to look.
///
/// # Errors
/// `guess_too_soon` and `guesses_exhausted`, with the seconds to wait.
pub fn admit(
    tx: &mut impl GuessStore,
    context: &Context<'_>,
    (guarded, subject, requester): (Guarded, &str, Requester),
    patience: &Patience,
) -> Result<()> {
    let now = context.now;
    for (guarded, subject, limit) in networks(context, patience) {
        let known = tx.guesses(guarded, &subject, Requester::Stranger)?;
        let spent = known.filter(|known| known.count >= limit && now < known.first_at + WINDOW);
        if let Some(spent) = spent {
            return Err(wait(Code::GuessesExhausted, spent.first_at + WINDOW, now));
        }
    }
    let known = tx.guesses(guarded, subject, requester)?;
    let mut guesses = known.unwrap_or_else(|| Guesses::none(guarded, subject, requester, now));
    if now >= guesses.last_at + FORGOTTEN {
        guesses.count = 0;
        guesses.first_at = now;
    }
    if let Some(until) = guesses.waits_until(patience).filter(|until| now < *until) {
        let shut = guesses.count >= patience.limit;
        return Err(wait(if shut { Code::GuessesExhausted } else { Code::GuessTooSoon }, until, now));
    }
    guesses.count += 1;
    guesses.last_at = now;
    tx.save_guesses(&guesses)
}

/// Adds a guess that was wrong to those of its network. That of its account was counted before.
///
/// # Errors
/// When the store fails.
pub fn note_wrong(tx: &mut impl GuessStore, context: &Context<'_>, patience: &Patience) -> Result<()> {
    for (guarded, subject, _) in networks(context, patience) {
        let known = tx.guesses(guarded, &subject, Requester::Stranger)?;
        let mut guesses =
            known.unwrap_or_else(|| Guesses::none(guarded, &subject, Requester::Stranger, context.now));
        if context.now >= guesses.first_at + WINDOW {
            guesses.count = 0;
            guesses.first_at = context.now;
        }
        guesses.count += 1;
        guesses.last_at = context.now;
        tx.save_guesses(&guesses)?;
    }
    Ok(())
}

fn wait(code: Code, until: DateTime<Utc>, now: DateTime<Utc>) -> Error {
    let seconds = u64::try_from((until - now).num_milliseconds()).unwrap_or_default().div_ceil(1000).max(1);
    Error::new(code).with("seconds", seconds).retry_after(seconds)
}

/// The networks that a request counts for, each with its limit; 0 is without limit.
fn networks(context: &Context<'_>, patience: &Patience) -> Vec<(Guarded, String, u32)> {
    let Some(ip) = context.origin.ip else { return Vec::new() };
    let counted = [
        (Guarded::Network, network(ip), patience.per_network),
        (Guarded::Neighbourhood, neighbourhood(ip), patience.per_neighbourhood),
    ];
    let counted = counted.into_iter().filter(|(_, _, limit)| *limit > 0);
    counted.map(|(guarded, address, limit)| (guarded, address.to_string(), limit)).collect()
}

/// The /24 of an IPv4 address, or the /48 that one site of IPv6 has.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & !0xff).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !(u128::MAX >> 48)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience =
        Patience { free: 3, limit: 10, shut: Duration::minutes(15), per_network: 0, per_neighbourhood: 0 };

    #[test]
    fn waits_grow_and_the_door_shuts() {
        let now = DateTime::UNIX_EPOCH;
        let wait = |count| {
            let mut guesses = Guesses::none(Guarded::Password, "", Requester::Stranger, now);
            guesses.count = count;
            guesses.waits_until(&PATIENCE).map(|until| (until - now).num_seconds())
        };
        let waits = [0, 2, 3, 4, 5, 9, 10, 99].map(wait);
        assert_eq!(waits, [None, None, Some(1), Some(2), Some(4), Some(64), Some(900), Some(900)]);
    }

    #[test]
    fn a_neighbourhood_is_a_site() {
        let of = |text: &str| neighbourhood(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.0");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1::");
    }
}
