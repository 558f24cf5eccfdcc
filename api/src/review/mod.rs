//! Review: operators take up applications and decide them.

pub(crate) mod assign;
pub(crate) mod claim;
pub(crate) mod compare;
pub(crate) mod confirm;
pub(crate) mod counts;
pub(crate) mod decide;
pub(crate) mod decline;
pub(crate) mod document_content;
pub(crate) mod get;
pub(crate) mod hold;
pub(crate) mod list;
pub(crate) mod list_operators;
pub(crate) mod note;
pub(crate) mod release;
pub(crate) mod replies;
pub(crate) mod statistics;

use crate::mirror::mirror;
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

mirror! {
    /// How pressing a review is.
    ReviewUrgency = domain::review::Urgency {
        OnTime "on_time" "less than half of the time has passed";
        DueSoon "due_soon" "more than half of it has";
        Overdue "overdue" "all of it has";
    }
}
