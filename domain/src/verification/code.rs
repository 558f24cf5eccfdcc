//! The code itself: six digits that never show themselves.

use crate::error::{self, Violation};
use std::fmt;
use std::hint::black_box;

/// Six digits. `Debug` hides them, and nothing serialises them.
#[derive(Clone)]
pub struct Code([u8; 6]);

/// Derives codes from salts under a key. The same salt and generation always give the same code.
pub trait CodeBook {
    /// The code of a verification's salt and generation.
    fn code(&self, salt: &[u8; 32], generation: u32) -> Code;
}

impl Code {
    /// Reads what somebody typed; spaces around it do not matter.
    ///
    /// # Errors
    /// `code_malformed`.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let bytes: Option<[u8; 6]> = raw.trim().as_bytes().try_into().ok();
        bytes
            .filter(|bytes| bytes.iter().all(u8::is_ascii_digit))
            .map(Self)
            .ok_or_else(|| error::Code::CodeMalformed.into())
    }

    /// The code of a uniform random number; `None` for the few at the top that would favour low codes.
    #[must_use]
    pub fn from_uniform(number: u32) -> Option<Self> {
        const UNBIASED: u32 = u32::MAX - u32::MAX % 1_000_000;
        (number < UNBIASED).then(|| {
            let mut rest = number % 1_000_000;
            let mut digits = [b'0'; 6];
            for digit in digits.iter_mut().rev() {
                *digit = b"0123456789"[(rest % 10) as usize];
                rest /= 10;
            }
            Self(digits)
        })
    }

    /// Compares in a time that tells nothing about where they differ.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        let difference = self.0.iter().zip(other.0).fold(0, |sum, (a, b)| sum | (a ^ b));
        black_box(difference) == 0
    }

    /// The digits, for the one place that writes the SMS.
    #[must_use]
    pub fn reveal(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(******)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_and_nothing_else() {
        assert_eq!(Code::parse(" 012345 ").unwrap().reveal(), "012345");
        for raw in ["12345", "1234567", "12345a", "１２３４５６", ""] {
            assert!(Code::parse(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn it_hides_and_compares() {
        let code = Code::parse("123456").unwrap();
        assert_eq!(format!("{code:?}"), "Code(******)");
        assert!(code.matches(&code.clone()));
        assert!(!code.matches(&Code::parse("123457").unwrap()));
    }

    #[test]
    fn uniform_numbers_make_codes() {
        assert_eq!(Code::from_uniform(42).unwrap().reveal(), "000042");
        assert_eq!(Code::from_uniform(4_294_000_000 - 1).unwrap().reveal(), "999999");
        assert!(Code::from_uniform(u32::MAX).is_none());
    }
}
