//! Acceptances. A global table: they belong to accounts and outlive tenants.

use crate::connection::on;
use crate::error::Understood;
use crate::schema::agreement_acceptances;
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::agreement::{Acceptance, AcceptanceStore};
use domain::error::Result;

#[derive(Insertable)]
#[diesel(table_name = agreement_acceptances, treat_none_as_default_value = false)]
struct Row {
    id: Id,
    account_id: Id,
    registration_id: Option<Id>,
    agreement_id: Id,
    version: String,
    accepted_at: Instant,
    ip: Option<String>,
}

impl AcceptanceStore for Tx<'_> {
    fn insert_acceptances(&mut self, acceptances: &[Acceptance]) -> Result<()> {
        let row = |acceptance: &Acceptance| Row {
            id: Id(acceptance.id),
            account_id: acceptance.account.into(),
            registration_id: acceptance.registration.map(Id::from),
            agreement_id: Id(acceptance.accepted.id),
            version: acceptance.accepted.version.clone(),
            accepted_at: acceptance.at.into(),
            ip: acceptance.ip.map(|ip| ip.to_string()),
        };
        let rows: Vec<_> = acceptances.iter().map(row).collect();
        on!(self.db, |db| diesel::insert_into(agreement_acceptances::table).values(&rows).execute(db))
            .understood()
            .map(drop)
    }
}
