//! What stands in a field.

use super::{FieldKind, MemberField};
use crate::error::{Code, Violation};
use crate::member::day;
use crate::organization::Website;
use crate::text::{Line, comparison_key};
use unicode_normalization::UnicodeNormalization;

/// How many digits a number has at most.
const MAX_DIGITS: usize = 30;

impl MemberField {
    /// The form in which two values of the field are compared; two addresses differ by case.
    #[must_use]
    pub fn key(&self, value: &str) -> String {
        if self.kind == FieldKind::Link { value.to_owned() } else { comparison_key(value) }
    }

    /// Reads a value as people write it, and gives it in the one form in which it is kept.
    ///
    /// # Errors
    /// `value_too_short`, `value_too_long`, `text_character_forbidden`, `format_invalid`, `value_not_allowed`, `website_invalid`.
    pub fn read(&self, raw: &str) -> Result<String, Violation> {
        match self.kind {
            FieldKind::Text => Line::<1, 256>::parse(raw).map(|line| line.as_str().to_owned()),
            FieldKind::Number => number(raw),
            FieldKind::Date => day(raw).map(|day| day.to_string()),
            FieldKind::Choice => {
                let raw = Line::<1, 64>::parse(raw)?;
                let known = self.options.iter().find(|option| **option == raw);
                let allowed = || {
                    let options: Vec<_> = self.options.iter().map(Line::as_str).collect();
                    Violation::new(Code::ValueNotAllowed).with("allowed", options.join(", "))
                };
                known.map(|option| option.as_str().to_owned()).ok_or_else(allowed)
            }
            FieldKind::Link => Website::parse(raw).map(|link| link.as_str().to_owned()),
        }
    }
}

/// A sign, digits and a fraction, without zeros that say nothing, so that equal numbers are the same text.
fn number(raw: &str) -> Result<String, Violation> {
    let wrong = || Violation::new(Code::FormatInvalid).with("expected", "-12.5");
    let text: String = raw.trim().nfkc().collect();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(&whole.replace(',', "")) || !plain(fraction) || digits.len() > MAX_DIGITS {
        return Err(wrong());
    }
    let grouped = |whole: &str| {
        let mut groups = whole.split(',');
        let first = groups.next().unwrap_or_default();
        (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
    };
    if whole.contains(',') && !grouped(whole) {
        return Err(wrong());
    }
    let whole = whole.replace(',', "");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    let text = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
    Ok(if text == "0" { text } else { format!("{sign}{text}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn field(kind: FieldKind) -> MemberField {
        let options = ["S", "M", "L"].map(|option| Line::parse(option).unwrap()).to_vec();
        MemberField {
            id: Uuid::nil().into(),
            name: Line::parse("字段").unwrap(),
            kind,
            options,
            required: false,
            unique: false,
            visible: true,
            order: 0,
            version: 0,
        }
    }

    #[test]
    fn values_have_one_form() {
        for (kind, raw, kept) in [
            (FieldKind::Text, " a b ", "a b"),
            (FieldKind::Number, "0012.50", "12.5"),
            (FieldKind::Number, "－1,000", "-1000"),
            (FieldKind::Number, "-0.0", "0"),
            (FieldKind::Number, "١", ""),
            (FieldKind::Number, "1e3", ""),
            (FieldKind::Number, "1,5", ""),
            (FieldKind::Number, "1 2", ""),
            (FieldKind::Date, "+262142-12-31", ""),
            (FieldKind::Number, ".5", ""),
            (FieldKind::Date, "2024-02-29", "2024-02-29"),
            (FieldKind::Date, "2023-02-29", ""),
            (FieldKind::Choice, " M ", "M"),
            (FieldKind::Choice, "XL", ""),
            (FieldKind::Link, "HTTPS://Example.com", "https://example.com/"),
            (FieldKind::Link, "javascript:alert(1)", ""),
            (FieldKind::Text, "a\u{202E}b", ""),
        ] {
            let read = field(kind).read(raw);
            assert_eq!(read.unwrap_or_default(), kept, "{raw}");
        }
    }
}
