//! Inspecting an uploaded file: what it really is, whether it is good enough, and what of it is kept.
//!
//! Whoever uploads chooses the bytes that our decoders read, so they are read in a process of their own with a bound on
//! memory and processor time ([`child`]). Whatever a file does to a decoder, it costs no more than that, and the service
//! goes on.

pub mod child;
mod image;
mod pdf;
mod picture;
mod sharpness;

pub use picture::Style;

use domain::certification::{DocumentContent, MediaType, SealedKey};
use domain::error::{Code, Error, Faults, Place, Result, Violation};
use domain::picture::Picture;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::process::{Command, Stdio};

/// What the child found out about a sound file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sound {
    media_type: MediaType,
    width: Option<u32>,
    height: Option<u32>,
    sharpness: Option<u32>,
    pages: Option<u32>,
}

/// The squares of a picture, one behind the other: the side and the length of each.
type Squares = Vec<(u32, usize)>;

/// What the child says of a file.
#[derive(Debug, Serialize, Deserialize)]
enum Verdict {
    Sound {
        found: Sound,
        kept_sha256: String,
    },
    /// A picture, as squares of some sides and lengths.
    Drawn {
        squares: Squares,
    },
    /// A spreadsheet, with so many rows.
    Read {
        rows: u32,
    },
    Refused {
        code: String,
        params: Vec<(String, u64)>,
    },
}

/// An uploaded file, of which size and digest are known.
pub(crate) struct Uploaded {
    pub(crate) file: tempfile::NamedTempFile,
    pub(crate) size: u64,
    pub(crate) sha256: String,
}

/// What is known of a sound file.
pub(crate) struct Inspected {
    found: Sound,
    kept_sha256: String,
}

impl Inspected {
    /// Whether what is kept is what was received.
    pub(crate) fn is(&self, uploaded: &Uploaded) -> bool {
        self.kept_sha256 == uploaded.sha256
    }

    /// What is known of a document, once its bytes are kept under a key.
    pub(crate) fn content(self, uploaded: &Uploaded, key: SealedKey) -> DocumentContent {
        DocumentContent {
            media_type: self.found.media_type,
            size: uploaded.size,
            sha256: uploaded.sha256.clone(),
            kept_sha256: self.kept_sha256,
            width: self.found.width,
            height: self.found.height,
            sharpness: self.found.sharpness,
            pages: self.found.pages,
            key,
        }
    }
}

/// What an image has to be.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quality {
    /// Its shortest side, in pixels.
    pub(crate) side: u32,
    /// How sharp it is.
    pub(crate) sharpness: u32,
}

impl Quality {
    /// What a missed limit is called, with the value that was measured.
    fn missed(self, found: &Sound) -> Option<(Code, u32, u32)> {
        let side = found.width.zip(found.height).map(|(width, height)| width.min(height));
        let small = side.filter(|side| *side < self.side);
        let blurred = found.sharpness.filter(|sharpness| *sharpness < self.sharpness);
        small
            .map(|side| (Code::DocumentTooSmall, side, self.side))
            .or(blurred.map(|sharpness| (Code::DocumentBlurry, sharpness, self.sharpness)))
    }
}

/// Inspects a file, and writes what is kept of it to another. `program` is this program.
pub(crate) fn inspect(
    program: &Path,
    uploaded: &Uploaded,
    kept: &Path,
    quality: Quality,
) -> Result<Inspected> {
    match ask(program, child::COMMAND, uploaded, kept)? {
        Verdict::Sound { found, kept_sha256 } => match quality.missed(&found) {
            Some((code, measured, limit)) => {
                Err(refused(Violation::new(code).with("measured", measured).with("limit", limit)))
            }
            None => Ok(Inspected { found, kept_sha256 }),
        },
        _ => Err(refused(Code::DocumentUnreadable)),
    }
}

/// Draws a picture anew, as the squares that it is kept as.
pub(crate) fn draw(program: &Path, style: Style, uploaded: &Uploaded, drawn: &Path) -> Result<Picture> {
    let failed = |error: std::io::Error| Error::internal(format!("drawing a picture: {error}"));
    let Verdict::Drawn { squares: sizes } = ask(program, style.command(), uploaded, drawn)? else {
        return Err(refused(Code::DocumentUnreadable));
    };
    let bytes = std::fs::read(drawn).map_err(failed)?;
    let mut rest = bytes.as_slice();
    let mut squares = Vec::new();
    for (size, length) in sizes {
        let (one, others) =
            rest.split_at_checked(length).ok_or_else(|| Error::internal("a picture is cut off"))?;
        squares.push((size, one.to_vec()));
        rest = others;
    }
    let digest = ring::digest::digest(&ring::digest::SHA256, &bytes);
    let digest = data_encoding::HEXLOWER.encode(&digest.as_ref()[..16]);
    Ok(Picture { digest, squares })
}

