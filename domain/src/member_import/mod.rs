//! Importing members from a spreadsheet: a dry run makes a plan, with every fault of every cell at once; the plan that was seen is carried
//! out, and no other.
//!
//! A plan is rows in the order in which they are carried out, whoever leads before whoever is led. A piece of them is carried out in one
//! transaction, with how far it came, so that nothing is done twice, whatever ends the process.

mod absent;
mod cell;
mod column;
mod execute;
mod order;
mod path;
mod plan;
mod row;
mod sheet;
mod start;
mod store;
mod survey;
mod template;

pub use column::Column;
pub use execute::{ExecutingStore, Step, execute, fail};
pub(crate) use path::{joined, written};
pub use plan::{Planned, Planner, PlanningStore};
pub use row::{FieldChange, PlannedRow, RowAction, RowCounts, RowFault, RowFilter};
pub use sheet::{Flaw, HEADINGS_WITHIN, Heading, MAX_CELL, MAX_COLUMNS, MAX_ROWS, Sheet, SheetRow};
pub use start::{Order, StartingStore, cancel, get, list_departments, list_rows, may_import, order, start};
pub use store::{MemberImportStore, Present};
pub use template::template;

use crate::department::DepartmentName;
use crate::error::Problem;
use crate::id::{DepartmentId, MemberImportId, TenantId};
use crate::named::named;
use crate::on_behalf::OnBehalf;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
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
    pub by: OnBehalf,
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
