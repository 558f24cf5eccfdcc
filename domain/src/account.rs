//! Accounts: people, known by a mobile number and perhaps a mailbox, who may belong to many tenants.

use crate::contact::ContactPoint;
use crate::context::Context;
use crate::email::EmailAddress;
use crate::error::Result;
use crate::id::AccountId;
use crate::phone::MobileNumber;
use chrono::{DateTime, Utc};

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The number that proves who they are.
    pub mobile: MobileNumber,
    /// The mailbox that they proved to have, if any: a name to sign in with, and where warnings go.
    pub email: Option<EmailAddress>,
    /// When they last came with their number, give or take a day.
    pub seen_at: DateTime<Utc>,
    /// Since when they are known.
    pub created_at: DateTime<Utc>,
}

impl Account {
    /// Whoever has just shown that a number is theirs.
    #[must_use]
    pub fn new(context: &Context<'_>, mobile: MobileNumber) -> Self {
        Self { id: context.id(), mobile, email: None, seen_at: context.now, created_at: context.now }
    }
}

/// Keeps accounts.
pub trait AccountStore {
    /// The account of a number or a mailbox.
    ///
    /// # Errors
    /// When the store fails.
    fn account_by(&mut self, contact: &ContactPoint) -> Result<Option<Account>>;
    /// The account of an id.
    ///
    /// # Errors
    /// When the store fails.
    fn account(&mut self, id: AccountId) -> Result<Option<Account>>;
    /// Notes that the person came.
    ///
    /// # Errors
    /// When the store fails.
    fn note_seen(&mut self, id: AccountId, at: DateTime<Utc>) -> Result<()>;
    /// Gives an account another number.
    ///
    /// # Errors
    /// `busy` when another transaction just gave it to somebody else.
    fn set_mobile(&mut self, id: AccountId, mobile: &MobileNumber) -> Result<()>;
    /// Gives an account another mailbox, or none.
    ///
    /// # Errors
    /// `busy` when another transaction just gave it to somebody else.
    fn set_email(&mut self, id: AccountId, email: Option<&EmailAddress>) -> Result<()>;
    /// Keeps a new account.
    ///
    /// # Errors
    /// `busy` when another transaction just made one for the number.
    fn insert_account(&mut self, account: &Account) -> Result<()>;
}
