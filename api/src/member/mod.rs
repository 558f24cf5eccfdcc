//! The people of an organization.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;

use crate::mirror::mirror;
use crate::session::MemberRoleName;
use chrono::{DateTime, Utc};
use domain::member::Member;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// Whether a member gets in.
    MemberState = domain::member::MemberState {
        Active "active" "they get in";
        Disabled "disabled" "they do not; nothing of theirs is lost";
    }
}

/// A member as administrators see them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberView {
    /// Their id.
    id: Uuid,
    /// What integrators call them.
    #[schema(example = "owner")]
    userid: String,
    /// Their name.
    #[schema(example = "王小明")]
    name: String,
    /// Their job.
    #[schema(example = "行政经理")]
    position: Option<String>,
    /// Their role.
    role: MemberRoleName,
    /// Whether they get in.
    state: MemberState,
    /// Their main department.
    department_id: Uuid,
    /// Since when they are there.
    created_at: DateTime<Utc>,
    /// Counts the changes; `If-Match` of one may name it.
    #[schema(example = 1)]
    version: i64,
}

impl From<&Member> for MemberView {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id.into(),
            userid: member.userid.clone(),
            name: member.name.as_str().to_owned(),
            position: member.position.as_ref().map(|position| position.as_str().to_owned()),
            role: member.role.into(),
            state: member.state.into(),
            department_id: member.department.into(),
            created_at: member.created_at,
            version: member.version,
        }
    }
}
