//! Agreements: what has to be accepted, and how it is said that it was.

pub(crate) mod list;

use domain::agreement::Accepted;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// An agreement that was accepted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptedAgreement {
    /// Which one.
    #[schema(example = "019a0000-0000-7000-8000-000000000002")]
    id: Uuid,
    /// The version that was read.
    #[schema(example = "2026-11-01", min_length = 1, max_length = 40)]
    version: String,
}

impl AcceptedAgreement {
    pub(crate) fn parse(&self) -> Accepted {
        Accepted { id: self.id, version: self.version.clone() }
    }

    pub(crate) fn of(accepted: &Accepted) -> Self {
        Self { id: accepted.id, version: accepted.version.clone() }
    }
}
