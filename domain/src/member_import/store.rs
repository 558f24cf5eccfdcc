//! What imports are kept in.

use super::{ImportState, MemberImport, PlannedDepartment, PlannedRow, RowFault, RowFilter};
use crate::error::Result;
use crate::id::{MemberId, MemberImportId};

/// Somebody who may be absent from a spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub id: MemberId,
    /// What integrators call them.
    pub userid: String,
    /// Their name.
    pub name: String,
    /// Their version.
    pub version: i64,
    /// To whom they report.
    pub leader: Option<MemberId>,
    /// Whether they can leave: the owner cannot.
    pub may_leave: bool,
}

/// Keeps imports of the tenant that the transaction is bound to.
pub trait MemberImportStore {
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_member_import(&mut self, import: &MemberImport) -> Result<()>;
    /// An import.
    ///
    /// # Errors
    /// When the store fails.
    fn member_import(&mut self, id: MemberImportId) -> Result<Option<MemberImport>>;
    /// The imports that came before one, or all, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    fn member_imports(&mut self, before: Option<MemberImportId>, limit: u32) -> Result<Vec<MemberImport>>;
    /// The imports in some states.
    ///
    /// # Errors
    /// When the store fails.
    fn member_imports_in(&mut self, states: &[ImportState]) -> Result<Vec<MemberImport>>;
    /// Keeps the spreadsheet of an import.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_sheet(&mut self, id: MemberImportId, sheet: &[u8]) -> Result<()>;
    /// The spreadsheet of an import.
    ///
    /// # Errors
    /// `not_found`.
    fn sheet(&mut self, id: MemberImportId) -> Result<Vec<u8>>;
    /// Forgets the spreadsheet of an import.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_sheet(&mut self, id: MemberImportId) -> Result<()>;
    /// Keeps departments that an import makes.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_planned_departments(&mut self, id: MemberImportId, new: &[PlannedDepartment]) -> Result<()>;
    /// The departments that an import makes, from a position on.
    ///
    /// # Errors
    /// When the store fails.
    fn planned_departments(
        &mut self,
        id: MemberImportId,
        from: u32,
        limit: u32,
    ) -> Result<Vec<PlannedDepartment>>;
    /// Keeps rows of a plan.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_planned_rows(&mut self, id: MemberImportId, rows: &[PlannedRow]) -> Result<()>;
    /// Keeps changed rows of a plan.
    ///
    /// # Errors
    /// When the store fails.
    fn save_planned_rows(&mut self, id: MemberImportId, rows: &[PlannedRow]) -> Result<()>;
    /// Adds faults to rows of a plan, which do nothing from then on.
    ///
    /// # Errors
    /// When the store fails.
    fn refuse_rows(&mut self, id: MemberImportId, refused: &[(u32, Vec<RowFault>)]) -> Result<()>;
    /// The rows of a plan, from a position on.
    ///
    /// # Errors
    /// When the store fails.
    fn planned_rows(
        &mut self,
        id: MemberImportId,
        filter: RowFilter,
        from: u32,
        limit: u32,
    ) -> Result<Vec<PlannedRow>>;
    /// Forgets all rows and departments of a plan.
    ///
    /// # Errors
    /// When the store fails.
    fn clear_plan(&mut self, id: MemberImportId) -> Result<()>;
    /// Those who are there, by their ids, after one of them.
    ///
    /// # Errors
    /// When the store fails.
    fn present(&mut self, after: Option<MemberId>, limit: u32) -> Result<Vec<Present>>;
}
