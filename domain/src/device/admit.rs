//! Whether a member may come from a device, as they sign in.

use super::{DeviceKind, DeviceState, MemberDevice, MemberDeviceStore};
use crate::actor::MemberRole;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::{DeviceId, MemberId, TenantId};
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::member::{MemberStore, Membership};
use crate::notice::{Notice, NoticeKind, NoticeStore, Params, tell};
use crate::policy::SecurityPolicy;
use crate::session::NewDevice;
use crate::verification::Requester;

/// Where new devices wait, a member has so many at most, also when the policy sets no limit: whoever knows a password could otherwise
/// fill the list, and the owner's telephone.
const WITH_WAITING: u64 = 10;

/// Whether somebody may come from a device.
pub(crate) enum Admissible {
    /// They may; what is known of the device there, if anything is.
    Yes(Option<MemberDevice>),
    /// An administrator has to say so first.
    Waits,
    /// They may not.
    No(Error),
}

/// Whether a member may come from a device. The owner's devices wait for nobody and are not limited: nobody is above them who could let
/// them in again.
pub(crate) fn admissible(
    tx: &mut impl MemberDeviceStore,
    place: &Membership,
    (requester, described): (Requester, &NewDevice),
    policy: &SecurityPolicy,
) -> Result<Admissible> {
    let known = match requester {
        Requester::Device(id) => tx.member_device(id)?,
        Requester::Stranger => None,
    };
    let theirs = known.as_ref().filter(|known| known.member == place.member);
    let pending = theirs.is_some();
    match theirs.map(|known| known.state) {
        Some(DeviceState::Trusted) => return Ok(Admissible::Yes(known)),
        Some(DeviceState::Rejected | DeviceState::Removed) => {
            return Ok(Admissible::No(Code::DeviceRejected.into()));
        }
        Some(DeviceState::Pending) | None => {}
    }
    let waits = policy.devices.approve_new
        && place.role != MemberRole::Owner
        && kind(tx, described)? != DeviceKind::Corporate;
    if pending || place.role == MemberRole::Owner {
        return Ok(if waits { Admissible::Waits } else { Admissible::Yes(known) });
    }
    let most = match u64::from(policy.devices.max_per_member) {
        0 if waits => WITH_WAITING,
        0 => u64::MAX,
        most => most,
    };
    if tx.count_devices(place.member)? >= most {
        return Ok(Admissible::No(Error::new(Code::DeviceLimitReached).with("max", most)));
    }
    Ok(if waits { Admissible::Waits } else { Admissible::Yes(known) })
}

/// What a device is. One whose serial was rejected is nobody's, also when it comes as a new one.
fn kind(tx: &mut impl MemberDeviceStore, described: &NewDevice) -> Result<DeviceKind> {
    let Some(serial) = &described.serial else { return Ok(DeviceKind::Unknown) };
    let corporate = tx.is_corporate(serial)? && !tx.is_rejected(serial)?;
    Ok(if corporate { DeviceKind::Corporate } else { DeviceKind::Unknown })
}

/// Notes that a device was let in, of which something is known there or nothing: one that waited, because nothing has to wait any more.
pub(crate) fn note(
    tx: &mut impl MemberDeviceStore,
    context: &Context<'_>,
    (member, device): (MemberId, DeviceId),
    described: &NewDevice,
    known: Option<MemberDevice>,
) -> Result<()> {
    match known {
        None => insert(tx, context, (member, device), described, DeviceState::Trusted),
        Some(known) if known.state == DeviceState::Pending => {
            tx.save_member_device(&MemberDevice { state: DeviceState::Trusted, ..known })
        }
        Some(_) => Ok(()),
    }
}

/// Notes that a device waits, and tells the owner of the organization.
pub(crate) fn wait(
    tx: &mut (impl MemberDeviceStore + MemberStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    tenant: TenantId,
    (member, device): (MemberId, DeviceId),
    described: &NewDevice,
) -> Result<()> {
    insert(tx, context, (member, device), described, DeviceState::Pending)?;
    if let Some(owner) = tx.owner()? {
        // Once an hour for each member is enough for the owner's telephone.
        let hour = (context.now.timestamp() / 3600).to_be_bytes();
        let id = uuid::Uuid::new_v5(&member.into(), &hour).into();
        let notice = Notice { id, ..Notice::new(context, owner, NoticeKind::DeviceWaits, Params::new()) };
        tell(tx, context, tenant, &notice)?;
    }
    let entry = Entry::new("device.waits", "device", device).of(tenant);
    tx.record(
        context,
        &crate::actor::Actor::Anonymous,
        entry.change("member", None::<String>, member.to_string()),
    )
}

fn insert(
    tx: &mut impl MemberDeviceStore,
    context: &Context<'_>,
    (member, device): (MemberId, DeviceId),
    described: &NewDevice,
    state: DeviceState,
) -> Result<()> {
    let kind = kind(tx, described)?;
    tx.save_member_device(&MemberDevice {
        device,
        member,
        kind,
        state,
        created_at: context.now,
        decided: None,
        version: 0,
    })
}
