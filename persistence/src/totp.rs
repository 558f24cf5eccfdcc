//! Authenticators. A global table: who has one belongs to no tenant. What they share with it is sealed.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::totps;
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::actor::Realm;
use domain::error::Result;
use domain::session::{Identity, TokenHash};
use domain::totp::{Totp, TotpSecret, TotpStore};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = totps, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    owner_id: Id,
    realm: String,
    secrets_sealed: Vec<u8>,
    confirmed_at: Option<Instant>,
    last_step: Option<i64>,
    version: i64,
}

pub(crate) fn totp_place(owner: Id) -> String {
    format!("totps.secrets {}", owner.0)
}

impl TotpStore for Tx<'_> {
    fn totp(&mut self, owner: Identity) -> Result<Option<Totp>> {
        let id = Id(owner.id());
        let row: Option<Row> = on!(self.db, |db| totps::table.find(id).select(Row::as_select()).first(db))
            .optional()
            .understood()?;
        let Some(row) = row else { return Ok(None) };
        let wrong = |column: &str| corrupt("totps", id.0, column);
        let (secret, recovery): (TotpSecret, Vec<[u8; 32]>) =
            self.open(&totp_place(id), &row.secrets_sealed)?;
        let realm = Realm::find(&row.realm).ok_or_else(|| wrong("realm"))?;
        let last_step = row.last_step.map(u64::try_from).transpose().map_err(|_| wrong("last_step"))?;
        Ok(Some(Totp {
            owner: Identity::of(realm, owner.id()),
            secret,
            confirmed_at: row.confirmed_at.map(|at| at.0),
            last_step,
            recovery: recovery.into_iter().map(TokenHash).collect(),
            version: row.version,
        }))
    }

    fn save_totp(&mut self, totp: &Totp) -> Result<()> {
        let id = Id(totp.owner.id());
        let recovery: Vec<_> = totp.recovery.iter().map(|hash| hash.0).collect();
        let row = Row {
            owner_id: id,
            realm: totp.owner.realm().name().to_owned(),
            secrets_sealed: self.seal(&totp_place(id), &(&totp.secret, recovery))?,
            confirmed_at: totp.confirmed_at.map(Instant::from),
            last_step: totp.last_step.map(|step| i64::try_from(step).unwrap_or(i64::MAX)),
            version: totp.version + 1,
        };
        if totp.version == 0 {
            on!(self.db, |db| diesel::insert_into(totps::table).values(&row).execute(db)).understood()?;
            return Ok(());
        }
        let known = totps::table.find(id).filter(totps::version.eq(totp.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn forget_totp(&mut self, owner: Identity) -> Result<()> {
        let known = totps::table.find(Id(owner.id()));
        on!(self.db, |db| diesel::delete(known).execute(db)).understood().map(drop)
    }
}
