//! The identity documents that a person may show, and the form of their numbers.

use super::{Flaw, ResidentId};
use crate::text::squeezed;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A kind of identity document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// 居民身份证, GB 11643.
    ResidentId,
    /// 港澳居民来往内地通行证: `H` or `M` and 8 digits (10 on old cards).
    HkMacauPermit,
    /// 台湾居民来往大陆通行证: 8 digits.
    TaiwanPermit,
    /// 港澳台居民居住证: the form of GB 11643, division 81, 82 or 83.
    HkMacauTaiwanResidencePermit,
    /// 外国人永久居留身份证: 3 letters and 12 digits, since 2023 18 digits that begin with 9.
    ForeignPermanentResidentCard,
    /// 护照: 5 to 17 letters and digits.
    Passport,
}

impl IdentityKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::ResidentId,
        Self::HkMacauPermit,
        Self::TaiwanPermit,
        Self::HkMacauTaiwanResidencePermit,
        Self::ForeignPermanentResidentCard,
        Self::Passport,
    ];

    /// Whether the document has a second side that matters. A passport has its data page alone.
    #[must_use]
    pub fn has_back(self) -> bool {
        self != Self::Passport
    }
}

/// The number of an identity document, of the form that its kind has. Shown masked by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityNumber {
    kind: IdentityKind,
    number: String,
    resident: Option<ResidentId>,
}

impl IdentityNumber {
    /// Reads a number of the given kind.
    ///
    /// # Errors
    /// [`Flaw::Format`] or, where the kind has a check character, [`Flaw::Check`].
    pub fn parse(kind: IdentityKind, raw: &str) -> Result<Self, Flaw> {
        let number = squeezed(raw);
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let mut resident = None;
        let fits = match kind {
            IdentityKind::ResidentId => {
                resident = Some(ResidentId::parse(&number)?);
                true
            }
            IdentityKind::HkMacauTaiwanResidencePermit => {
                resident = Some(ResidentId::parse(&number)?);
                ["81", "82", "83"].contains(&&number[..2])
            }
            IdentityKind::ForeignPermanentResidentCard if number.starts_with('9') => {
                resident = Some(ResidentId::parse(&number)?);
                true
            }
            IdentityKind::ForeignPermanentResidentCard => {
                number.len() == 15
                    && number.is_ascii()
                    && number[..3].bytes().all(|b| b.is_ascii_uppercase())
                    && digits(&number[3..])
            }
            IdentityKind::HkMacauPermit => {
                matches!(number.len(), 9 | 11) && number.starts_with(['H', 'M']) && digits(&number[1..])
            }
            IdentityKind::TaiwanPermit => number.len() == 8 && digits(&number),
            IdentityKind::Passport => {
                (5..=17).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric())
            }
        };
        if fits { Ok(Self { kind, number, resident }) } else { Err(Flaw::Format) }
    }

    /// The kind of document.
    #[must_use]
    pub fn kind(&self) -> IdentityKind {
        self.kind
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// Age on a day, where the number tells the date of birth.
    #[must_use]
    pub fn age_on(&self, day: NaiveDate) -> Option<u32> {
        self.resident.as_ref().map(|id| id.age_on(day).unwrap_or(0))
    }
}

impl fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask(&self.number))
    }
}

/// How an identity number is shown: its first and last characters, the rest hidden.
#[must_use]
pub fn mask(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    let (head, tail) = match characters.len() {
        0..=4 => (0, 0),
        5..=11 => (1, 2),
        _ => (3, 4),
    };
    let hidden = "*".repeat(characters.len() - head - tail);
    let start: String = characters[..head].iter().collect();
    let end: String = characters[characters.len() - tail..].iter().collect();
    format!("{start}{hidden}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_form() {
        for (kind, number) in [
            (IdentityKind::ResidentId, "11010519491231002X"),
            (IdentityKind::HkMacauPermit, "H12345678"),
            (IdentityKind::HkMacauPermit, "M1234567801"),
            (IdentityKind::TaiwanPermit, "12345678"),
            (IdentityKind::ForeignPermanentResidentCard, "USA123456789012"),
            (IdentityKind::Passport, "E12345678"),
        ] {
            let parsed = IdentityNumber::parse(kind, number).unwrap();
            assert_eq!((parsed.as_str(), parsed.kind()), (number, kind));
        }
        for (kind, number) in [
            (IdentityKind::ResidentId, "H12345678"),
            (IdentityKind::HkMacauPermit, "X12345678"),
            (IdentityKind::TaiwanPermit, "1234567"),
            (IdentityKind::HkMacauTaiwanResidencePermit, "11010519491231002X"),
            (IdentityKind::ForeignPermanentResidentCard, "US1123456789012"),
            (IdentityKind::ForeignPermanentResidentCard, "é1"),
            (IdentityKind::Passport, "E-1"),
        ] {
            assert!(IdentityNumber::parse(kind, number).is_err(), "{kind:?} {number}");
        }
    }

    #[test]
    fn masks_and_ages() {
        let id = IdentityNumber::parse(IdentityKind::ResidentId, "11010519491231002X").unwrap();
        assert_eq!(format!("{id:?}"), "110***********002X");
        assert_eq!(id.age_on(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()), Some(76));
        assert_eq!(mask("H12345678"), "H******78");
        assert_eq!(mask("123"), "***");
    }
}
