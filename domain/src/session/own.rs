//! One's own sessions: what is open, and ending it.

use super::{NewDevice, Owner, SessionStore, ended};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Result};
use crate::id::{DeviceId, SessionId, TenantId};
use crate::journal::{Entry, Journal};
use chrono::{DateTime, Utc};
use std::net::IpAddr;

/// A live session of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Its id.
    pub id: SessionId,
    /// In which tenant.
    pub tenant: TenantId,
    /// What that is called.
    pub tenant_name: String,
    /// From which device, if that is still known.
    pub device: Option<(DeviceId, NewDevice)>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was opened or last refreshed.
    pub used_at: DateTime<Utc>,
    /// From which address that was.
    pub used_from: Option<IpAddr>,
    /// Until when it lives at most.
    pub expires_at: DateTime<Utc>,
}

/// A page of the actor's live sessions, in all of their tenants, newest first.
///
/// # Errors
/// When the store fails.
pub fn list_own(
    tx: &mut impl SessionStore,
    context: &Context<'_>,
    actor: &MemberActor,
    after: Option<SessionId>,
    limit: u32,
) -> Result<Vec<OwnSession>> {
    tx.own_sessions(actor.account, context.now, after, limit)
}

/// Ends one of the actor's sessions, in whichever tenant it is. Ending an ended one changes nothing.
///
/// # Errors
/// `not_found` for one that is not theirs.
pub fn end_own(
    tx: &mut (impl SessionStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    id: SessionId,
) -> Result<()> {
    let own = |owner: Owner| matches!(owner, Owner::Member { account, .. } if account == actor.account);
    let mut session = tx.session(id)?.filter(|session| own(session.owner)).ok_or(Code::NotFound)?;
    if session.ended_at.is_some() {
        return Ok(());
    }
    session.ended_at = Some(context.now);
    tx.update_session(&session)?;
    tx.record(context, &actor.into(), ended(&session, "ended_by_owner"))
}

/// Ends all of the actor's sessions but the one they act in, and gives their ids.
///
/// # Errors
/// When the store fails.
pub fn end_others(
    tx: &mut (impl SessionStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
) -> Result<Vec<SessionId>> {
    let ended = tx.end_sessions(actor.account, Some(actor.session), context.now)?;
    let names: Vec<_> = ended.iter().map(ToString::to_string).collect();
    let entry = Entry::new("session.others_ended", "account", actor.account).of(actor.tenant);
    tx.record(context, &actor.into(), entry.change("sessions", names, None::<String>))?;
    Ok(ended)
}
