//! CSV, in whichever of the encodings that spreadsheets write.

use super::{Sheet, unreadable};
use csv::ReaderBuilder;
use domain::error::{Code, Violation};
use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8};
use std::borrow::Cow;

/// What separates cells: a comma, a semicolon where commas end whole numbers, or a tab.
const BETWEEN: [u8; 3] = [b',', b';', b'\t'];

pub(super) fn read(bytes: &[u8], rows: &mut Sheet) -> Result<(), Violation> {
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
    let mut row = 0;
    loop {
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        if !reader.read_record(&mut record).map_err(unreadable)? {
            break;
        }
        // Empty lines are no records, and rows nevertheless; a line break within a cell is none.
        row += 1 + empty_lines(text.as_bytes(), end);
        rows.take(row, record.iter().map(str::to_owned).collect(), Vec::new())?;
    }
    Ok(())
}

/// How many empty lines follow the end of a record.
fn empty_lines(text: &[u8], end: usize) -> u32 {
    let mut rest = text.get(end..).unwrap_or_default();
    // The reader stops between the two characters of a line's end.
    if end > 0 && text.get(end - 1) == Some(&b'\r') {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut count = 0;
    while let Some(next) =
        rest.strip_prefix(b"\r\n").or(rest.strip_prefix(b"\n")).or(rest.strip_prefix(b"\r"))
    {
        rest = next;
        count += 1;
    }
    count
}

/// The text: UTF-8 or UTF-16 where a mark says so, UTF-8 where it can be, GB18030 otherwise.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Violation> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return strictly(encoding, &bytes[mark..]);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) => {
            let text = strictly(GB18030, bytes)?;
            if is_chinese(bytes) { Ok(text) } else { Err(unknown(&bytes[..error.valid_up_to()])) }
        }
    }
}

/// Whether what is not ASCII is mostly in the part of GB18030 that people write with (GB 2312). Latin-1 mostly is not: there an accented
/// letter is followed by a plain one, which would be the second half of a rare character.
fn is_chinese(bytes: &[u8]) -> bool {
    let (mut common, mut rare, mut rest) = (0_usize, 0_usize, bytes);
    while let Some((first, after)) = rest.split_first() {
        let second = after.first().copied().unwrap_or_default();
        if *first < 0x80 {
            rest = after;
            continue;
        }
        *(if second >= 0xA1 { &mut common } else { &mut rare }) += 1;
        let length = if second.is_ascii_digit() { 4 } else { 2 };
        rest = rest.get(length..).unwrap_or_default();
    }
    common >= rare
}

/// That nobody knows the encoding of what follows.
fn unknown(before: &[u8]) -> Violation {
    let row = before.split(|byte| *byte == b'\n').count();
    Violation::new(Code::SpreadsheetEncoding).with("row", row)
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
    if encoding == UTF_8 || encoding == GB18030 {
        Err(unknown(&bytes[..read]))
    } else {
        Err(Code::SpreadsheetUnreadable.into())
    }
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
        for latin in [b"name,mobile\nJos\xE9,1\n".as_slice(), b"name,mobile\nM\xFCller,1\nBj\xF6rk,2\n"] {
            let violation = decoded(latin).unwrap_err();
            assert_eq!(violation.code, Code::SpreadsheetEncoding);
            assert_eq!(violation.params, [("row", 2.into())]);
        }
    }

    #[test]
    fn rows_are_counted_as_spreadsheets_do() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "", "c,\"d", "d\"", "e,f", "", "", "g,h", ""].join(end);
            let mut rows = Sheet::new();
            read(text.as_bytes(), &mut rows).unwrap();
            let (_, packed) = rows.finish().unwrap();
            let found: Vec<u32> = crate::spreadsheet::unpacked(&packed).map(|row| row.unwrap().row).collect();
            assert_eq!(found, [1, 3, 4, 7], "{end:?}");
        }
    }

    #[test]
    fn delimiters_are_seen() {
        assert_eq!(delimiter("a;b;\"c,d,e,f\"\n"), b';');
        assert_eq!(delimiter("\n\na\tb\n"), b'\t');
        assert_eq!(delimiter("a"), b',');
    }
}
