//! What passwords cost, and how many wrong ones are borne.

use super::{SettingError, Source};
use chrono::Duration;
use domain::guess::Patience;

/// What it costs to hash a password.
#[derive(Debug, Clone, Copy)]
pub struct HashCost {
    /// Memory, in KiB.
    pub kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// How many are hashed at once.
    pub parallel: usize,
}

/// Passwords.
#[derive(Debug, Clone, Copy)]
pub struct Passwords {
    /// What they cost.
    pub cost: HashCost,
    /// How many wrong ones are borne.
    pub patience: Patience,
}

pub(super) fn read(source: &mut Source) -> Result<Passwords, SettingError> {
    let cpus = std::thread::available_parallelism().map_or(2, usize::from);
    Ok(Passwords {
        // OWASP Password Storage Cheat Sheet.
        cost: HashCost {
            kib: source.number("GONGPAI_ARGON2_KIB", 19_456, "memory that hashing a password takes, in KiB")?,
            passes: source.number("GONGPAI_ARGON2_PASSES", 2, "how often hashing a password goes over it")?,
            lanes: source.number("GONGPAI_ARGON2_LANES", 1, "lanes of that")?,
            parallel: source.number(
                "GONGPAI_PASSWORD_WORKERS",
                cpus,
                "passwords that are hashed at once, which bounds their memory",
            )?,
        },
        patience: Patience {
            free: source.number("GONGPAI_GUESSES_FREE", 3, "wrong passwords in a row that cost no wait")?,
            limit: source.number(
                "GONGPAI_GUESSES",
                10,
                "wrong passwords in a row after which each next one has to wait for GONGPAI_GUESSES_SHUT_MINUTES",
            )?,
            shut: source.duration(
                "GONGPAI_GUESSES_SHUT_MINUTES",
                15,
                Duration::try_minutes,
                "how long the door is shut after too many wrong passwords",
            )?,
            per_network: source.number(
                "GONGPAI_GUESSES_PER_HOUR_AND_ADDRESS",
                50,
                "wrong passwords per client address; 0 is without limit",
            )?,
            per_neighbourhood: source.number(
                "GONGPAI_GUESSES_PER_HOUR_AND_PREFIX",
                200,
                "wrong passwords per /24, or /48 of IPv6; 0 is without limit",
            )?,
        },
    })
}
