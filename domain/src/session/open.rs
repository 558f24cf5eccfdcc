//! Opening a session for a member whose identity was proved.

use super::{Device, DeviceStore, Lifetime, NewDevice, Owner, Session, SessionStore, TokenHash};
use crate::actor::{Actor, Realm};
use crate::context::Context;
use crate::error::Result;
use crate::id::{AccountId, DeviceId, OperatorId, SessionId};
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

/// Opens a session for a member.
///
/// # Errors
/// When the store fails.
pub fn open_member_session(
    tx: &mut (impl SessionStore + DeviceStore + Journal),
    context: &Context<'_>,
    account: AccountId,
    membership: Membership,
    device: &NewDevice,
    requester: Requester,
    tokens: &Tokens,
    lifetime: &Lifetime,
) -> Result<Opened> {
    let (device_id, new_device) = match requester {
        Requester::Device(known) => (known, false),
        Requester::Stranger => (remember_device(tx, context, account, device, tokens)?, true),
    };
    let owner = Owner::Member { account, tenant: membership.tenant, member: membership.member };
    let session = start(context, owner, Some(device_id), tokens, lifetime);
    tx.insert_session(&session)?;
    let entry = Entry::new("session.started", "session", session.id)
        .of(membership.tenant)
        .change("realm", None::<String>, Realm::Tenant.name())
        .change("member", None::<String>, membership.member.to_string())
        .change("device", None::<String>, device_id.to_string());
    tx.record(context, &Actor::System, entry)?;
    Ok(Opened { session, new_device, who: SignedIn::Member(membership) })
}

/// Opens a session for an operator. Operators have no known devices yet.
pub(super) fn open_operator_session(
    tx: &mut (impl SessionStore + Journal),
    context: &Context<'_>,
    operator: Operator,
    tokens: &Tokens,
    lifetime: &Lifetime,
) -> Result<Opened> {
    let id: OperatorId = operator.id;
    let session = start(context, Owner::Operator(id), None, tokens, lifetime);
    tx.insert_session(&session)?;
    let entry = Entry::new("session.started", "session", session.id)
        .change("realm", None::<String>, Realm::Platform.name())
        .change("operator", None::<String>, id.to_string());
    tx.record(context, &Actor::System, entry)?;
    Ok(Opened { session, new_device: false, who: SignedIn::Operator(operator) })
}

fn remember_device(
    tx: &mut impl DeviceStore,
    context: &Context<'_>,
    account: AccountId,
    device: &NewDevice,
    tokens: &Tokens,
) -> Result<DeviceId> {
    let id: DeviceId = context.id();
    let device =
        Device { id, account, token: tokens.device, described: device.clone(), created_at: context.now };
    tx.insert_device(&device)?;
    Ok(id)
}

fn start(
    context: &Context<'_>,
    owner: Owner,
    device: Option<DeviceId>,
    tokens: &Tokens,
    lifetime: &Lifetime,
) -> Session {
    Session {
        id: tokens.session,
        owner,
        device,
        current: tokens.refresh,
        previous: None,
        created_at: context.now,
        idle_until: context.now + lifetime.idle,
        expires_at: context.now + lifetime.absolute,
        ended_at: None,
        version: 1,
    }
}
