//! A copy of what is kept about a person.

use super::PersonStore;
use crate::account::Account;
use crate::actor::MemberActor;
use crate::confirmation::{Confirmation, SensitiveAction};
use crate::context::Context;
use crate::error::Result;
use crate::id::{TenantId, TicketId};
use crate::journal::{Entry, Journal};
use crate::member::ListedMember;
use crate::notice::Notice;
use crate::policy::{PolicyStore, require_confirmation};
use crate::ticket::Author;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A place of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptMembership {
    /// The tenant's name.
    pub tenant_name: String,
    /// What is said of them there.
    pub said: ListedMember,
    /// The names of their departments there.
    pub departments: Vec<String>,
    /// The names of the tags that they have there, or had when they left.
    pub tags: Vec<String>,
    /// What they have in the tenant's own fields, by the names of those.
    pub custom: Vec<(String, String)>,
}

/// A device from which the person signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDevice {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub platform: String,
    /// Since when it is known.
    pub created_at: DateTime<Utc>,
}

/// A session that the person opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSession {
    /// Its id.
    pub id: Uuid,
    /// The device.
    pub device: Option<Uuid>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was opened or last refreshed.
    pub used_at: DateTime<Utc>,
    /// From which address that was.
    pub used_from: Option<String>,
    /// When it was ended, if it was.
    pub ended_at: Option<DateTime<Utc>>,
}

/// An agreement that the person accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedVersion {
    /// Which.
    pub agreement: Uuid,
    /// In which version.
    pub version: String,
    /// When.
    pub at: DateTime<Utc>,
    /// From where.
    pub ip: Option<String>,
}

/// Something that the person was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalNotice {
    /// In which tenant.
    pub tenant: TenantId,
    /// What.
    pub notice: Notice,
}

/// A message in a ticket of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptMessage {
    /// Who wrote it.
    pub author: Author,
    /// The words.
    pub text: Option<String>,
    /// Whether a file came with it.
    pub has_file: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// A ticket of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTicket {
    /// Its id.
    pub id: TicketId,
    /// What it is called.
    pub subject: String,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
    /// What was said, oldest first, without what operators wrote to each other.
    pub messages: Vec<KeptMessage>,
}

/// What is kept about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonData {
    /// The account.
    pub account: Account,
    /// Since when it has its password, if it has one.
    pub password_set_at: Option<DateTime<Utc>>,
    /// Its places, over all tenants, also those that it left and can come back to.
    pub memberships: Vec<KeptMembership>,
    /// Its devices.
    pub devices: Vec<KeptDevice>,
    /// Its sessions.
    pub sessions: Vec<KeptSession>,
    /// What it accepted.
    pub acceptances: Vec<AcceptedVersion>,
    /// What it was told.
    pub notices: Vec<PersonalNotice>,
    /// What it asked.
    pub tickets: Vec<KeptTicket>,
}

/// A copy of what is kept about the actor. That it was given out is journalled.
///
/// # Errors
/// `confirmation_required`, where the policy says so.
pub fn export(
    tx: &mut (impl PersonStore + PolicyStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    confirmation: Option<&Confirmation>,
) -> Result<PersonData> {
    require_confirmation(tx, confirmation, context, actor, SensitiveAction::ExportMyData)?;
    let data = tx.person_data(actor.account)?;
    let entry = Entry::new("account.exported", "account", actor.account).of(actor.tenant);
    tx.record(context, &actor.into(), entry)?;
    Ok(data)
}
