//! Sending the code of a registration once more.

use super::{Registration, RegistrationStore};
use crate::context::Context;
use crate::error::Result;
use crate::job::JobQueue;
use crate::session::{DeviceStore, TokenHash, known_device};
use crate::verification::{self, Limits, Purpose, Subject, VerificationStore};

/// Makes a new code for a registration that waits.
///
/// # Errors
/// `registration_not_waiting`, `registration_expired`, the limits of [`verification::send`].
pub fn resend(
    tx: &mut (impl RegistrationStore + VerificationStore + JobQueue + DeviceStore),
    context: &Context<'_>,
    mut registration: Registration,
    device_token: Option<&TokenHash>,
    limits: &Limits,
) -> Result<Registration> {
    registration.require_waiting(context.now)?;
    let mobile = &registration.administrator.mobile;
    let request = verification::Request {
        purpose: Purpose::Register,
        subject: &Subject::registration(registration.id),
        requester: known_device(tx, device_token, mobile)?,
        mobile,
        tenant: None,
        new_subject: false,
        deliver: true,
    };
    registration.code = verification::send(tx, context, &request, limits)?;
    tx.save_registration(&registration)?;
    registration.version += 1;
    Ok(registration)
}
