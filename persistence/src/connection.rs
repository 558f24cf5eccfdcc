//! Connections: one enum over both databases, opened by the scheme of the URL.

use crate::dialect;
use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::prelude::*;
use std::sync::Arc;

/// A connection to either database.
pub(crate) enum Db {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// Runs one query on whichever database it is.
///
/// Each database gets the query compiled for itself alone. diesel's own `MultiConnection` would build the text of every
/// query twice whenever it runs; this way a prepared statement is found by the query's type, and no text is built.
macro_rules! on {
    ($db:expr, |$connection:ident| $query:expr) => {
        match $db {
            $crate::connection::Db::Postgres($connection) => $query,
            $crate::connection::Db::Sqlite($connection) => $query,
        }
    };
}
pub(crate) use on;

/// How many rows or ids one statement takes. SQLite binds 32 766 values at once and no more.
pub(crate) const BATCH: usize = 500;

/// Keeps new rows. A single one, as almost every request has, goes by the statement that the connection has prepared. PostgreSQL
/// takes many by `COPY`, at a fraction of what parsing and planning an `INSERT` of so many values costs.
macro_rules! insert_all {
    ($db:expr, $table:expr, $rows:expr) => {
        match (&mut *$db, $rows.as_slice()) {
            (_, []) => Ok(()),
            (db, [row]) => {
                $crate::connection::on!(db, |db| diesel::insert_into($table).values(row).execute(db))
                    .map(drop)
            }
            ($crate::connection::Db::Postgres(db), rows) => {
                diesel::copy_from($table).from_insertable(rows).execute(db).map(drop)
            }
            ($crate::connection::Db::Sqlite(db), rows) => rows
                .chunks($crate::connection::BATCH)
                .try_for_each(|some| diesel::insert_into($table).values(some).execute(db).map(drop)),
        }
    };
}
pub(crate) use insert_all;

/// Is told the text of every statement before it runs. For tests and measurements.
pub type Observer = Arc<dyn Fn(&str) + Send + Sync>;

/// How a connection is to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Reads and writes.
    Write,
    /// Reads; on SQLite the connection itself refuses anything else.
    Read,
}

/// A pooled connection, and whether it has to be thrown away.
pub(crate) struct Link {
    pub(crate) db: Db,
    pub(crate) broken: bool,
}

/// Opens connections for a pool.
///
/// diesel's own manager tries each database in turn, and with PostgreSQL down it would make a SQLite file named like the
/// URL; this one goes by the scheme.
pub(crate) struct Manager {
    pub(crate) url: String,
    pub(crate) usage: Use,
    pub(crate) observer: Option<Observer>,
}

/// Whether a URL means PostgreSQL; anything else is the path of a SQLite file.
pub(crate) fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

impl Manager {
    pub(crate) fn open(&self) -> Result<Db, ConnectionError> {
        let mut db = if is_postgres(&self.url) {
            Db::Postgres(PgConnection::establish(&self.url)?)
        } else {
            let path = self.url.strip_prefix("sqlite://").unwrap_or(&self.url);
            Db::Sqlite(SqliteConnection::establish(path)?)
        };
        dialect::prepare(&mut db, self.usage).map_err(ConnectionError::CouldntSetupConfiguration)?;
        if let Some(observer) = &self.observer {
            on!(&mut db, |db| db.set_instrumentation(Listening(Arc::clone(observer))));
        }
        Ok(db)
    }
}

struct Listening(Observer);

impl Instrumentation for Listening {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            (self.0)(&query.to_string());
        }
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Link;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Link, ConnectionError> {
        self.open().map(|db| Link { db, broken: false })
    }

    fn is_valid(&self, _: &mut Link) -> Result<(), ConnectionError> {
        Ok(())
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        // A closure that panicked may have left its transaction open.
        link.broken || std::thread::panicking()
    }
}