/// Reads a spreadsheet: how many rows it has, and those packed.
pub(crate) fn read_sheet(program: &Path, uploaded: &Uploaded, packed: &Path) -> Result<(u32, Vec<u8>)> {
    let failed = |error: std::io::Error| Error::internal(format!("reading a spreadsheet: {error}"));
    match ask(program, child::SHEET_COMMAND, uploaded, packed) {
        Ok(Verdict::Read { rows }) => Ok((rows, std::fs::read(packed).map_err(failed)?)),
        Ok(_) => Err(refused(Code::SpreadsheetUnreadable)),
        // It ran into its limits.
        Err(error) if error.faults().iter().any(|fault| fault.violation.code == Code::DocumentUnreadable) => {
            Err(refused(Code::SpreadsheetUnreadable))
        }
        Err(error) => Err(error),
    }
}

/// What the process for it says of a file, once it is not refused.
fn ask(program: &Path, command: &str, uploaded: &Uploaded, kept: &Path) -> Result<Verdict> {
    let failed =
        |error: std::io::Error| Error::new(Code::Unavailable).context(format!("inspecting: {error}"));
    let mut child = Command::new(program);
    child.arg(command).arg(uploaded.file.path()).arg(kept).env_clear().stdin(Stdio::null());
    let output = child.output().map_err(failed)?;
    match serde_json::from_slice(&output.stdout).ok().filter(|_| output.status.success()) {
        Some(Verdict::Refused { code, params }) => {
            let mut violation = Violation::new(Code::find(&code).unwrap_or(Code::DocumentUnreadable));
            for name in PARAMS {
                let value = params.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
                violation.params.extend(value.map(|value| (*name, value.into())));
            }
            Err(refused(violation))
        }
        Some(verdict) => Ok(verdict),
        // It ran into its limits, or a decoder gave up.
        None => {
            tracing::info!(status = %output.status, "a file could not be inspected");
            Err(refused(Code::DocumentUnreadable))
        }
    }
}

/// The details of a refusal that the child may name.
const PARAMS: &[&str] = &["measured", "limit", "row", "rows", "columns", "bytes"];

fn refused(violation: impl Into<Violation>) -> Error {
    Faults::one(Place::Body, "/file", violation)
}

/// What a file is by its first bytes, whatever its name says.
fn media_type(bytes: &[u8]) -> Result<MediaType, Violation> {
    if bytes.is_empty() {
        return Err(Code::DocumentEmpty.into());
    }
    let at = |start: usize, text: &[u8]| bytes.get(start..start + text.len()) == Some(text);
    if at(0, b"\xFF\xD8\xFF") {
        Ok(MediaType::Jpeg)
    } else if at(0, b"\x89PNG\r\n\x1A\n") {
        Ok(MediaType::Png)
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        Ok(MediaType::Webp)
    } else if at(0, b"%PDF-") {
        Ok(MediaType::Pdf)
    } else if at(4, b"ftyp")
        && [&b"heic"[..], b"heix", b"heif", b"mif1", b"msf1", b"hevc"].iter().any(|brand| at(8, brand))
    {
        Err(Code::DocumentHeic.into())
    } else {
        Err(Code::DocumentTypeUnsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_limit_is_named_with_what_was_measured() {
        let quality = Quality { side: 600, sharpness: 30 };
        let missed = |width, height, sharpness| {
            let media_type = MediaType::Jpeg;
            let (width, height, sharpness) = (Some(width), Some(height), Some(sharpness));
            quality.missed(&Sound { media_type, width, height, sharpness, pages: None })
        };
        assert_eq!(missed(599, 900, 80), Some((Code::DocumentTooSmall, 599, 600)));
        assert_eq!(missed(900, 600, 29), Some((Code::DocumentBlurry, 29, 30)));
        assert_eq!(missed(900, 600, 30), None);
        let pdf =
            Sound { media_type: MediaType::Pdf, width: None, height: None, sharpness: None, pages: Some(2) };
        assert_eq!(quality.missed(&pdf), None);
    }
}
