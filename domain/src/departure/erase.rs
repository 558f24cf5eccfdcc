//! Erasing what is kept of somebody who left.

use super::DepartureStore;
use crate::actor::Actor;
use crate::context::Context;
use crate::error::Result;
use crate::id::{MemberId, TenantId};
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::person::PersonStore;
use crate::tenant::TenantScope;
use chrono::{DateTime, Utc};

/// Erases what is kept of a member who left, if they have not come back. In the journal their id is left, which says nothing of anybody
/// any more.
///
/// # Errors
/// When the store fails.
pub fn erase(
    tx: &mut (impl DepartureStore + MemberStore + PersonStore + TenantScope + Journal),
    context: &Context<'_>,
    (tenant, member): (TenantId, MemberId),
    at: DateTime<Utc>,
) -> Result<()> {
    tx.enter(tenant);
    let Some(departure) = tx.departure(member)? else { return Ok(()) };
    // Who came back and left again has another day.
    if departure.restorable_until != Some(at) {
        return Ok(());
    }
    let alone = tx.erase_members(&[member])?;
    tx.erase_accounts(&alone)?;
    let entry = Entry::new("member.erased", "member", member).of(tenant);
    tx.record(context, &Actor::System, entry)
}
