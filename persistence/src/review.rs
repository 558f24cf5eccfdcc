//! The reviewers' queue. A global table: operators work over all tenants.

use crate::certification::{ReviewRow, claim};
use crate::connection::MultiBackend;
use crate::error::{Understood, corrupt};
use crate::schema::reviews;
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::certification::ApplicationNumber;
use domain::error::{Error, Result};
use domain::id::{ApplicationId, TenantId};
use domain::review::{Filter, Item, Position, ReviewStore};

impl TryFrom<ReviewRow> for Item {
    type Error = Error;

    fn try_from(row: ReviewRow) -> Result<Self> {
        Ok(Self {
            id: row.id.get(),
            tenant: row.tenant_id.get(),
            number: row.number,
            state: row.state,
            legal_name: row.legal_name,
            organization_type: row.organization_type,
            attempt: row.attempt.try_into().map_err(|_| corrupt("reviews", row.id.0, "attempt"))?,
            submitted_at: row.submitted_at.0,
            due_at: row.due_at.0,
            claim: claim(row.claim_holder, row.claim_expires_at),
        })
    }
}

/// The queue as a filter shows it, before order and limit.
fn filtered(filter: &Filter, now: DateTime<Utc>) -> reviews::BoxedQuery<'static, MultiBackend> {
    let mut query = reviews::table.into_boxed();
    query = match &filter.state {
        Some(state) => query.filter(reviews::state.eq(state.clone())),
        None => query.filter(reviews::waiting.eq(true)),
    };
    if let Some(overdue) = filter.overdue {
        let now = Instant(now);
        query = if overdue {
            query.filter(reviews::due_at.lt(now))
        } else {
            query.filter(reviews::due_at.ge(now))
        };
    }
    if let Some(assignee) = filter.assignee {
        query = query
            .filter(reviews::claim_holder.eq(Id::from(assignee)))
            .filter(reviews::claim_expires_at.gt(Instant(now)));
    }
    query
}

impl ReviewStore for Tx<'_> {
    fn reviews(
        &mut self,
        filter: &Filter,
        after: Option<&Position>,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Item>> {
        let mut query = filtered(filter, now);
        if let Some(after) = after {
            let (due_at, id) = (Instant(after.due_at), Id::from(after.id));
            query = query
                .filter(reviews::due_at.gt(due_at).or(reviews::due_at.eq(due_at).and(reviews::id.gt(id))));
        }
        let rows: Vec<ReviewRow> = query
            .order((reviews::due_at, reviews::id))
            .limit(limit.into())
            .select(ReviewRow::as_select())
            .load(self.db)
            .understood()?;
        rows.into_iter().map(Item::try_from).collect()
    }

    fn reviews_counted(&mut self, filter: &Filter, now: DateTime<Utc>) -> Result<u64> {
        let count: i64 = filtered(filter, now).count().get_result(self.db).understood()?;
        Ok(count.unsigned_abs())
    }

    fn tenant_of_review(&mut self, id: ApplicationId) -> Result<Option<TenantId>> {
        let tenant: Option<Id> = reviews::table
            .find(Id::from(id))
            .select(reviews::tenant_id)
            .first(self.db)
            .optional()
            .understood()?;
        Ok(tenant.map(Id::get))
    }

    fn tenant_of_number(&mut self, number: &ApplicationNumber) -> Result<Option<TenantId>> {
        let tenant: Option<Id> = reviews::table
            .filter(reviews::number.eq(number.as_str()))
            .select(reviews::tenant_id)
            .first(self.db)
            .optional()
            .understood()?;
        Ok(tenant.map(Id::get))
    }
}
