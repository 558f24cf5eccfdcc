//! Opening a session for a member whose identity was proved.

use super::{Device, DeviceOwner, DeviceStore, Lifetime, NewDevice, Owner, Session, SessionStore, TokenHash};
use crate::actor::{Actor, MemberActor, OperatorActor};
use crate::context::Context;
use crate::error::Result;
use crate::id::{AccountId, DeviceId, SessionId};
use crate::journal::{Entry, Journal};
use crate::member::Membership;
use crate::operator::Operator;
use crate::verification::Requester;

/// The hashes of tokens that were made for a sign-in, whichever of them it will need.
#[derive(Debug, Clone, Copy)]
pub struct Tokens {
    /// The id that the new session gets; its refresh token names it.
    pub session: SessionId,
    /// The session's first refresh token.
    pub refresh: TokenHash,
    /// The token by which a new device is known again.
    pub device: TokenHash,
    /// The token that answers a challenge.
    pub challenge: TokenHash,
}

/// A new session and what is told about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// Whether the device became known just now, so that its token has to be handed out.
    pub new_device: bool,
    /// Who signed in.
    pub who: SignedIn,
}

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedIn {
    /// A member.
    Member(Membership),
    /// An operator.
    Operator(Operator),
}

/// From what somebody signs in: as it names itself, and what it is known as.
#[derive(Debug, Clone, Copy)]
pub struct SignInFrom<'a> {
    /// As it names itself.
    pub device: &'a NewDevice,
    /// What it is known as.
    pub requester: Requester,
}

/// Opens a session for a member.
///
/// # Errors
/// When the store fails.
pub fn open_member_session(
    tx: &mut (impl SessionStore + DeviceStore + Journal),
    context: &Context<'_>,
    account: AccountId,
    membership: Membership,
    from: SignInFrom<'_>,
    tokens: &Tokens,
    lifetime: &Lifetime,
) -> Result<Opened> {
    let Membership { tenant, member, role, .. } = membership;
    let (device, new_device) = remember_device(tx, context, DeviceOwner::Account(account), from, tokens)?;
    let session = start(context, Owner::Member { account, tenant, member }, device, tokens, lifetime);
    tx.insert_session(&session)?;
    let actor = MemberActor { account, tenant, member, role, session: session.id };
    tx.record(context, &Actor::Member(actor), started(&session, device).of(tenant))?;
    Ok(Opened { session, new_device, who: SignedIn::Member(membership) })
}

/// Opens a session for an operator.
pub(super) fn open_operator_session(
    tx: &mut (impl SessionStore + DeviceStore + Journal),
    context: &Context<'_>,
    operator: Operator,
    from: SignInFrom<'_>,
    tokens: &Tokens,
    lifetime: &Lifetime,
) -> Result<Opened> {
    let (device, new_device) =
        remember_device(tx, context, DeviceOwner::Operator(operator.id), from, tokens)?;
    let session = start(context, Owner::Operator(operator.id), device, tokens, lifetime);
    tx.insert_session(&session)?;
    let actor = OperatorActor { operator: operator.id, role: operator.role, session: session.id };
    tx.record(context, &Actor::Operator(actor), started(&session, device))?;
    Ok(Opened { session, new_device, who: SignedIn::Operator(operator) })
}

pub(super) fn started(session: &Session, device: DeviceId) -> Entry {
    Entry::new("session.started", "session", session.id)
        .change("realm", None::<String>, session.owner.realm().name())
        .change("device", None::<String>, device.to_string())
}

/// The device, and whether it became known just now.
fn remember_device(
    tx: &mut impl DeviceStore,
    context: &Context<'_>,
    owner: DeviceOwner,
    from: SignInFrom<'_>,
    tokens: &Tokens,
) -> Result<(DeviceId, bool)> {
    if let Requester::Device(known) = from.requester {
        return Ok((known, false));
    }
    let id: DeviceId = context.id();
    let described = from.device.clone();
    tx.insert_device(&Device { id, owner, token: tokens.device, described, created_at: context.now })?;
    Ok((id, true))
}

pub(super) fn start(
    context: &Context<'_>,
    owner: Owner,
    device: DeviceId,
    tokens: &Tokens,
    lifetime: &Lifetime,
) -> Session {
    Session {
        id: tokens.session,
        owner,
        device: Some(device),
        current: tokens.refresh,
        previous: None,
        created_at: context.now,
        used_at: context.now,
        used_from: context.origin.ip,
        idle_until: context.now + lifetime.idle,
        expires_at: context.now + lifetime.absolute,
        ended_at: None,
        version: 1,
    }
}
