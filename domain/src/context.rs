//! What the world gives to one request: the time, randomness, and where the request came from.
//!
//! The domain never asks a clock or a random generator itself, so every use case can be repeated exactly.

use chrono::{DateTime, Utc};
use std::net::{IpAddr, Ipv6Addr};
use uuid::Uuid;

/// The source of ids and random bytes.
pub trait Random {
    /// A fresh `UUIDv7`.
    fn uuid(&self) -> Uuid;
    /// 32 fresh bytes from a cryptographic generator.
    fn bytes(&self) -> [u8; 32];
}

/// Where a request came from. It is kept with what the request changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address, as far as trusted proxies tell it.
    pub ip: Option<IpAddr>,
    /// Whether operators may come this way: through their listener and from their networks.
    pub operators: bool,
    /// The request's id.
    pub request_id: String,
}

/// The world as one use case sees it.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The time at which the request is carried out.
    pub now: DateTime<Utc>,
    /// Ids and random bytes.
    pub random: &'a dyn Random,
    /// Where the request came from.
    pub origin: &'a Origin,
}

impl Context<'_> {
    /// A fresh typed id.
    #[must_use]
    pub fn id<T: crate::id::EntityId>(&self) -> T {
        self.random.uuid().into()
    }
}

/// The network that an address counts for: one IPv4 address, or the /64 that one subscriber of IPv6 has to themselves.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_is_one_network() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}
