//! Sending the code of a registration once more.

use super::{Registration, RegistrationStore};
use crate::actor::Actor;
use crate::context::Context;
use crate::error::Result;
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::verification::{self, Limits, Permit, Subject, VerificationStore};

/// Makes a new code for a registration that waits.
///
/// # Errors
/// `registration_not_waiting`, `registration_expired`, `version_stale` when the mobile is no longer the permitted one, the limits of [`verification::send`].
pub fn resend(
    tx: &mut (impl RegistrationStore + VerificationStore + JobQueue + Journal),
    context: &Context<'_>,
    mut registration: Registration,
    permit: &Permit,
    limits: &Limits,
) -> Result<Registration> {
    registration.require_waiting(context.now)?;
    permit.require(&registration.administrator.mobile)?;
    let subject = Subject::registration(registration.id);
    let request = verification::Request { permit, subject: &subject, new_subject: false, deliver: true };
    registration.code = verification::send(tx, context, &request, limits)?;
    tx.save_registration(&registration)?;
    let entry = Entry::new("registration.code_resent", "registration", registration.id);
    tx.record(context, &Actor::Applicant(registration.id), entry)?;
    registration.version += 1;
    Ok(registration)
}
