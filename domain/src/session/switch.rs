//! Going on in another tenant without signing in again.

use super::open::{start, started};
use super::{Lifetime, Opened, Owner, SessionStore, SignedIn, Tokens};
use crate::actor::{Actor, MemberActor};
use crate::context::Context;
use crate::error::{Code, Error, Faults, Place, Result};
use crate::id::TenantId;
use crate::journal::Journal;
use crate::member::MemberStore;
use crate::tenant::TenantScope;

/// Opens a session in another tenant of the actor's account, from the same device. It lives no longer than the one it comes
/// from, which goes on.
///
/// # Errors
/// `tenant_not_offered` at `/tenant_id`.
pub fn switch(
    tx: &mut (impl SessionStore + MemberStore + TenantScope + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    tenant: TenantId,
    tokens: &Tokens,
    lifetime: &Lifetime,
) -> Result<Opened> {
    let from = tx.session(actor.session)?.ok_or(Code::SessionEnded)?;
    let device = from.device.ok_or_else(|| Error::internal("a session without a device"))?;
    let place = tx.memberships(actor.account)?.into_iter().find(|place| place.tenant == tenant);
    let place = place.ok_or_else(|| Faults::one(Place::Body, "/tenant_id", Code::TenantNotOffered))?;
    tx.enter(tenant);
    let owner = Owner::Member { account: actor.account, tenant, member: place.member };
    let mut session = start(context, owner, device, tokens, lifetime);
    session.expires_at = session.expires_at.min(from.expires_at);
    session.idle_until = session.idle_until.min(session.expires_at);
    tx.insert_session(&session)?;
    let there = MemberActor { tenant, member: place.member, role: place.role, session: session.id, ..*actor };
    let entry = started(&session, device).change("switched_from", None::<String>, from.id.to_string());
    tx.record(context, &Actor::Member(there), entry.of(tenant))?;
    Ok(Opened { session, new_device: false, who: SignedIn::Member(place) })
}
