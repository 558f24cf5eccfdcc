//! Telephone numbers: mobile numbers that can receive a code, and numbers at which an organization is called.

use crate::error::{Code, Violation};
use crate::text::squeezed;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

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

    /// The calling code of its country, such as `86`.
    #[must_use]
    pub fn calling_code(&self) -> &'static str {
        self.calling_code
    }

    /// The number within its country.
    #[must_use]
    pub fn national(&self) -> &str {
        &self.number[1 + self.calling_code.len()..]
    }

    /// The number block it belongs to, for budgets: the calling code and all but the last four digits.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.number[..self.number.len() - 4]
    }

    /// The form in which it may be shown to someone who does not own it: `+86 138****8000`.
    #[must_use]
    pub fn masked(&self) -> String {
        let national = self.national();
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

/// A number at which an organization can be called: landline with area code, 400 or 800 number, mobile, or a foreign number
/// with its calling code, each perhaps with an extension. Kept without separators, an extension after `x`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Reads a number as people write it. What follows `x`, `ext`, `#`, `转` or the last dash behind a whole number is an
    /// extension.
    ///
    /// # Errors
    /// [`Code::PhoneInvalid`].
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        if raw.chars().count() > 40 {
            return Err(Code::PhoneInvalid.into());
        }
        let dashes = |c| matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}');
        let text: String = raw.nfkc().map(|c| if dashes(c) { '-' } else { c }).collect();
        let text = text.trim().to_lowercase().replace("ext", "x").replace(['转', '#'], "x");
        let (main, extension) = match text.split_once('x') {
            Some((main, extension)) => (without_brackets(main), Some(extension)),
            None => {
                match text.rsplit_once('-').map(|(main, extension)| (without_brackets(main), extension)) {
                    Some((main, extension)) if fits_at_home(&main) => (main, Some(extension)),
                    _ => (without_brackets(&text), None),
                }
            }
        };
        let extension = extension.map(|extension| extension.trim_matches(['.', '-', ' ']));
        if !(fits_at_home(&main) || fits_abroad(&main)) || !extension.is_none_or(fits_extension) {
            return Err(Code::PhoneInvalid.into());
        }
        Ok(Self(match extension {
            Some(extension) => format!("{main}x{extension}"),
            None => main,
        }))
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Area code and local number, 400 and 800 numbers, mobiles; with +86 the area code may be without its zero.
fn fits_at_home(number: &str) -> bool {
    match number.strip_prefix("+86") {
        Some(national) => fits_china(national) || fits_china(&format!("0{national}")),
        None => fits_china(number),
    }
}

fn fits_china(digits: &str) -> bool {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    match digits.as_bytes() {
        // Beijing and the cities of 02x have eight digits behind three.
        [b'0', b'1' | b'2', ..] => digits.len() == 11,
        [b'0', b'3'..=b'9', ..] => (11..=12).contains(&digits.len()),
        [b'4' | b'8', b'0', b'0', ..] => digits.len() == 10,
        _ => MOBILE_PLANS[0].1(digits),
    }
}

fn fits_abroad(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        !digits.starts_with("86")
            && (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

fn fits_extension(extension: &str) -> bool {
    (1..=6).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_digit())
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
        assert_eq!(MobileNumber::parse("+853 66123456").unwrap().as_str(), "+85366123456");
        assert_eq!(MobileNumber::parse("+886 912345678").unwrap().as_str(), "+886912345678");
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
            ("0755-86001234-801", "075586001234x801"),
            ("0755-86001234转801", "075586001234x801"),
            ("０７５５－８６００１２３４－８０１", "075586001234x801"),
            ("(0755) 86001234 Ext. 801", "075586001234x801"),
            ("0755-8600-1234", "075586001234"),
            ("010-8888-6666", "01088886666"),
            ("138-0013-8000", "13800138000"),
            ("010-12345678-1", "01012345678x1"),
            ("4008001234转5", "4008001234x5"),
            ("+1 415-555-0100", "+14155550100"),
            ("+1 415-555-0100 #5", "+14155550100x5"),
            ("010-12345678", "01012345678"),
            ("400-800-1234", "4008001234"),
            ("13800138000", "13800138000"),
            ("+86 755 86001234", "+8675586001234"),
            ("+1 415 555 0100", "+14155550100"),
        ] {
            let phone = Phone::parse(raw).unwrap();
            assert_eq!(phone.as_str(), kept, "{raw}");
            assert_eq!(Phone::parse(kept).unwrap(), phone, "what is kept is read again");
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

        #[test]
        fn what_is_kept_is_read_again(raw in "[+0-9 ()x#转-]{6,24}") {
            if let Ok(phone) = Phone::parse(&raw) {
                prop_assert_eq!(Phone::parse(phone.as_str()).unwrap(), phone);
            }
        }
    }
}
