//! Telephone numbers: mobile numbers that can receive a code, and numbers at which an organization is called.

use crate::error::{Code, Violation};
use crate::text::squeezed;
use std::fmt;

/// A calling code, and the check of the number behind it.
type Plan = (&'static str, fn(&str) -> bool);

/// The countries and regions whose mobile numbers are understood.
const MOBILE_PLANS: &[Plan] = &[
    ("86", |n| n.len() == 11 && n.starts_with('1') && matches!(n.as_bytes()[1], b'3'..=b'9')),
    ("852", |n| n.len() == 8 && matches!(n.as_bytes()[0], b'4'..=b'9')),
    ("853", |n| n.len() == 8 && n.starts_with('6')),
    ("886", |n| n.len() == 9 && n.starts_with('9')),
];

/// A mobile number in E.164 form, such as `+8613800138000`.
///
/// `Debug` shows it masked: a number is personal and does not belong in a log.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MobileNumber {
    number: String,
    calling_code: &'static str,
}

impl MobileNumber {
    /// Reads a number as people write it. Bare digits mean +86 only where they fit its plan.
    ///
    /// # Errors
    /// [`Code::CountryCodeRequired`] for bare digits that do not fit, [`Code::CountryNotSupported`],
    /// [`Code::MobileInvalid`].
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let text = without_brackets(raw);
        let digits = text.strip_prefix('+').or_else(|| text.strip_prefix("00"));
        let bare = digits.unwrap_or(&text);
        if bare.is_empty() || bare.len() > 15 || !bare.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Code::MobileInvalid.into());
        }
        let Some(international) = digits else {
            let fits = MOBILE_PLANS[0].1(bare);
            return if fits { Ok(Self::of("86", bare)) } else { Err(Code::CountryCodeRequired.into()) };
        };
        let Some((code, national, fits)) = MOBILE_PLANS.iter().find_map(|(code, fits)| {
            international.strip_prefix(code).map(|national| (*code, national, fits))
        }) else {
            return Err(Violation::new(Code::CountryNotSupported).with("supported", "+86, +852, +853, +886"));
        };
        if !national.is_empty() && fits(national) {
            Ok(Self::of(code, national))
        } else {
            Err(Code::MobileInvalid.into())
        }
    }

    fn of(calling_code: &'static str, national: &str) -> Self {
        Self { number: format!("+{calling_code}{national}"), calling_code }
    }

    /// The number in E.164 form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// The calling code without `+`, such as `86`.
    #[must_use]
    pub fn calling_code(&self) -> &'static str {
        self.calling_code
    }

    /// The number block it belongs to, for budgets: the calling code and all but the last four digits.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.number[..self.number.len() - 4]
    }

    /// The form in which it may be shown to someone who does not own it: `+86 138****8000`.
    #[must_use]
    pub fn masked(&self) -> String {
        let national = &self.number[1 + self.calling_code.len()..];
        let (head, tail) = if national.len() >= 11 { (3, 4) } else { (2, 2) };
        let hidden = "*".repeat(national.len() - head - tail);
        format!("+{} {}{hidden}{}", self.calling_code, &national[..head], &national[national.len() - tail..])
    }
}

impl fmt::Debug for MobileNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// A number at which an organization can be called: landline with area code and extension, 400 or 800 number, mobile,
/// or a foreign number with its calling code. Kept as it is written, without spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Reads a number as people write it.
    ///
    /// # Errors
    /// [`Code::PhoneInvalid`].
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let invalid = || Violation::new(Code::PhoneInvalid);
        if raw.chars().count() > 40 {
            return Err(invalid());
        }
        let text = without_brackets(&raw.replace(['转', '#'], "x").replace("ext", "x"));
        let (main, extension) = match text.split_once('X') {
            Some((main, extension)) => (main, Some(extension)),
            None => split_dashed_extension(raw, &text),
        };
        if extension.is_some_and(|e| e.is_empty() || e.len() > 6 || !e.bytes().all(|b| b.is_ascii_digit())) {
            return Err(invalid());
        }
        let digits = main.strip_prefix('+').unwrap_or(main);
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(invalid());
        }
        let domestic = digits.strip_prefix("86").filter(|_| main.starts_with('+'));
        let fits = match domestic {
            Some(national) => fits_china(national) || fits_china(&format!("0{national}")),
            None if main.starts_with('+') => (7..=15).contains(&digits.len()),
            None => fits_china(digits),
        };
        if !fits {
            return Err(invalid());
        }
        Ok(Self(match extension {
            Some(extension) => format!("{main}-{extension}"),
            None => main.to_owned(),
        }))
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Area code and 7 or 8 digits, 400 and 800 numbers, mobiles.
fn fits_china(digits: &str) -> bool {
    let landline = digits.starts_with('0')
        && digits.as_bytes().get(1).is_some_and(|b| *b != b'0')
        && (10..=12).contains(&digits.len());
    let service = (digits.starts_with("400") || digits.starts_with("800")) && digits.len() == 10;
    landline || service || MOBILE_PLANS[0].1(digits)
}

