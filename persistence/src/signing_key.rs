//! The keys that sign access tokens, sealed, as they take turns: each is published for a while before it signs, and stays
//! published until what it signed has ended.

use crate::connection::on;
use crate::database::Database;
use crate::error::Understood;
use crate::schema::signing_keys;
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::error::Result;
use uuid::Uuid;

/// A key that signs, has signed or will sign.
#[derive(Debug, Clone)]
pub struct StoredSigningKey {
    /// Its private half, as PKCS#8.
    pub pkcs8: Vec<u8>,
    /// Since when it is known.
    pub created_at: DateTime<Utc>,
    /// From when on it signs.
    pub signs_from: DateTime<Utc>,
    /// When nothing that it signed counts any more; none for the newest.
    pub retires_at: Option<DateTime<Utc>>,
}

/// A key that is to take its turn.
#[derive(Debug, Clone, Copy)]
pub struct NextSigningKey<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its private half, as PKCS#8.
    pub pkcs8: &'a [u8],
    /// From when on it signs, unless it is the first one.
    pub signs_from: DateTime<Utc>,
    /// When nothing that the others signed counts any more.
    pub others_retire_at: DateTime<Utc>,
}

/// When a key takes its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Whatever the others are.
    Now,
    /// When it was never here.
    IfUnknown,
    /// When the newest one was made before a moment.
    IfOlderThan(DateTime<Utc>),
}

type Row = (Id, Vec<u8>, Instant, Instant, Option<Instant>);

pub(crate) fn signing_key_place(id: Id) -> String {
    format!("signing_keys.pkcs8 {}", id.0)
}

impl Database {
    /// The keys that still count, the one that signs last in front.
    ///
    /// # Errors
    /// When the database fails.
    pub fn signing_keys(&self, now: DateTime<Utc>) -> Result<Vec<StoredSigningKey>> {
        self.read(|tx| {
            let counts = signing_keys::retires_at.is_null().or(signing_keys::retires_at.gt(Instant(now)));
            let rows: Vec<Row> = on!(tx.db, |db| signing_keys::table
                .filter(counts)
                .order(signing_keys::signs_from.desc())
                .select((
                    signing_keys::id,
                    signing_keys::pkcs8_sealed,
                    signing_keys::created_at,
                    signing_keys::signs_from,
                    signing_keys::retires_at
                ))
                .load(db))
            .understood()?;
            let mut keys = Vec::with_capacity(rows.len());
            for (id, sealed, created_at, signs_from, retires_at) in rows {
                let pkcs8 = tx.open(&signing_key_place(id), &sealed)?;
                keys.push(StoredSigningKey {
                    pkcs8,
                    created_at: created_at.0,
                    signs_from: signs_from.0,
                    retires_at: retires_at.map(|at| at.0),
                });
            }
            Ok(keys)
        })
    }
}

impl Tx<'_> {
    /// Keeps a key that is to take its turn, and says whether it does. The very first one signs at once. Of keys that have retired
    /// only the id stays.
    ///
    /// # Errors
    /// When the database fails.
    pub fn add_signing_key(
        &mut self,
        next: NextSigningKey<'_>,
        turn: Turn,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let known: Vec<(Id, Instant)> = on!(self.db, |db| signing_keys::table
            .order(signing_keys::created_at.desc())
            .select((signing_keys::id, signing_keys::created_at))
            .load(db))
        .understood()?;
        let comes = match turn {
            Turn::Now => true,
            Turn::IfUnknown => known.iter().all(|(id, _)| id.0 != next.id),
            Turn::IfOlderThan(moment) => known.first().is_none_or(|(_, made)| made.0 < moment),
        };
        if !comes {
            return Ok(false);
        }
        let retired = signing_keys::table.filter(signing_keys::retires_at.le(Instant(now)));
        let forgotten = signing_keys::pkcs8_sealed.eq(Vec::new());
        on!(self.db, |db| diesel::update(retired).set(forgotten).execute(db)).understood()?;
        let others = signing_keys::table.filter(signing_keys::retires_at.is_null());
        let retire = signing_keys::retires_at.eq(Some(Instant(next.others_retire_at)));
        on!(self.db, |db| diesel::update(others).set(retire).execute(db)).understood()?;
        let signs_from = if known.is_empty() { DateTime::UNIX_EPOCH } else { next.signs_from };
        let row = (
            signing_keys::id.eq(Id(next.id)),
            signing_keys::pkcs8_sealed.eq(self.seal(&signing_key_place(Id(next.id)), &next.pkcs8)?),
            signing_keys::created_at.eq(Instant(now)),
            signing_keys::signs_from.eq(Instant(signs_from)),
        );
        on!(self.db, |db| diesel::insert_into(signing_keys::table).values(&row).execute(db)).understood()?;
        Ok(true)
    }
}
