//! Passwords of accounts. A global table: an account belongs to no tenant. The hashes are sealed, so that a copy of the database
//! alone is worth nothing to who would guess them.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{accounts, passwords};
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::contact::ContactPoint;
use domain::error::Result;
use domain::id::AccountId;
use domain::password::{PasswordHash, PasswordStore, StoredPassword};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = passwords, treat_none_as_default_value = false)]
struct Row {
    account_id: Id,
    hashes_sealed: Vec<u8>,
    set_at: Instant,
    version: i64,
}

pub(crate) fn password_place(account: Id) -> String {
    format!("passwords.hashes {}", account.0)
}

impl Tx<'_> {
    fn stored_password(&self, row: &Row) -> Result<StoredPassword> {
        let hashes: Vec<String> = self.open(&password_place(row.account_id), &row.hashes_sealed)?;
        let mut hashes = hashes.into_iter().map(PasswordHash::new);
        let hash = hashes.next().ok_or_else(|| corrupt("passwords", row.account_id.0, "hashes"))?;
        let (former, set_at) = (hashes.collect(), row.set_at.0);
        Ok(StoredPassword { account: row.account_id.get(), hash, former, set_at, version: row.version })
    }
}

impl PasswordStore for Tx<'_> {
    fn password(&mut self, account: AccountId) -> Result<Option<StoredPassword>> {
        let id = Id::from(account);
        let row: Option<Row> =
            on!(self.db, |db| passwords::table.find(id).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(|row| self.stored_password(&row)).transpose()
    }

    fn password_by(&mut self, contact: &ContactPoint) -> Result<Option<(AccountId, Option<StoredPassword>)>> {
        let row: Option<(Id, Option<Row>)> = match contact {
            ContactPoint::Mobile(mobile) => on!(self.db, |db| accounts::table
                .left_join(passwords::table.on(passwords::account_id.eq(accounts::id)))
                .filter(accounts::mobile.eq(mobile.as_str()))
                .select((accounts::id, Option::<Row>::as_select()))
                .first(db)),
            ContactPoint::Email(email) => on!(self.db, |db| accounts::table
                .left_join(passwords::table.on(passwords::account_id.eq(accounts::id)))
                .filter(accounts::email.eq(Some(email.as_str())))
                .select((accounts::id, Option::<Row>::as_select()))
                .first(db)),
        }
        .optional()
        .understood()?;
        let Some((account, row)) = row else { return Ok(None) };
        let password = row.map(|row| self.stored_password(&row)).transpose()?;
        Ok(Some((account.get(), password)))
    }

    fn save_password(&mut self, password: &StoredPassword) -> Result<()> {
        let id = Id::from(password.account);
        let hashes: Vec<_> =
            std::iter::once(&password.hash).chain(&password.former).map(PasswordHash::as_str).collect();
        let row = Row {
            account_id: id,
            hashes_sealed: self.seal(&password_place(id), &hashes)?,
            set_at: password.set_at.into(),
            version: password.version + 1,
        };
        if password.version == 0 {
            on!(self.db, |db| diesel::insert_into(passwords::table).values(&row).execute(db)).understood()?;
            return Ok(());
        }
        let known = passwords::table.find(id).filter(passwords::version.eq(password.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }
}
