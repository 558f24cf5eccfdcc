//! Imports of members from spreadsheets.

pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod execute;
pub(crate) mod get;
pub(crate) mod job;
pub(crate) mod list;
pub(crate) mod rows;
pub(crate) mod template;
pub(crate) mod watch;

use crate::mirror::mirror;
use chrono::{DateTime, Utc};
use domain::error::Language;
use domain::error::Problem;
use domain::member_import::{Column, Heading, MemberImport};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// Where an import stands.
    MemberImportState = domain::member_import::ImportState {
        Planning "planning" "the dry run is under way";
        Planned "planned" "the plan can be seen, and carried out";
        Executing "executing" "it is being carried out";
        Completed "completed" "it was carried out; rows that others had changed meanwhile were left out";
        Cancelled "cancelled" "somebody stopped it, or another one took its place; what was carried out before stays";
        Failed "failed" "it could not go on, see `problem`; what was carried out before stays";
    }
}

mirror! {
    /// What a row does.
    MemberImportAction = domain::member_import::RowAction {
        Create "create" "makes a member";
        Update "update" "changes one";
        Move "move" "changes the departments of one, and perhaps more";
        Remove "remove" "sees one off who is not in the spreadsheet";
        Keep "keep" "nothing: everything is as the row says";
        Refuse "refuse" "nothing: the row has faults";
    }
}

/// An import of members.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberImportView {
    /// Its id.
    id: Uuid,
    /// Where it stands.
    state: MemberImportState,
    /// How it is meant.
    options: MemberImportOptions,
    /// What each column of the spreadsheet was taken for.
    columns: Vec<MemberImportColumn>,
    /// How many rows the spreadsheet has below its headings.
    rows: u32,
    /// How far it is in this state.
    progress: MemberImportProgress,
    /// What it will do, or did; null until the dry run is over.
    plan: Option<MemberImportPlan>,
    /// How many rows were left out because others had changed meanwhile what they are about.
    failed_rows: u32,
    /// Why it could not go on.
    problem: Option<MemberImportProblem>,
    /// The member who began it, or ordered it.
    by: Uuid,
    /// The request that did so; entries of the audit log carry it.
    request_id: String,
    /// Since when it is there.
    created_at: DateTime<Utc>,
    /// When it was ordered.
    executed_at: Option<DateTime<Utc>>,
    /// When it came to its end.
    ended_at: Option<DateTime<Utc>>,
}

/// How a spreadsheet is meant.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub(crate) struct MemberImportOptions {
    /// Whether members who are there already are changed.
    update_existing: bool,
    /// Whether an empty cell takes away what is there.
    clear_empty: bool,
    /// Whether departments that are not there are made.
    create_departments: bool,
    /// Whether whoever is not in the spreadsheet leaves.
    remove_absent: bool,
    /// Who takes over what those have in hand.
    successor_id: Option<Uuid>,
}

/// What a column was taken for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberImportColumn {
    /// Its letter.
    #[schema(example = "C")]
    column: String,
    /// What stands above it.
    #[schema(example = "手机")]
    heading: String,
    /// The field of a member, `custom/` and an id for one that the organization added; null for one that is passed over.
    #[schema(example = "mobile")]
    field: Option<String>,
}

/// How far an import is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberImportProgress {
    /// How many rows, and departments to be made, are dealt with.
    done: u32,
    /// How many there are.
    total: u32,
    /// The same in percent, rounded down.
    #[schema(maximum = 100)]
    percent: u32,
}

/// What an import will do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberImportPlan {
    /// Its fingerprint, by which it is ordered.
    hash: String,
    /// How many rows do what.
    rows: MemberImportCounts,
    /// How many departments are made.
    departments: u32,
    /// Whether so many leave, more than 50 or a fifth of all, that whoever orders it has to say how many.
    removes_many: bool,
    /// What forbids it as a whole for now.
    problems: Vec<MemberImportProblem>,
}

/// How many rows do what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberImportCounts {
    /// Make a member.
    create: u32,
    /// Change one.
    update: u32,
    /// Change the departments of one.
    #[serde(rename = "move")]
    moved: u32,
    /// See one off.
    remove: u32,
    /// Change nothing.
    keep: u32,
    /// Have faults.
    refuse: u32,
}

/// Something that forbids an import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberImportProblem {
    /// Its code.
    #[schema(example = "member_limit_reached")]
    code: String,
    /// What it means.
    message: String,
}

impl MemberImportProblem {
    fn of(problem: &Problem, language: Language) -> Self {
        Self { code: problem.code.clone(), message: problem.message(language) }
    }
}

impl MemberImportView {
    fn of(import: &MemberImport, language: Language) -> Self {
        let options = import.options;
        let column = |(index, heading): (usize, &Heading)| MemberImportColumn {
            column: letters(index),
            heading: heading.heading.clone(),
            field: heading.column.map(Column::field),
        };
        let plan = import.plan.as_ref().map(|plan| MemberImportPlan {
            hash: plan.hash.clone(),
            rows: MemberImportCounts {
                create: plan.rows.create,
                update: plan.rows.update,
                moved: plan.rows.moved,
                remove: plan.rows.remove,
                keep: plan.rows.keep,
                refuse: plan.rows.refuse,
            },
            departments: plan.departments,
            removes_many: plan.removes_many,
            problems: plan.problems.iter().map(|one| MemberImportProblem::of(one, language)).collect(),
        });
        let percent = u64::from(import.done) * 100 / u64::from(import.total.max(1));
        Self {
            id: import.id.into(),
            state: import.state.into(),
            options: MemberImportOptions {
                update_existing: options.update_existing,
                clear_empty: options.clear_empty,
                create_departments: options.create_departments,
                remove_absent: options.remove_absent,
                successor_id: options.successor,
            },
            columns: import.columns.iter().enumerate().map(column).collect(),
            rows: import.rows,
            progress: MemberImportProgress {
                done: import.done,
                total: import.total,
                percent: u32::try_from(percent).unwrap_or(100),
            },
            plan,
            failed_rows: import.failed,
            problem: import.problem.as_ref().map(|one| MemberImportProblem::of(one, language)),
            by: import.by.member.into(),
            request_id: import.request_id.clone(),
            created_at: import.created_at,
            executed_at: import.executed_at,
            ended_at: import.ended_at,
        }
    }
}

/// What a spreadsheet calls a column: A, B … Z, AA, AB …
fn letters(index: usize) -> String {
    let mut name = Vec::new();
    let mut rest = index + 1;
    while rest > 0 {
        rest -= 1;
        name.push(b'A' + u8::try_from(rest % 26).unwrap_or_default());
        rest /= 26;
    }
    name.reverse();
    String::from_utf8(name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
