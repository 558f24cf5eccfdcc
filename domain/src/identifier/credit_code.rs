//! The unified social credit code of an organization (GB 32100-2015).

use super::Flaw;
use crate::text::squeezed;

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// 18 characters, the last of them a check character.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreditCode(String);

impl CreditCode {
    /// Reads a code; spaces, dashes, width and case do not matter.
    ///
    /// # Errors
    /// [`Flaw::Format`] or [`Flaw::Check`].
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let code = squeezed(raw);
        let values: Option<Vec<usize>> =
            code.bytes().map(|b| ALPHABET.iter().position(|a| *a == b)).collect();
        let values = values.filter(|v| v.len() == 18).ok_or(Flaw::Format)?;
        // Characters 3 to 8 name the administrative division, in digits (GB 32100, 4.2).
        if values[2..8].iter().any(|value| *value > 9) {
            return Err(Flaw::Format);
        }
        let sum = values[..17]
            .iter()
            .fold((0, 1), |(sum, weight), value| ((sum + value * weight) % 31, weight * 3 % 31))
            .0;
        if values[17] == (31 - sum) % 31 { Ok(Self(code)) } else { Err(Flaw::Check) }
    }

    /// The code, upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first two characters: who registered the organization, and as what.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.0[..2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_answers() {
        assert_eq!(CreditCode::parse("91350100M000100Y43").unwrap().prefix(), "91");
        assert_eq!(CreditCode::parse(" 91350100m000100y43 ").unwrap().as_str(), "91350100M000100Y43");
        assert_eq!(CreditCode::parse("91350100M000100Y4A"), Err(Flaw::Check));
        assert_eq!(CreditCode::parse("91350100M000100Y4"), Err(Flaw::Format));
        assert_eq!(CreditCode::parse("91350100M000100YI3"), Err(Flaw::Format));
        assert_eq!(CreditCode::parse("91A50100M000100Y43"), Err(Flaw::Format));
    }

    proptest! {
        /// GB 32100 promises that every single wrong character is found.
        #[test]
        fn one_wrong_character_never_passes(place in 0usize..18, to in 0usize..31) {
            let mut code = b"91350100M000100Y43".to_vec();
            prop_assume!(code[place] != ALPHABET[to]);
            code[place] = ALPHABET[to];
            prop_assert!(CreditCode::parse(std::str::from_utf8(&code).unwrap()).is_err());
        }
    }
}
