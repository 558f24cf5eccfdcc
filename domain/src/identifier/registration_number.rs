//! The 15-digit registration number of an industry and commerce authority, before the credit code.
//! Its check digit follows ISO 7064 MOD 11,10.

use super::Flaw;
use crate::text::squeezed;

/// 15 digits, the last of them a check digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationNumber(String);

impl RegistrationNumber {
    /// Reads a number.
    ///
    /// # Errors
    /// [`Flaw::Format`] or [`Flaw::Check`].
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let number = squeezed(raw);
        if number.len() != 15 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Flaw::Format);
        }
        let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
        let product = digits[..14].iter().fold(10, |product, digit| {
            let sum = (product + digit) % 10;
            (if sum == 0 { 10 } else { sum }) * 2 % 11
        });
        if (product + digits[14]) % 10 == 1 { Ok(Self(number)) } else { Err(Flaw::Check) }
    }

    /// The 15 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers() {
        assert!(RegistrationNumber::parse("110108000000016").is_ok());
        assert_eq!(RegistrationNumber::parse("110108000000017"), Err(Flaw::Check));
        assert_eq!(RegistrationNumber::parse("11010800000001"), Err(Flaw::Format));
        assert_eq!(RegistrationNumber::parse("11010800000001X"), Err(Flaw::Format));
    }

    #[test]
    fn every_single_wrong_digit_is_found() {
        for place in 0..15 {
            for digit in b'0'..=b'9' {
                let mut number = b"110108000000016".to_vec();
                if number[place] != digit {
                    number[place] = digit;
                    assert!(RegistrationNumber::parse(std::str::from_utf8(&number).unwrap()).is_err());
                }
            }
        }
    }
}
