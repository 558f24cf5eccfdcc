//! Takeovers: an owner has vanished, and the organization proved anew who it is. The old owner can object.

pub(crate) mod decide;
pub(crate) mod list;
pub(crate) mod object;

use crate::mirror::mirror;
use chrono::{DateTime, Utc};
use domain::takeover::Takeover;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// Where a takeover stands.
    TakeoverState = domain::takeover::TakeoverState {
        Open "open" "the old owner can object, until `objection_until`";
        Objected "objected" "they did; a senior reviewer decides";
        Transferred "transferred" "whoever applied owns the organization";
        Dismissed "dismissed" "everything stays as it was";
    }
}

/// Who is to own the organization.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TakeoverView {
    /// Its id, which is that of the application that proves it.
    id: Uuid,
    /// The number of that application.
    #[schema(example = "GP-1S39QN9SEJHP")]
    number: String,
    /// Where it stands.
    state: TakeoverState,
    /// Who applied, by name.
    #[schema(example = "王小明")]
    applicant: String,
    /// Until when the old owner can object.
    objection_until: DateTime<Utc>,
    /// Why they did; null when they did not.
    objection: Option<String>,
    /// When it was announced.
    created_at: DateTime<Utc>,
}

impl TakeoverView {
    fn of(takeover: &Takeover) -> Self {
        Self {
            id: takeover.application.into(),
            number: takeover.number.as_str().to_owned(),
            state: takeover.state.into(),
            applicant: takeover.name.as_str().to_owned(),
            objection_until: takeover.objection_until,
            objection: takeover.objection.clone(),
            created_at: takeover.created_at,
        }
    }
}

/// A takeover, for operators.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeskTakeover {
    #[serde(flatten)]
    takeover: TakeoverView,
    /// The tenant that is taken over.
    tenant_id: Uuid,
    /// The tenant in which the application was made.
    from_tenant_id: Uuid,
}

impl DeskTakeover {
    fn of(takeover: &Takeover) -> Self {
        Self {
            takeover: TakeoverView::of(takeover),
            tenant_id: takeover.tenant.into(),
            from_tenant_id: takeover.from.into(),
        }
    }
}
