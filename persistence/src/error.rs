//! From what a database says to what the domain understands.

use crate::dialect::{Trouble, trouble};
use domain::error::{Code, Error, Result};

/// Turns a database's error into a domain error. Unique violations and lost races become `busy`, which the transaction
/// tries again: the second time it sees what the other one wrote.
pub(crate) fn failed(error: &diesel::result::Error) -> Error {
    match trouble(error) {
        Trouble::Contention => Error::new(Code::Busy).retry_after(1).context(error.to_string()),
        Trouble::Away => Error::new(Code::Unavailable).retry_after(2).context(error.to_string()),
        Trouble::Other if matches!(error, diesel::result::Error::NotFound) => Code::NotFound.into(),
        Trouble::Other => Error::internal(format!("database: {error}")),
    }
}

/// A row that no domain value can be made of.
pub(crate) fn corrupt(table: &str, key: impl std::fmt::Display, what: impl std::fmt::Display) -> Error {
    Error::internal(format!("corrupt row: {table} {key}: {what}"))
}

/// Reads results of diesel as results of the domain.
pub(crate) trait Understood<T> {
    fn understood(self) -> Result<T>;
}

impl<T> Understood<T> for diesel::QueryResult<T> {
    fn understood(self) -> Result<T> {
        self.map_err(|error| failed(&error))
    }
}

/// An update that names the version it read, and found it gone.
pub(crate) fn one_row(changed: usize) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(Code::VersionStale.into()) }
}
