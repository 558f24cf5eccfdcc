//! Writing spreadsheets. No cell of theirs is ever a formula, whatever it says.

use domain::error::{Error, Result};
use domain::member_import::BEGINS_FORMULA;
use rust_xlsxwriter::{Format as Style, Workbook, Worksheet};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A form of spreadsheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SpreadsheetFormat {
    /// UTF-8 with a mark, as Excel wants it; lines end with CR LF (RFC 4180).
    Csv,
    /// Office Open XML.
    Xlsx,
}

impl SpreadsheetFormat {
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// The mark of UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Writes rows.
pub(crate) enum Writer {
    Csv(Box<csv::Writer<Vec<u8>>>),
    Xlsx { book: Box<Workbook>, next: u32 },
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("writing a spreadsheet: {error}"))
}

fn csv_writer(out: Vec<u8>) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out)
}

impl Writer {
    /// Begins a spreadsheet.
    pub(crate) fn new(format: SpreadsheetFormat) -> Result<Self> {
        Ok(match format {
            SpreadsheetFormat::Csv => Self::Csv(Box::new(csv_writer(MARK.to_vec()))),
            SpreadsheetFormat::Xlsx => {
                let mut book = Box::new(Workbook::new());
                // Rows go to a file as they come.
                book.add_worksheet_with_constant_memory().map_err(failed)?;
                Self::Xlsx { book, next: 0 }
            }
        })
    }

    /// Writes a row; the first one is the headings.
    pub(crate) fn row(&mut self, cells: &[String]) -> Result<()> {
        match self {
            Self::Csv(writer) => writer.write_record(cells.iter().map(|cell| harmless(cell))).map_err(failed),
            Self::Xlsx { book, next } => {
                let row = *next;
                *next += 1;
                let sheet = book.worksheet_from_index(0).map_err(failed)?;
                xlsx_row(sheet, row, cells).map_err(failed)
            }
        }
    }

    /// What was written since the last time, as far as the form can say that before its end.
    pub(crate) fn taken(&mut self) -> Result<Vec<u8>> {
        match self {
            Self::Csv(writer) => {
                writer.flush().map_err(failed)?;
                std::mem::replace(&mut **writer, csv_writer(Vec::new())).into_inner().map_err(failed)
            }
            Self::Xlsx { .. } => Ok(Vec::new()),
        }
    }

    /// Ends it with what was not taken yet.
    pub(crate) fn finish(self) -> Result<Vec<u8>> {
        match self {
            Self::Csv(writer) => writer.into_inner().map_err(failed),
            Self::Xlsx { mut book, .. } => book.save_to_buffer().map_err(failed),
        }
    }
}

fn xlsx_row(
    sheet: &mut Worksheet,
    row: u32,
    cells: &[String],
) -> std::result::Result<(), rust_xlsxwriter::XlsxError> {
    if row == 0 {
        sheet.set_freeze_panes(1, 0)?;
    }
    let style = if row == 0 { Style::new().set_bold() } else { Style::new() };
    for (column, cell) in (0_u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        sheet.write_string_with_format(row, column, cell, &style)?;
    }
    Ok(())
}

/// A cell of CSV that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    if cell.starts_with(BEGINS_FORMULA) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spreadsheet::{read, unpacked};

    #[test]
    fn what_is_written_is_read() {
        for format in [SpreadsheetFormat::Csv, SpreadsheetFormat::Xlsx] {
            let mut writer = Writer::new(format).unwrap();
            let rows = [["姓名", "手机"], ["=1+1", "+8613800138000"], ["a,\"b\"", ""]];
            let mut bytes = Vec::new();
            for row in rows {
                writer.row(&row.map(str::to_owned)).unwrap();
                bytes.extend(writer.taken().unwrap());
            }
            bytes.extend(writer.finish().unwrap());
            let (count, packed) = read(&bytes).unwrap();
            let found: Vec<_> = unpacked(&packed).map(Result::unwrap).collect();
            assert_eq!((count, found.len()), (3, 3), "{format:?}");
            assert_eq!(found[0].cells, rows[0]);
            let first = if format == SpreadsheetFormat::Csv { "'=1+1" } else { "=1+1" };
            assert_eq!(found[1].cells[0], first);
            assert!(found.iter().all(|row| row.flaws.is_empty()));
            assert_eq!(found[2].cells, ["a,\"b\""]);
        }
    }
}
