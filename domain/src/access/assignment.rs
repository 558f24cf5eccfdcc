//! Assignments: who has a role, where, and until when.

use super::{Grant, Reach, Role};
use crate::id::{AssignmentId, DepartmentId, MemberId, RoleId, TagId};
use crate::named::named;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How many assignments an organization has at most.
pub const MAX_ASSIGNMENTS: u64 = 3_000;
/// How many departments one assignment names at most.
pub const MAX_DEPARTMENTS: usize = 1_000;

named! {
    /// What can hold a role.
    HolderKind {
        /// One member.
        Member "member";
        /// Whoever is in a department or below it.
        Department "department";
        /// Whoever has a tag.
        Tag "tag";
    }
}

/// Who has a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// One member.
    Member(MemberId),
    /// Whoever is in a department or below it.
    Department(DepartmentId),
    /// Whoever has a tag.
    Tag(TagId),
}

impl Holder {
    /// The holder of a kind with an id.
    #[must_use]
    pub fn of(kind: HolderKind, id: Uuid) -> Self {
        match kind {
            HolderKind::Member => Self::Member(id.into()),
            HolderKind::Department => Self::Department(id.into()),
            HolderKind::Tag => Self::Tag(id.into()),
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(self) -> Uuid {
        match self {
            Self::Member(id) => id.into(),
            Self::Department(id) => id.into(),
            Self::Tag(id) => id.into(),
        }
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> HolderKind {
        match self {
            Self::Member(_) => HolderKind::Member,
            Self::Department(_) => HolderKind::Department,
            Self::Tag(_) => HolderKind::Tag,
        }
    }
}

named! {
    /// How it is said where a role counts.
    RangeKind {
        /// In the whole organization.
        Everywhere "everywhere";
        /// In the departments that whoever has it is in, and below them.
        Own "own";
        /// In some departments, and below them.
        Departments "departments";
    }
}

/// Where a role counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// In the whole organization.
    Everywhere,
    /// In the departments that whoever has it is in, and below them; of those who have it by a department, only those of their departments that are
    /// that one or below it.
    Own,
    /// In some departments, and below them.
    Departments(Vec<DepartmentId>),
}

impl Range {
    /// How it is said.
    #[must_use]
    pub fn kind(&self) -> RangeKind {
        match self {
            Self::Everywhere => RangeKind::Everywhere,
            Self::Own => RangeKind::Own,
            Self::Departments(_) => RangeKind::Departments,
        }
    }
}

/// That somebody has a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Its id.
    pub id: AssignmentId,
    /// The role.
    pub role: RoleId,
    /// Who has it.
    pub holder: Holder,
    /// Where it counts.
    pub range: Range,
    /// When it ends.
    pub until: Option<DateTime<Utc>>,
    /// Who gave it.
    pub granted_by: MemberId,
    /// When they did.
    pub granted_at: DateTime<Utc>,
}

impl Assignment {
    /// Whether it is not over.
    #[must_use]
    pub fn counts_at(&self, now: DateTime<Utc>) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// The departments that were chosen for it.
    #[must_use]
    pub fn departments(&self) -> &[DepartmentId] {
        match &self.range {
            Range::Departments(ids) => ids,
            Range::Everywhere | Range::Own => &[],
        }
    }

    /// What it gives with its role, within a reach.
    #[must_use]
    pub fn grant(&self, role: &Role, reach: Reach) -> Grant {
        Grant {
            assignment: Some(self.id),
            role: self.role,
            permissions: role.permissions(),
            fields: role.fields(),
            reach,
            until: self.until,
        }
    }
}
