//! Departments: the tree of an organization.

mod chart;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod merge;
pub(crate) mod relation;
pub(crate) mod tree;
pub(crate) mod update;

use chrono::{DateTime, Utc};
use domain::department::{Counts, Department, DepartmentName, ListedDepartment};
use domain::error::Faults;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A department.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepartmentView {
    /// Its id.
    id: Uuid,
    /// The one above; null for the root.
    parent_id: Option<Uuid>,
    /// A short number within the organization, never given again; the root has 1.
    #[schema(example = 37)]
    number: i64,
    /// Its name.
    #[schema(example = "研发中心")]
    name: String,
    /// Its English name.
    #[schema(example = "R&D Center")]
    english_name: Option<String>,
    /// Its place among those beside it, smallest first; equal ones by `number`.
    #[schema(example = 37)]
    order: i64,
    /// How far down it is; the root is at 1.
    #[schema(example = 2)]
    level: u32,
    /// Whether it is hidden with all that is below it.
    hidden: bool,
    /// Who leads it, in order, of those whom the reader sees.
    leaders: Vec<DepartmentLeader>,
    /// How many people it has; only with `counts=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    members: Option<MemberCounts>,
    /// Since when it exists.
    created_at: DateTime<Utc>,
    /// Counts the changes of what is said here but `level`, `members`, and leaders who leave: those change with what is around it.
    /// `If-Match` of a change may name it.
    #[schema(example = 1)]
    version: i64,
}

/// Somebody who leads a department.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepartmentLeader {
    /// The member.
    id: Uuid,
    /// Their name.
    #[schema(example = "王小明")]
    name: String,
}

/// How many members there are.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct MemberCounts {
    /// In the department itself.
    #[schema(example = 4)]
    direct: u64,
    /// There and below, each person once.
    #[schema(example = 120)]
    total: u64,
}

impl From<Counts> for MemberCounts {
    fn from(counts: Counts) -> Self {
        Self { direct: counts.direct, total: counts.total }
    }
}

impl DepartmentView {
    fn of(listed: &ListedDepartment) -> Self {
        let department = &listed.department;
        let leader = |leader: &domain::department::Leader| DepartmentLeader {
            id: leader.id.into(),
            name: leader.name.clone(),
        };
        Self {
            id: department.id.into(),
            parent_id: department.parent.map(Uuid::from),
            number: department.number,
            name: department.name.as_str().to_owned(),
            english_name: english(department),
            order: department.order,
            level: department.path.level(),
            hidden: department.hidden,
            leaders: listed.leaders.iter().map(leader).collect(),
            members: listed.counts.map(MemberCounts::from),
            created_at: department.created_at,
            version: department.version,
        }
    }

    /// One that nobody leads yet.
    fn new(department: Department) -> Self {
        Self::of(&ListedDepartment { department, leaders: Vec::new(), counts: None })
    }
}

fn english(department: &Department) -> Option<String> {
    department.english_name.as_ref().map(|name| name.as_str().to_owned())
}

/// Reads a name that is there.
fn name(pointer: &str, raw: Option<&String>, faults: &mut Faults) -> Option<DepartmentName> {
    raw.and_then(|raw| faults.at(pointer, DepartmentName::parse(raw)))
}
