//! Beginning a registration: it is kept, and the code is on its way.

use super::{Administrator, Registration, RegistrationStore, Terms, entry};
use crate::actor::Actor;
use crate::agreement::{Accepted, Agreements, Occasion};
use crate::context::Context;
use crate::error::Result;
use crate::id::RegistrationId;
use crate::job::JobQueue;
use crate::journal::Journal;
use crate::session::TokenHash;
use crate::tenant::Organization;
use crate::verification::{self, Limits, Permit, Subject, VerificationStore};

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
}

/// Begins a registration.
///
/// # Errors
/// The faults of the agreements, and what [`verification::send`] refuses; the limits are asked before, by [`verification::permit`].
pub fn start(
    tx: &mut (impl RegistrationStore + VerificationStore + JobQueue + Journal),
    context: &Context<'_>,
    start: &Start,
    permit: &Permit,
    agreements: &Agreements,
    terms: &Terms,
    limits: &Limits,
) -> Result<Registration> {
    agreements.check(Occasion::Registration, &start.accepted, "/accepted_agreements")?;
    let mobile = &start.administrator.mobile;
    permit.require(mobile)?;
    let subject = Subject::registration(start.id);
    let request = verification::Request { permit, subject: &subject, new_subject: true, deliver: true };
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
        begun_from: context.origin.ip,
        expires_at: context.now + terms.lifetime,
        version: 0,
    };
    tx.save_registration(&registration)?;
    let entry = entry("registration.started", None, &registration).new_person();
    tx.record(context, &Actor::Applicant(start.id), entry)?;
    Ok(Registration { version: 1, ..registration })
}
