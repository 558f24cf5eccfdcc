//! What administrators decide about devices, and what members see and give up.

use super::{DeviceFilter, DeviceKind, DeviceState, ListedDevice, MemberDevice, MemberDeviceStore};
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Result};
use crate::id::{DeviceId, SessionId};
use crate::journal::{Entry, Journal};
use crate::session::SessionStore;

/// A page of the organization's devices, newest first.
///
/// # Errors
/// `forbidden`.
pub fn list(
    tx: &mut impl MemberDeviceStore,
    actor: &MemberActor,
    filter: DeviceFilter,
    before: Option<DeviceId>,
    limit: u32,
) -> Result<Vec<ListedDevice>> {
    access::require(actor, Permission::DeviceRead)?;
    tx.member_devices(filter, before, limit)
}

/// A page of the actor's own devices here, newest first.
///
/// # Errors
/// When the store fails.
pub fn list_own(
    tx: &mut impl MemberDeviceStore,
    actor: &MemberActor,
    before: Option<DeviceId>,
    limit: u32,
) -> Result<Vec<ListedDevice>> {
    tx.member_devices(DeviceFilter { member: Some(actor.member), state: None }, before, limit)
}

/// What an administrator says about a device.
#[derive(Debug, Clone, Copy, Default)]
pub struct Decision {
    /// Whether members may come from it.
    pub state: Option<DeviceState>,
    /// What it is.
    pub kind: Option<DeviceKind>,
}

/// Decides about a device. From one that is not trusted any more every session here ends; their ids are given.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`; `device_in_use` for the device that the actor uses.
pub fn decide(
    tx: &mut (impl MemberDeviceStore + SessionStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (DeviceId, Option<i64>),
    decision: Decision,
) -> Result<(MemberDevice, Vec<SessionId>)> {
    access::require(actor, Permission::DeviceManage)?;
    let mut device = tx.member_device(id)?.ok_or(Code::NotFound)?;
    if expected.is_some_and(|expected| expected != device.version) {
        return Err(Code::VersionStale.into());
    }
    let (was, kind) = (device.state, device.kind);
    device.state = decision.state.unwrap_or(device.state);
    device.kind = decision.kind.unwrap_or(device.kind);
    let shut = device.state != DeviceState::Trusted;
    if shut && tx.session(actor.session)?.and_then(|session| session.device) == Some(id) {
        return Err(Code::DeviceInUse.into());
    }
    device.decided = Some((actor.member, context.now));
    tx.save_member_device(&device)?;
    device.version += 1;
    let ended = if shut { tx.end_device_sessions(id, context.now)? } else { Vec::new() };
    let entry = Entry::new("device.decided", "device", id)
        .of(actor.tenant)
        .change("state", was.name(), device.state.name())
        .change("kind", kind.name(), device.kind.name());
    tx.record(context, &actor.into(), entry)?;
    Ok((device, ended))
}

/// The actor gives one of their devices up, in all of their organizations: it is not known any more, and its sessions end.
///
/// # Errors
/// `not_found` for one that is not theirs; `device_in_use` for the one that they use.
pub fn remove_own(
    tx: &mut (impl MemberDeviceStore + SessionStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    id: DeviceId,
) -> Result<Vec<SessionId>> {
    if tx.session(actor.session)?.and_then(|session| session.device) == Some(id) {
        return Err(Code::DeviceInUse.into());
    }
    let ended = tx.give_up_device(actor.account, id, context.now)?;
    let entry = Entry::new("device.given_up", "device", id).of(actor.tenant);
    tx.record(context, &actor.into(), entry)?;
    Ok(ended)
}
