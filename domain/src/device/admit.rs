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
const WITH_WAITING: u64 = 20;

/// Whether somebody may come from a device.
pub(crate) enum Admissible {
    /// They may.
    Yes,
    /// An administrator has to say so first.
    Waits,
    /// They may not.
    No(Error),
}

/// Whether a member may come from a device. The owner's devices wait for nobody, because nobody is above them.
pub(crate) fn admissible(
    tx: &mut impl MemberDeviceStore,
    place: &Membership,
    (requester, described): (Requester, &NewDevice),
    policy: &SecurityPolicy,
) -> Result<Admissible> {
    let known = match requester {
        Requester::Device(id) => tx.member_device(id)?.filter(|known| known.member == place.member),
        Requester::Stranger => None,
    };
    match known.map(|known| known.state) {
        Some(DeviceState::Trusted) => return Ok(Admissible::Yes),
        Some(DeviceState::Pending) => return Ok(Admissible::Waits),
        Some(DeviceState::Rejected | DeviceState::Removed) => {
            return Ok(Admissible::No(Code::DeviceRejected.into()));
        }
        None => {}
    }
    let waits = policy.devices.approve_new
        && place.role != MemberRole::Owner
        && kind(tx, described)? != DeviceKind::Corporate;
    let most = match u64::from(policy.devices.max_per_member) {
        0 if waits => WITH_WAITING,
        0 => u64::MAX,
        most => most,
    };
    if tx.count_devices(place.member)? >= most {
        return Ok(Admissible::No(Error::new(Code::DeviceLimitReached).with("max", most)));
    }
    Ok(if waits { Admissible::Waits } else { Admissible::Yes })
}

fn kind(tx: &mut impl MemberDeviceStore, described: &NewDevice) -> Result<DeviceKind> {
    let corporate = described.serial.as_ref().map(|serial| tx.is_corporate(serial)).transpose()?;
    Ok(if corporate == Some(true) { DeviceKind::Corporate } else { DeviceKind::Unknown })
}

/// Notes that a device was let in, unless it is known here.
pub(crate) fn note(
    tx: &mut impl MemberDeviceStore,
    context: &Context<'_>,
    (member, device): (MemberId, DeviceId),
    described: &NewDevice,
) -> Result<()> {
    if tx.member_device(device)?.is_some() {
        return Ok(());
    }
    insert(tx, context, (member, device), described, DeviceState::Trusted)
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
        let notice = Notice::new(context, owner, NoticeKind::DeviceWaits, Params::new());
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
