//! CSV, in whichever of the encodings that spreadsheets write.

use super::{Rows, unreadable};
use csv::ReaderBuilder;
use domain::error::{Code, Violation};
use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8};
use std::borrow::Cow;

/// What separates cells: a comma, a semicolon where commas end whole numbers, or a tab.
const BETWEEN: [u8; 3] = [b',', b';', b'\t'];

pub(super) fn read(bytes: &[u8], rows: &mut Rows) -> Result<(), Violation> {
    let text = decoded(bytes)?;
    if text.contains('\0') {
        return Err(Code::SpreadsheetUnreadable.into());
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(unreadable)? {
        let line = record.position().map_or(0, csv::Position::line);
        let cells = record.iter().map(str::to_owned).collect();
        rows.take(u32::try_from(line).unwrap_or(u32::MAX), cells, Vec::new())?;
    }
    Ok(())
}

/// The text: UTF-8 or UTF-16 where a mark says so, UTF-8 where it can be, GB18030 otherwise.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Violation> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return strictly(encoding, &bytes[mark..]);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(_) => strictly(GB18030, bytes),
    }
}

fn strictly<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, Violation> {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(text);
    }
    // Where it goes wrong.
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::new();
    let mut read = 0;
    loop {
        text.clear();
        text.reserve(64 * 1024);
        let (result, some) = decoder.decode_to_string_without_replacement(&bytes[read..], &mut text, true);
        read += some;
        match result {
            DecoderResult::OutputFull => {}
            DecoderResult::InputEmpty | DecoderResult::Malformed(..) => break,
        }
    }
    let row = bytes[..read].iter().filter(|byte| **byte == b'\n').count() + 1;
    let code = if encoding == UTF_8 || encoding == GB18030 {
        Code::SpreadsheetEncoding
    } else {
        Code::SpreadsheetUnreadable
    };
    Err(Violation::new(code).with("row", row))
}

/// What is most often between cells of the first line, outside of quotes.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |wanted: u8| {
        let (mut quoted, mut count) = (false, 0_usize);
        for byte in first.bytes() {
            quoted ^= byte == b'"';
            count += usize::from(!quoted && byte == wanted);
        }
        count
    };
    let most = BETWEEN.into_iter().rev().max_by_key(|byte| count(*byte));
    most.unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let text = "姓名,手机\n张三,13800138000\n";
        let gb = GB18030.encode(text).0.into_owned();
        let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        let wide: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [text.as_bytes(), &gb, &marked, &wide] {
            assert_eq!(decoded(bytes).unwrap(), text);
        }
        let latin = b"name,mobile\nJos\xE9,1\n";
        let violation = decoded(latin).unwrap_err();
        assert_eq!(violation.code, Code::SpreadsheetEncoding);
        assert_eq!(violation.params, [("row", 2.into())]);
    }

    #[test]
    fn delimiters_are_seen() {
        assert_eq!(delimiter("a;b;\"c,d,e,f\"\n"), b';');
        assert_eq!(delimiter("\n\na\tb\n"), b'\t');
        assert_eq!(delimiter("a"), b',');
    }
}
