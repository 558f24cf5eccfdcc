//! The answers of requests that named an `Idempotency-Key`, written in the transaction of the request. A global table:
//! a key belongs to a caller and an operation, both of which are in its hash.

use crate::connection::on;
use crate::error::{Understood, corrupt};
use crate::schema::idempotency_records as records;
use crate::sealing::SealingError;
use crate::sql_type::Instant;
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// The headers that belong to it.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// What is kept of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// SHA-256 of caller, operation and key.
    pub scope: [u8; 32],
    /// SHA-256 of what was asked.
    pub fingerprint: [u8; 32],
    /// What was answered.
    pub answer: Answer,
    /// Until when it is answered again.
    pub expires_at: DateTime<Utc>,
}

impl Tx<'_> {
    /// The fingerprint and answer that are kept for a scope.
    ///
    /// # Errors
    /// When the store fails.
    pub fn remembered(&mut self, scope: &[u8; 32], now: DateTime<Utc>) -> Result<Option<(Vec<u8>, Answer)>> {
        let row: Option<(Vec<u8>, Vec<u8>)> = on!(self.db, |db| records::table
            .find(scope.to_vec())
            .filter(records::expires_at.gt(Instant(now)))
            .select((records::fingerprint, records::answer_sealed))
            .first(db))
        .optional()
        .understood()?;
        let Some((fingerprint, sealed)) = row else { return Ok(None) };
        let wrong = |error: SealingError| corrupt("idempotency_records", "", error);
        let plain = self.keys.open(scope, &sealed).map_err(wrong)?;
        let answer =
            serde_json::from_slice(&plain).map_err(|error| corrupt("idempotency_records", "", error))?;
        Ok(Some((fingerprint, answer)))
    }

    /// Keeps an answer, in the place of one that has expired.
    ///
    /// # Errors
    /// When the store fails.
    pub fn remember(&mut self, record: &Record, now: DateTime<Utc>) -> Result<()> {
        let plain = serde_json::to_vec(&record.answer)
            .map_err(|error| Error::internal(format!("answer: {error}")))?;
        let sealed = self
            .keys
            .seal(&record.scope, &plain)
            .map_err(|error| Error::internal(format!("answer: {error}")))?;
        on!(self.db, |db| diesel::delete(
            records::table.find(record.scope.to_vec()).filter(records::expires_at.le(Instant(now))),
        )
        .execute(db))
        .understood()?;
        on!(self.db, |db| diesel::insert_into(records::table)
            .values((
                records::scope.eq(record.scope.to_vec()),
                records::fingerprint.eq(record.fingerprint.to_vec()),
                records::answer_sealed.eq(sealed),
                records::created_at.eq(Instant(now)),
                records::expires_at.eq(Instant(record.expires_at)),
            ))
            .execute(db))
        .understood()?;
        Ok(())
    }
}
