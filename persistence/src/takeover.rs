//! Takeovers of the bound tenant; and, over all tenants, those that operators have to decide. Why somebody objects is private,
//! so it is sealed.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::takeovers;
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::certification::ApplicationNumber;
use domain::error::Result;
use domain::id::{ApplicationId, TenantId};
use domain::takeover::{Takeover, TakeoverState, TakeoverStore};
use domain::text::PersonName;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = takeovers, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    tenant_id: Id,
    id: Id,
    number: String,
    registration_key: String,
    from_tenant: Id,
    account_id: Id,
    applicant: Id,
    name: String,
    state: String,
    objection_until: Instant,
    objection_sealed: Option<Vec<u8>>,
    created_at: Instant,
    version: i64,
}

pub(crate) fn objection_place(id: Id) -> String {
    format!("takeovers.objection {}", id.0)
}

impl Tx<'_> {
    fn takeover_row(&self, takeover: &Takeover) -> Result<Row> {
        let id = Id::from(takeover.application);
        let objection = takeover.objection.as_ref();
        Ok(Row {
            tenant_id: takeover.tenant.into(),
            id,
            number: takeover.number.as_str().to_owned(),
            registration_key: takeover.registration_key.clone(),
            from_tenant: takeover.from.into(),
            account_id: takeover.account.into(),
            applicant: takeover.applicant.into(),
            name: takeover.name.as_str().to_owned(),
            state: takeover.state.name().to_owned(),
            objection_until: takeover.objection_until.into(),
            objection_sealed: objection.map(|why| self.seal(&objection_place(id), why)).transpose()?,
            created_at: takeover.created_at.into(),
            version: takeover.version,
        })
    }

    fn takeover_of(&self, row: &Row) -> Result<Takeover> {
        let wrong = |column: &str| corrupt("takeovers", row.id.0, column);
        let objection = row.objection_sealed.as_ref();
        Ok(Takeover {
            tenant: row.tenant_id.get(),
            application: row.id.get(),
            number: ApplicationNumber::parse(&row.number).map_err(|_| wrong("number"))?,
            registration_key: row.registration_key.clone(),
            from: row.from_tenant.get(),
            account: row.account_id.get(),
            applicant: row.applicant.get(),
            name: PersonName::parse(&row.name).map_err(|_| wrong("name"))?,
            state: TakeoverState::find(&row.state).ok_or_else(|| wrong("state"))?,
            objection_until: row.objection_until.0,
            objection: objection.map(|sealed| self.open(&objection_place(row.id), sealed)).transpose()?,
            created_at: row.created_at.0,
            version: row.version,
        })
    }
}

impl TakeoverStore for Tx<'_> {
    fn insert_takeover(&mut self, takeover: &Takeover) -> Result<()> {
        let row = self.takeover_row(takeover)?;
        on!(self.db, |db| diesel::insert_into(takeovers::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn takeover(&mut self, id: ApplicationId) -> Result<Takeover> {
        let tenant = self.bound()?;
        let row: Row = on!(self.db, |db| takeovers::table
            .filter(takeovers::tenant_id.eq(tenant))
            .filter(takeovers::id.eq(Id::from(id)))
            .select(Row::as_select())
            .first(db))
        .understood()?;
        self.takeover_of(&row)
    }

    fn takeovers(&mut self, after: Option<ApplicationId>, limit: u32) -> Result<Vec<Takeover>> {
        let tenant = self.bound()?;
        let rows: Vec<Row> = on!(self.db, |db| {
            let mut query: takeovers::BoxedQuery<'_, _> = takeovers::table.into_boxed();
            query = query.filter(takeovers::tenant_id.eq(tenant));
            if let Some(after) = after {
                query = query.filter(takeovers::id.lt(Id::from(after)));
            }
            query.order(takeovers::id.desc()).limit(limit.into()).select(Row::as_select()).load(db)
        })
        .understood()?;
        rows.iter().map(|row| self.takeover_of(row)).collect()
    }

    fn takeover_under_way(&mut self) -> Result<bool> {
        let tenant = self.bound()?;
        let under_way = [TakeoverState::Open, TakeoverState::Objected].map(TakeoverState::name);
        let found: Option<Id> = on!(self.db, |db| takeovers::table
            .filter(takeovers::tenant_id.eq(tenant))
            .filter(takeovers::state.eq_any(under_way))
            .select(takeovers::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(found.is_some())
    }

    fn takeovers_in(
        &mut self,
        state: TakeoverState,
        except: &[TenantId],
        after: Option<ApplicationId>,
        limit: u32,
    ) -> Result<Vec<Takeover>> {
        let rows: Vec<Row> = on!(self.db, |db| {
            let mut query: takeovers::BoxedQuery<'_, _> = takeovers::table.into_boxed();
            query = query.filter(takeovers::state.eq(state.name()));
            let own: Vec<Id> = except.iter().copied().map(Id::from).collect();
            if !own.is_empty() {
                query = query.filter(takeovers::tenant_id.ne_all(own.clone()));
                query = query.filter(takeovers::from_tenant.ne_all(own));
            }
            if let Some(after) = after {
                query = query.filter(takeovers::id.gt(Id::from(after)));
            }
            query.order(takeovers::id).limit(limit.into()).select(Row::as_select()).load(db)
        })
        .understood()?;
        rows.iter().map(|row| self.takeover_of(row)).collect()
    }

    fn tenant_of_takeover(&mut self, id: ApplicationId) -> Result<Option<TenantId>> {
        let tenant: Option<Id> = on!(self.db, |db| takeovers::table
            .filter(takeovers::id.eq(Id::from(id)))
            .select(takeovers::tenant_id)
            .first(db))
        .optional()
        .understood()?;
        Ok(tenant.map(Id::get))
    }

    fn update_takeover(&mut self, takeover: &Takeover) -> Result<()> {
        let mut row = self.takeover_row(takeover)?;
        row.version += 1;
        let known = takeovers::table
            .filter(takeovers::tenant_id.eq(row.tenant_id))
            .filter(takeovers::id.eq(row.id))
            .filter(takeovers::version.eq(takeover.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }
}
