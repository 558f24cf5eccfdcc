//! Deciding who joins.

use super::request::draft;
use super::{JoinRequest, JoiningStore};
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::bundle::bundle;
use crate::certification::Terms;
use crate::context::Context;
use crate::error::{Code, Faults, Kind, Place, Result};
use crate::id::{DepartmentId, JoinRequestId};
use crate::journal::{Entry, Journal};
use crate::member::{InvitingStore, ListedMember, add, send_invitation};
use std::collections::BTreeMap;
use uuid::Uuid;

bundle! {
    /// What deciding a request touches.
    AdmittingStore: JoiningStore + InvitingStore
}

/// How somebody is let in.
#[derive(Debug, Clone, Default)]
pub struct Admit {
    /// Into which department; that of the link when none is named, or the root when that is gone.
    pub department: Option<DepartmentId>,
    /// What they have in the fields that the tenant added.
    pub custom: BTreeMap<Uuid, Option<String>>,
}

/// A page of the requests that wait, oldest first.
///
/// # Errors
/// `forbidden`.
pub fn list(
    tx: &mut impl JoiningStore,
    actor: &MemberActor,
    after: Option<JoinRequestId>,
    limit: u32,
) -> Result<Vec<JoinRequest>> {
    access::require(actor, Permission::MemberManage)?;
    tx.join_requests(after, limit)
}

/// Lets somebody in: they are invited, and told so by SMS unless their number has been told too often today.
///
/// # Errors
/// `forbidden`, `not_found`, `member_limit_reached`; at `/department_id` `department_unknown`; every fault of a member, such as `member_mobile_taken` at `/mobile`.
pub fn approve(
    tx: &mut impl AdmittingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    (id, admit): (JoinRequestId, &Admit),
    terms: &Terms,
) -> Result<ListedMember> {
    access::require(actor, Permission::MemberManage)?;
    let request = tx.join_request(id)?.ok_or(Code::NotFound)?;
    let department = match admit.department {
        Some(named) => {
            let unknown = || Faults::one(Place::Body, "/department_id", Code::DepartmentUnknown);
            Some(tx.department(named)?.ok_or_else(unknown)?.id)
        }
        None => tx.known_departments(&[request.department])?.pop().map(|known| known.id),
    };
    let draft = draft((&request.name, &request.mobile), department, admit.custom.clone());
    tx.delete_join_request(id)?;
    let by = actor.into();
    let entry = Entry::new("join_request.approved", "join_request", id).of(actor.tenant);
    tx.record(context, &by, entry)?;
    let mut made = add(tx, context, (actor.tenant, &by), &draft, terms)?;
    match send_invitation(tx, context, &made.member) {
        Ok(()) => {
            made.member.invited_at = Some(context.now);
            tx.save_member(&made.member)?;
            made.member.version += 1;
        }
        Err(error) if error.kind() == Kind::TooMany => {}
        Err(error) => return Err(error),
    }
    Ok(made)
}

/// Does not let somebody in. They are not told.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn decline(
    tx: &mut (impl JoiningStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    id: JoinRequestId,
) -> Result<()> {
    access::require(actor, Permission::MemberManage)?;
    tx.delete_join_request(id)?;
    let entry = Entry::new("join_request.declined", "join_request", id).of(actor.tenant);
    tx.record(context, &actor.into(), entry)
}
