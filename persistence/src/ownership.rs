//! Whom the bound tenant is offered to.

use crate::connection::on;
use crate::error::Understood;
use crate::schema::ownership_offers as offers;
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::error::Result;
use domain::ownership::{OwnershipOffer, OwnershipStore};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = offers, treat_none_as_default_value = false)]
struct Row {
    tenant_id: Id,
    member_id: Id,
    offered_by: Id,
    offered_at: Instant,
    expires_at: Instant,
}

impl OwnershipStore for Tx<'_> {
    fn ownership_offer(&mut self) -> Result<Option<OwnershipOffer>> {
        let tenant = self.bound()?;
        let row: Option<Row> =
            on!(self.db, |db| offers::table.find(tenant).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        Ok(row.map(|row| OwnershipOffer {
            member: row.member_id.get(),
            offered_by: row.offered_by.get(),
            offered_at: row.offered_at.0,
            expires_at: row.expires_at.0,
        }))
    }

    fn insert_ownership_offer(&mut self, offer: &OwnershipOffer) -> Result<()> {
        let row = Row {
            tenant_id: self.bound()?,
            member_id: offer.member.into(),
            offered_by: offer.offered_by.into(),
            offered_at: offer.offered_at.into(),
            expires_at: offer.expires_at.into(),
        };
        on!(self.db, |db| diesel::insert_into(offers::table).values(&row).execute(db)).understood().map(drop)
    }

    fn delete_ownership_offer(&mut self) -> Result<bool> {
        let known = offers::table.find(self.bound()?);
        let gone = on!(self.db, |db| diesel::delete(known).execute(db)).understood()?;
        Ok(gone > 0)
    }
}
