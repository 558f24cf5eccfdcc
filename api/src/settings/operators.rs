//! How operators get in.

use super::network::Networks;
use super::{Mode, SettingError, Source};
use std::net::{IpAddr, SocketAddr};

/// How operators get in.
#[derive(Debug, Clone)]
pub struct Operators {
    /// Whether they need an authenticator.
    pub need_totp: bool,
    /// The address at which they alone are served, if it is not the common one.
    pub listen: Option<SocketAddr>,
    /// From where they come; empty for anywhere.
    pub networks: Vec<Networks>,
}

impl Operators {
    /// Whether they may come from an address.
    #[must_use]
    pub fn come_from(&self, address: Option<IpAddr>) -> bool {
        self.networks.is_empty()
            || address.is_some_and(|address| self.networks.iter().any(|network| network.contain(address)))
    }
}

pub(super) fn read(source: &mut Source, mode: Mode) -> Result<Operators, SettingError> {
    let default = match mode {
        Mode::Embedded => "optional",
        Mode::Production => "required",
    };
    let need_totp = match source
        .get(
            "GONGPAI_OPERATOR_TOTP",
            default,
            "required or optional: whether operators need an authenticator",
        )
        .as_str()
    {
        "required" => true,
        "optional" if mode == Mode::Embedded => false,
        "optional" => {
            return Err(SettingError::new("GONGPAI_OPERATOR_TOTP", "is required in production mode"));
        }
        _ => return Err(SettingError::new("GONGPAI_OPERATOR_TOTP", "is required or optional")),
    };
    Ok(Operators {
        need_totp,
        listen: source
            .optional(
                "GONGPAI_OPERATOR_LISTEN",
                "the address at which operators alone are served; without it, the common one",
            )
            .map(|address| address.parse())
            .transpose()
            .map_err(|_| {
                SettingError::new(
                    "GONGPAI_OPERATOR_LISTEN",
                    "is an address with a port, such as 10.0.0.5:8081",
                )
            })?,
        networks: source.list(
            "GONGPAI_OPERATOR_NETWORKS",
            "addresses and networks that operators come from, comma-separated; empty for anywhere",
        )?,
    })
}
