//! The database: pools of connections, and the two ways to use one.

use crate::connection::{Manager, Observer, Use, is_postgres};
use crate::dialect;
use crate::error::failed;
use crate::sealing::KeyRing;
use crate::tx::Tx;
use domain::error::{Code, Error, Kind, Result};
use r2d2::{Pool, PooledConnection};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a write is tried before it gives up.
const ATTEMPTS: u32 = 12;
/// How long a write is tried before it gives up.
const DEADLINE: Duration = Duration::from_secs(8);

/// How to open a database.
pub struct Options {
    /// `postgres://…`, or the path of a SQLite file.
    pub url: String,
    /// How many connections to keep at most: for PostgreSQL in all, for SQLite the readers beside the one writer.
    pub connections: u32,
    /// How long to wait for a free connection.
    pub patience: Duration,
    /// The keys of sealed values.
    pub keys: Arc<KeyRing>,
    /// Is told whenever jobs were queued, once they are durable.
    pub queued: Signal,
    /// Is told the text of every statement before it runs; for tests and measurements.
    pub observer: Option<Observer>,
}

/// Is told that something happened.
pub type Signal = Arc<dyn Fn() + Send + Sync>;

/// How the pools stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pools {
    /// Connections that exist.
    pub open: u32,
    /// Those of them that nobody uses.
    pub idle: u32,
}

/// A database, open.
#[derive(Clone)]
pub struct Database {
    readers: Pool<Manager>,
    writers: Pool<Manager>,
    keys: Arc<KeyRing>,
    queued: Signal,
    in_process: bool,
}

impl Database {
    /// Opens the pools. Connections are made when they are needed, so this succeeds while the database is away.
    ///
    /// # Errors
    /// When the options make no pool.
    pub fn open(options: Options) -> Result<Self> {
        let pool = |usage: Use, size: u32, observer: Option<Observer>| {
            let manager = Manager { url: options.url.clone(), usage, observer };
            Pool::builder()
                .max_size(size)
                .min_idle(Some(0))
                .test_on_check_out(false)
                .connection_timeout(options.patience)
                .max_lifetime(None)
                .idle_timeout(None)
                .error_handler(Box::new(r2d2::NopErrorHandler))
                .build_unchecked(manager)
        };
        let observer = options.observer.clone();
        let (readers, writers) = if is_postgres(&options.url) {
            let pool = pool(Use::Write, options.connections.max(1), observer);
            (pool.clone(), pool)
        } else {
            // SQLite has one writer; a second connection that writes would only wait for the first.
            (pool(Use::Read, options.connections.max(1), observer.clone()), pool(Use::Write, 1, observer))
        };
        let in_process = !is_postgres(&options.url);
        Ok(Self { readers, writers, keys: options.keys, queued: options.queued, in_process })
    }

    /// Whether the database is in this process, so that a read waits for no network and, in WAL, for no writer.
    #[must_use]
    pub fn is_in_process(&self) -> bool {
        self.in_process
    }

    /// Brings the database to the newest schema; replicas that start together take turns.
    ///
    /// # Errors
    /// `unavailable` when it is away, `internal` when a migration fails.
    pub fn migrate(&self) -> Result<()> {
        let mut link = connection(&self.writers)?;
        // The session keeps the settings that migrating needs, so the connection is not used again.
        link.broken = true;
        dialect::migrate(&mut link.db).map_err(|error| Error::internal(format!("migration: {error}")))
    }

    /// Whether the database is there and has the newest schema.
    ///
    /// # Errors
    /// `unavailable` when it is away or behind.
    pub fn ready(&self) -> Result<()> {
        let mut link = connection(&self.readers)?;
        match dialect::behind(&mut link.db) {
            Ok(false) => Ok(()),
            Ok(true) => Err(Error::new(Code::Unavailable).context("migrations have not been run")),
            Err(error) => {
                link.broken = true;
                Err(Error::new(Code::Unavailable).context(error))
            }
        }
    }

    /// How the pools stand.
    #[must_use]
    pub fn pools(&self) -> Pools {
        let state = self.readers.state();
        Pools { open: state.connections, idle: state.idle_connections }
    }

    /// Reads, each statement by itself.
    ///
    /// # Errors
    /// What the closure says; `unavailable` when the database is away.
    pub fn read<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let mut link = connection(&self.readers)?;
        let done = work(&mut Tx::reading(&mut link.db, &self.keys));
        link.broken |= done.as_ref().is_err_and(lost);
        done
    }

    /// Changes things, as if nobody else did anything meanwhile. The closure may run several times and must touch
    /// nothing but its transaction. An error of the closure undoes everything that it did.
    ///
    /// # Errors
    /// What the closure says; `busy` when others kept coming first, `unavailable` when the database is away.
    pub fn write<T>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let started = Instant::now();
        let mut attempt = 0;
        loop {
            attempt += 1;
            let done = self.try_write(&work);
            let again = matches!(&done, Err(error) if error.kind() == Kind::Contention);
            if !again || attempt == ATTEMPTS || started.elapsed() > DEADLINE {
                return done;
            }
            std::thread::sleep(self.jitter(attempt));
        }
    }

    fn try_write<T>(&self, work: &impl Fn(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let mut link = connection(&self.writers)?;
        dialect::begin_serializable(&mut link.db).map_err(|error| {
            link.broken = !matches!(dialect::trouble(&error), dialect::Trouble::Contention);
            failed(&error)
        })?;
        self.finish(link, work)
    }

    /// Runs the leases of jobs, which take their own locks.
    pub(crate) fn write_read_committed<T>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let mut link = connection(&self.writers)?;
        dialect::begin_read_committed(&mut link.db).map_err(|error| {
            link.broken = true;
            failed(&error)
        })?;
        self.finish(link, &work)
    }

    fn finish<T>(
        &self,
        mut link: PooledConnection<Manager>,
        work: &impl Fn(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut tx = Tx::new(&mut link.db, &self.keys);
        let (done, queued) = (work(&mut tx), tx.queued);
        match done {
            Ok(value) => match dialect::commit(&mut link.db) {
                Ok(()) => {
                    drop(link);
                    if queued {
                        (self.queued)();
                    }
                    Ok(value)
                }
                Err(error) => {
                    link.broken |= dialect::trouble(&error) != dialect::Trouble::Contention;
                    Err(failed(&error))
                }
            },
            Err(error) => {
                link.broken |= lost(&error) | dialect::roll_back(&mut link.db).is_err();
                Err(error)
            }
        }
    }

    /// A wait that grows with the attempts and differs between writers that met.
    fn jitter(&self, attempt: u32) -> Duration {
        let random = self.keys.fresh_key().map_or(128, |bytes| u64::from(bytes[0]));
        Duration::from_micros((500_u64 << attempt.min(7)) * random / 256)
    }
}

/// Whether a connection that said this is not to be used again.
fn lost(error: &Error) -> bool {
    matches!(error.kind(), Kind::Unavailable | Kind::Internal)
}

fn connection(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>> {
    pool.get().map_err(|error| Error::new(Code::Unavailable).retry_after(2).context(error.to_string()))
}
