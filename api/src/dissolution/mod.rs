//! Dissolving an organization: asked for by its owner, who has some days to think better of it.

pub(crate) mod ask;
pub(crate) mod call_off;
pub(crate) mod get;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the organization is to be dissolved.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Dissolution {
    /// When; null when it is not.
    dissolves_at: Option<DateTime<Utc>>,
}
