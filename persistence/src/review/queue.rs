//! The reviewers' queue. A global table: operators work over all tenants.

use crate::certification::claim;
use crate::connection::on;
use crate::error::{Understood, corrupt};
use crate::schema::reviews;
use crate::sql_type::{Id, Instant, named};
use crate::tx::Tx;
use chrono::{DateTime, Duration, Utc};
use diesel::dsl::not;
use diesel::prelude::*;
use domain::certification::{Application, ApplicationNumber, State, StateName, Submission};
use domain::error::Result;
use domain::id::{ApplicationId, TenantId};
use domain::review::{Counts, Filter, Item, Position, ReviewStore};

/// An application's place in the reviewers' queue.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reviews, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: Id,
    tenant_id: Id,
    number: String,
    kind: String,
    waiting: bool,
    state: String,
    legal_name: String,
    organization_type: String,
    attempt: i64,
    submitted_by: Id,
    submitted_at: Instant,
    due_at: Instant,
    review_left: i64,
    due_provisional: bool,
    respond_by: Option<Instant>,
    claim_holder: Option<Id>,
    claim_expires_at: Option<Instant>,
}

impl Row {
    fn of(application: &Application, submission: &Submission) -> Self {
        let claim = match &application.state {
            State::InReview { claim, .. } => claim.as_ref(),
            _ => None,
        };
        Self {
            id: application.id.into(),
            tenant_id: application.tenant.into(),
            number: application.number.as_str().to_owned(),
            kind: application.kind.name().to_owned(),
            waiting: application.state.with_reviewer(),
            state: application.state.name().to_owned(),
            legal_name: application.draft.name_on_license().unwrap_or_default().to_owned(),
            organization_type: application.organization_type.clone(),
            attempt: submission.attempt.into(),
            submitted_by: submission.by.into(),
            submitted_at: submission.at.into(),
            due_at: submission.due_at.into(),
            review_left: submission.left.num_seconds(),
            due_provisional: submission.provisional,
            respond_by: match application.state {
                State::InformationRequested { respond_by, .. } => Some(respond_by.into()),
                _ => None,
            },
            claim_holder: claim.map(|claim| claim.holder.into()),
            claim_expires_at: claim.map(|claim| claim.expires_at.into()),
        }
    }
}

/// Puts an application where it stands in the queue, which holds each at most once.
pub(crate) fn enqueue(tx: &mut Tx<'_>, application: &Application, submission: &Submission) -> Result<()> {
    let row = Row::of(application, submission);
    let known = reviews::table.find(row.id);
    if on!(tx.db, |db| diesel::update(known).set(&row).execute(db)).understood()? == 0 {
        on!(tx.db, |db| diesel::insert_into(reviews::table).values(&row).execute(db)).understood()?;
    }
    Ok(())
}

impl Row {
    fn item(self, now: DateTime<Utc>) -> Result<Item> {
        let row = self;
        let wrong = |column: &str| corrupt("reviews", row.id.0, column);
        let late = row.respond_by.is_some_and(|respond_by| respond_by.0 <= now);
        let kept = named(&row.state).ok_or_else(|| wrong("state"))?;
        Ok(Item {
            id: row.id.get(),
            tenant: row.tenant_id.get(),
            number: row.number.clone(),
            kind: named(&row.kind).ok_or_else(|| wrong("kind"))?,
            state: if late { StateName::Expired } else { kept },
            legal_name: row.legal_name.clone(),
            organization_type: row.organization_type.clone(),
            submission: Submission {
                attempt: row.attempt.try_into().map_err(|_| wrong("attempt"))?,
                by: row.submitted_by.get(),
                at: row.submitted_at.0,
                left: Duration::seconds(row.review_left),
                due_at: row.due_at.0,
                provisional: row.due_provisional,
            },
            claim: claim(row.claim_holder, row.claim_expires_at),
        })
    }
}

