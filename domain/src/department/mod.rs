//! Departments: the tree of a tenant. A tenant is born with its root.
//!
//! Whoever changes the shape of the tree changes [`Tree`] with it, so that two such changes never happen at once and no sequence of
//! them makes a cycle.

mod change;
mod count;
mod dissolve;
mod name;
mod path;
mod relation;
mod view;

pub(crate) use change::creation;
pub use change::{DepartmentPatch, NewDepartment, create, update};
pub use count::{Counts, roll_up};
pub use dissolve::{delete, merge};
pub use name::DepartmentName;
pub use path::Path;
pub use relation::{Direction, Related, RelationKind, relate, relations, unrelate};
pub use view::{Leader, ListedDepartment, Scope, Whole, get, list, whole};

use crate::access::Sight;
use crate::error::{Code, Error, Result};
use crate::id::{DepartmentId, MemberId};
use crate::member::Member;
use chrono::{DateTime, Utc};

/// How many levels a tree has at most.
pub const MAX_LEVEL: u32 = 15;
/// How many departments a tree has at most.
pub const MAX_DEPARTMENTS: u64 = 30_000;
/// How many leaders a department has at most.
pub const MAX_LEADERS: usize = 5;
/// The number of the root.
pub const ROOT_NUMBER: i64 = 1;

/// A department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Its id.
    pub id: DepartmentId,
    /// The one above; `None` for the root.
    pub parent: Option<DepartmentId>,
    /// A short number within the tenant, never given again; the root has 1.
    pub number: i64,
    /// Where it stands.
    pub path: Path,
    /// Its name.
    pub name: DepartmentName,
    /// Its English name.
    pub english_name: Option<DepartmentName>,
    /// Its place among those beside it, smallest first; equal ones by number.
    pub order: i64,
    /// Whether it is hidden with all that is below it, from those who are not in it.
    pub hidden: bool,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

impl Department {
    /// The root of a new tenant.
    #[must_use]
    pub fn root(id: DepartmentId, name: DepartmentName, now: DateTime<Utc>) -> Self {
        Self {
            id,
            parent: None,
            number: ROOT_NUMBER,
            path: Path::root(),
            name,
            english_name: None,
            order: ROOT_NUMBER,
            hidden: false,
            created_at: now,
            version: 0,
        }
    }
}

/// What is known of a tenant's tree as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The number that was given last.
    pub last_number: i64,
    /// How many departments there are.
    pub departments: u64,
    /// Counts the changes of the tree; 0 for one not yet kept.
    pub version: i64,
}

impl Tree {
    /// The tree of a new tenant, which has a root.
    pub const NEW: Self = Self { last_number: ROOT_NUMBER, departments: 1, version: 0 };

    /// Refuses more departments than there is room for.
    pub(crate) fn room(&self, more: u64) -> Result<()> {
        let numbered = u64::try_from(Path::MAX_NUMBER - self.last_number).unwrap_or_default();
        if self.departments + more > MAX_DEPARTMENTS || more > numbered {
            return Err(Error::new(Code::DepartmentLimitReached).with("max", MAX_DEPARTMENTS));
        }
        Ok(())
    }

    /// A new department below another one, with the next number.
    pub(crate) fn grow(
        &mut self,
        (parent, above): (DepartmentId, &Path),
        id: DepartmentId,
        name: DepartmentName,
        now: DateTime<Utc>,
    ) -> Department {
        self.last_number += 1;
        self.departments += 1;
        let (number, order) = (self.last_number, self.last_number);
        let (parent, path) = (Some(parent), above.below(number));
        Department {
            id,
            parent,
            number,
            path,
            name,
            english_name: None,
            order,
            hidden: false,
            created_at: now,
            version: 0,
        }
    }
}

/// A place in a department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// The department.
    pub department: DepartmentId,
    /// The place among its members, smallest first.
    pub order: i64,
    /// Whether the member leads it.
    pub leads: bool,
}

