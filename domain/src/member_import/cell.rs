//! What the cells of a row say of a member.

use super::path;
use super::{BEGINS_FORMULA, Column, FieldChange, Heading, Options, SheetRow};
use crate::department::DepartmentName;
use crate::error::{Code, Faults, Place, Violation};
use crate::id::DepartmentId;
use crate::member::{MemberDraft, PlacementDraft, Userid};
use crate::phone::MobileNumber;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a cell says, without what keeps spreadsheets from taking it for a formula: `'=1+1` says `=1+1`.
fn said(cell: &str) -> &str {
    let cell = cell.trim();
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(BEGINS_FORMULA) => rest,
        _ => cell,
    }
}

/// A row, with what each of its cells is about.
pub(super) struct Cells<'a> {
    row: &'a SheetRow,
    columns: &'a [Heading],
}

impl<'a> Cells<'a> {
    pub(super) fn new(row: &'a SheetRow, columns: &'a [Heading]) -> Self {
        Self { row, columns }
    }

    fn column(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|heading| heading.column == Some(column))
    }

    /// What a cell says; nothing when it is empty or there is no such column.
    fn get(&self, column: Column) -> Option<&'a str> {
        let cell = self.row.cells.get(self.column(column)?).map(|cell| said(cell))?;
        (!cell.is_empty()).then_some(cell)
    }

    /// Whether there is such a column, and nothing in it.
    fn is_empty(&self, column: Column) -> bool {
        self.column(column).is_some() && self.get(column).is_none()
    }

    /// By what the member is known: a userid, or the mobile number where there is none.
    pub(super) fn userid(&self) -> Option<Userid> {
        self.get(Column::Userid).and_then(|cell| Userid::parse(cell).ok())
    }

    pub(super) fn mobile(&self) -> Option<MobileNumber> {
        self.get(Column::Mobile).and_then(|cell| MobileNumber::parse(cell).ok())
    }

    pub(super) fn leader(&self) -> Option<&'a str> {
        self.get(Column::Leader)
    }

    /// The departments, as names.
    pub(super) fn departments(&self) -> Option<Result<Vec<Vec<DepartmentName>>, Violation>> {
        self.get(Column::Departments).map(path::read)
    }

    /// The member as the row wants them, who is so far as `draft` says. The leader is found by whoever knows all rows.
    pub(super) fn onto(
        &self,
        mut draft: MemberDraft,
        options: Options,
        find: impl Fn(&[DepartmentName]) -> Result<DepartmentId, Violation>,
        faults: &mut Faults,
    ) -> MemberDraft {
        for (column, value) in [
            (Column::Userid, &mut draft.userid),
            (Column::Name, &mut draft.name),
            (Column::Alias, &mut draft.alias),
            (Column::EmployeeNumber, &mut draft.employee_number),
            (Column::Position, &mut draft.position),
            (Column::Gender, &mut draft.gender),
            (Column::Mobile, &mut draft.mobile),
            (Column::Email, &mut draft.email),
            (Column::Telephone, &mut draft.telephone),
            (Column::WorkLocation, &mut draft.work_location),
            (Column::Address, &mut draft.address),
            (Column::HireDate, &mut draft.hire_date),
        ] {
            let stays = matches!(column, Column::Userid | Column::Name | Column::Mobile);
            match self.get(column) {
                // One userid in another case is the same.
                Some(cell)
                    if column == Column::Userid && value.as_deref().is_some_and(|is| same(is, cell)) => {}
                Some(cell) if column == Column::Gender => *value = Some(gender(cell).to_owned()),
                Some(cell) if column == Column::HireDate => *value = Some(day(cell)),
                Some(cell) => *value = Some(cell.to_owned()),
                None if options.clear_empty && !stays && self.is_empty(column) => *value = None,
                None => {}
            }
        }
        if options.clear_empty && self.is_empty(Column::Leader) {
            draft.leader_id = None;
        }
        for heading in self.columns {
            let Some(Column::Custom(id)) = heading.column else { continue };
            match self.get(Column::Custom(id)) {
                Some(cell) => drop(draft.custom.insert(id.into(), Some(cell.to_owned()))),
                None if options.clear_empty => drop(draft.custom.remove(&Uuid::from(id))),
                None => {}
            }
        }
        self.place(&mut draft, find, faults);
        if options.clear_empty && self.is_empty(Column::Leads) {
            draft.departments.iter_mut().flatten().for_each(|placement| placement.is_leader = false);
        }
        draft
    }

    /// The departments, and which of them the member leads.
    fn place(
        &self,
        draft: &mut MemberDraft,
        find: impl Fn(&[DepartmentName]) -> Result<DepartmentId, Violation>,
        faults: &mut Faults,
    ) {
        if let Some(paths) = self.departments() {
            let found =
                paths.and_then(|paths| paths.iter().map(|path| find(path)).collect::<Result<Vec<_>, _>>());
            let Some(found) = faults.at("/departments", found) else { return };
            let had = draft.departments.take().unwrap_or_default();
            let placement = |id: DepartmentId| {
                let known = had.iter().find(|one| one.department_id == Uuid::from(id));
                known.cloned().unwrap_or(PlacementDraft {
                    department_id: id.into(),
                    order: 0,
                    is_leader: false,
                })
            };
            draft.department_id = found.first().copied().map(Uuid::from);
            draft.departments = Some(found.into_iter().map(placement).collect());
        }
        let Some(leads) = self.get(Column::Leads) else { return };
        let words: Vec<&str> = leads.split([';', '；', '|']).map(str::trim).collect();
        let placements = draft.departments.get_or_insert_default();
        if placements.is_empty() && words.iter().any(|word| yes(word) == Some(true)) {
            return faults.note("/departments", Code::FieldRequired);
        }
        if words.len() > 1 && words.len() != placements.len() {
            let violation = Violation::new(Code::FormatInvalid).with("expected", "yes; no");
            return faults.note("/leads", violation);
        }
        for (index, placement) in placements.iter_mut().enumerate() {
            let word = words.get(index).or(words.first()).copied().unwrap_or_default();
            let Some(leads) = yes(word) else {
                let violation = Violation::new(Code::ValueNotAllowed).with("allowed", "是, 否, yes, no");
                return faults.note("/leads", violation);
            };
            placement.is_leader = leads;
        }
    }

    /// Notes what is wrong with cells whatever they say.
    pub(super) fn flaws(&self, faults: &mut Faults) {
        for (index, flaw) in &self.row.flaws {
            if let Some(column) = self.columns.get(*index).and_then(|heading| heading.column) {
                faults.note(&format!("/{}", column.field()), flaw.violation());
            }
        }
    }
}

