//! Handing an organization over: its owner offers it to a member, who accepts it. Each of the two confirms that with a code or their
//! authenticator: a session alone gives nothing away, and makes nobody responsible.

use crate::access::{self, AccessStore, Permission, Rights};
use crate::actor::{MemberActor, MemberRole};
use crate::bundle::bundle;
use crate::confirmation::{self, Confirmation, SensitiveAction};
use crate::context::Context;
use crate::dissolution::DissolutionStore;
use crate::error::{Code, Faults, Place, Result};
use crate::id::MemberId;
use crate::job::JobQueue;
use crate::joining::JoiningStore;
use crate::journal::{Entry, Journal};
use crate::member::{Member, MemberState, MemberStore};
use crate::notice::{Notice, NoticeKind, NoticeStore, Params, tell};
use crate::policy::PolicyStore;
use chrono::{DateTime, Duration, Utc};

/// How long an offer stands.
pub const OFFER: Duration = Duration::days(3);

/// That somebody is to own the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnershipOffer {
    /// Who.
    pub member: MemberId,
    /// Who owned it and offered that.
    pub offered_by: MemberId,
    /// When they did.
    pub offered_at: DateTime<Utc>,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
}

/// Keeps the offer of the bound tenant: there is one or none.
pub trait OwnershipStore {
    /// The offer, also one that is over.
    ///
    /// # Errors
    /// When the store fails.
    fn ownership_offer(&mut self) -> Result<Option<OwnershipOffer>>;
    /// Keeps an offer where there is none.
    ///
    /// # Errors
    /// `busy` when another transaction just kept one.
    fn insert_ownership_offer(&mut self, offer: &OwnershipOffer) -> Result<()>;
    /// Forgets the offer; says whether there was one.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_ownership_offer(&mut self) -> Result<bool>;
}

bundle! {
    /// What handing an organization over touches.
    HandingOverStore: OwnershipStore + AccessStore + MemberStore + JoiningStore + DissolutionStore + PolicyStore + NoticeStore + JobQueue + Journal
}

/// Offers the organization to a member.
///
/// # Errors
/// `forbidden`, `owner_alone`, `ownership_offered`, `organization_disputed`, `dissolution_under_way`, `confirmation_required`; at `/member_id`
/// `member_unknown`, `successor_not_active`, `owner_already`.
pub fn offer(
    tx: &mut impl HandingOverStore,
    context: &Context<'_>,
    actor: &MemberActor,
    to: MemberId,
    confirmation: Option<&Confirmation>,
) -> Result<OwnershipOffer> {
    access::require(actor, Permission::TenantManage)?;
    if tx.owner()? != Some(actor.member) {
        return Err(Code::OwnerAlone.into());
    }
    undisputed(tx)?;
    if standing(tx, context.now)?.is_some() {
        return Err(Code::OwnershipOffered.into());
    }
    let fault = |code| Err(Faults::one(Place::Body, "/member_id", code));
    match tx.member(to)? {
        None => return fault(Code::MemberUnknown),
        Some(member) if member.role == MemberRole::Owner => return fault(Code::OwnerAlready),
        Some(member) if member.state != MemberState::Active => return fault(Code::SuccessorNotActive),
        Some(_) => {}
    }
    confirmation::require(confirmation, context, actor, SensitiveAction::HandOverOwnership)?;
    let expires_at = context.now + OFFER;
    let offer = OwnershipOffer { member: to, offered_by: actor.member, offered_at: context.now, expires_at };
    tx.delete_ownership_offer()?;
    tx.insert_ownership_offer(&offer)?;
    inform(tx, context, actor, to, NoticeKind::OwnershipOffered)?;
    let entry =
        entry("ownership.offered", actor, to).change("expires_at", None::<String>, expires_at.to_rfc3339());
    tx.record(context, &actor.into(), entry)?;
    Ok(offer)
}

/// The offer, for who made it and for whom it is.
///
/// # Errors
/// `not_found`.
pub fn get(
    tx: &mut (impl OwnershipStore + MemberStore),
    context: &Context<'_>,
    actor: &MemberActor,
) -> Result<OwnershipOffer> {
    let offer = standing(tx, context.now)?;
    let theirs = |offer: &OwnershipOffer| actor.member == offer.member || actor.member == offer.offered_by;
    offer.filter(theirs).ok_or_else(|| Code::NotFound.into())
}

