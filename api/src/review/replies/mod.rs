//! Saved replies: what reviewers write to applicants again and again.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod update;

use crate::certification::{FindingCode, FindingRemedy};
use chrono::{DateTime, Utc};
use domain::error::{Faults, Place, Result};
use domain::review::{ReplyDraft, SavedReply};
use domain::text::{Line, Prose};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A reply to save.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "执照模糊", "code": "document_blurry", "message": "执照看不清，请在光线充足处重新拍摄四角完整的原件。"}))]
pub(crate) struct SaveReply {
    /// By what reviewers find it.
    #[schema(min_length = 1, max_length = 64)]
    title: String,
    /// The finding that it goes with, if it is one alone.
    code: Option<FindingCode>,
    /// What to do, if not what usually helps.
    remedy: Option<FindingRemedy>,
    /// What the applicant reads.
    #[schema(min_length = 1, max_length = 1000)]
    message: String,
}

impl SaveReply {
    fn parse(&self) -> Result<ReplyDraft> {
        let mut faults = Faults::of(Place::Body);
        let title = faults.at("/title", Line::parse(&self.title));
        let message = faults.at("/message", Prose::parse(&self.message));
        let (Some(title), Some(message)) = (title, message) else { return Err(faults.into_error()) };
        let (code, remedy) = (self.code.map(Into::into), self.remedy.map(Into::into));
        Ok(ReplyDraft { title, code, remedy, message })
    }
}

/// A saved reply.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SavedReplyView {
    /// Its id.
    id: Uuid,
    /// By what reviewers find it.
    #[schema(example = "执照模糊")]
    title: String,
    /// The finding that it goes with, if it is one alone.
    code: Option<FindingCode>,
    /// What to do, if not what usually helps.
    remedy: Option<FindingRemedy>,
    /// What the applicant reads.
    #[schema(example = "执照看不清，请在光线充足处重新拍摄四角完整的原件。")]
    message: String,
    /// The operator who changed it last.
    changed_by: Uuid,
    /// When.
    changed_at: DateTime<Utc>,
    /// Its version, for `If-Match`.
    #[schema(minimum = 1, example = 1)]
    version: i64,
}

impl From<&SavedReply> for SavedReplyView {
    fn from(reply: &SavedReply) -> Self {
        Self {
            id: reply.id.into(),
            title: reply.draft.title.as_str().to_owned(),
            code: reply.draft.code.map(Into::into),
            remedy: reply.draft.remedy.map(Into::into),
            message: reply.draft.message.as_str().to_owned(),
            changed_by: reply.changed_by.into(),
            changed_at: reply.changed_at,
            version: reply.version,
        }
    }
}
