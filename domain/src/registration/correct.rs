//! Correcting a registration while it waits. A corrected mobile is a new send.

use super::{Administrator, Registration, RegistrationStore, entry};
use crate::actor::Actor;
use crate::context::Context;
use crate::error::{Code, Result};
use crate::job::JobQueue;
use crate::journal::Journal;
use crate::tenant::Organization;
use crate::verification::{self, Limits, Permit, Subject, VerificationStore};

/// Puts a corrected organization and administrator in the place of the old ones. Another mobile needs a permit.
///
/// # Errors
/// `registration_not_waiting`, `registration_expired`, `version_stale` for another mobile than the permitted one, the limits of [`verification::send`] for a new mobile.
pub fn correct(
    tx: &mut (impl RegistrationStore + VerificationStore + JobQueue + Journal),
    context: &Context<'_>,
    before: Registration,
    organization: Organization,
    administrator: Administrator,
    permit: Option<&Permit>,
    limits: &Limits,
) -> Result<Registration> {
    before.require_waiting(context.now)?;
    if before.organization == organization && before.administrator == administrator {
        return Ok(before);
    }
    let mut code = before.code;
    if before.administrator.mobile != administrator.mobile {
        let permit = permit.ok_or(Code::VersionStale)?;
        permit.require(&administrator.mobile)?;
        let subject = Subject::registration(before.id);
        let request = verification::Request { permit, subject: &subject, new_subject: false, deliver: true };
        code = verification::send(tx, context, &request, limits)?;
    }
    let mut registration = Registration { organization, administrator, code, ..before.clone() };
    let entry = entry("registration.corrected", Some(&before), &registration);
    tx.save_registration(&registration)?;
    tx.record(context, &Actor::Applicant(registration.id), entry)?;
    registration.version += 1;
    Ok(registration)
}
