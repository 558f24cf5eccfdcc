//! Wrong guesses. A global table: who guesses is nobody yet, and what is guessed at may be nobody's.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::guesses;
use crate::sql_type::Instant;
use crate::tx::Tx;
use crate::verification::{requester_text, stored_requester};
use diesel::prelude::*;
use domain::error::{Error, Result};
use domain::guess::{Guarded, GuessStore, Guesses};
use domain::verification::Requester;
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = guesses, treat_none_as_default_value = false)]
struct Row {
    guarded: String,
    subject: String,
    requester: String,
    count: i64,
    first_at: Instant,
    last_at: Instant,
    version: i64,
}

impl TryFrom<Row> for Guesses {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("guesses", Uuid::nil(), column);
        Ok(Self {
            guarded: Guarded::find(&row.guarded).ok_or_else(|| wrong("guarded"))?,
            requester: stored_requester(&row.requester).ok_or_else(|| wrong("requester"))?,
            count: row.count.try_into().map_err(|_| wrong("count"))?,
            subject: row.subject,
            first_at: row.first_at.0,
            last_at: row.last_at.0,
            version: row.version,
        })
    }
}

impl GuessStore for Tx<'_> {
    fn guesses(&mut self, guarded: Guarded, subject: &str, requester: Requester) -> Result<Option<Guesses>> {
        let key = (guarded.name(), subject, requester_text(requester));
        let row: Option<Row> =
            on!(self.db, |db| guesses::table.find(key.clone()).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(Guesses::try_from).transpose()
    }

    fn save_guesses(&mut self, known: &Guesses) -> Result<()> {
        let row = Row {
            guarded: known.guarded.name().to_owned(),
            subject: known.subject.clone(),
            requester: requester_text(known.requester),
            count: known.count.into(),
            first_at: known.first_at.into(),
            last_at: known.last_at.into(),
            version: known.version + 1,
        };
        if known.version == 0 {
            on!(self.db, |db| diesel::insert_into(guesses::table).values(&row).execute(db)).understood()?;
            return Ok(());
        }
        let key = (row.guarded.clone(), row.subject.clone(), row.requester.clone());
        let known = guesses::table.find(key).filter(guesses::version.eq(known.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn forget_guesses(&mut self, guarded: Guarded, subject: &str, of: Option<Requester>) -> Result<()> {
        let theirs =
            guesses::table.filter(guesses::guarded.eq(guarded.name())).filter(guesses::subject.eq(subject));
        match of.map(requester_text) {
            None => on!(self.db, |db| diesel::delete(theirs).execute(db)),
            Some(one) => {
                on!(self.db, |db| diesel::delete(theirs.filter(guesses::requester.eq(&one))).execute(db))
            }
        }
        .understood()
        .map(drop)
    }
}
