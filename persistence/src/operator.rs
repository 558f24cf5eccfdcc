//! Operators. A global table: they belong to the platform.

use crate::account::stored_mobile;
use crate::connection::on;
use crate::error::{Understood, corrupt};
use crate::schema::{accounts, members, operators};
use crate::sql_type::{Id, Instant, name_of, named};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::error::Result;
use domain::id::{OperatorId, TenantId};
use domain::operator::{Operator, OperatorStore};
use domain::phone::MobileNumber;
use domain::text::PersonName;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = operators, treat_none_as_default_value = false)]
struct Row {
    id: Id,
    mobile: String,
    name: String,
    role: String,
    created_at: Instant,
}

impl TryFrom<Row> for Operator {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let key = row.id.0;
        Ok(Self {
            id: row.id.get(),
            mobile: stored_mobile("operators", key, &row.mobile)?,
            name: PersonName::parse(&row.name).map_err(|_| corrupt("operators", key, "name"))?,
            role: named(&row.role).ok_or_else(|| corrupt("operators", key, "role"))?,
            created_at: row.created_at.0,
        })
    }
}

impl OperatorStore for Tx<'_> {
    fn operator_by_mobile(&mut self, mobile: &MobileNumber) -> Result<Option<Operator>> {
        let row: Option<Row> = on!(self.db, |db| operators::table
            .filter(operators::mobile.eq(mobile.as_str()))
            .select(Row::as_select())
            .first(db))
        .optional()
        .understood()?;
        row.map(Operator::try_from).transpose()
    }

    fn operator(&mut self, id: OperatorId) -> Result<Option<Operator>> {
        let row: Option<Row> =
            on!(self.db, |db| operators::table.find(Id::from(id)).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(Operator::try_from).transpose()
    }

    fn operators(&mut self) -> Result<Vec<Operator>> {
        let rows: Vec<Row> =
            on!(self.db, |db| operators::table.order(operators::id).select(Row::as_select()).load(db))
                .understood()?;
        rows.into_iter().map(Operator::try_from).collect()
    }

    fn save_operator(&mut self, operator: &Operator, known: bool) -> Result<()> {
        let row = Row {
            id: operator.id.into(),
            mobile: operator.mobile.as_str().to_owned(),
            name: operator.name.as_str().to_owned(),
            role: name_of(&operator.role),
            created_at: operator.created_at.into(),
        };
        if known {
            on!(self.db, |db| diesel::update(operators::table.find(row.id)).set(&row).execute(db))
                .understood()?;
        } else {
            on!(self.db, |db| diesel::insert_into(operators::table).values(&row).execute(db)).understood()?;
        }
        Ok(())
    }

    fn tenants_of_operator(&mut self, id: OperatorId) -> Result<Vec<TenantId>> {
        let tenants: Vec<Id> = on!(self.db, |db| operators::table
            .inner_join(accounts::table.on(accounts::mobile.eq(operators::mobile)))
            .inner_join(members::table.on(members::account_id.eq(accounts::id.nullable())))
            .filter(operators::id.eq(Id::from(id)))
            .select(members::tenant_id)
            .load(db))
        .understood()?;
        Ok(tenants.into_iter().map(Id::get).collect())
    }

    fn belongs_to(&mut self, mobile: &MobileNumber, tenant: TenantId) -> Result<bool> {
        let id: Option<Id> = on!(self.db, |db| members::table
            .inner_join(accounts::table.on(accounts::id.nullable().eq(members::account_id)))
            .filter(members::tenant_id.eq(Id::from(tenant)))
            .filter(accounts::mobile.eq(mobile.as_str()))
            .select(accounts::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(id.is_some())
    }
}
