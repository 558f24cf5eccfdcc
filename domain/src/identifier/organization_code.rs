//! The organization code that came before the credit code (GB 11714-1997).

use super::Flaw;
use crate::text::squeezed;

const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Eight characters and a check character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationCode(String);

impl OrganizationCode {
    /// Reads a code, with or without the dash before its last character.
    ///
    /// # Errors
    /// [`Flaw::Format`] or [`Flaw::Check`].
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let code = squeezed(raw);
        if code.len() != 9 || !code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            return Err(Flaw::Format);
        }
        let sum: u32 =
            code.chars().zip(WEIGHTS).filter_map(|(c, weight)| Some(c.to_digit(36)? * weight)).sum();
        let expected = match 11 - sum % 11 {
            10 => b'X',
            11 => b'0',
            digit => b'0' + u8::try_from(digit).unwrap_or_default(),
        };
        if code.as_bytes()[8] == expected { Ok(Self(code)) } else { Err(Flaw::Check) }
    }

    /// The nine characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes() {
        // Characters 9 to 17 of the GB 32100 example are an organization code.
        assert_eq!(OrganizationCode::parse("M000100Y-4").unwrap().as_str(), "M000100Y4");
        // The worked example of GB 11714-1997.
        assert!(OrganizationCode::parse("D2143569X").is_ok());
        assert_eq!(OrganizationCode::parse("D21435690"), Err(Flaw::Check));
        assert_eq!(OrganizationCode::parse("D2143569"), Err(Flaw::Format));
    }
}
