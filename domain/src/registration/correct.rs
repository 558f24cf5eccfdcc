//! Correcting a registration while it waits. A corrected mobile is a new send.

use super::{Administrator, Registration, RegistrationStore};
use crate::actor::Actor;
use crate::context::Context;
use crate::error::Result;
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::session::{DeviceStore, TokenHash, known_device};
use crate::tenant::Organization;
use crate::verification::{self, Limits, Purpose, Subject, VerificationStore};

/// Puts a corrected organization and administrator in the place of the old ones.
///
/// # Errors
/// `registration_not_waiting`, `registration_expired`, the limits of [`verification::send`] for a new mobile.
pub fn correct(
    tx: &mut (impl RegistrationStore + VerificationStore + JobQueue + DeviceStore + Journal),
    context: &Context<'_>,
    before: Registration,
    organization: Organization,
    administrator: Administrator,
    device_token: Option<&TokenHash>,
    limits: &Limits,
) -> Result<Registration> {
    before.require_waiting(context.now)?;
    if before.organization == organization && before.administrator == administrator {
        return Ok(before);
    }
    let mut code = before.code;
    if before.administrator.mobile != administrator.mobile {
        let request = verification::Request {
            purpose: Purpose::Register,
            subject: &Subject::registration(before.id),
            requester: known_device(tx, device_token, &administrator.mobile)?,
            mobile: &administrator.mobile,
            tenant: None,
            new_subject: false,
            deliver: true,
        };
        code = verification::send(tx, context, &request, limits)?;
    }
    let entry = Entry::new("registration.corrected", "registration", before.id)
        .change("organization.name", before.organization.name.as_str(), organization.name.as_str())
        .change("organization.type", before.organization.kind.as_str(), organization.kind.as_str())
        .change(
            "organization.industry",
            before.organization.industry.as_str(),
            organization.industry.as_str(),
        )
        .change("organization.phone", before.organization.phone.as_str(), organization.phone.as_str())
        .change(
            "organization.region",
            before.organization.address.region.as_str(),
            organization.address.region.as_str(),
        )
        .change(
            "organization.address",
            before.organization.address.line.as_str(),
            organization.address.line.as_str(),
        )
        .personal(
            before.id,
            "administrator.name",
            before.administrator.name.as_str(),
            administrator.name.as_str(),
        )
        .personal(
            before.id,
            "administrator.position",
            before.administrator.position.as_str(),
            administrator.position.as_str(),
        )
        .personal(
            before.id,
            "administrator.mobile",
            before.administrator.mobile.as_str(),
            administrator.mobile.as_str(),
        );
    let mut registration = Registration { organization, administrator, code, ..before };
    tx.save_registration(&registration)?;
    tx.record(context, &Actor::Applicant(registration.id), entry)?;
    registration.version += 1;
    Ok(registration)
}
