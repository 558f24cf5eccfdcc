//! Text that people write and other people see: trimmed, stored NFC, free of characters that deceive the eye.

use crate::error::{Code, Violation};
use unicode_normalization::UnicodeNormalization;

/// A line of visible text of 1 to `MAX` characters after trimming, in Unicode form NFC.
///
/// Two lines that a reader would call equal compare equal by [`comparison_key`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<const MIN: usize, const MAX: usize>(String);

/// The name of an organization: 2 to 64 characters.
pub type OrganizationName = Line<2, 64>;
/// The name of a person: 1 to 64 characters.
pub type PersonName = Line<1, 64>;
/// A job title: 1 to 64 characters.
pub type Position = Line<1, 64>;
/// The part of an address below its region: 1 to 200 characters.
pub type AddressLine = Line<1, 200>;
/// What a device is called by its owner: 1 to 100 characters.
pub type DeviceName = Line<1, 100>;

impl<const MIN: usize, const MAX: usize> Line<MIN, MAX> {
    /// Trims and normalises, then checks length (in characters) and characters.
    ///
    /// # Errors
    /// [`Code::ValueTooShort`], [`Code::ValueTooLong`] or [`Code::TextCharacterForbidden`].
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let text: String = raw.trim().nfc().collect();
        if text.chars().any(deceives) {
            return Err(Code::TextCharacterForbidden.into());
        }
        let length = text.chars().count();
        if length < MIN {
            return Err(Violation::new(Code::ValueTooShort).with("min", MIN));
        }
        if length > MAX {
            return Err(Violation::new(Code::ValueTooLong).with("max", MAX));
        }
        Ok(Self(text))
    }

    /// A line that already keeps stricter bounds than these.
    #[must_use]
    pub fn from_stricter<const MORE: usize, const LESS: usize>(stricter: &Line<MORE, LESS>) -> Self {
        const { assert!(MIN <= MORE && LESS <= MAX) };
        Self(stricter.0.clone())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Visible text of 1 to `MAX` characters that may have several lines, trimmed, in Unicode form NFC, lines ended by `\n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prose<const MAX: usize>(String);

impl<const MAX: usize> Prose<MAX> {
    /// Trims and normalises, then checks length (in characters) and characters.
    ///
    /// # Errors
    /// [`Code::ValueTooShort`], [`Code::ValueTooLong`] or [`Code::TextCharacterForbidden`].
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let text: String = raw.replace("\r\n", "\n").trim().nfc().collect();
        if text.chars().any(|c| deceives(c) && !matches!(c, '\n' | '\t')) {
            return Err(Code::TextCharacterForbidden.into());
        }
        match text.chars().count() {
            0 => Err(Violation::new(Code::ValueTooShort).with("min", 1)),
            length if length > MAX => Err(Violation::new(Code::ValueTooLong).with("max", MAX)),
            _ => Ok(Self(text)),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters that take no place, change direction, or control: none belongs in a name.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFF}' | '\u{E000}'..='\u{F8FF}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{10FFFF}')
}

/// The form in which two names are compared: NFKC, lower case, without spaces.
///
/// Full-width brackets and letters equal their plain forms, so `测试（深圳）` equals `测试(深圳)`.
#[must_use]
pub fn comparison_key(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

/// Full-width digits and letters to plain ones, spaces and dashes away, letters upper case: how numbers are read.
#[must_use]
pub fn squeezed(raw: &str) -> String {
    raw.nfkc()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}'))
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_trimmed_and_composed() {
        assert_eq!(PersonName::parse("  Zoe\u{0308} ").unwrap().as_str(), "Zoë");
        assert_eq!(OrganizationName::parse("工牌科技").unwrap().as_str(), "工牌科技");
    }

    #[test]
    fn deceiving_characters_are_refused() {
        for raw in ["a\u{202E}b", "a\u{200B}b", "a\0b", "a\nb", "\u{FEFF}ab", "a\u{2066}b", "a\u{E0041}b", "ㅤㅤ"]
        {
            let violation = PersonName::parse(&format!("x{raw}x")).unwrap_err();
            assert_eq!(violation.code, Code::TextCharacterForbidden, "{raw:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(OrganizationName::parse("工").unwrap_err().code, Code::ValueTooShort);
        assert!(OrganizationName::parse(&"工".repeat(64)).is_ok());
        assert_eq!(OrganizationName::parse(&"工".repeat(65)).unwrap_err().code, Code::ValueTooLong);
        assert_eq!(PersonName::parse("   ").unwrap_err().code, Code::ValueTooShort);
    }

    #[test]
    fn prose_has_lines_and_nothing_that_deceives() {
        assert_eq!(Prose::<10>::parse(" 一\r\n二 ").unwrap().as_str(), "一\n二");
        assert_eq!(Prose::<10>::parse(" \n ").unwrap_err().code, Code::ValueTooShort);
        assert_eq!(Prose::<10>::parse("一二三四五六七八九十一").unwrap_err().code, Code::ValueTooLong);
        assert_eq!(Prose::<10>::parse("a\u{202E}b").unwrap_err().code, Code::TextCharacterForbidden);
    }

    #[test]
    fn width_brackets_and_spaces_do_not_distinguish() {
        assert_eq!(comparison_key("测试 （深圳）有限公司"), comparison_key("测试(深圳)有限公司"));
        assert_eq!(comparison_key("ＡＢＣ"), comparison_key("abc"));
        assert_ne!(comparison_key("测试"), comparison_key("测式"));
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent(raw in "\\PC{0,80}") {
            if let Ok(name) = PersonName::parse(&raw) {
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
