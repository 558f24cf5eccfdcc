//! What administrators see of members and do with them.

use super::{Member, MemberState, MemberStore};
use crate::access::{self, Permission};
use crate::actor::{Actor, MemberActor, MemberRole};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::id::{MemberId, SessionId};
use crate::journal::{Entry, Journal};
use crate::session::SessionStore;

/// A page of the organization's members, oldest first.
///
/// # Errors
/// `forbidden`.
pub fn list(
    tx: &mut impl MemberStore,
    actor: &MemberActor,
    state: Option<MemberState>,
    after: Option<MemberId>,
    limit: u32,
) -> Result<Vec<Member>> {
    access::require(actor, Permission::MemberRead)?;
    tx.members(state, after, limit)
}

/// A member.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn get(tx: &mut impl MemberStore, actor: &MemberActor, id: MemberId) -> Result<Member> {
    access::require(actor, Permission::MemberRead)?;
    tx.member(id)?.ok_or_else(|| Code::NotFound.into())
}

/// Disables a member, or lets them in again. Every session of a disabled one here ends; their ids are given. Other organizations of
/// theirs, and the account, are left alone.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`; `owner_stays` for the owner.
pub fn set_state(
    tx: &mut (impl MemberStore + SessionStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (MemberId, Option<i64>),
    state: MemberState,
) -> Result<(Member, Vec<SessionId>)> {
    access::require(actor, Permission::MemberManage)?;
    let mut member = tx.member(id)?.ok_or(Code::NotFound)?;
    if expected.is_some_and(|expected| expected != member.version) {
        return Err(Code::VersionStale.into());
    }
    if member.state == state {
        return Ok((member, Vec::new()));
    }
    let (action, ended) = match state {
        MemberState::Disabled if member.role == MemberRole::Owner => return Err(Code::OwnerStays.into()),
        MemberState::Disabled => ("member.disabled", tx.end_sessions_here(member.account, context.now)?),
        MemberState::Active => ("member.enabled", Vec::new()),
    };
    let was = std::mem::replace(&mut member.state, state);
    tx.save_member(&member)?;
    member.version += 1;
    let entry = Entry::new(action, "member", id).of(actor.tenant).change("state", was.name(), state.name());
    tx.record(context, &Actor::Member(*actor), entry)?;
    Ok((member, ended))
}
