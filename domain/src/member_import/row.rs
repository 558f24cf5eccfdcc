//! The rows of a plan: what each does, and what is wrong with it.

use super::cell::about;
use super::{Column, Heading};
use crate::context::Context;
use crate::error::{Fault, Faults, Problem};
use crate::id::{DepartmentId, MemberId, TenantId};
use crate::member::{ListedMember, Member, MemberChange, MemberDraft};
use crate::member_field::{Custom, MemberField};
use crate::named::named;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

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
    pub(super) fn of(actions: &[RowAction]) -> Self {
        let mut counts = Self::default();
        for action in actions {
            *match action {
                RowAction::Create => &mut counts.create,
                RowAction::Update => &mut counts.update,
                RowAction::Move => &mut counts.moved,
                RowAction::Remove => &mut counts.remove,
                RowAction::Keep => &mut counts.keep,
                RowAction::Refuse => &mut counts.refuse,
            } += 1;
        }
        counts
    }
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

/// Which rows of a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowFilter {
    /// Only those that do this.
    pub action: Option<RowAction>,
    /// Only those that were left out.
    pub failed: bool,
}

impl PlannedRow {
    /// The change of a member that it stands for; the change is named by its position. Faults come with pointers into the draft.
    pub(super) fn change(
        &self,
        context: &Context<'_>,
        before: Option<ListedMember>,
        (tenant, root, fields): (TenantId, DepartmentId, &[MemberField]),
        faults: &mut Faults,
    ) -> Option<MemberChange> {
        let empty = Custom::new();
        let had = before.as_ref().map_or(&empty, |before| &before.custom);
        let read = self.draft.read("", (fields, had), faults)?;
        let member = before.as_ref().map_or_else(
            || Member::new(tenant, self.member, read.details.clone(), root, context.now),
            |before| before.member.clone(),
        );
        let mut change = MemberChange::to(String::new(), (before, member), read, root, faults)?;
        change.at = self.position.to_string();
        Some(change)
    }
}

/// Faults of a draft as those of a row: where they stand in the spreadsheet.
pub(super) fn row_faults(faults: &Faults, columns: &[Heading]) -> Vec<RowFault> {
    faults.found().iter().map(|fault| row_fault(&fault.pointer, fault, columns)).collect()
}

/// Faults of changes that are named by the positions of their rows: those of each row.
pub(super) fn faults_by_row(faults: &Faults, columns: &[Heading]) -> BTreeMap<u32, Vec<RowFault>> {
    let mut all: BTreeMap<u32, Vec<RowFault>> = BTreeMap::new();
    for fault in faults.found() {
        let (position, pointer) = fault.pointer.split_once('/').unwrap_or((&fault.pointer, ""));
        let Ok(position) = position.parse() else { continue };
        all.entry(position).or_default().push(row_fault(pointer, fault, columns));
    }
    all
}

fn row_fault(pointer: &str, fault: &Fault, columns: &[Heading]) -> RowFault {
    let column = about(pointer);
    RowFault {
        field: column.map(Column::field),
        column: column.and_then(|column| columns.iter().position(|heading| heading.column == Some(column))),
        problem: Problem::from(&fault.violation),
    }
}
