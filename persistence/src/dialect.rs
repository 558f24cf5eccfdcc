//! Where the two databases differ.

use crate::connection::{Db, Use, on};
use crate::schema::jobs;
use crate::sql_type::{Id, Instant};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use domain::job::Lane;

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Under which replicas that start together take turns to migrate. Any constant does; this is "gong" in ASCII.
const MIGRATION_LOCK: i64 = 0x676f_6e67;

/// Settings of a fresh connection.
pub(crate) fn prepare(db: &mut Db, usage: Use) -> QueryResult<()> {
    match db {
        // A transaction that waits for a lock for long is better retried than kept. A sequential scan, which the planner
        // likes on small tables, would lock the whole table against every other serializable transaction.
        Db::Postgres(connection) => connection.batch_execute(
            "SET lock_timeout = '5s'; SET statement_timeout = '30s'; SET enable_seqscan = off",
        ),
        Db::Sqlite(connection) => {
            connection.batch_execute(
                "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA temp_store = MEMORY;",
            )?;
            // In KiB, below nothing. The pages that a large transaction changes stay in memory until it commits, and are written once;
            // with the 2 MB that SQLite has by itself they are written again and again.
            connection.batch_execute(match usage {
                Use::Write => "PRAGMA cache_size = -65536",
                Use::Read => "PRAGMA cache_size = -8192; PRAGMA query_only = ON",
            })
        }
    }
}

/// Begins a transaction in which everything happens as if alone.
pub(crate) fn begin_serializable(db: &mut Db) -> QueryResult<()> {
    match db {
        Db::Postgres(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN ISOLATION LEVEL SERIALIZABLE")
        }
        Db::Sqlite(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
        }
    }
}

/// Begins a transaction for work that takes its own locks: leases of jobs.
pub(crate) fn begin_read_committed(db: &mut Db) -> QueryResult<()> {
    match db {
        Db::Postgres(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN ISOLATION LEVEL READ COMMITTED")
        }
        Db::Sqlite(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
        }
    }
}

/// Makes the transaction durable.
pub(crate) fn commit(db: &mut Db) -> QueryResult<()> {
    on!(db, |db| AnsiTransactionManager::commit_transaction(db))
}

/// Undoes the transaction.
pub(crate) fn roll_back(db: &mut Db) -> QueryResult<()> {
    on!(db, |db| AnsiTransactionManager::rollback_transaction(db))
}

/// Brings the database to the newest schema. Replicas that start together take turns.
pub(crate) fn migrate(db: &mut Db) -> Result<(), String> {
    match db {
        Db::Postgres(connection) => {
            let lock = format!("SELECT pg_advisory_lock({MIGRATION_LOCK})");
            let unlock = format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})");
            connection
                .batch_execute(&format!("SET lock_timeout = 0; SET statement_timeout = 0; {lock}"))
                .map_err(|e| e.to_string())?;
            let done = connection.run_pending_migrations(POSTGRES).map(|_| ()).map_err(|e| e.to_string());
            connection.batch_execute(&unlock).map_err(|e| e.to_string())?;
            done
        }
        Db::Sqlite(connection) => {
            if !connection.has_pending_migration(SQLITE).map_err(|e| e.to_string())? {
                return Ok(());
            }
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
                .map_err(|e| e.to_string())?;
            let done = connection.run_pending_migrations(SQLITE).map(|_| ()).map_err(|e| e.to_string());
            let end = if done.is_ok() {
                AnsiTransactionManager::commit_transaction(connection)
            } else {
                AnsiTransactionManager::rollback_transaction(connection)
            };
            done.and(end.map_err(|e| e.to_string()))
        }
    }
}

/// Whether a migration has not been run yet.
pub(crate) fn behind(db: &mut Db) -> Result<bool, String> {
    match db {
        Db::Postgres(connection) => connection.has_pending_migration(POSTGRES),
        Db::Sqlite(connection) => connection.has_pending_migration(SQLITE),
    }
    .map_err(|error| error.to_string())
}

/// What an error of the database means for whoever waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Another transaction came first; trying again may work.
    Contention,
    /// The database is away.
    Away,
    /// Anything else.
    Other,
}

/// Tells errors apart. Both databases report some of what matters as text alone.
pub(crate) fn trouble(error: &Error) -> Trouble {
    let Error::DatabaseError(kind, information) = error else {
        return match error {
            Error::BrokenTransactionManager => Trouble::Away,
            _ => Trouble::Other,
        };
    };
    let message = information.message();
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    match kind {
        DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation => Trouble::Contention,
        DatabaseErrorKind::ClosedConnection => Trouble::Away,
        _ if says(&[
            "deadlock detected",
            "could not serialize",
            "lock timeout",
            "database is locked",
            "database table is locked",
        ]) =>
        {
            Trouble::Contention
        }
        _ if says(&[
            "server closed the connection",
            "terminating connection",
            "connection to server",
            "no connection to the server",
            "the database system is",
            "could not receive data",
            "could not send data",
            "SSL connection has been closed",
        ]) =>
        {
            Trouble::Away
        }
        _ => Trouble::Other,
    }
}

/// The ids of a lane's due jobs that nobody has leased, locked for this transaction.
pub(crate) fn lock_due_jobs(db: &mut Db, lane: Lane, now: Instant, limit: i64) -> QueryResult<Vec<Id>> {
    let (kinds, these) = lane.kinds();
    let due = jobs::table
        .filter(jobs::kind.eq_any(kinds).eq(these))
        .filter(jobs::state.eq("ready").and(jobs::due_at.le(now)))
        .filter(jobs::lease_until.is_null().or(jobs::lease_until.lt(now)))
        .order((jobs::due_at, jobs::id))
        .select(jobs::id)
        .limit(limit);
    match db {
        Db::Postgres(connection) => due.for_update().skip_locked().load(connection),
        Db::Sqlite(connection) => due.load(connection),
    }
}