/// The column that a pointer into a draft is about.
pub(super) fn about(pointer: &str) -> Option<Column> {
    let pointer = pointer.trim_start_matches('/');
    match pointer.split_once('/') {
        Some(("departments", rest)) if rest.ends_with("/is_leader") => Some(Column::Leads),
        Some(("departments", _)) => Some(Column::Departments),
        None if pointer == "department_id" => Some(Column::Departments),
        _ => Column::about(pointer),
    }
}

/// Faults of a part of a request, which here is a row.
pub(super) fn faults() -> Faults {
    Faults::of(Place::Body)
}

/// A gender as spreadsheets write it, in our words.
fn gender(cell: &str) -> &str {
    match cell.to_lowercase().as_str() {
        "男" | "male" | "m" | "1" => "male",
        "女" | "female" | "f" | "2" => "female",
        _ => cell,
    }
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn yes(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "是" | "yes" | "y" | "true" | "1" => Some(true),
        "否" | "no" | "n" | "false" | "0" | "" => Some(false),
        _ => None,
    }
}

/// A day as spreadsheets write it: `2026-03-01`, `2026/3/1`, `2026.3.1`, `20260301`, `2026年3月1日`.
fn day(cell: &str) -> String {
    let plain = if cell.len() == 8 && cell.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("{}-{}-{}", &cell[..4], &cell[4..6], &cell[6..])
    } else {
        cell.replace(['/', '.', '年', '月'], "-").trim_end_matches('日').to_owned()
    };
    let parts: Vec<Option<u32>> = plain.split('-').map(|part| part.trim().parse().ok()).collect();
    match parts[..] {
        [Some(year), Some(month), Some(day)] => format!("{year:04}-{month:02}-{day:02}"),
        _ => cell.to_owned(),
    }
}

/// What one draft says otherwise than another one.
pub(super) fn differences(before: &MemberDraft, after: &MemberDraft) -> Vec<FieldChange> {
    let fields = |draft: &MemberDraft| match serde_json::to_value(draft) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let (before, after) = (fields(before), fields(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |of: &Map<String, Value>, name: &str| of.get(name).cloned().unwrap_or_default();
    names
        .into_iter()
        .map(|name| FieldChange {
            field: name.clone(),
            before: value(&before, name),
            after: value(&after, name),
        })
        .filter(|change| change.before != change.after)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_people_write_them() {
        assert_eq!(said(" '=1+1 "), "=1+1");
        assert_eq!(said("'+86138"), "+86138");
        assert_eq!(said("'tis"), "'tis");
        for written in ["2026-03-01", "2026/3/1", "2026.3.1", "20260301", "2026年3月1日", "2026-3-1"] {
            assert_eq!(day(written), "2026-03-01", "{written}");
        }
        for wrong in ["yesterday", "2026", "1/2", ""] {
            assert_eq!(day(wrong), wrong);
        }
        assert_eq!((gender("男"), gender("F"), gender("x")), ("male", "female", "x"));
        assert_eq!((yes("是"), yes("N"), yes("maybe")), (Some(true), Some(false), None));
    }

    #[test]
    fn a_fault_finds_its_column() {
        assert_eq!(about("/mobile"), Some(Column::Mobile));
        assert_eq!(about("/departments/0/department_id"), Some(Column::Departments));
        assert_eq!(about("/departments/2/is_leader"), Some(Column::Leads));
        assert_eq!(about("/department_id"), Some(Column::Departments));
        assert_eq!(about("/leader_id"), Some(Column::Leader));
        assert_eq!(about(""), None);
    }
}
