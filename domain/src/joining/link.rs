//! Links by which people join.

use super::{InvitationLink, JoiningStore};
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::department::DepartmentStore;
use crate::error::{Code, Error, Faults, Place, Result};
use crate::id::{DepartmentId, InvitationLinkId, TenantId};
use crate::journal::{Entry, Journal};
use crate::tenant::TenantScope;
use chrono::Duration;

/// How many links a tenant has at once at most.
pub const MAX_LINKS: usize = 50;

/// A link to be made.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// What the link is to have in it: random, and made outside.
    pub token: String,
    /// The department of those who join by it; the root when none is named.
    pub department: Option<DepartmentId>,
    /// Whether an administrator lets them in.
    pub needs_approval: bool,
    /// How long it is good.
    pub lifetime: Duration,
}

/// Makes a link.
///
/// # Errors
/// `forbidden`, `invitation_link_limit_reached`; at `/department_id` `department_unknown`.
pub fn create_link(
    tx: &mut (impl JoiningStore + DepartmentStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    new: &NewLink,
) -> Result<InvitationLink> {
    access::require(actor, Permission::MemberManage)?;
    if tx.invitation_links(context.now)?.len() >= MAX_LINKS {
        return Err(Error::new(Code::InvitationLinkLimitReached).with("max", MAX_LINKS));
    }
    let department = match new.department {
        None => tx.root_department()?,
        Some(id) => {
            let unknown = || Faults::one(Place::Body, "/department_id", Code::DepartmentUnknown);
            tx.department(id)?.ok_or_else(unknown)?.id
        }
    };
    let link = InvitationLink {
        id: context.id(),
        token: new.token.clone(),
        department,
        needs_approval: new.needs_approval,
        expires_at: context.now + new.lifetime,
        created_by: actor.member,
        created_at: context.now,
    };
    tx.insert_invitation_link(&link)?;
    let entry = Entry::new("invitation_link.created", "invitation_link", link.id)
        .of(actor.tenant)
        .change("department", None::<String>, department.to_string())
        .change("needs_approval", None::<bool>, link.needs_approval)
        .change("expires_at", None::<String>, link.expires_at.to_rfc3339());
    tx.record(context, &actor.into(), entry)?;
    Ok(link)
}

/// The links that are good, newest first.
///
/// # Errors
/// `forbidden`.
pub fn list_links(
    tx: &mut impl JoiningStore,
    context: &Context<'_>,
    actor: &MemberActor,
) -> Result<Vec<InvitationLink>> {
    access::require(actor, Permission::MemberManage)?;
    tx.invitation_links(context.now)
}

/// Makes a link good for nothing. What was asked by it stays.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn delete_link(
    tx: &mut (impl JoiningStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    id: InvitationLinkId,
) -> Result<()> {
    access::require(actor, Permission::MemberManage)?;
    tx.delete_invitation_link(id)?;
    let entry = Entry::new("invitation_link.deleted", "invitation_link", id).of(actor.tenant);
    tx.record(context, &actor.into(), entry)
}

/// The link of a token, if it is good; the transaction is bound to its tenant then.
///
/// # Errors
/// `link_invalid`.
pub fn find_link(
    tx: &mut (impl JoiningStore + TenantScope),
    context: &Context<'_>,
    token: &str,
) -> Result<(TenantId, InvitationLink)> {
    let found = tx.invitation_link_by(token)?.filter(|(_, link)| context.now < link.expires_at);
    let (tenant, link) = found.ok_or(Code::LinkInvalid)?;
    tx.enter(tenant);
    Ok((tenant, link))
}