/// The queue as a filter shows it, before order and limit. A macro, because a boxed query belongs to one database.
macro_rules! filtered {
    ($filter:expr, $now:expr) => {{
        let now = Instant($now);
        let mut query: reviews::BoxedQuery<'_, _> = reviews::table.into_boxed();
        query = match &$filter.state {
            // What was not answered in time has expired, though nobody has written so.
            Some(StateName::Expired) => {
                let late = reviews::state
                    .eq(StateName::InformationRequested.name())
                    .and(reviews::respond_by.le(now).assume_not_null());
                query.filter(reviews::state.eq(StateName::Expired.name()).or(late))
            }
            Some(StateName::InformationRequested) => query
                .filter(reviews::state.eq(StateName::InformationRequested.name()))
                .filter(reviews::respond_by.gt(now)),
            Some(state) => query.filter(reviews::state.eq(state.name())),
            None => query.filter(reviews::waiting.eq(true)),
        };
        query = match $filter.overdue {
            Some(true) => query.filter(reviews::due_at.lt(now)),
            Some(false) => query.filter(reviews::due_at.ge(now)),
            None => query,
        };
        let held = reviews::claim_expires_at.gt(now).assume_not_null();
        query = match $filter.unassigned {
            Some(true) => query.filter(reviews::claim_holder.is_null().or(not(held))),
            Some(false) => query.filter(held),
            None => query,
        };
        if let Some(assignee) = $filter.assignee {
            query = query.filter(reviews::claim_holder.eq(Id::from(assignee))).filter(held);
        }
        if let Some(kind) = $filter.kind {
            query = query.filter(reviews::kind.eq(kind.name()));
        }
        if let Some(organization_type) = &$filter.organization_type {
            query = query.filter(reviews::organization_type.eq(organization_type));
        }
        if let Some(search) = &$filter.search {
            query = match ApplicationNumber::parse(search) {
                Ok(number) => query.filter(reviews::number.eq(number.as_str().to_owned())),
                // A range, because an index serves it on both databases.
                Err(_) => query
                    .filter(reviews::legal_name.ge(search))
                    .filter(reviews::legal_name.lt(format!("{search}\u{10FFFF}"))),
            };
        }
        if let Some(from) = $filter.submitted_from {
            query = query.filter(reviews::submitted_at.ge(Instant(from)));
        }
        if let Some(until) = $filter.submitted_until {
            query = query.filter(reviews::submitted_at.lt(Instant(until)));
        }
        query
    }};
}

impl ReviewStore for Tx<'_> {
    fn reviews(
        &mut self,
        filter: &Filter,
        after: Option<&Position>,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Item>> {
        let rows: Vec<Row> = on!(self.db, |db| {
            let mut query = filtered!(filter, now);
            if let Some(after) = after {
                let (due_at, id) = (Instant(after.due_at), Id::from(after.id));
                let same = reviews::due_at.eq(due_at).and(reviews::id.gt(id));
                query = query.filter(reviews::due_at.gt(due_at).or(same));
            }
            query.order((reviews::due_at, reviews::id)).limit(limit.into()).select(Row::as_select()).load(db)
        })
        .understood()?;
        rows.into_iter().map(|row| row.item(now)).collect()
    }

    fn reviews_counted(&mut self, filter: &Filter, now: DateTime<Utc>) -> Result<u64> {
        let count: i64 = on!(self.db, |db| filtered!(filter, now).count().get_result(db)).understood()?;
        Ok(count.unsigned_abs())
    }

    fn open_reviews_counted(&mut self, now: DateTime<Utc>) -> Result<Counts> {
        const OPEN: [StateName; 4] = [
            StateName::Submitted,
            StateName::InReview,
            StateName::AwaitingConfirmation,
            StateName::InformationRequested,
        ];
        let mut counts = Counts::default();
        for state in OPEN {
            let filter = Filter { state: Some(state), ..Filter::default() };
            counts.by_state.insert(state, self.reviews_counted(&filter, now)?);
        }
        counts.overdue = self.reviews_counted(&Filter { overdue: Some(true), ..Filter::default() }, now)?;
        counts.unassigned =
            self.reviews_counted(&Filter { unassigned: Some(true), ..Filter::default() }, now)?;
        Ok(counts)
    }

    fn provisional_reviews(
        &mut self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<(TenantId, ApplicationId)>> {
        let rows: Vec<(Id, Id)> = on!(self.db, |db| reviews::table
            .filter(reviews::due_provisional.eq(true))
            .filter(reviews::waiting.eq(true))
            .filter(reviews::due_at.gt(Instant(after)))
            .filter(reviews::due_at.le(Instant(until)))
            .order(reviews::due_at)
            .limit(limit.into())
            .select((reviews::tenant_id, reviews::id))
            .load(db))
        .understood()?;
        Ok(rows.into_iter().map(|(tenant, id)| (tenant.get(), id.get())).collect())
    }

    fn tenant_of_review(&mut self, id: ApplicationId) -> Result<Option<TenantId>> {
        let tenant: Option<Id> =
            on!(self.db, |db| reviews::table.find(Id::from(id)).select(reviews::tenant_id).first(db))
                .optional()
                .understood()?;
        Ok(tenant.map(Id::get))
    }

    fn tenant_of_number(&mut self, number: &ApplicationNumber) -> Result<Option<(TenantId, ApplicationId)>> {
        let found: Option<(Id, Id)> = on!(self.db, |db| reviews::table
            .filter(reviews::number.eq(number.as_str()))
            .select((reviews::tenant_id, reviews::id))
            .first(db))
        .optional()
        .understood()?;
        Ok(found.map(|(tenant, id)| (tenant.get(), id.get())))
    }
}
