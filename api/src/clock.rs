//! The clock and the source of randomness: the only places that ask the system for either.

use chrono::{DateTime, Duration, Utc};
use domain::context::Random;
use ring::rand::{SecureRandom, SystemRandom};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

/// Tells the time. Tests set it forward.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead_micros: Arc<AtomicI64>,
}

impl Clock {
    /// The time, to the microsecond, which is what the databases keep.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the clock")]
    pub fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        let micros = now.timestamp_micros() + self.ahead_micros.load(Ordering::Relaxed);
        DateTime::from_timestamp_micros(micros).unwrap_or(now)
    }

    /// Sets the clock forward.
    pub fn advance(&self, by: Duration) {
        self.ahead_micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }
}

/// Random bytes of the system, and ids that begin with the time.
#[derive(Debug, Clone)]
pub struct SystemRandomness {
    clock: Clock,
    random: SystemRandom,
}

impl SystemRandomness {
    /// Ids begin with the time of this clock.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, random: SystemRandom::new() }
    }

    fn fill(&self, bytes: &mut [u8]) {
        // A system without randomness cannot make a token that nobody guesses: there is no way on.
        if self.random.fill(bytes).is_err() {
            tracing::error!("the system gives no random bytes");
            std::process::abort();
        }
    }
}

impl Random for SystemRandomness {
    fn uuid(&self) -> Uuid {
        let mut bytes = [0; 10];
        self.fill(&mut bytes);
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes
    }
}
