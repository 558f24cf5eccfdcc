//! The process that reads what strangers sent: `gongpai inspect FILE KEPT`, `gongpai draw-logo FILE KEPT`, `gongpai draw-avatar FILE KEPT`,
//! or `gongpai read-sheet FILE PACKED`.

use super::{Sound, Style, Verdict, image, media_type, pdf, picture, sharpness};
use crate::spreadsheet;
use domain::certification::MediaType;
use domain::error::{Error, Result, Violation};
use ring::digest;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::Write;
use std::path::Path;

/// The command that starts it for documents.
pub const COMMAND: &str = "inspect";
/// The command that starts it for spreadsheets.
pub const SHEET_COMMAND: &str = "read-sheet";
/// What it may take of memory for an image: the largest one, its upright copy and the decoder around them.
const IMAGE_MEMORY: u64 = 640 * 1024 * 1024;
/// What it may take of memory for a PDF: ten pages, of which only the structure is read.
const PDF_MEMORY: u64 = 192 * 1024 * 1024;
/// What it may take of a processor, in seconds.
const PROCESSOR: u64 = 20;
/// What is kept of one file at most.
const KEPT: u64 = 64 * 1024 * 1024;

/// Inspects a file, writes what is kept of it, and prints the verdict.
///
/// # Errors
/// When a file cannot be read or written.
pub fn run(file: &Path, kept: &Path) -> Result<()> {
    confined(file, kept, |bytes| {
        let (found, keep) = look(bytes)?;
        let kept_sha256 = hex_digest(&keep);
        Ok((Verdict::Sound { found, kept_sha256 }, keep))
    })
}

/// Draws a picture anew, writes its squares, and prints the verdict.
///
/// # Errors
/// When a file cannot be read or written.
pub fn draw(file: &Path, kept: &Path, style: Style) -> Result<()> {
    confined(file, kept, |bytes| {
        let (squares, keep) = picture::squares(&bytes, style)?;
        Ok((Verdict::Drawn { squares }, keep))
    })
}

/// Reads a spreadsheet, writes its rows packed, and prints the verdict.
///
/// # Errors
/// When a file cannot be read or written.
pub fn run_sheet(file: &Path, packed: &Path) -> Result<()> {
    confined(file, packed, |bytes| {
        let (rows, packed) = spreadsheet::read(&bytes)?;
        Ok((Verdict::Read { rows }, packed))
    })
}

/// Looks at a file within bounds, and keeps what is to be kept of it.
fn confined(
    file: &Path,
    kept: &Path,
    look: impl FnOnce(Vec<u8>) -> Result<(Verdict, Vec<u8>), Violation>,
) -> Result<()> {
    let failed = |error: &dyn std::fmt::Display| Error::internal(error.to_string());
    let bytes = std::fs::read(file).map_err(|error| failed(&error))?;
    let memory = if media_type(&bytes) == Ok(MediaType::Pdf) { PDF_MEMORY } else { IMAGE_MEMORY };
    for (resource, limit) in
        [(Resource::As, memory), (Resource::Cpu, PROCESSOR), (Resource::Fsize, KEPT), (Resource::Core, 0)]
    {
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })
            .map_err(|error| failed(&error))?;
    }
    let verdict = match look(bytes) {
        Ok((verdict, keep)) => {
            std::fs::write(kept, &keep).map_err(|error| failed(&error))?;
            verdict
        }
        Err(violation) => {
            let number =
                |(name, value): &(&str, serde_json::Value)| Some(((*name).to_owned(), value.as_u64()?));
            let params = violation.params.iter().filter_map(number).collect();
            Verdict::Refused { code: violation.code.name().to_owned(), params }
        }
    };
    let said = serde_json::to_vec(&verdict).map_err(|error| failed(&error))?;
    std::io::stdout().write_all(&said).map_err(|error| failed(&error))
}

/// What a file is, and the bytes that are kept.
fn look(bytes: Vec<u8>) -> Result<(Sound, Vec<u8>), Violation> {
    let media_type = media_type(&bytes)?;
    let mut found = Sound { media_type, width: None, height: None, sharpness: None, pages: None };
    let kept = match media_type {
        MediaType::Pdf => {
            found.pages = Some(pdf::pages(&bytes)?);
            bytes
        }
        image => {
            let (kept, upright) = image::upright(&bytes, image)?;
            (found.width, found.height) = (Some(upright.width()), Some(upright.height()));
            found.sharpness = Some(sharpness::sharpness(&upright));
            kept
        }
    };
    Ok((found, kept))
}

fn hex_digest(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(digest::digest(&digest::SHA256, bytes).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::error::Code;

    #[test]
    fn what_is_no_document_is_refused_by_its_content() {
        let code = |bytes: &[u8]| look(bytes.to_vec()).unwrap_err().code;
        assert_eq!(code(b""), Code::DocumentEmpty);
        assert_eq!(code(b"hello"), Code::DocumentTypeUnsupported);
        assert_eq!(code(b"\0\0\0\x18ftypheic\0\0\0\0"), Code::DocumentHeic);
        assert_eq!(code(b"%PDF-1.7 nothing"), Code::DocumentUnreadable);
    }
}
