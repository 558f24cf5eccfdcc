//! Where roles and assignments are kept, all of the tenant that the transaction is bound to.

use super::{Assignment, CustomRole, Grant, Hidden, Holder, Reach, Sight};
use crate::bundle::bundle;
use crate::department::Path;
use crate::error::Result;
use crate::id::{AssignmentId, DepartmentId, MemberId, RoleId, TagId};
use chrono::{DateTime, Utc};
use std::collections::HashSet;

/// Which assignments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssignmentFilter {
    /// Of this role.
    pub role: Option<RoleId>,
    /// Given to this holder itself.
    pub holder: Option<Holder>,
    /// Among these.
    pub among: Option<Vec<AssignmentId>>,
    /// That end before this moment.
    pub until: Option<DateTime<Utc>>,
}

bundle! {
    /// What deciding who may do what touches.
    AccessStore: RoleStore + GrantStore + AssignmentStore + HolderStore + SightStore
}

/// The roles that an organization made.
pub trait RoleStore {
    /// The roles that the organization made, by the sound of their names.
    ///
    /// # Errors
    /// When the store fails.
    fn custom_roles(&mut self) -> Result<Vec<CustomRole>>;
    /// One of them.
    ///
    /// # Errors
    /// When the store fails.
    fn custom_role(&mut self, id: RoleId) -> Result<Option<CustomRole>>;
    /// The role with a name of this key.
    ///
    /// # Errors
    /// When the store fails.
    fn role_named(&mut self, key: &str) -> Result<Option<RoleId>>;
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_role(&mut self, role: &CustomRole) -> Result<()>;
    /// Forgets a role that nobody has.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_role(&mut self, id: RoleId) -> Result<()>;
}

/// What members have by all their roles.
pub trait GrantStore {
    /// What the assignments of a member give, in whatever way they have them, but those that are over by a moment. One query.
    ///
    /// # Errors
    /// When the store fails.
    fn grants_of(&mut self, member: MemberId, now: DateTime<Utc>) -> Result<Vec<Grant>>;
    /// Who has roles, or some of them alone, by assignments, in whatever way, by the sound of their names: the place of each in that order, and who it is. Also those
    /// that are over; none who left.
    ///
    /// # Errors
    /// When the store fails.
    fn holders_of_roles(
        &mut self,
        roles: Option<&[RoleId]>,
        after: Option<&(String, MemberId)>,
        limit: u32,
    ) -> Result<Vec<(String, MemberId)>>;
}

/// Who has which role, and where.
pub trait AssignmentStore {
    /// How many assignments there are, those that are over included.
    ///
    /// # Errors
    /// When the store fails.
    fn count_assignments(&mut self) -> Result<u64>;
    /// An assignment.
    ///
    /// # Errors
    /// When the store fails.
    fn assignment(&mut self, id: AssignmentId) -> Result<Option<Assignment>>;
    /// A page of assignments, oldest first: of those that count within a reach and nowhere else.
    ///
    /// # Errors
    /// When the store fails.
    fn assignments(
        &mut self,
        filter: &AssignmentFilter,
        within: &Reach,
        after: Option<AssignmentId>,
        limit: u32,
    ) -> Result<Vec<Assignment>>;
    /// What is given to some holders themselves.
    ///
    /// # Errors
    /// When the store fails.
    fn assignments_of(&mut self, holders: &[Holder]) -> Result<Vec<Assignment>>;
    /// Takes a department out of every range; what counted nowhere else is over, and told.
    ///
    /// # Errors
    /// When the store fails.
    fn leave_ranges(&mut self, department: DepartmentId) -> Result<Vec<Assignment>>;
    /// What is given to departments, and where those stand.
    ///
    /// # Errors
    /// When the store fails.
    fn held_by_departments(&mut self) -> Result<Vec<(Path, Assignment)>>;
    /// What counts in departments of some numbers because these were chosen, and where each stands.
    ///
    /// # Errors
    /// When the store fails.
    fn assignments_at(&mut self, numbers: &[i64]) -> Result<Vec<(Path, Assignment)>>;
    /// What counts where its holders are.
    ///
    /// # Errors
    /// When the store fails.
    fn own_assignments(&mut self) -> Result<Vec<Assignment>>;
    /// Keeps a new assignment.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_assignment(&mut self, new: &Assignment) -> Result<()>;
    /// Forgets assignments.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_assignments(&mut self, ids: &[AssignmentId]) -> Result<()>;
}

/// Where those stand who have roles, and what they are called.
pub trait HolderStore {
    /// Which tags some members have.
    ///
    /// # Errors
    /// When the store fails.
    fn tags_of(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, TagId)>>;
    /// What holders are called; nothing about those that are not there.
    ///
    /// # Errors
    /// When the store fails.
    fn holder_names(&mut self, holders: &[Holder]) -> Result<Vec<(Holder, String)>>;
    /// Where some departments stand; nothing about those that are not there.
    ///
    /// # Errors
    /// When the store fails.
    fn paths(&mut self, departments: &[DepartmentId]) -> Result<Vec<(DepartmentId, Path)>>;
    /// In which departments some members are, the main one included; also those of who left, as they were.
    ///
    /// # Errors
    /// When the store fails.
    fn whereabouts(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, Path)>>;
}

/// What an organization hides, and who sees it.
pub trait SightStore {
    /// What the organization hides. One query.
    ///
    /// # Errors
    /// When the store fails.
    fn hidden(&mut self) -> Result<Hidden>;
    /// Where the departments stand that share their people with those of a member.
    ///
    /// # Errors
    /// When the store fails.
    fn shared_with(&mut self, member: MemberId) -> Result<Vec<Path>>;
    /// Whom of some members somebody sees.
    ///
    /// # Errors
    /// When the store fails.
    fn seen(&mut self, sight: &Sight, members: &[MemberId]) -> Result<HashSet<MemberId>>;
}
