//! Opening a session for a member whose identity was proved.

use super::{
    Device, DeviceStore, Factors, Identity, Lifetime, NewDevice, Owner, Session, SessionStore, TokenHash,
};
use crate::access::Rights;
use crate::actor::{Actor, MemberActor, OperatorActor};
use crate::context::Context;
use crate::device::{self, MemberDevice, MemberDeviceStore};
use crate::error::Result;
use crate::id::{AccountId, DeviceId, SessionId};
use crate::journal::{Entry, Journal};
use crate::member::Membership;
use crate::operator::Operator;
use crate::totp::RECOVERY_CODES;
use crate::verification::Requester;
use chrono::{DateTime, Utc};
use std::sync::Arc;

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
    /// The codes for the day without an authenticator.
    pub recovery: [TokenHash; RECOVERY_CODES],
}

/// A new session and what is told about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// Whether the device became known just now, so that its token has to be handed out.
    pub new_device: bool,
    /// Whether an authenticator was set up on the way, so that the codes for the day without it have to be handed out.
    pub new_authenticator: bool,
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

/// Who proved to be a member, and how.
#[derive(Debug, Clone)]
pub struct Proved {
    /// The person.
    pub account: AccountId,
    /// Their place.
    pub place: Membership,
    /// What they proved it with.
    pub factors: Factors,
    /// The session lives no longer than this: it comes from another one.
    pub ends_by: Option<DateTime<Utc>>,
    /// How long sessions live there, as its policy says.
    pub lifetime: Lifetime,
    /// What is known of the device there, if anything is.
    pub known_device: Option<MemberDevice>,
}

/// Opens a session for a member of the tenant that the transaction is bound to.
///
/// # Errors
/// When the store fails.
pub fn open_member_session(
    tx: &mut (impl SessionStore + DeviceStore + MemberDeviceStore + Journal),
    context: &Context<'_>,
    proved: Proved,
    from: SignInFrom<'_>,
    tokens: &Tokens,
) -> Result<Opened> {
    let Proved { account, place, factors, ends_by, lifetime, known_device } = proved;
    let Membership { tenant, member, role, .. } = place;
    let (device, new_device) = remember_device(tx, context, Identity::Account(account), from, tokens)?;
    device::note(tx, context, (member, device), from.device, known_device)?;
    let owner = Owner::Member { account, tenant, member };
    let mut session = start(context, (owner, factors), device, tokens, &lifetime);
    session.expires_at = ends_by.map_or(session.expires_at, |end| session.expires_at.min(end));
    session.idle_until = session.idle_until.min(session.expires_at);
    tx.insert_session(&session)?;
    // Nothing is decided by them here.
    let rights = Arc::new(Rights::of_member(Vec::new()));
    let actor = MemberActor { account, tenant, member, role, session: session.id, rights };
    tx.record(context, &Actor::Member(actor), started(&session, device).of(tenant))?;
    Ok(Opened { session, new_device, new_authenticator: false, who: SignedIn::Member(place) })
}

/// Opens a session for an operator.
pub(super) fn open_operator_session(
    tx: &mut (impl SessionStore + DeviceStore + Journal),
    context: &Context<'_>,
    (operator, factors): (Operator, Factors),
    from: SignInFrom<'_>,
    tokens: &Tokens,
    lifetime: &Lifetime,
) -> Result<Opened> {
    let (device, new_device) = remember_device(tx, context, Identity::Operator(operator.id), from, tokens)?;
    let session = start(context, (Owner::Operator(operator.id), factors), device, tokens, lifetime);
    tx.insert_session(&session)?;
    let actor = OperatorActor { operator: operator.id, role: operator.role, session: session.id };
    tx.record(context, &Actor::Operator(actor), started(&session, device))?;
    Ok(Opened { session, new_device, new_authenticator: false, who: SignedIn::Operator(operator) })
}

fn started(session: &Session, device: DeviceId) -> Entry {
    let factors: Vec<_> = session.factors.all().iter().map(|factor| factor.name()).collect();
    Entry::new("session.started", "session", session.id)
        .change("realm", None::<String>, session.owner.realm().name())
        .change("factors", None::<String>, factors)
        .change("device", None::<String>, device.to_string())
}

/// The device, and whether it became known just now.
pub(super) fn remember_device(
    tx: &mut impl DeviceStore,
    context: &Context<'_>,
    owner: Identity,
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

fn start(
    context: &Context<'_>,
    (owner, factors): (Owner, Factors),
    device: DeviceId,
    tokens: &Tokens,
    lifetime: &Lifetime,
) -> Session {
    Session {
        id: tokens.session,
        owner,
        factors,
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
