//! Review: operators take up applications and decide them.

pub(crate) mod claim;
pub(crate) mod decide;
pub(crate) mod document_content;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod release;

use chrono::{DateTime, Utc};
use domain::certification::Claim;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A reviewer's claim on a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LeaseView {
    /// The operator who holds it.
    holder: Uuid,
    /// Until when.
    expires_at: DateTime<Utc>,
}

impl LeaseView {
    fn of(claim: &Claim) -> Self {
        Self { holder: claim.holder.into(), expires_at: claim.expires_at }
    }
}
