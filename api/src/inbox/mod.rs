//! The inbox: what Gongpai tells a member of its own accord.

pub(crate) mod list;
pub(crate) mod read;

use chrono::{DateTime, Utc};
use domain::error::Language;
use domain::notice::Notice;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that a member is told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeView {
    /// Its id.
    id: Uuid,
    /// What it is about; more kinds may come.
    #[schema(example = "certification_information_requested")]
    kind: &'static str,
    /// What it says, in the client's language.
    #[schema(example = "Certification GP-1S39QN9SEJHP needs something from you by 2026-12-22.")]
    text: String,
    /// What the text names, such as `number` or `until`.
    params: std::collections::BTreeMap<String, String>,
    /// Since when it is there.
    created_at: DateTime<Utc>,
    /// When it was read; null while it was not.
    read_at: Option<DateTime<Utc>>,
}

impl NoticeView {
    fn of(notice: &Notice, language: Language) -> Self {
        Self {
            id: notice.id.into(),
            kind: notice.kind.name(),
            text: notice.text(language),
            params: notice.params.clone(),
            created_at: notice.created_at,
            read_at: notice.read_at,
        }
    }
}
