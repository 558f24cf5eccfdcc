//! A person's rights over what is kept about them (Personal Information Protection Law, articles 44 to 47): to have it, to
//! correct it, and to have it erased.

mod close;
mod correct;
mod export;

pub use close::close;
pub use correct::correct;
pub use export::{
    AcceptedVersion, KeptDevice, KeptMembership, KeptMessage, KeptSession, KeptTicket, PersonData,
    PersonalNotice, export,
};

use crate::error::Result;
use crate::id::AccountId;

/// Keeps what is about a person.
pub trait PersonStore {
    /// Everything that is kept about an account, over all tenants.
    ///
    /// # Errors
    /// When the store fails.
    fn person_data(&mut self, account: AccountId) -> Result<PersonData>;
    /// Erases accounts: their places, devices, sessions, notices, tickets and registrations, and the keys of what the journal
    /// says of them. What they accepted stays, without an address.
    ///
    /// # Errors
    /// When the store fails.
    fn erase_accounts(&mut self, accounts: &[AccountId]) -> Result<()>;
}
