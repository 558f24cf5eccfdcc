//! Importing members from a spreadsheet: a dry run makes a plan, with every fault of every cell at once; the plan that was seen is carried
//! out, and no other.
//!
//! A plan is rows in the order in which they are carried out, whoever leads before whoever is led. A piece of them is carried out in one
//! transaction, with how far it came, so that nothing is done twice, whatever ends the process.

mod cell;
mod column;
mod execute;
mod order;
mod path;
mod plan;
mod sheet;
mod start;
mod template;

pub use column::Column;
pub use execute::{ExecutingStore, Step, execute, fail};
pub(crate) use path::{joined, written};
pub use plan::{Planner, PlanningStore};
pub use sheet::{Flaw, HEADINGS_WITHIN, Heading, MAX_CELL, MAX_COLUMNS, MAX_ROWS, Sheet, SheetRow};
pub use start::{Order, StartingStore, cancel, get, list_departments, list_rows, order, start};
pub use template::template;

use crate::actor::MemberActor;
use crate::department::DepartmentName;
use crate::error::{Code, Error, Language, Result, Violation};
use crate::id::{AccountId, DepartmentId, MemberId, MemberImportId, SessionId, TenantId};
use crate::member::MemberDraft;
use crate::named::named;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a spreadsheet takes for the beginning of a formula; where a cell is only text, an apostrophe before it says so (OWASP, CSV
/// Injection).
pub const BEGINS_FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// How many members leave by an import at most without being counted by whoever orders it.
pub const REMOVED_UNCOUNTED: u32 = 50;
/// The same, as a part of all: one in so many.
pub const REMOVED_PART: u32 = 5;

named! {
    /// Where an import stands.
    ImportState {
        /// The dry run is under way.
        Planning "planning";
        /// The plan can be seen, and carried out.
        Planned "planned";
        /// It is being carried out.
        Executing "executing";
        /// It was carried out; rows that others had changed meanwhile were left out.
        Completed "completed";
        /// Somebody stopped it, or nobody ordered it in time; what was carried out before stays.
        Cancelled "cancelled";
        /// It could not go on; what was carried out before stays.
        Failed "failed";
    }
}

named! {
    /// What a row does.
    RowAction {
        /// Makes a member.
        Create "create";
        /// Changes one.
        Update "update";
        /// Changes the departments of one, and perhaps more.
        Move "move";
        /// Sees one off who is not in the spreadsheet.
        Remove "remove";
        /// Nothing: everything is as the row says.
        Keep "keep";
        /// Nothing: the row has faults.
        Refuse "refuse";
    }
}

/// How a spreadsheet is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Options {
    /// Whether members who are there already are changed.
    pub update_existing: bool,
    /// Whether an empty cell takes away what is there.
    pub clear_empty: bool,
    /// Whether departments that are not there are made.
    pub create_departments: bool,
    /// Whether whoever is not in the spreadsheet leaves.
    pub remove_absent: bool,
    /// Who takes over what those have in hand.
    pub successor: Option<Uuid>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            update_existing: true,
            clear_empty: false,
            create_departments: false,
            remove_absent: false,
            successor: None,
        }
    }
}

/// How many rows do what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    /// Make a member.
    pub create: u32,
    /// Change one.
    pub update: u32,
    /// Change the departments of one.
    #[serde(rename = "move")]
    pub moved: u32,
    /// See one off.
    pub remove: u32,
    /// Change nothing.
    pub keep: u32,
    /// Have faults.
    pub refuse: u32,
}

impl RowCounts {
    pub(crate) fn add(&mut self, action: RowAction) {
        *match action {
            RowAction::Create => &mut self.create,
            RowAction::Update => &mut self.update,
            RowAction::Move => &mut self.moved,
            RowAction::Remove => &mut self.remove,
            RowAction::Keep => &mut self.keep,
            RowAction::Refuse => &mut self.refuse,
        } += 1;
    }
}

/// What an import will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// SHA-256 over every department and every row, in order.
    pub hash: String,
    /// How many rows do what.
    pub rows: RowCounts,
    /// How many departments are made.
    pub departments: u32,
    /// Whether so many leave that whoever orders it has to say how many.
    pub removes_many: bool,
    /// What would forbid it as a whole.
    pub problems: Vec<Problem>,
}