/// `0755-86001234-801`: what follows the last dash is an extension when two dashes separate three runs of digits.
fn split_dashed_extension<'t>(raw: &str, text: &'t str) -> (&'t str, Option<&'t str>) {
    let runs: Vec<usize> =
        raw.trim().split('-').map(|run| run.chars().filter(char::is_ascii_digit).count()).collect();
    let toll_free = text.starts_with("400") || text.starts_with("800");
    match runs.as_slice() {
        // Only plain text can be cut at a count of its digits; anything else is refused further on.
        [_, _, last] if text.is_ascii() && !toll_free && *last <= 6 && text.len() > *last => {
            let (main, extension) = text.split_at(text.len() - last);
            (main, Some(extension))
        }
        _ => (text, None),
    }
}

fn without_brackets(raw: &str) -> String {
    squeezed(raw).replace(['(', ')', '.'], "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mobiles_as_people_write_them() {
        for raw in [
            "13800138000",
            "+8613800138000",
            "+86 138-0013-8000",
            "0086 13800138000",
            "１３８００１３８０００",
        ] {
            assert_eq!(MobileNumber::parse(raw).unwrap().as_str(), "+8613800138000", "{raw}");
        }
        assert_eq!(MobileNumber::parse("+852 9123 4567").unwrap().as_str(), "+85291234567");
        assert_eq!(MobileNumber::parse("+853 66123456").unwrap().calling_code(), "853");
        assert_eq!(MobileNumber::parse("+886 912345678").unwrap().calling_code(), "886");
    }

    #[test]
    fn each_fault_has_its_code() {
        for (raw, code) in [
            ("91234567", Code::CountryCodeRequired),
            ("12345678901", Code::CountryCodeRequired),
            ("+14155550100", Code::CountryNotSupported),
            ("+8612345678901", Code::MobileInvalid),
            ("+86", Code::MobileInvalid),
            ("", Code::MobileInvalid),
            ("13800138abc", Code::MobileInvalid),
            ("+١٣٨", Code::MobileInvalid),
        ] {
            assert_eq!(MobileNumber::parse(raw).unwrap_err().code, code, "{raw}");
        }
    }

    #[test]
    fn masks_hide_the_middle_and_debug_is_masked() {
        let mobile = MobileNumber::parse("13800138000").unwrap();
        assert_eq!(mobile.masked(), "+86 138****8000");
        assert_eq!(format!("{mobile:?}"), "+86 138****8000");
        assert_eq!(mobile.prefix(), "+861380013");
        assert_eq!(MobileNumber::parse("+85291234567").unwrap().masked(), "+852 91****67");
    }

    #[test]
    fn phones_of_an_organization() {
        for (raw, kept) in [
            ("0755-86001234", "075586001234"),
            ("(0755) 86001234", "075586001234"),
            ("0755-86001234-801", "075586001234-801"),
            ("0755-86001234转801", "075586001234-801"),
            ("010-12345678", "01012345678"),
            ("400-800-1234", "4008001234"),
            ("13800138000", "13800138000"),
            ("+86 755 86001234", "+8675586001234"),
            ("+1 415 555 0100", "+14155550100"),
        ] {
            assert_eq!(Phone::parse(raw).unwrap().as_str(), kept, "{raw}");
        }
        for raw in
            ["", "12", "86001234", "0755", "abc", "+12", "400-800", "0755-86001234转", "00755-86001234"]
        {
            assert_eq!(Phone::parse(raw).unwrap_err().code, Code::PhoneInvalid, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(raw in "\\PC{0,40}") {
            let _ = MobileNumber::parse(&raw);
            let _ = Phone::parse(&raw);
        }
    }
}