/// Makes the actor the owner, if they were offered that. The old owner stays as a member.
///
/// # Errors
/// `not_found`, `organization_disputed`, `dissolution_under_way`, `confirmation_required`; `network_not_allowed` where the policy would
/// shut them out then.
pub fn accept(
    tx: &mut impl HandingOverStore,
    context: &Context<'_>,
    actor: &MemberActor,
    confirmation: Option<&Confirmation>,
) -> Result<()> {
    let offer = get(tx, context, actor)?;
    if offer.member != actor.member {
        return Err(Code::NotFound.into());
    }
    undisputed(tx)?;
    confirmation::require(confirmation, context, actor, SensitiveAction::AcceptOwnership)?;
    if !tx.policy()?.policy.admits_from(&Rights::of_owner(), context.origin.ip) {
        return Err(Code::NetworkNotAllowed.into());
    }
    // Who was let in a moment ago may have left meanwhile, and an owner who left would be erased.
    if tx.member(actor.member)?.is_none_or(|heir| heir.state != MemberState::Active) {
        return Err(Code::NotFound.into());
    }
    give_role(tx, offer.offered_by, MemberRole::Member)?;
    // Nobody joins by what the old owner has handed out.
    tx.delete_links_of(&[offer.offered_by])?;
    give_role(tx, actor.member, MemberRole::Owner)?;
    tx.delete_ownership_offer()?;
    for member in [offer.offered_by, actor.member] {
        inform(tx, context, actor, member, NoticeKind::OwnershipTransferred)?;
    }
    let entry = entry("ownership.transferred", actor, actor.member);
    let entry = entry.change("owner", offer.offered_by.to_string(), actor.member.to_string());
    tx.record(context, &actor.into(), entry)
}

/// Takes an offer back, or declines it.
///
/// # Errors
/// `not_found`.
pub fn withdraw(tx: &mut impl HandingOverStore, context: &Context<'_>, actor: &MemberActor) -> Result<()> {
    let offer = get(tx, context, actor)?;
    tx.delete_ownership_offer()?;
    if offer.member == actor.member {
        inform(tx, context, actor, offer.offered_by, NoticeKind::OwnershipDeclined)?;
        return tx.record(context, &actor.into(), entry("ownership.declined", actor, offer.member));
    }
    tx.record(context, &actor.into(), entry("ownership.offer_withdrawn", actor, offer.member))
}

/// The offer that can still be accepted: of who still owns the organization, and not for too long.
fn standing(
    tx: &mut (impl OwnershipStore + MemberStore),
    now: DateTime<Utc>,
) -> Result<Option<OwnershipOffer>> {
    let Some(offer) = tx.ownership_offer()?.filter(|offer| now < offer.expires_at) else { return Ok(None) };
    let owner = tx.owner()?;
    Ok(Some(offer).filter(|offer| owner == Some(offer.offered_by)))
}

/// Who it belongs to is not changed while somebody else disputes that, or while it is to end.
fn undisputed(tx: &mut impl DissolutionStore) -> Result<()> {
    if tx.is_disputed()? {
        return Err(Code::OrganizationDisputed.into());
    }
    if tx.dissolves_at()?.is_some() {
        return Err(Code::DissolutionUnderWay.into());
    }
    Ok(())
}

/// Gives a member of the bound tenant another role. An owner gets in, whatever somebody decided before; says whether that was new.
pub(crate) fn give_role(tx: &mut impl MemberStore, id: MemberId, role: MemberRole) -> Result<bool> {
    let member = tx.member(id)?.ok_or(Code::NotFound)?;
    let state = if role == MemberRole::Owner { MemberState::Active } else { member.state };
    let enabled = state != member.state;
    tx.save_member(&Member { role, state, ..member })?;
    Ok(enabled)
}

fn inform(
    tx: &mut (impl NoticeStore + JobQueue),
    context: &Context<'_>,
    actor: &MemberActor,
    member: MemberId,
    kind: NoticeKind,
) -> Result<()> {
    tell(tx, context, actor.tenant, &Notice::new(context, member, kind, Params::new())).map(drop)
}

fn entry(action: &'static str, actor: &MemberActor, member: MemberId) -> Entry {
    Entry::new(action, "member", member).of(actor.tenant)
}