/// An import of members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberImport {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its id.
    pub id: MemberImportId,
    /// Where it stands.
    pub state: ImportState,
    /// How it is meant.
    pub options: Options,
    /// What each column of the spreadsheet was taken for.
    pub columns: Vec<Heading>,
    /// How many rows of the spreadsheet there are down to its headings.
    pub headings: u32,
    /// How many there are below them.
    pub rows: u32,
    /// What it will do, once that is known.
    pub plan: Option<Plan>,
    /// How many departments and rows have been dealt with in this state.
    pub done: u32,
    /// How many departments and rows there are to deal with.
    pub total: u32,
    /// How many rows were left out because others had changed meanwhile what they are about.
    pub failed: u32,
    /// Why it could not go on.
    pub problem: Option<Problem>,
    /// Who began it, or ordered it.
    pub by: By,
    /// The request that did so.
    pub request_id: String,
    /// Since when it is there.
    pub created_at: DateTime<Utc>,
    /// When it was ordered.
    pub executed_at: Option<DateTime<Utc>>,
    /// When it came to its end.
    pub ended_at: Option<DateTime<Utc>>,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

impl MemberImport {
    /// Whether it is under way.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        matches!(self.state, ImportState::Planning | ImportState::Executing)
    }

    fn end(&mut self, state: ImportState, now: DateTime<Utc>) {
        self.state = state;
        self.ended_at = Some(now);
    }
}

/// Who acts by an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    /// The person.
    pub account: AccountId,
    /// Their place.
    pub member: MemberId,
    /// The session in which they began or ordered it.
    pub session: SessionId,
}

impl From<&MemberActor> for By {
    fn from(actor: &MemberActor) -> Self {
        Self { account: actor.account, member: actor.member, session: actor.session }
    }
}

/// A department that an import makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDepartment {
    /// Its place among them; whatever is above comes before what is below.
    pub position: u32,
    /// Its id from then on.
    pub id: DepartmentId,
    /// The one above.
    pub parent: DepartmentId,
    /// Its name.
    pub name: DepartmentName,
    /// The names from below the root down to it, with a slash between.
    pub path: String,
}

/// What changes about a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// What it held.
    pub before: Value,
    /// What it is to hold.
    pub after: Value,
}

/// What is wrong, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The name of the code.
    pub code: String,
    /// Details that fill its message.
    pub params: Map<String, Value>,
}

impl Problem {
    fn new(code: Code, params: &[(&'static str, Value)]) -> Self {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Self { code: code.name().to_owned(), params }
    }

    /// The sentence for a person.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let params = || self.params.iter().map(|(name, value)| (name.as_str(), value));
        Code::find(&self.code).map(|code| code.message_with(language, params())).unwrap_or_default()
    }
}

impl From<&Violation> for Problem {
    fn from(violation: &Violation) -> Self {
        Self::new(violation.code, &violation.params)
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        // Wrong input says what is wrong with it.
        let first = error.faults().first().map(|fault| Self::from(&fault.violation));
        first.unwrap_or_else(|| Self::new(error.code(), error.params()))
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// The field, if it is about one.
    pub field: Option<String>,
    /// The column of the spreadsheet, the first one being 0, if it is about one.
    pub column: Option<usize>,
    /// What is wrong.
    #[serde(flatten)]
    pub problem: Problem,
}

/// A row of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    /// Its place among them.
    pub position: u32,
    /// Where it stands in the spreadsheet, counted as spreadsheets do; none for who is not in it.
    pub row: Option<u32>,
    /// The member, or who they are going to be.
    pub member: MemberId,
    /// What it does.
    pub action: RowAction,
    /// Whether it was left out when the plan was carried out.
    pub failed: bool,
    /// The version of the member that the plan was made for.
    pub expected: i64,
    /// The member as they are to be.
    pub draft: MemberDraft,
    /// What changes.
    pub changes: Vec<FieldChange>,
    /// What is wrong.
    pub faults: Vec<RowFault>,
}

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

/// Which rows of a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowFilter {
    /// Only those that do this.
    pub action: Option<RowAction>,
    /// Only those that were left out.
    pub failed: bool,
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
