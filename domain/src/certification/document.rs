//! Documents: the images and PDFs of an application, as they were checked when they came in.

use super::{Reading, RequirementKind};
use crate::error::{Code, Result};
use crate::id::{ApplicationId, DocumentId, MemberId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a document's bytes are, by their content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediaType {
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// WebP.
    #[serde(rename = "image/webp")]
    Webp,
    /// PDF.
    #[serde(rename = "application/pdf")]
    Pdf,
}

impl MediaType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::Webp, Self::Pdf];

    /// The name of RFC 6838.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
        }
    }
}

/// The key of one document's bytes, sealed under the key ring. Only the store of bytes understands it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey(pub Vec<u8>);

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedKey(…)")
    }
}

/// What is known of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentContent {
    /// What they are.
    pub media_type: MediaType,
    /// How many bytes were received.
    pub size: u64,
    /// SHA-256 of what was received, in hexadecimal.
    pub sha256: String,
    /// SHA-256 of what is kept, in hexadecimal: upright and without metadata, so another one than of what was received.
    pub kept_sha256: String,
    /// Pixels across, upright; images only.
    pub width: Option<u32>,
    /// Pixels down, upright; images only.
    pub height: Option<u32>,
    /// How sharp it is; images only. 100 is print in focus.
    pub sharpness: Option<u32>,
    /// Pages; PDF only.
    pub pages: Option<u32>,
    /// With what they are opened.
    pub key: SealedKey,
}

/// A document of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id; the file store knows it by this.
    pub id: DocumentId,
    /// Its application.
    pub application: ApplicationId,
    /// What it is to prove.
    pub kind: RequirementKind,
    /// Which page of that, from 1.
    pub page: u32,
    /// What is known of its bytes.
    pub content: DocumentContent,
    /// What a program read from it, if it was read.
    pub reading: Option<Reading>,
    /// Who sent it.
    pub uploaded_by: MemberId,
    /// When.
    pub uploaded_at: DateTime<Utc>,
    /// When it was taken out of the application, if it was.
    pub removed_at: Option<DateTime<Utc>>,
    /// When it was erased, if it was: what is known of it stays, and nothing opens its bytes any more.
    pub erased_at: Option<DateTime<Utc>>,
}

impl Document {
    /// Whether a reader can read its bytes.
    pub(super) fn is_readable(&self) -> bool {
        let there = self.removed_at.is_none() && self.erased_at.is_none();
        there && self.content.media_type != MediaType::Pdf
    }

    /// Refuses to show what was erased.
    ///
    /// # Errors
    /// `document_erased`.
    pub fn require_kept(&self) -> Result<()> {
        if self.erased_at.is_some() { Err(Code::DocumentErased.into()) } else { Ok(()) }
    }
}
