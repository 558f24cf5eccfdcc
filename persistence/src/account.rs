//! Accounts. A global table: a person is one and the same in every tenant.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::accounts;
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::account::{Account, AccountStore};
use domain::contact::ContactPoint;
use domain::email::EmailAddress;
use domain::error::Result;
use domain::id::AccountId;
use domain::phone::MobileNumber;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
struct Row {
    id: Id,
    mobile: String,
    email: Option<String>,
    seen_at: Instant,
    created_at: Instant,
}

/// A number that the database has.
pub(crate) fn stored_mobile(table: &str, key: impl std::fmt::Display, text: &str) -> Result<MobileNumber> {
    MobileNumber::parse(text).map_err(|_| corrupt(table, key, "mobile"))
}

/// A mailbox that the database has, or has not.
pub(crate) fn stored_email(
    table: &str,
    key: impl std::fmt::Display,
    text: Option<&str>,
) -> Result<Option<EmailAddress>> {
    text.map(|text| EmailAddress::parse(text).map_err(|_| corrupt(table, key, "email"))).transpose()
}

impl TryFrom<Row> for Account {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.get(),
            mobile: stored_mobile("accounts", row.id.0, &row.mobile)?,
            email: stored_email("accounts", row.id.0, row.email.as_deref())?,
            seen_at: row.seen_at.0,
            created_at: row.created_at.0,
        })
    }
}

impl AccountStore for Tx<'_> {
    fn account_by(&mut self, contact: &ContactPoint) -> Result<Option<Account>> {
        let row: Option<Row> = match contact {
            ContactPoint::Mobile(mobile) => on!(self.db, |db| accounts::table
                .filter(accounts::mobile.eq(mobile.as_str()))
                .select(Row::as_select())
                .first(db)),
            ContactPoint::Email(email) => on!(self.db, |db| accounts::table
                .filter(accounts::email.eq(Some(email.as_str())))
                .select(Row::as_select())
                .first(db)),
        }
        .optional()
        .understood()?;
        row.map(Account::try_from).transpose()
    }

    fn account(&mut self, id: AccountId) -> Result<Option<Account>> {
        let row: Option<Row> =
            on!(self.db, |db| accounts::table.find(Id::from(id)).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(Account::try_from).transpose()
    }

    fn note_seen(&mut self, id: AccountId, at: DateTime<Utc>) -> Result<()> {
        let known = accounts::table.find(Id::from(id));
        one_row(
            on!(self.db, |db| diesel::update(known).set(accounts::seen_at.eq(Instant(at))).execute(db))
                .understood()?,
        )
    }

    fn set_mobile(&mut self, id: AccountId, mobile: &MobileNumber) -> Result<()> {
        let known = accounts::table.find(Id::from(id));
        one_row(
            on!(self.db, |db| diesel::update(known).set(accounts::mobile.eq(mobile.as_str())).execute(db))
                .understood()?,
        )?;
        // Members are found by the number of their account.
        let theirs = self.members_of_account(id.into())?;
        for member in &theirs {
            self.index(member)?;
        }
        // Where the new number is invited, it is the same person, who is there already.
        let invited = self.invited_beside(&theirs, mobile)?;
        self.erase_places(&invited)?;
        Ok(())
    }

    fn set_email(&mut self, id: AccountId, email: Option<&EmailAddress>) -> Result<()> {
        let known = accounts::table.find(Id::from(id));
        let email = email.map(EmailAddress::as_str);
        one_row(
            on!(self.db, |db| diesel::update(known).set(accounts::email.eq(email)).execute(db))
                .understood()?,
        )
    }

    fn insert_account(&mut self, account: &Account) -> Result<()> {
        let row = Row {
            id: account.id.into(),
            mobile: account.mobile.as_str().to_owned(),
            email: account.email.as_ref().map(|email| email.as_str().to_owned()),
            seen_at: account.seen_at.into(),
            created_at: account.created_at.into(),
        };
        on!(self.db, |db| diesel::insert_into(accounts::table).values(&row).execute(db)).understood()?;
        Ok(())
    }
}
