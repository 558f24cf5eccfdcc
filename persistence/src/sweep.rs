//! Forgetting what is of no use any more. Each table has its age; nothing here is anybody's record of what was done, which
//! is the journal.

use crate::connection::on;
use crate::database::Database;
use crate::error::Understood;
use crate::schema::{
    challenges, code_sends, guesses, idempotency_records, invitation_links, invitation_sends, jobs,
    join_requests, member_import_departments as new_departments, member_import_rows as rows,
    member_import_sheets as sheets, member_imports as imports, person_keys, registrations, scheduled_changes,
    sessions, sms_messages, tickets, verifications,
};
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use domain::error::Result;
use domain::job::Lane;

/// How long a ticket is kept after it changed for the last time.
const TICKETS: Duration = Duration::days(365);
/// How long a scheduled change is kept after it was carried out or cancelled.
const CHANGES: Duration = Duration::days(90);
/// Rows of a table that go in one transaction.
const BATCH: i64 = 1000;

/// Deletes a batch of the rows for which a condition holds, and says how many there were.
macro_rules! forget {
    ($tx:expr, $table:ident, $key:ident: $type:ty, $condition:expr) => {{
        let old: Vec<$type> =
            on!($tx.db, |db| { $table::table.filter($condition).select($table::$key).limit(BATCH).load(db) })
                .understood()?;
        on!($tx.db, |db| diesel::delete($table::table.filter($table::$key.eq_any(old))).execute(db))
            .understood()
    }};
}

impl Database {
    /// Forgets repeated answers, codes and challenges that have ended, sends that no limit counts any more, registrations
    /// a week after their end, imports likewise and after a day those that nobody ordered, messages, and those that nobody took, after a month, scheduled changes three months after they ended, sessions a month after
    /// their last possible day, and tickets
    /// a year after their last change; the files of those are found by whoever tidies the documents. Says how many
    /// rows there were.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sweep(&self, now: DateTime<Utc>) -> Result<usize> {
        let before = |age: Duration| Instant(now - age);
        let (day, week, month) =
            (before(Duration::hours(25)), before(Duration::days(7)), before(Duration::days(30)));
        Ok(self.in_batches(|tx| {
            forget!(tx, idempotency_records, scope: Vec<u8>, idempotency_records::expires_at.le(Instant(now)))
        })? + self.in_batches(|tx| forget!(tx, code_sends, id: Id, code_sends::sent_at.le(day)))?
            + self.in_batches(|tx| forget!(tx, invitation_sends, id: Id, invitation_sends::sent_at.le(day)))?
            + self.in_batches(|tx| forget!(tx, join_requests, id: Id, join_requests::created_at.le(month)))?
            + self.in_batches(|tx| forget!(tx, invitation_links, id: Id, invitation_links::expires_at.le(day)))?
            + self.in_batches(|tx| forget!(tx, sms_messages, id: Id, sms_messages::sent_at.le(month)))?
            + self.in_batches(|tx| forget_lost_messages(tx, month))?
            + self.in_batches(|tx| forget!(tx, verifications, id: Id, verifications::expires_at.le(day)))?
            + self.in_batches(|tx| forget!(tx, challenges, id: Id, challenges::expires_at.le(day)))?
            + self.in_batches(|tx| forget_guesses(tx, day))?
            + self.in_batches(|tx| forget_registrations(tx, week))?
            + self.in_batches(|tx| forget_imports(tx, before(Duration::days(1)), week))?
            + self.in_batches(|tx| {
                let over = scheduled_changes::ended_at.le(before(CHANGES)).assume_not_null();
                forget!(tx, scheduled_changes, id: Id, scheduled_changes::ended_at.is_not_null().and(over))
            })?
            + self.in_batches(|tx| forget!(tx, sessions, id: Id, sessions::expires_at.le(month)))?
            + self.in_batches(|tx| forget_tickets(tx, before(TICKETS)))?)
    }

    /// Repeats a transaction until its batch is not full.
    fn in_batches(&self, forget: impl Fn(&mut Tx<'_>) -> Result<usize>) -> Result<usize> {
        let mut forgotten = 0;
        loop {
            let batch = self.write_read_committed(&forget)?;
            forgotten += batch;
            if i64::try_from(batch).is_ok_and(|batch| batch < BATCH) {
                return Ok(forgotten);
            }
        }
    }
}

/// Forgets a batch of messages that nobody took, however often they were offered. They may name a number or a mailbox that its
/// owner has had erased meanwhile.
fn forget_lost_messages(tx: &mut Tx<'_>, before: Instant) -> Result<usize> {
    let (messages, _) = Lane::Messages.kinds();
    let lost = jobs::state.eq("dead").and(jobs::kind.eq_any(&messages));
    forget!(tx, jobs, id: Id, lost.clone().and(jobs::due_at.le(before)))
}

