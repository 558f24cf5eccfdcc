//! Registration: a company joins. It waits for the code sent to its administrator; the code makes it a tenant.

mod correct;
mod resend;
mod start;
mod verify;

pub use correct::correct;
pub use resend::resend;
pub use start::{Start, start};
pub use verify::{Completed, Verified, Verify, verify};

use crate::agreement::Accepted;
use crate::error::{Code, Result};
use crate::id::{RegistrationId, TenantId};
use crate::journal::Entry;
use crate::phone::MobileNumber;
use crate::session::TokenHash;
use crate::tenant::Organization;
use crate::text::{PersonName, Position};
use crate::verification::Sent;
use chrono::{DateTime, Duration, Utc};
use std::net::IpAddr;

/// Who registers, and becomes the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator {
    /// Their name.
    pub name: PersonName,
    /// Their job.
    pub position: Position,
    /// Where the code goes.
    pub mobile: MobileNumber,
    /// Whether they stand for the organization by law.
    pub is_legal_representative: bool,
}

/// Where a registration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The code has not been entered.
    AwaitingVerification,
    /// The tenant exists.
    Completed {
        /// The tenant.
        tenant: TenantId,
        /// Since when.
        at: DateTime<Utc>,
    },
    /// The code was not entered in time.
    Expired,
}

/// A company that is joining.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Its id.
    pub id: RegistrationId,
    /// Opens it; nothing else does.
    pub token: TokenHash,
    /// The organization.
    pub organization: Organization,
    /// Who registers it.
    pub administrator: Administrator,
    /// What they accepted.
    pub accepted: Vec<Accepted>,
    /// The last code that was sent.
    pub code: Sent,
    /// The tenant that came of it, and when.
    pub completed: Option<(TenantId, DateTime<Utc>)>,
    /// When it began, and everything in `accepted` was accepted.
    pub created_at: DateTime<Utc>,
    /// From which address.
    pub begun_from: Option<IpAddr>,
    /// Until when it waits.
    pub expires_at: DateTime<Utc>,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

impl Registration {
    /// Where it stands now: time alone turns a waiting one into an expired one.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> State {
        match self.completed {
            Some((tenant, at)) => State::Completed { tenant, at },
            None if now >= self.expires_at => State::Expired,
            None => State::AwaitingVerification,
        }
    }

    /// Refuses what is only possible while it waits.
    ///
    /// # Errors
    /// `registration_not_waiting`, `registration_expired`.
    pub fn require_waiting(&self, now: DateTime<Utc>) -> Result<()> {
        match self.state(now) {
            State::AwaitingVerification => Ok(()),
            State::Completed { .. } => Err(Code::RegistrationNotWaiting.into()),
            State::Expired => Err(Code::RegistrationExpired.into()),
        }
    }

    fn complete(mut self, tenant: TenantId, now: DateTime<Utc>) -> Self {
        self.completed = Some((tenant, now));
        self
    }
}

/// What changed from one form of a registration to the next, or what a new one says. Whatever is about a person stands apart.
fn entry(action: &'static str, before: Option<&Registration>, after: &Registration) -> Entry {
    type Field = (&'static str, fn(&Registration) -> String);
    const OPEN: [Field; 8] = [
        ("organization.name", |it| it.organization.name.as_str().to_owned()),
        ("organization.type", |it| it.organization.kind.clone()),
        ("organization.industry", |it| it.organization.industry.as_str().to_owned()),
        ("organization.staff_size", |it| it.organization.staff_size.name().to_owned()),
        ("organization.region", |it| it.organization.address.region.as_str().to_owned()),
        ("organization.address", |it| it.organization.address.line.as_str().to_owned()),
        ("organization.phone", |it| it.organization.phone.as_str().to_owned()),
        ("administrator.is_legal_representative", |it| it.administrator.is_legal_representative.to_string()),
    ];
    const PERSONAL: [Field; 3] = [
        ("administrator.name", |it| it.administrator.name.as_str().to_owned()),
        ("administrator.position", |it| it.administrator.position.as_str().to_owned()),
        ("administrator.mobile", |it| it.administrator.mobile.as_str().to_owned()),
    ];
    let mut entry = Entry::new(action, "registration", after.id);
    for (name, value) in OPEN {
        entry = entry.change(name, before.map(value), value(after));
    }
    entry.about(after.id, PERSONAL.map(|(name, value)| (name, before.map(value), value(after))))
}

/// The numbers of registration.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// How long a registration waits for its code.
    pub lifetime: Duration,
}

/// Keeps registrations.
pub trait RegistrationStore {
    /// The registration of an id.
    ///
    /// # Errors
    /// When the store fails.
    fn registration(&mut self, id: RegistrationId) -> Result<Option<Registration>>;
    /// The registration that a token opens.
    ///
    /// # Errors
    /// When the store fails.
    fn registration_by_token(&mut self, token: &TokenHash) -> Result<Option<Registration>>;
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale`.
    fn save_registration(&mut self, registration: &Registration) -> Result<()>;
}

/// The registration that a token opens.
///
/// # Errors
/// `unauthenticated` for a token that opens nothing: a wrong id and a wrong token look the same.
pub fn opened_by(
    tx: &mut impl RegistrationStore,
    id: RegistrationId,
    token: &TokenHash,
) -> Result<Registration> {
    let registration = tx.registration(id)?.filter(|registration| registration.token == *token);
    registration.ok_or_else(|| Code::Unauthenticated.into())
}
