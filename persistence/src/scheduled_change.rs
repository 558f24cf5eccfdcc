//! Changes of members on a day to come. All of it belongs to one tenant.

use crate::connection::{BATCH, on};
use crate::database::Database;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::scheduled_changes as changes;
use crate::sql_type::{Id, Instant, Json};
use crate::tx::Tx;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use domain::departure::Successors;
use domain::error::{Error, Result};
use domain::id::{MemberId, ScheduledChangeId, TenantId};
use domain::on_behalf::OnBehalf;
use domain::scheduled_change::{
    ChangeFault, ChangeFilter, ChangeSpot, ChangeState, Intent, Note, ScheduledChange, ScheduledChangeStore,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// The state of what waits.
const SCHEDULED: &str = "scheduled";

/// What no query looks into.
#[derive(Serialize, Deserialize)]
struct Document {
    intent: KeptIntent,
    note: Option<String>,
    request_id: String,
    faults: Vec<ChangeFault>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptIntent {
    Update(Value),
    Departure { all: Option<Uuid>, leaderships: Vec<(Uuid, Option<Uuid>)>, hand_over_tags: bool },
}

impl From<&Intent> for KeptIntent {
    fn from(intent: &Intent) -> Self {
        match intent {
            Intent::Update(patch) => Self::Update(patch.clone()),
            Intent::Departure(successors) => {
                let own = |(department, heir): &(_, Option<MemberId>)| {
                    (Uuid::from(*department), heir.map(Uuid::from))
                };
                Self::Departure {
                    all: successors.all.map(Uuid::from),
                    leaderships: successors.leaderships.iter().map(own).collect(),
                    hand_over_tags: successors.hand_over_tags,
                }
            }
        }
    }
}

impl From<KeptIntent> for Intent {
    fn from(kept: KeptIntent) -> Self {
        match kept {
            KeptIntent::Update(patch) => Self::Update(patch),
            KeptIntent::Departure { all, leaderships, hand_over_tags } => {
                let own =
                    |(department, heir): (Uuid, Option<Uuid>)| (department.into(), heir.map(Into::into));
                let leaderships = leaderships.into_iter().map(own).collect();
                Self::Departure(Successors { all: all.map(Into::into), leaderships, hand_over_tags })
            }
        }
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = changes, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: Id,
    tenant_id: Id,
    member_id: Id,
    effective_on: String,
    state: String,
    document: Json,
    by_account: Id,
    by_member: Id,
    by_session: Id,
    created_at: Instant,
    ended_at: Option<Instant>,
    version: i64,
}

impl Row {
    fn of(tenant_id: Id, change: &ScheduledChange) -> Result<Self> {
        let document = Document {
            intent: KeptIntent::from(&change.intent),
            note: change.note.as_ref().map(|note| note.as_str().to_owned()),
            request_id: change.request_id.clone(),
            faults: change.faults.clone(),
        };
        let failed = |error| Error::internal(format!("a scheduled change: {error}"));
        Ok(Self {
            id: change.id.into(),
            tenant_id,
            member_id: change.member.into(),
            effective_on: change.effective_on.to_string(),
            state: change.state.name().to_owned(),
            document: serde_json::to_value(document).map(Json).map_err(failed)?,
            by_account: change.by.account.into(),
            by_member: change.by.member.into(),
            by_session: change.by.session.into(),
            created_at: change.created_at.into(),
            ended_at: change.ended_at.map(Instant),
            version: change.version + 1,
        })
    }
}

impl TryFrom<Row> for ScheduledChange {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("scheduled_changes", row.id.0, column);
        let kept: Document = serde_json::from_value(row.document.0).map_err(|_| wrong("document"))?;
        let note = kept.note.as_deref().map(Note::parse).transpose();
        Ok(Self {
            id: row.id.get(),
            member: row.member_id.get(),
            effective_on: row.effective_on.parse().map_err(|_| wrong("effective_on"))?,
            intent: kept.intent.into(),
            note: note.map_err(|_| wrong("note"))?,
            state: ChangeState::find(&row.state).ok_or_else(|| wrong("state"))?,
            by: OnBehalf {
                account: row.by_account.get(),
                member: row.by_member.get(),
                session: row.by_session.get(),
            },
            request_id: kept.request_id,
            faults: kept.faults,
            created_at: row.created_at.0,
            ended_at: row.ended_at.map(|at| at.0),
            version: row.version,
        })
    }
}

impl ScheduledChangeStore for Tx<'_> {
    fn save_scheduled_change(&mut self, change: &ScheduledChange) -> Result<()> {
        let row = Row::of(self.bound()?, change)?;
        if change.version == 0 {
            return on!(self.db, |db| diesel::insert_into(changes::table).values(&row).execute(db))
                .understood()
                .map(drop);
        }
        let known = changes::table
            .find(row.id)
            .filter(changes::tenant_id.eq(row.tenant_id))
            .filter(changes::version.eq(change.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn scheduled_change(&mut self, id: ScheduledChangeId) -> Result<Option<ScheduledChange>> {
        let known = changes::table.find(Id::from(id)).filter(changes::tenant_id.eq(self.bound()?));
        let row: Option<Row> =
            on!(self.db, |db| known.select(Row::as_select()).first(db)).optional().understood()?;
        row.map(ScheduledChange::try_from).transpose()
    }

    fn scheduled_changes(
        &mut self,
        filter: ChangeFilter,
        after: Option<ChangeSpot>,
        limit: u32,
    ) -> Result<Vec<ScheduledChange>> {
        let tenant = self.bound()?;
        let rows: Vec<Row> = on!(self.db, |db| {
            let mut query: changes::BoxedQuery<'_, _> = changes::table.into_boxed();
            query = query.filter(changes::tenant_id.eq(tenant));
            if let Some(member) = filter.member {
                query = query.filter(changes::member_id.eq(Id::from(member)));
            }
            if let Some(state) = filter.state {
                query = query.filter(changes::state.eq(state.name()));
            }
            if let Some((day, id)) = after {
                let (day, id) = (day.to_string(), Id::from(id));
                query = query
                    .filter(changes::effective_on.ge(day.clone()))
                    .filter(changes::effective_on.gt(day).or(changes::id.gt(id)));
            }
            query
                .order((changes::effective_on, changes::id))
                .limit(limit.into())
                .select(changes::all_columns)
                .load(db)
        })
        .understood()?;
        rows.into_iter().map(ScheduledChange::try_from).collect()
    }

    fn due_changes(&mut self, by: NaiveDate) -> Result<Vec<ScheduledChangeId>> {
        let tenant = self.bound()?;
        let due: Vec<Id> = on!(self.db, |db| changes::table
            .filter(changes::tenant_id.eq(tenant))
            .filter(changes::state.eq(SCHEDULED))
            .filter(changes::effective_on.le(by.to_string()))
            .order((changes::effective_on, changes::id))
            .select(changes::id)
            .load(db))
        .understood()?;
        Ok(due.into_iter().map(Id::get).collect())
    }

    fn cancel_scheduled_of(
        &mut self,
        members: &[MemberId],
        now: DateTime<Utc>,
    ) -> Result<Vec<(ScheduledChangeId, MemberId)>> {
        let (tenant, mut cancelled) = (self.bound()?, Vec::new());
        let ids: Vec<Id> = members.iter().copied().map(Id::from).collect();
        for some in ids.chunks(BATCH) {
            let theirs = changes::table
                .filter(changes::tenant_id.eq(tenant))
                .filter(changes::state.eq(SCHEDULED))
                .filter(changes::member_id.eq_any(some));
            let waiting: Vec<(Id, Id)> =
                on!(self.db, |db| theirs.select((changes::id, changes::member_id)).load(db)).understood()?;
            if waiting.is_empty() {
                continue;
            }
            let over = (
                changes::state.eq(ChangeState::Cancelled.name()),
                changes::ended_at.eq(Some(Instant(now))),
                changes::version.eq(changes::version + 1),
            );
            let those: Vec<Id> = waiting.iter().map(|(change, _)| *change).collect();
            let those =
                changes::table.filter(changes::tenant_id.eq(tenant)).filter(changes::id.eq_any(those));
            on!(self.db, |db| diesel::update(those).set(over).execute(db)).understood()?;
            cancelled.extend(waiting.into_iter().map(|(change, member)| (change.get(), member.get())));
        }
        Ok(cancelled)
    }
}

impl Database {
    /// The tenants that have changes that wait and whose day has come by another day.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tenants_with_changes_due(&self, by: NaiveDate) -> Result<Vec<TenantId>> {
        self.read(|tx| {
            let found: Vec<Id> = on!(tx.db, |db| changes::table
                .filter(changes::state.eq(SCHEDULED))
                .filter(changes::effective_on.le(by.to_string()))
                .select(changes::tenant_id)
                .distinct()
                .load(db))
            .understood()?;
            Ok(found.into_iter().map(Id::get).collect())
        })
    }
}
