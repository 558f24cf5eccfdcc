//! Beginning a registration: it is kept, and the code is on its way.

use super::{Administrator, Registration, RegistrationStore, Terms};
use crate::actor::Actor;
use crate::agreement::{Accepted, Agreements, Occasion};
use crate::context::Context;
use crate::error::Result;
use crate::id::RegistrationId;
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::session::{DeviceStore, TokenHash, known_device};
use crate::tenant::Organization;
use crate::verification::{self, Limits, Purpose, Subject, VerificationStore};

/// What somebody registers.
#[derive(Debug, Clone)]
pub struct Start {
    /// The id that it gets.
    pub id: RegistrationId,
    /// The organization.
    pub organization: Organization,
    /// Who registers it.
    pub administrator: Administrator,
    /// What they accepted.
    pub accepted: Vec<Accepted>,
    /// The token that will open it.
    pub token: TokenHash,
    /// The token by which the device says it is known.
    pub device_token: Option<TokenHash>,
}

/// Begins a registration.
///
/// # Errors
/// The faults of the agreements, and what [`verification::send`] refuses; the limits are asked before, by [`verification::permit`].
pub fn start(
    tx: &mut (impl RegistrationStore + VerificationStore + JobQueue + DeviceStore + Journal),
    context: &Context<'_>,
    start: &Start,
    agreements: &Agreements,
    terms: &Terms,
    limits: &Limits,
) -> Result<Registration> {
    agreements.check(Occasion::Registration, &start.accepted, "/accepted_agreements")?;
    let mobile = &start.administrator.mobile;
    let request = verification::Request {
        purpose: Purpose::Register,
        subject: &Subject::registration(start.id),
        requester: known_device(tx, start.device_token.as_ref(), mobile)?,
        mobile,
        tenant: None,
        new_subject: true,
        deliver: true,
    };
    let code = verification::send(tx, context, &request, limits)?;
    let registration = Registration {
        id: start.id,
        token: start.token,
        organization: start.organization.clone(),
        administrator: start.administrator.clone(),
        accepted: start.accepted.clone(),
        code,
        completed: None,
        created_at: context.now,
        expires_at: context.now + terms.lifetime,
        version: 0,
    };
    tx.save_registration(&registration)?;
    let entry = Entry::new("registration.started", "registration", start.id)
        .new_person()
        .change("organization.name", None::<String>, start.organization.name.as_str())
        .change("organization.type", None::<String>, start.organization.kind.as_str())
        .personal(start.id, "administrator.name", None::<String>, start.administrator.name.as_str())
        .personal(start.id, "administrator.mobile", None::<String>, mobile.as_str());
    tx.record(context, &Actor::Applicant(start.id), entry)?;
    Ok(Registration { version: 1, ..registration })
}
