//! Rate limits per client address. Each replica counts for itself; what costs money is counted in the database
//! (`domain::verification::Budgets`).

use domain::context::network;
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;

type Limiter = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>;

/// So many requests a minute, for each address.
pub(crate) struct RateLimit {
    name: &'static str,
    per_minute: u32,
    limiter: Option<Limiter>,
}

/// What a client is told of its limit.
pub(crate) struct Standing {
    /// `RateLimit-Policy`.
    pub(crate) policy: String,
    /// `RateLimit`.
    pub(crate) now: String,
    /// Seconds to wait, when the limit is passed.
    pub(crate) wait: Option<u64>,
}

impl RateLimit {
    /// A limit; 0 is without.
    pub(crate) fn new(name: &'static str, per_minute: u32) -> Self {
        let quota = NonZeroU32::new(per_minute).map(Quota::per_minute);
        let limiter = quota.map(|quota| RateLimiter::dashmap(quota).with_middleware());
        Self { name, per_minute, limiter }
    }

    /// Counts a request of an address, for the network that it counts for.
    pub(crate) fn count(&self, address: IpAddr) -> Option<Standing> {
        let limiter = self.limiter.as_ref()?;
        let address = network(address);
        let policy = format!("\"{}\";q={};w=60", self.name, self.per_minute);
        let (left, wait) = match limiter.check_key(&address) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(not_until) => {
                let wait = not_until.wait_time_from(DefaultClock::default().now());
                (0, Some(wait.as_secs() + 1))
            }
        };
        let reset = wait.unwrap_or_else(|| {
            u64::from(self.per_minute.saturating_sub(left)) * 60 / u64::from(self.per_minute)
        });
        Some(Standing { policy, now: format!("\"{}\";r={left};t={reset}", self.name), wait })
    }

    /// Forgets addresses that are at rest.
    pub(crate) fn tidy(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_one_waits() {
        let limit = RateLimit::new("test", 2);
        let address = IpAddr::from([127, 0, 0, 1]);
        let standing = limit.count(address).unwrap();
        assert_eq!((standing.policy.as_str(), standing.wait), ("\"test\";q=2;w=60", None));
        assert!(limit.count(address).unwrap().wait.is_none());
        let wait = limit.count(address).unwrap().wait.unwrap();
        assert!((1..=31).contains(&wait), "{wait}");
        assert!(limit.count(IpAddr::from([127, 0, 0, 2])).unwrap().wait.is_none());
        assert!(RateLimit::new("none", 0).count(address).is_none());
    }
}
