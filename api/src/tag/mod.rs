//! Tags: names that an organization gives to some of its members.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod members;
pub(crate) mod rename;

use chrono::{DateTime, Utc};
use domain::tag::Tag;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A tag.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TagView {
    /// Its id.
    id: Uuid,
    /// Its name.
    #[schema(example = "新员工")]
    name: String,
    /// How many members have it; in a list only with `counts=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 12, nullable = false)]
    member_count: Option<u64>,
    /// Since when it exists.
    created_at: DateTime<Utc>,
    /// Counts the changes by `update_tag` and `change_tag_members`; `If-Match` of one may name it. Members who leave or come back are not counted.
    #[schema(example = 1)]
    version: i64,
}

impl TagView {
    fn new(tag: &Tag, member_count: Option<u64>) -> Self {
        Self {
            id: tag.id.into(),
            name: tag.name.as_str().to_owned(),
            member_count,
            created_at: tag.created_at,
            version: tag.version,
        }
    }
}
