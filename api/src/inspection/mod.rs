//! Inspecting an uploaded file: what it really is, whether it is good enough, and what of it is kept.
//!
//! Whoever uploads chooses the bytes that our decoders read, so they are read in a process of their own with a bound on
//! memory and processor time ([`child`]). Whatever a file does to a decoder, it costs no more than that, and the service
//! goes on.

pub mod child;
mod image;
mod pdf;

use domain::certification::{DocumentContent, MediaType};
use domain::error::{Code, Error, Fault, Place, Result, Violation};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::process::{Command, Stdio};

/// What the child found out about a sound file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sound {
    media_type: MediaType,
    width: Option<u32>,
    height: Option<u32>,
    pages: Option<u32>,
}

/// What the child says of a file.
#[derive(Debug, Serialize, Deserialize)]
enum Verdict {
    Sound { found: Sound, kept_sha256: String },
    Refused { code: String, measured: Option<u64>, limit: Option<u64> },
}

/// An uploaded file, of which size and digest are known.
pub(crate) struct Uploaded {
    pub(crate) file: tempfile::NamedTempFile,
    pub(crate) size: u64,
    pub(crate) sha256: String,
}

/// Inspects a file, and writes what is kept of it to another. `program` is this program.
pub(crate) fn inspect(program: &Path, uploaded: &Uploaded, kept: &Path) -> Result<DocumentContent> {
    let failed =
        |error: std::io::Error| Error::new(Code::Unavailable).context(format!("inspecting: {error}"));
    let mut child = Command::new(program);
    child.arg(child::COMMAND).arg(uploaded.file.path()).arg(kept).env_clear().stdin(Stdio::null());
    let output = child.output().map_err(failed)?;
    let verdict = serde_json::from_slice(&output.stdout).ok().filter(|_| output.status.success());
    let refused = |code: Code, measured: Option<u64>, limit: Option<u64>| {
        let mut violation = Violation::new(code);
        violation.params.extend(measured.map(|measured| ("measured", measured.into())));
        violation.params.extend(limit.map(|limit| ("limit", limit.into())));
        Error::invalid(vec![Fault { place: Place::Body, pointer: "/file".to_owned(), violation }])
    };
    match verdict {
        Some(Verdict::Sound { found, kept_sha256 }) => Ok(DocumentContent {
            media_type: found.media_type,
            size: uploaded.size,
            sha256: uploaded.sha256.clone(),
            kept_sha256,
            width: found.width,
            height: found.height,
            pages: found.pages,
        }),
        Some(Verdict::Refused { code, measured, limit }) => {
            Err(refused(Code::find(&code).unwrap_or(Code::DocumentUnreadable), measured, limit))
        }
        // It ran into its limits, or a decoder gave up.
        None => {
            tracing::info!(status = %output.status, "a file could not be inspected");
            Err(refused(Code::DocumentUnreadable, None, None))
        }
    }
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
