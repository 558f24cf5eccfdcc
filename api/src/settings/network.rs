//! Settings about the network that need more than a number.

use ipnet::IpNet;
use std::net::{AddrParseError, IpAddr};
use std::str::FromStr;

/// Some addresses: one, or a network such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Networks(IpNet);

impl FromStr for Networks {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address))).map(Self)
    }
}

impl Networks {
    /// Whether an address is one of them.
    #[must_use]
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

/// Whether a URL leads to a PostgreSQL on another host and does not insist on TLS.
pub(super) fn in_the_clear(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://").filter(|(scheme, _)| scheme.starts_with("postgres")) else {
        return false;
    };
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let parameter = |wanted: &str| {
        let pairs = parameters.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| *name == wanted).map(|(_, value)| value).next_back()
    };
    let insists =
        parameter("sslmode").is_some_and(|mode| ["require", "verify-ca", "verify-full"].contains(&mode));
    !insists
        && ![Some(hosts(place)), parameter("host"), parameter("hostaddr")]
            .into_iter()
            .flatten()
            .all(|hosts| hosts.split(',').all(near))
}

/// The hosts of a URL, each perhaps with a port, from what is behind its scheme.
pub(super) fn hosts(rest: &str) -> &str {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts)
}

/// Whether a host, perhaps with a port, is this machine.
pub(super) fn near(host: &str) -> bool {
    let name = host
        .strip_prefix('[')
        .and_then(|host| host.split_once(']'))
        .map_or_else(|| host.split_once(':').map_or(host, |(name, _)| name), |(name, _)| name);
    name.is_empty()
        || name.starts_with('/')
        || name.starts_with("%2F")
        || name == "localhost"
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
