//! A spreadsheet as it was read: rows of cells, and what is wrong with some of them whatever they say.

use super::Column;
use super::column::understand;
use crate::error::{Code, Violation};
use crate::member_field::MemberField;
use serde::{Deserialize, Serialize};

/// How many rows a spreadsheet has at most below its headings.
pub const MAX_ROWS: usize = 100_000;
/// How many columns a spreadsheet has at most.
pub const MAX_COLUMNS: usize = 200;
/// The headings are in one of so many rows; what is above them is for people.
pub const HEADINGS_WITHIN: usize = 20;

/// What is wrong with a cell, whatever it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// It holds a formula, of which only the result of some other day is known.
    Formula,
    /// It is one with others.
    Merged,
    /// It holds an error.
    Error,
    /// It is so long that only its beginning was read.
    Long,
}

/// How much of a cell is read, in characters.
pub const MAX_CELL: usize = 8_000;

impl Flaw {
    pub(super) fn violation(self) -> Violation {
        match self {
            Self::Formula => Code::CellFormula.into(),
            Self::Merged => Code::CellMerged.into(),
            Self::Error => Code::CellError.into(),
            Self::Long => Violation::new(Code::ValueTooLong).with("max", MAX_CELL),
        }
    }
}

/// A row of a spreadsheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetRow {
    /// Which one, counted as spreadsheets do: the first one is 1.
    #[serde(rename = "r")]
    pub row: u32,
    /// What its cells say, from the first column on.
    #[serde(rename = "c")]
    pub cells: Vec<String>,
    /// The cells with which something is wrong.
    #[serde(rename = "f", default, skip_serializing_if = "Vec::is_empty")]
    pub flaws: Vec<(usize, Flaw)>,
}

/// What a column was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// What stands above it.
    pub heading: String,
    /// What it holds; nothing when that is not known, and the column is passed over.
    pub column: Option<Column>,
}

/// A spreadsheet with its headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What each column was taken for.
    pub columns: Vec<Heading>,
    /// Which row of those that were read follows the headings.
    pub first: usize,
}

impl Sheet {
    /// Finds the headings among the first rows of a spreadsheet.
    ///
    /// # Errors
    /// `headings_missing`, `heading_repeated`.
    pub fn find(rows: &[SheetRow], fields: &[MemberField]) -> Result<Self, Violation> {
        let mut best: Option<(usize, Vec<Heading>)> = None;
        let mut twice = None;
        for (index, row) in rows.iter().take(HEADINGS_WITHIN).enumerate() {
            let (columns, repeated) = understand(&row.cells, fields);
            let known = |columns: &[Heading]| columns.iter().filter(|one| one.column.is_some()).count();
            if known(&columns) > best.as_ref().map_or(1, |(_, best)| known(best)) {
                (best, twice) = (Some((index, columns)), repeated);
            }
        }
        if let Some(heading) = twice {
            return Err(Violation::new(Code::HeadingRepeated).with("heading", heading));
        }
        let keyed = |columns: &Vec<Heading>| {
            columns.iter().any(|one| matches!(one.column, Some(Column::Userid | Column::Mobile)))
        };
        match best.filter(|(_, columns)| keyed(columns)) {
            Some((index, columns)) => Ok(Self { columns, first: index + 1 }),
            None => Err(Code::HeadingsMissing.into()),
        }
    }
}
