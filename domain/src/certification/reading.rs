//! Reading a license: what a program makes of its image. It is advice. It fills nothing in, decides nothing, and where it
//! disagrees with the form, a finding says so that stands in nobody's way.

use super::{Document, DocumentStore};
use crate::error::{Result, if_there};
use crate::id::{DocumentId, TenantId};
use crate::identifier::CreditCode;
use crate::named::named;
use crate::tenant::TenantScope;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// From which confidence on, in percent, a disagreement is worth a finding.
pub const SURE: u8 = 70;
/// How sure a QR code is: it carries its own error correction.
const QR_CONFIDENCE: u8 = 99;

/// A line of text on an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it says.
    pub text: String,
    /// How sure the reader is, in percent.
    pub confidence: u8,
}

named! {
    /// From what something was read.
    ReadFrom {
        /// Printed text.
        Text "text";
        /// The QR code.
        QrCode "qr_code";
    }
}

/// Something that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What.
    pub value: String,
    /// How sure the reader is, in percent.
    pub confidence: u8,
    /// From what.
    pub from: ReadFrom,
}

/// What was read from an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The name of the organization.
    pub legal_name: Option<Proposal>,
    /// Its credit code; its check character is right.
    pub credit_code: Option<Proposal>,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// Reads images: a port, behind which there is a program, or nothing.
pub trait DocumentReader: Send + Sync {
    /// What an image says.
    ///
    /// # Errors
    /// When the reader fails, or takes more time or memory than it may.
    fn read(&self, image: &[u8], now: DateTime<Utc>) -> Result<Reading>;
}

impl Reading {
    /// Makes sense of lines and QR codes.
    #[must_use]
    pub fn understand(lines: &[Line], codes: &[String], at: DateTime<Utc>) -> Self {
        let printed_code = lines.iter().find_map(|line| {
            let value = credit_code(&line.text)?;
            Some(Proposal { value, confidence: line.confidence, from: ReadFrom::Text })
        });
        let coded = codes.iter().find_map(|code| {
            let value = credit_code(code)?;
            Some(Proposal { value, confidence: QR_CONFIDENCE, from: ReadFrom::QrCode })
        });
        let printed_name = lines.iter().find_map(|line| {
            let value = name(&line.text)?;
            Some(Proposal { value, confidence: line.confidence, from: ReadFrom::Text })
        });
        let coded_name = codes.iter().flat_map(|code| code.split([';', '；', '\n'])).find_map(|part| {
            let value = name(part)?;
            Some(Proposal { value, confidence: QR_CONFIDENCE, from: ReadFrom::QrCode })
        });
        Self { legal_name: coded_name.or(printed_name), credit_code: coded.or(printed_code), at }
    }
}

/// The first 18 characters in a text that are a credit code. Letters that no code has are what readers take digits for.
fn credit_code(text: &str) -> Option<String> {
    let characters: Vec<char> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' => '1',
            'Z' => '2',
            'S' => '5',
            'V' => 'U',
            other => other,
        })
        .collect();
    let code = |window: &[char]| CreditCode::parse(&window.iter().collect::<String>()).ok();
    characters.windows(18).find_map(code).map(|code| code.as_str().to_owned())
}

/// What stands behind 名称, where it is the label of a line.
fn name(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let rest = text.strip_prefix("企业名称").or_else(|| text.strip_prefix("名称"))?;
    let name = rest.trim_start_matches([':', '：', '.', '·', '_', '-', '|']);
    (name.chars().count() >= 2).then(|| name.to_owned())
}

/// A document whose bytes a reader can read; none for what was erased or taken out meanwhile.
///
/// # Errors
/// When the store fails.
pub fn to_read(
    tx: &mut (impl TenantScope + DocumentStore),
    tenant: TenantId,
    id: DocumentId,
) -> Result<Option<Document>> {
    tx.enter(tenant);
    Ok(if_there(tx.document(id))?.filter(Document::is_readable))
}

/// Keeps what was read from a document.
///
/// # Errors
/// When the store fails.
pub fn keep_reading(
    tx: &mut (impl TenantScope + DocumentStore),
    (tenant, id): (TenantId, DocumentId),
    reading: &Reading,
) -> Result<()> {
    tx.enter(tenant);
    tx.set_reading(id, reading)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, confidence: u8) -> Line {
        Line { text: text.to_owned(), confidence }
    }

    fn understood(lines: &[Line], codes: &[&str]) -> Reading {
        let codes: Vec<_> = codes.iter().map(|code| (*code).to_owned()).collect();
        Reading::understand(lines, &codes, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn what_readers_mistake_is_set_right_and_the_check_character_decides() {
        let found = |text: &str| understood(&[line(text, 80)], &[]).credit_code.map(|code| code.value);
        let right = Some("91350100M000100Y43".to_owned());
        assert_eq!(found("统一社会信用代码 91350100M000100Y43"), right);
        assert_eq!(found("统一社会信用代码9135 O1OOM0OO1OOY43"), right);
        assert_eq!(found("统一社会信用代码 91350100M000100Y44"), None);
        assert_eq!(found("91350100M000100Y4"), None);
    }

    #[test]
    fn a_name_stands_behind_its_label() {
        let found = |text: &str| understood(&[line(text, 80)], &[]).legal_name.map(|name| name.value);
        assert_eq!(
            found("名 称 ： 深圳市工牌科技 (集团) 有限公司").as_deref(),
            Some("深圳市工牌科技(集团)有限公司")
        );
        assert_eq!(found("企业名称:测试公司").as_deref(), Some("测试公司"));
        assert_eq!(found("本执照名称"), None);
        assert_eq!(found("名称"), None);
    }

    #[test]
    fn a_qr_code_is_believed_before_print() {
        let print = [line("名称 深圳市公牌科技有限公司", 71), line("91350100M000100Y43", 65)];
        let read = understood(&print, &["统一社会信用代码:91350100M000100Y43;名称:深圳市工牌科技有限公司"]);
        assert_eq!(read.legal_name.as_ref().unwrap().value, "深圳市工牌科技有限公司");
        assert_eq!(read.credit_code.unwrap().from, ReadFrom::QrCode);
        let url = understood(&print, &["http://www.gsxt.gov.cn/index.html?uniscid=91350100M000100Y43"]);
        assert_eq!(url.credit_code.unwrap().confidence, QR_CONFIDENCE);
        assert_eq!(url.legal_name.unwrap().confidence, 71);
        let nothing = understood(&[], &["你好"]);
        assert_eq!((nothing.legal_name, nothing.credit_code), (None, None));
    }
}