/// Forgets a batch of the rows of imports that ended before a moment, or that nobody ordered, since another moment or at all when they
/// were cancelled; and the import itself, once it has none.
fn forget_imports(tx: &mut Tx<'_>, unordered: Instant, ended: Instant) -> Result<usize> {
    // From here on, nobody orders what is taken apart.
    let waiting = imports::state.eq("planned").or(imports::state.eq("planning"));
    let late = imports::table.filter(imports::created_at.le(unordered)).filter(waiting);
    let given_up = (imports::state.eq("cancelled"), imports::version.eq(imports::version + 1));
    on!(tx.db, |db| diesel::update(late).set(given_up).execute(db)).understood()?;
    let never = imports::executed_at.is_null();
    let never = never.and(imports::state.eq("cancelled").or(imports::created_at.le(unordered)));
    let over = imports::ended_at.le(ended).assume_not_null().and(imports::ended_at.is_not_null());
    let old: Option<(Id, Id)> = on!(tx.db, |db| imports::table
        .filter(never.or(over))
        .select((imports::tenant_id, imports::id))
        .first(db))
    .optional()
    .understood()?;
    let Some((tenant, id)) = old else { return Ok(0) };
    let theirs = rows::table.filter(rows::tenant_id.eq(tenant)).filter(rows::import_id.eq(id));
    let last: Option<i64> =
        on!(tx.db, |db| theirs.order(rows::position).offset(BATCH - 1).select(rows::position).first(db))
            .optional()
            .understood()?;
    let some = theirs.filter(rows::position.le(last.unwrap_or(i64::MAX)));
    on!(tx.db, |db| diesel::delete(some).execute(db)).understood()?;
    if last.is_none() {
        let new = new_departments::table.filter(new_departments::tenant_id.eq(tenant));
        let new = new.filter(new_departments::import_id.eq(id));
        on!(tx.db, |db| diesel::delete(new).execute(db)).understood()?;
        on!(tx.db, |db| diesel::delete(sheets::table.find((tenant, id))).execute(db)).understood()?;
        on!(tx.db, |db| diesel::delete(imports::table.find(id)).execute(db)).understood()?;
    }
    // There may be another one.
    Ok(usize::try_from(BATCH).unwrap_or(usize::MAX))
}

/// Forgets the guesses after which a day has passed. They are few: of who was wrong, and not of who was right.
fn forget_guesses(tx: &mut Tx<'_>, before: Instant) -> Result<usize> {
    on!(tx.db, |db| diesel::delete(guesses::table.filter(guesses::last_at.le(before))).execute(db))
        .understood()
        .map(|_| 0)
}

/// Forgets a batch of tickets that did not change since a moment, with their messages.
fn forget_tickets(tx: &mut Tx<'_>, since: Instant) -> Result<usize> {
    let old: Vec<Id> = on!(tx.db, |db| tickets::table
        .filter(tickets::changed_at.le(since))
        .select(tickets::id)
        .limit(BATCH)
        .load(db))
    .understood()?;
    tx.erase_tickets(&old)?;
    Ok(old.len())
}

/// Forgets a batch of registrations that ended before a moment. What the completed ones said is told by the tenant and the
/// journal; of the others nothing stays that names a person.
fn forget_registrations(tx: &mut Tx<'_>, before: Instant) -> Result<usize> {
    let old: Vec<(Id, Option<Instant>)> = on!(tx.db, |db| registrations::table
        .filter(registrations::expires_at.le(before))
        .select((registrations::id, registrations::completed_at))
        .limit(BATCH)
        .load(db))
    .understood()?;
    let abandoned: Vec<Id> =
        old.iter().filter(|(_, completed)| completed.is_none()).map(|(id, _)| *id).collect();
    let asked: Vec<Id> = on!(tx.db, |db| tickets::table
        .filter(tickets::registration_id.eq_any(&abandoned).assume_not_null())
        .select(tickets::id)
        .load(db))
    .understood()?;
    tx.erase_tickets(&asked)?;
    on!(tx.db, |db| {
        diesel::delete(person_keys::table.filter(person_keys::person_id.eq_any(&abandoned))).execute(db)
    })
    .understood()?;
    let ids: Vec<Id> = old.into_iter().map(|(id, _)| id).collect();
    on!(tx.db, |db| diesel::delete(registrations::table.filter(registrations::id.eq_any(ids))).execute(db))
        .understood()
}
