//! What the number of an account still proves when nobody has come with it for long.
//!
//! Carriers give numbers that are not used to somebody else. Whoever then gets a code is not the person whom the account is.

use crate::account::{Account, AccountStore};
use crate::actor::Actor;
use crate::context::Context;
use crate::error::{Code, Result};
use crate::journal::{Entry, Journal};
use crate::phone::MobileNumber;
use chrono::{DateTime, Duration, Utc};

/// That somebody came with a number is noted at most so often.
const NOTED: Duration = Duration::days(1);

impl Account {
    /// Whether the number may have a new owner, so that a code sent to it proves nothing by itself.
    #[must_use]
    pub fn is_idle(&self, now: DateTime<Utc>, idle: Option<Duration>) -> bool {
        idle.is_some_and(|idle| self.seen_at + idle <= now)
    }
}

/// Notes that the person came.
///
/// # Errors
/// When the store fails.
pub(crate) fn seen(tx: &mut impl AccountStore, context: &Context<'_>, account: &Account) -> Result<()> {
    if account.seen_at + NOTED <= context.now { tx.note_seen(account.id, context.now) } else { Ok(()) }
}

/// Notes that whoever has a number is its owner, which whoever runs the installation has made sure of.
///
/// # Errors
/// `not_found`.
pub fn vouch(
    tx: &mut (impl AccountStore + Journal),
    context: &Context<'_>,
    mobile: &MobileNumber,
) -> Result<()> {
    let account = tx.account_by(&mobile.into())?.ok_or(Code::NotFound)?;
    tx.note_seen(account.id, context.now)?;
    let before = account.seen_at.to_rfc3339();
    let entry = Entry::new("account.number_vouched_for", "account", account.id);
    tx.record(context, &Actor::System, entry.change("seen_at", before, context.now.to_rfc3339()))
}
