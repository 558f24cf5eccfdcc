//! Departments: the tree of a tenant. A tenant is born with its root.

use crate::error::Result;
use crate::id::{DepartmentId, TenantId};
use crate::text::DepartmentName;
use chrono::{DateTime, Utc};

/// A department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its id.
    pub id: DepartmentId,
    /// The one above; `None` for the root.
    pub parent: Option<DepartmentId>,
    /// A short number within the tenant; the root has 1.
    pub number: i64,
    /// Its name.
    pub name: DepartmentName,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
}

/// Keeps departments of the tenant that the transaction is bound to.
pub trait DepartmentStore {
    /// Keeps a new department.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_department(&mut self, department: &Department) -> Result<()>;
    /// The root.
    ///
    /// # Errors
    /// `not_found`.
    fn root_department(&mut self) -> Result<DepartmentId>;
}
