//! Industries: sections and divisions of GB/T 4754-2017.

use crate::error::{Code, Violation};
use std::sync::LazyLock;

/// A section (`I`) or a division (`I65`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Industry {
    /// The code: a letter, for a division followed by two digits.
    pub code: &'static str,
    /// The name in the standard.
    pub chinese: &'static str,
    /// An English rendering.
    pub english: &'static str,
}

static INDUSTRIES: LazyLock<Vec<Industry>> = LazyLock::new(|| {
    include_str!("../../data/industries.tsv")
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some(Industry { code: columns.next()?, chinese: columns.next()?, english: columns.next()? })
        })
        .collect()
});

/// All sections and divisions, by code.
#[must_use]
pub fn industries() -> &'static [Industry] {
    &INDUSTRIES
}

/// The code of a division that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndustryCode(&'static str);

impl IndustryCode {
    /// Finds a division.
    ///
    /// # Errors
    /// [`Code::IndustryUnknown`], also for a section alone.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        INDUSTRIES
            .binary_search_by_key(&raw, |industry| industry.code)
            .ok()
            .map(|index| INDUSTRIES[index].code)
            .filter(|code| code.len() == 3)
            .map(Self)
            .ok_or_else(|| Code::IndustryUnknown.into())
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
    fn the_standard_is_complete_and_sorted() {
        let sections = industries().iter().filter(|i| i.code.len() == 1).count();
        // GB/T 4754-2017: 20 sections, 97 divisions.
        assert_eq!((sections, industries().len() - sections), (20, 97));
        assert!(industries().windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn only_divisions_can_be_chosen() {
        assert_eq!(IndustryCode::parse("I65").unwrap().as_str(), "I65");
        assert!(IndustryCode::parse("I").is_err());
        assert!(IndustryCode::parse("I99").is_err());
    }
}
