//! Leaving an organization, and coming back.

pub(crate) mod bulk;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod preview;
pub(crate) mod restore;

use crate::member::MemberState;
use chrono::{DateTime, Utc};
use domain::departure::Departure;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// That somebody left, and to whom what they had in hand went.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepartureView {
    /// Who left.
    member_id: Uuid,
    /// Who saw them off.
    by_id: Uuid,
    /// Where they stood.
    former_state: MemberState,
    /// What they led.
    leaderships: Vec<HandedOver>,
    /// The tags that they had.
    tags: Vec<HadTag>,
    /// Who has those in their place; null when nobody took over.
    tags_to_id: Option<Uuid>,
    /// How many reported to them.
    #[schema(example = 4)]
    report_count: u64,
    /// To whom those report now; where that one reported to one of them, that one reports where the leaver did.
    reports_to_id: Option<Uuid>,
    /// When.
    departed_at: DateTime<Utc>,
    /// Until when they can come back; then what is kept of them is erased. Null for who never came: they are forgotten at once.
    restorable_until: Option<DateTime<Utc>>,
}

/// A department that somebody led.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandedOver {
    /// The department.
    department_id: Uuid,
    /// Its name.
    #[schema(example = "研发中心")]
    name: String,
    /// Who leads it in their place; null when nobody took over.
    successor_id: Option<Uuid>,
}

/// A tag that somebody had.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HadTag {
    /// The tag.
    tag_id: Uuid,
    /// Its name.
    #[schema(example = "新员工")]
    name: String,
}

impl From<&domain::departure::HadTag> for HadTag {
    fn from(had: &domain::departure::HadTag) -> Self {
        Self { tag_id: had.tag.into(), name: had.name.clone() }
    }
}

impl From<&Departure> for DepartureView {
    fn from(departure: &Departure) -> Self {
        let handed = |led: &domain::departure::Leadership| HandedOver {
            department_id: led.department.into(),
            name: led.name.clone(),
            successor_id: led.successor.map(Uuid::from),
        };
        Self {
            member_id: departure.member.into(),
            by_id: departure.by.into(),
            former_state: departure.state.into(),
            leaderships: departure.leaderships.iter().map(handed).collect(),
            tags: departure.tags.iter().map(HadTag::from).collect(),
            tags_to_id: departure.tags_to.map(Uuid::from),
            report_count: departure.reports,
            reports_to_id: departure.reports_to.map(Uuid::from),
            departed_at: departure.departed_at,
            restorable_until: departure.restorable_until,
        }
    }
}
