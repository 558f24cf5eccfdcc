//! Spreadsheets: CSV and XLSX, read and written. What strangers sent is read in the process for it ([`crate::inspection::child`]), and
//! packed as plain rows for everybody else.

mod csv;
mod pack;
mod stream;
mod write;
mod xlsx;

pub(crate) use pack::unpacked;
pub(crate) use stream::{Rows, streamed};
pub(crate) use write::{SpreadsheetFormat, Writer};

use domain::error::{Code, Violation};
use domain::member_import::{Flaw, HEADINGS_WITHIN, MAX_CELL, MAX_COLUMNS, MAX_ROWS, SheetRow};
use pack::Packer;

/// How much text a spreadsheet holds at most, in bytes.
const MAX_TEXT: usize = 48 * 1024 * 1024;

/// Reads a file, and gives how many rows it has, and those packed.
pub(crate) fn read(bytes: &[u8]) -> Result<(u32, Vec<u8>), Violation> {
    let mut rows = Sheet::new();
    if bytes.starts_with(b"PK\x03\x04") {
        xlsx::read(bytes, &mut rows)?;
    } else if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        // Both what older programs wrote and what has a password.
        return Err(Code::SpreadsheetUnsupported.into());
    } else {
        csv::read(bytes, &mut rows)?;
    }
    rows.finish()
}

/// Takes rows as they are read, within bounds.
struct Sheet {
    packer: Packer,
    count: usize,
    text: usize,
}

/// That a spreadsheet is too large.
pub(crate) fn too_large() -> Violation {
    Violation::new(Code::SpreadsheetTooLarge)
        .with("rows", MAX_ROWS)
        .with("columns", MAX_COLUMNS)
        .with("bytes", MAX_TEXT)
}

fn unreadable(_: impl std::fmt::Display) -> Violation {
    Code::SpreadsheetUnreadable.into()
}

impl Sheet {
    fn new() -> Self {
        Self { packer: Packer::new(), count: 0, text: 0 }
    }

    /// Takes a row, unless nothing stands in it.
    fn take(
        &mut self,
        row: u32,
        mut cells: Vec<String>,
        mut flaws: Vec<(usize, Flaw)>,
    ) -> Result<(), Violation> {
        while cells.last().is_some_and(|cell| cell.trim().is_empty()) {
            cells.pop();
        }
        if cells.is_empty() && flaws.is_empty() {
            return Ok(());
        }
        for (column, cell) in cells.iter_mut().enumerate() {
            if let Some((end, _)) = cell.char_indices().nth(MAX_CELL) {
                cell.truncate(end);
                flaws.push((column, Flaw::Long));
            }
            self.text += cell.len();
        }
        // One is enough to say of a cell.
        flaws.sort_by_key(|(column, _)| *column);
        flaws.dedup_by_key(|(column, _)| *column);
        self.count += 1;
        if cells.len() > MAX_COLUMNS || self.count > MAX_ROWS + HEADINGS_WITHIN || self.text > MAX_TEXT {
            return Err(too_large());
        }
        self.packer.push(&SheetRow { row, cells, flaws }).map_err(unreadable)
    }

    fn finish(self) -> Result<(u32, Vec<u8>), Violation> {
        let packed = self.packer.finish().map_err(unreadable)?;
        Ok((u32::try_from(self.count).unwrap_or(u32::MAX), packed))
    }
}