/// Keeps departments of the tenant that the transaction is bound to.
pub trait DepartmentStore {
    /// The tree as a whole.
    ///
    /// # Errors
    /// When the store fails.
    fn tree(&mut self) -> Result<Tree>;
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_tree(&mut self, tree: &Tree) -> Result<()>;
    /// The root.
    ///
    /// # Errors
    /// `not_found`.
    fn root_department(&mut self) -> Result<DepartmentId>;
    /// A department.
    ///
    /// # Errors
    /// When the store fails.
    fn department(&mut self, id: DepartmentId) -> Result<Option<Department>>;
    /// Those of some departments that are there.
    ///
    /// # Errors
    /// When the store fails.
    fn known_departments(&mut self, ids: &[DepartmentId]) -> Result<Vec<Department>>;
    /// Inserts version 0, updates any other. Where those below it stand is not changed.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_department(&mut self, department: &Department) -> Result<()>;
    /// Keeps new departments.
    ///
    /// # Errors
    /// `busy` when another transaction just gave a name of theirs away.
    fn insert_departments(&mut self, departments: &[Department]) -> Result<()>;
    /// Forgets a department that has nothing in it.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_department(&mut self, id: DepartmentId) -> Result<()>;
    /// Which departments stand right below others under names with some keys: the one above, the key, and the department.
    ///
    /// # Errors
    /// When the store fails.
    fn children_named(
        &mut self,
        wanted: &[(DepartmentId, String)],
    ) -> Result<Vec<(DepartmentId, String, DepartmentId)>>;
    /// A name that departments right below both have.
    ///
    /// # Errors
    /// When the store fails.
    fn clash(&mut self, one: DepartmentId, other: DepartmentId) -> Result<Option<String>>;
    /// How far down the deepest department of a subtree is.
    ///
    /// # Errors
    /// When the store fails.
    fn deepest(&mut self, path: &Path) -> Result<u32>;
    /// Makes all that stands below one path stand below another.
    ///
    /// # Errors
    /// When the store fails.
    fn move_below(&mut self, from: &Path, to: &Path) -> Result<()>;
    /// Hands the departments right below one to another one.
    ///
    /// # Errors
    /// When the store fails.
    fn adopt(&mut self, from: DepartmentId, to: DepartmentId) -> Result<()>;
    /// Whether there is a department below one, or a member in it.
    ///
    /// # Errors
    /// When the store fails.
    fn is_in_use(&mut self, id: DepartmentId) -> Result<bool>;
    /// A page of departments that somebody sees, as they are ordered there.
    ///
    /// # Errors
    /// When the store fails.
    fn departments(&mut self, scope: &Scope, sight: &Sight, limit: u32) -> Result<Vec<Department>>;
    /// The departments of some numbers, from the top down.
    ///
    /// # Errors
    /// When the store fails.
    fn departments_numbered(&mut self, numbers: &[i64]) -> Result<Vec<Department>>;
    /// How many members whom somebody sees are in some departments, and below.
    ///
    /// # Errors
    /// When the store fails.
    fn count_members(&mut self, ids: &[DepartmentId], sight: &Sight) -> Result<Vec<(DepartmentId, Counts)>>;
}

/// Keeps which members are in which departments, of the tenant that the transaction is bound to.
pub trait PlacementStore {
    /// The departments of some members.
    ///
    /// # Errors
    /// When the store fails.
    fn placements(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, Placement)>>;
    /// The same, with where each of those stands.
    ///
    /// # Errors
    /// When the store fails.
    fn placements_with_paths(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, Placement, Path)>>;
    /// Puts members into these departments and no others. Who led one of them still does, at the same place; who leads one newly comes
    /// after the others.
    ///
    /// # Errors
    /// When the store fails.
    fn replace_placements(&mut self, placed: &[(&Member, &[Placement])]) -> Result<()>;
    /// Moves all members of a department to another one, where they have no part in leading it.
    ///
    /// # Errors
    /// When the store fails.
    fn move_members(&mut self, from: DepartmentId, to: DepartmentId) -> Result<()>;
    /// Who leads some departments, in order.
    ///
    /// # Errors
    /// When the store fails.
    fn leaders(&mut self, departments: &[DepartmentId]) -> Result<Vec<(DepartmentId, Leader)>>;
    /// Makes some members of a department its leaders, and nobody else; says whether all of them are in it.
    ///
    /// # Errors
    /// When the store fails.
    fn set_leaders(&mut self, department: DepartmentId, leaders: &[MemberId]) -> Result<bool>;
    /// How many members whom somebody sees are in each department of a subtree, for those that have any.
    ///
    /// # Errors
    /// When the store fails.
    fn head_counts(&mut self, path: &Path, sight: &Sight) -> Result<Vec<(DepartmentId, u64)>>;
    /// Where in a subtree members are, whom somebody sees, who are in several of its departments.
    ///
    /// # Errors
    /// When the store fails.
    fn shared_members(&mut self, path: &Path, sight: &Sight) -> Result<Vec<(MemberId, DepartmentId)>>;
}

/// Keeps relations between departments of the tenant that the transaction is bound to.
pub trait RelationStore {
    /// The relations of a department, in both directions, by kind.
    ///
    /// # Errors
    /// When the store fails.
    fn relations(&mut self, department: DepartmentId) -> Result<Vec<Related>>;
    /// Keeps a new relation.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_relation(&mut self, from: DepartmentId, kind: RelationKind, to: DepartmentId) -> Result<()>;
    /// Forgets a relation.
    ///
    /// # Errors
    /// `not_found`.
    fn delete_relation(&mut self, from: DepartmentId, kind: RelationKind, to: DepartmentId) -> Result<()>;
    /// Forgets all relations of a department.
    ///
    /// # Errors
    /// When the store fails.
    fn forget_relations(&mut self, department: DepartmentId) -> Result<()>;
}
