//! The queue of jobs: rows written with the change that caused them, taken by lease, tried again with back-off, set
//! aside after too many failures.

use crate::connection::on;
use crate::database::Database;
use crate::dialect;
use crate::error::Understood;
use crate::schema::jobs;
use crate::sql_type::{Id, Instant, Json};
use crate::tx::Tx;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use domain::error::{Error, Result};
use domain::job::{Job, JobQueue, Lane, MAX_ATTEMPTS, back_off};
use uuid::Uuid;

/// A job that this process may carry out until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// What is to be done.
    pub job: Job,
    /// Its id.
    pub id: Uuid,
    lease: Uuid,
    attempts: u32,
}

/// How many jobs there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobCounts {
    /// Due, or under way.
    pub ready: u64,
    /// Set aside for a person to look at.
    pub dead: u64,
}

impl JobQueue for Tx<'_> {
    fn enqueue(&mut self, id: Uuid, job: &Job, due_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
        let payload = serde_json::to_value(job).map_err(|error| Error::internal(format!("job: {error}")))?;
        on!(self.db, |db| diesel::insert_into(jobs::table)
            .values((
                jobs::id.eq(Id(id)),
                jobs::kind.eq(job.kind()),
                jobs::payload.eq(Json(payload)),
                jobs::state.eq("ready"),
                jobs::due_at.eq(Instant(due_at)),
                jobs::attempts.eq(0),
                jobs::created_at.eq(Instant(now)),
            ))
            .on_conflict_do_nothing()
            .execute(db))
        .understood()?;
        self.queued = true;
        Ok(())
    }
}

impl Database {
    /// Leases due jobs of a lane to this process. Taking one counts as an attempt, so that a job that ends its process ends one
    /// day too.
    ///
    /// # Errors
    /// When the database fails.
    pub fn lease_jobs(
        &self,
        lane: Lane,
        lease: Uuid,
        limit: u32,
        lease_for: Duration,
        now: DateTime<Utc>,
    ) -> Result<Vec<Leased>> {
        // Mostly nothing is due, and looking costs no write.
        if !self.read(|tx| any_due(tx, lane, Instant(now)))? {
            return Ok(Vec::new());
        }
        self.write_read_committed(|tx| {
            let ids = dialect::lock_due_jobs(tx.db, lane, Instant(now), limit.into()).understood()?;
            on!(tx.db, |db| diesel::update(jobs::table.filter(jobs::id.eq_any(ids.clone())))
                .set((
                    jobs::lease_id.eq(Some(Id(lease))),
                    jobs::lease_until.eq(Some(Instant(now + lease_for))),
                    jobs::attempts.eq(jobs::attempts + 1),
                ))
                .execute(db))
            .understood()?;
            let rows: Vec<(Id, Json, i64)> = on!(tx.db, |db| jobs::table
                .filter(jobs::id.eq_any(ids))
                .order((jobs::due_at, jobs::id))
                .select((jobs::id, jobs::payload, jobs::attempts))
                .load(db))
            .understood()?;
            let mut leased = Vec::with_capacity(rows.len());
            for (id, payload, attempts) in rows {
                let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
                let read = serde_json::from_value::<Job>(payload.0).map_err(|error| error.to_string());
                match read {
                    Ok(job) if attempts <= MAX_ATTEMPTS => {
                        leased.push(Leased { job, id: id.0, lease, attempts });
                    }
                    Ok(_) => set_aside(tx, id, "its process ended whenever it was tried")?,
                    // A kind of another version, perhaps. The others do not wait for it.
                    Err(error) => set_aside(tx, id, &error)?,
                }
            }
            Ok(leased)
        })
    }

    /// Says that whoever has a lease goes on with its jobs.
    ///
    /// # Errors
    /// When the database fails.
    pub fn renew_lease(&self, lease: Uuid, lease_for: Duration, now: DateTime<Utc>) -> Result<()> {
        self.write_read_committed(|tx| {
            let held = jobs::table.filter(jobs::lease_id.eq(Some(Id(lease))));
            let until = jobs::lease_until.eq(Some(Instant(now + lease_for)));
            on!(tx.db, |db| diesel::update(held).set(until).execute(db)).understood().map(drop)
        })
    }

    /// Forgets a job that was done. A lease that was lost meanwhile leaves it to whoever has it now.
    ///
    /// # Errors
    /// When the database fails.
    pub fn finish_job(&self, leased: &Leased) -> Result<()> {
        self.write_read_committed(|tx| {
            on!(tx.db, |db| diesel::delete(
                jobs::table.filter(jobs::id.eq(Id(leased.id))).filter(jobs::lease_id.eq(Id(leased.lease))),
            )
            .execute(db))
            .understood()
            .map(drop)
        })
    }

    /// Puts a job back that failed, or sets it aside after too many failures. Says whether it was set aside.
    ///
    /// # Errors
    /// When the database fails.
    pub fn fail_job(&self, leased: &Leased, error: &str, now: DateTime<Utc>) -> Result<bool> {
        let dead = leased.attempts >= MAX_ATTEMPTS;
        self.write_read_committed(|tx| {
            let held =
                jobs::table.filter(jobs::id.eq(Id(leased.id))).filter(jobs::lease_id.eq(Id(leased.lease)));
            on!(tx.db, |db| diesel::update(held)
                .set((
                    jobs::state.eq(if dead { "dead" } else { "ready" }),
                    jobs::due_at.eq(Instant(now + back_off(leased.attempts))),
                    jobs::lease_id.eq(None::<Id>),
                    jobs::lease_until.eq(None::<Instant>),
                    jobs::last_error.eq(Some(error.chars().take(500).collect::<String>())),
                ))
                .execute(db))
            .understood()
        })?;
        Ok(dead)
    }

    /// How many jobs there are, for metrics.
    ///
    /// # Errors
    /// When the database fails.
    pub fn job_counts(&self, now: DateTime<Utc>) -> Result<JobCounts> {
        self.read(|tx| {
            let due: QueryResult<i64> = on!(tx.db, |db| jobs::table
                .filter(jobs::state.eq("ready"))
                .filter(jobs::due_at.le(Instant(now)))
                .count()
                .get_result(db));
            let dead: QueryResult<i64> =
                on!(tx.db, |db| jobs::table.filter(jobs::state.eq("dead")).count().get_result(db));
            Ok(JobCounts { ready: due.understood()?.unsigned_abs(), dead: dead.understood()?.unsigned_abs() })
        })
    }
}

fn set_aside(tx: &mut Tx<'_>, id: Id, why: &str) -> Result<()> {
    on!(tx.db, |db| diesel::update(jobs::table.find(id))
        .set((
            jobs::state.eq("dead"),
            jobs::lease_id.eq(None::<Id>),
            jobs::lease_until.eq(None::<Instant>),
            jobs::last_error.eq(Some(why)),
        ))
        .execute(db))
    .understood()
    .map(drop)
}

fn any_due(tx: &mut Tx<'_>, lane: Lane, now: Instant) -> Result<bool> {
    let (kinds, these) = lane.kinds();
    let due: Option<Id> = on!(tx.db, |db| jobs::table
        .filter(jobs::kind.eq_any(kinds).eq(these))
        .filter(jobs::state.eq("ready").and(jobs::due_at.le(now)))
        .filter(jobs::lease_until.is_null().or(jobs::lease_until.lt(now)))
        .select(jobs::id)
        .first(db))
    .optional()
    .understood()?;
    Ok(due.is_some())
}
