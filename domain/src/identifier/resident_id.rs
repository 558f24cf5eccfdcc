//! The citizen identity number (GB 11643-1999) and the residence permits that share its form.

use super::Flaw;
use crate::text::squeezed;
use chrono::{Datelike, NaiveDate};

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// 18 characters: division, date of birth, order, check character.
#[derive(Clone, PartialEq, Eq)]
pub struct ResidentId {
    number: String,
    born: NaiveDate,
}

impl ResidentId {
    /// Reads a number; a lower-case `x` is accepted.
    ///
    /// # Errors
    /// [`Flaw::Format`], also for an impossible date of birth, or [`Flaw::Check`].
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let number = squeezed(raw);
        let bytes = number.as_bytes();
        if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) || bytes[0] == b'0' {
            return Err(Flaw::Format);
        }
        let sum: u32 =
            bytes.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        if bytes[17] != CHECKS[(sum % 11) as usize] {
            return Err(if bytes[17].is_ascii_digit() || bytes[17] == b'X' {
                Flaw::Check
            } else {
                Flaw::Format
            });
        }
        let born = NaiveDate::parse_from_str(&number[6..14], "%Y%m%d").map_err(|_| Flaw::Format)?;
        if born.year() < 1850 {
            return Err(Flaw::Format);
        }
        Ok(Self { number, born })
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// The person's age in full years on a day; `None` when that day is before the birth.
    #[must_use]
    pub fn age_on(&self, day: NaiveDate) -> Option<u32> {
        day.years_since(self.born)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example() {
        let id = ResidentId::parse("11010519491231002x").unwrap();
        assert_eq!(id.as_str(), "11010519491231002X");
        assert_eq!(id.age_on(NaiveDate::from_ymd_opt(2026, 12, 30).unwrap()), Some(76));
        assert_eq!(id.age_on(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap()), Some(77));
        assert_eq!(id.age_on(NaiveDate::from_ymd_opt(1949, 1, 1).unwrap()), None);
    }

    #[test]
    fn wrong_numbers() {
        assert!(matches!(ResidentId::parse("110105194912310021"), Err(Flaw::Check)));
        assert!(matches!(ResidentId::parse("1101051949123100"), Err(Flaw::Format)));
        // 30 February, with a check character that fits.
        assert!(matches!(ResidentId::parse("110105194902300020"), Err(Flaw::Format)));
    }
}
