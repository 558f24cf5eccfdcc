//! Bands of staff size, from a shop to a group.

use serde::{Deserialize, Serialize};

/// How many people an organization has, in bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StaffSize {
    /// 1 to 49.
    #[serde(rename = "1_49")]
    UpTo49,
    /// 50 to 199.
    #[serde(rename = "50_199")]
    UpTo199,
    /// 200 to 499.
    #[serde(rename = "200_499")]
    UpTo499,
    /// 500 to 999.
    #[serde(rename = "500_999")]
    UpTo999,
    /// 1000 to 4999.
    #[serde(rename = "1000_4999")]
    UpTo4999,
    /// 5000 and more.
    #[serde(rename = "5000_plus")]
    From5000,
}

impl StaffSize {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UpTo49 => "1_49",
            Self::UpTo199 => "50_199",
            Self::UpTo499 => "200_499",
            Self::UpTo999 => "500_999",
            Self::UpTo4999 => "1000_4999",
            Self::From5000 => "5000_plus",
        }
    }
}
