//! What was uploaded, and what is asked for.

use crate::certification::{DocumentMediaType, RequirementAwaiting, RequirementKind, RequirementStatus};
use crate::mirror::mirror;
use chrono::{DateTime, Utc};
use domain::certification::{Document, Proposal, Reading, Requirement};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A document of an application.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DocumentView {
    /// Its id.
    id: Uuid,
    /// What it is to prove.
    kind: RequirementKind,
    /// Which page of that.
    #[schema(minimum = 1, example = 1)]
    page: u32,
    /// What its bytes are, by their content.
    media_type: DocumentMediaType,
    /// How many bytes were received.
    #[schema(minimum = 1, example = 482_113)]
    size: u64,
    /// SHA-256 of what was received, in hexadecimal.
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    sha256: String,
    /// Pixels across; images only.
    #[schema(example = 1600)]
    width: Option<u32>,
    /// Pixels down; images only.
    #[schema(example = 1200)]
    height: Option<u32>,
    /// How sharp it is; images only. Print in focus has 100 and more.
    #[schema(example = 142)]
    sharpness: Option<u32>,
    /// Pages; PDF only.
    pages: Option<u32>,
    /// What a program read from it; null when it was not read. It is advice.
    reading: Option<ReadingView>,
    /// Where the document can be seen, upright and without metadata.
    #[schema(example = "/v1/certification/documents/0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d/content")]
    content_url: String,
    /// When it came.
    uploaded_at: DateTime<Utc>,
    /// When it was erased after its time; null while it can be seen.
    erased_at: Option<DateTime<Utc>>,
}

impl DocumentView {
    /// `below` is the path under which documents are found.
    pub(crate) fn of(document: &Document, below: &str) -> Self {
        let content = &document.content;
        Self {
            id: document.id.into(),
            kind: document.kind.into(),
            page: document.page,
            media_type: content.media_type.into(),
            size: content.size,
            sha256: content.sha256.clone(),
            width: content.width,
            height: content.height,
            sharpness: content.sharpness,
            pages: content.pages,
            reading: document.reading.as_ref().map(ReadingView::of),
            content_url: format!("{below}/documents/{}/content", document.id),
            uploaded_at: document.uploaded_at,
            erased_at: document.erased_at,
        }
    }
}

mirror! {
    /// From what something was read.
    ReadFromName = domain::certification::ReadFrom {
        Text "text" "printed text";
        QrCode "qr_code" "the QR code";
    }
}

/// Something that a program read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ReadValue {
    /// What.
    #[schema(example = "91350100M000100Y43")]
    value: String,
    /// How sure the program is, in percent.
    #[schema(minimum = 0, maximum = 100, example = 93)]
    confidence: u8,
    /// From what.
    from: ReadFromName,
}

/// What a program read from a license. Where it is sure and the form says otherwise, a finding says so.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ReadingView {
    /// The name of the organization.
    legal_name: Option<ReadValue>,
    /// Its credit code.
    credit_code: Option<ReadValue>,
    /// When it was read.
    read_at: DateTime<Utc>,
}

impl ReadingView {
    fn of(reading: &Reading) -> Self {
        let value = |read: &Proposal| ReadValue {
            value: read.value.clone(),
            confidence: read.confidence,
            from: read.from.into(),
        };
        Self {
            legal_name: reading.legal_name.as_ref().map(value),
            credit_code: reading.credit_code.as_ref().map(value),
            read_at: reading.at,
        }
    }
}

/// The path under which a member finds documents.
pub(crate) const MEMBER_DOCUMENTS: &str = "/v1/certification";

/// A document that is asked for, and where it stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RequirementView {
    /// What is asked for.
    kind: RequirementKind,
    /// Where it stands.
    status: RequirementStatus,
    /// Whose turn it is.
    awaiting: RequirementAwaiting,
    /// Whether it has to be there. What has not to takes the place of something else.
    required: bool,
    /// Whether it stands in the way of submission now.
    blocking: bool,
    /// How many pages it can have.
    #[schema(minimum = 1, example = 1)]
    max_pages: u32,
    /// What was uploaded, by page.
    documents: Vec<DocumentView>,
}

impl RequirementView {
    pub(crate) fn of(requirement: &Requirement, below: &str) -> Self {
        Self {
            kind: requirement.kind.into(),
            status: requirement.status.into(),
            awaiting: requirement.awaiting.into(),
            required: requirement.required,
            blocking: requirement.blocking,
            max_pages: requirement.kind.max_pages(),
            documents: requirement
                .documents
                .iter()
                .map(|document| DocumentView::of(document, below))
                .collect(),
        }
    }
}
