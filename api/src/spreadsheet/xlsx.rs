//! XLSX: the first sheet that is not hidden, cell by cell.

use super::{Sheet, too_large, unreadable};
use calamine::{Data, DataRef, DataType, Dimensions, Reader, SheetVisible, Xlsx};
use domain::error::{Code, Violation};
use domain::member_import::{Flaw, MAX_COLUMNS};
use std::io::Cursor;

/// Up to which number a decimal fraction says every integer.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub(super) fn read(bytes: &[u8], rows: &mut Sheet) -> Result<(), Violation> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let shown = book.sheets_metadata().iter().find(|sheet| sheet.visible == SheetVisible::Visible);
    let name = shown.map(|sheet| sheet.name.clone()).ok_or(Code::SpreadsheetEmpty)?;
    let merged = book.merge_cells_by_sheet_name(&name).map_err(unreadable)?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut current = Row::default();
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(unreadable)? {
        let (row, column) = cell.pos;
        if row < current.number {
            return Err(Code::SpreadsheetUnreadable.into());
        }
        if row > current.number {
            std::mem::replace(&mut current, Row { number: row, ..Row::default() }).give(&merged, rows)?;
        }
        let text = said(&cell.value);
        let flaw = match &cell.value {
            _ if cell.formula.is_some() => Some(Flaw::Formula),
            DataRef::Error(_) => Some(Flaw::Error),
            _ => None,
        };
        if text.is_empty() && flaw.is_none() {
            continue;
        }
        let column =
            usize::try_from(column).ok().filter(|column| *column < MAX_COLUMNS).ok_or_else(too_large)?;
        if current.cells.len() <= column {
            current.cells.resize(column + 1, String::new());
        }
        current.cells[column] = text;
        current.flaws.extend(flaw.map(|flaw| (column, flaw)));
    }
    current.give(&merged, rows)
}

/// A row as far as it is read.
#[derive(Default)]
struct Row {
    /// Which one; the first is 0.
    number: u32,
    cells: Vec<String>,
    flaws: Vec<(usize, Flaw)>,
}

impl Row {
    fn give(mut self, merged: &[Dimensions], rows: &mut Sheet) -> Result<(), Violation> {
        // Whoever has no cell of their own has no row.
        if !self.cells.is_empty() {
            let here = merged.iter().filter(|area| (area.start.0..=area.end.0).contains(&self.number));
            let mut columns: Vec<usize> =
                here.map(|area| area.start.1 as usize).filter(|column| *column < MAX_COLUMNS).collect();
            columns.sort_unstable();
            columns.dedup();
            self.flaws.extend(columns.into_iter().map(|column| (column, Flaw::Merged)));
        }
        rows.take(self.number + 1, self.cells, self.flaws)
    }
}

/// What a cell says: whole numbers without a fraction, days as days.
fn said(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < EXACT => format!("{number:.0}"),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) => {
            let data = Data::from(value.clone());
            data.as_date().map_or_else(|| data.to_string(), |day| day.to_string())
        }
        DataRef::Error(_) | DataRef::Empty => String::new(),
        other => Data::from(other.clone()).to_string(),
    }
}
