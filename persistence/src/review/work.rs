//! What reviewers did. A global table: they work over all tenants.

use crate::connection::on;
use crate::error::{Understood, corrupt};
use crate::schema::{operators, review_work};
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Duration, Utc};
use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use domain::error::Result;
use domain::review::{Work, WorkCount, WorkKind, WorkStore};

impl WorkStore for Tx<'_> {
    fn insert_work(&mut self, work: &Work) -> Result<()> {
        on!(self.db, |db| diesel::insert_into(review_work::table)
            .values((
                review_work::id.eq(Id(work.id)),
                review_work::operator_id.eq(Id::from(work.operator)),
                review_work::kind.eq(work.kind.name()),
                review_work::application_id.eq(Id::from(work.application)),
                review_work::attempt.eq(i64::from(work.attempt)),
                review_work::done_at.eq(Instant(work.at)),
                review_work::took.eq(work.took.num_seconds()),
                review_work::late.eq(work.late),
            ))
            .execute(db))
        .understood()
        .map(drop)
    }

    fn work_counts(&mut self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<WorkCount>> {
        type Found = (Id, String, String, bool, i64, i64);
        let rows: Vec<Found> = on!(self.db, |db| review_work::table
            .inner_join(operators::table.on(operators::id.eq(review_work::operator_id)))
            .filter(review_work::done_at.ge(Instant(from)))
            .filter(review_work::done_at.lt(Instant(until)))
            .group_by((review_work::operator_id, operators::name, review_work::kind, review_work::late))
            .select((
                review_work::operator_id,
                operators::name,
                review_work::kind,
                review_work::late,
                count_star(),
                // A sum of bigint is numeric in PostgreSQL.
                sql::<BigInt>("CAST(sum(review_work.took) AS bigint)"),
            ))
            .load(db))
        .understood()?;
        let mut counts: Vec<WorkCount> = Vec::new();
        for (operator, name, kind, late, count, took) in rows {
            let kind = WorkKind::find(&kind).ok_or_else(|| corrupt("review_work", &kind, "kind"))?;
            let (count, took) = (count.unsigned_abs(), Duration::seconds(took));
            let late = if late { count } else { 0 };
            let operator = operator.get();
            match counts.iter_mut().find(|known| known.operator == operator && known.kind == kind) {
                Some(known) => {
                    known.count += count;
                    known.took += took;
                    known.late += late;
                }
                None => counts.push(WorkCount { operator, name, kind, count, took, late }),
            }
        }
        Ok(counts)
    }
}
