//! Inviting people, and their coming.

use super::change::{ChangingStore, MemberChange, keep};
use super::review::review;
use super::{ListedMember, Member, MemberDraft, MemberState, MemberStore, Membership};
use crate::access::{self, AccessStore, Permission, check_fields, check_places, check_placing};
use crate::actor::{Actor, MemberActor};
use crate::bundle::bundle;
use crate::certification::{CertificateStore, Terms};
use crate::context::Context;
use crate::error::{Code, Error, Faults, Place, Result};
use crate::id::{AccountId, MemberId, NoticeId, TenantId};
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::limits::Limits;
use crate::member_field::Custom;
use crate::notice::{Notice, NoticeKind, NoticeStore, Params, tell};
use crate::phone::MobileNumber;
use crate::tenant::TenantStore;
use chrono::{DateTime, Duration, Utc};

/// How long after one invitation of a tenant the next can go to the same number.
const PAUSE: Duration = Duration::hours(1);
/// How many invitations go to a number in a day, whoever invites.
const PER_NUMBER: usize = 3;
/// How many invitations a tenant sends in a day.
const PER_TENANT: u64 = 1_000;

/// Remembers for a day which invitations were sent, whatever becomes of whom they were for: each costs money, and somebody gets it.
pub trait InvitationStore {
    /// When invitations went to a number since a moment, and of which tenant, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    fn invitations_to(
        &mut self,
        mobile: &MobileNumber,
        since: DateTime<Utc>,
    ) -> Result<Vec<(TenantId, DateTime<Utc>)>>;
    /// How many invitations the bound tenant has sent since a moment.
    ///
    /// # Errors
    /// When the store fails.
    fn count_invitations(&mut self, since: DateTime<Utc>) -> Result<u64>;
    /// Notes that the bound tenant sends an invitation.
    ///
    /// # Errors
    /// When the store fails.
    fn note_invitation(&mut self, id: NoticeId, mobile: &MobileNumber, now: DateTime<Utc>) -> Result<()>;
}

bundle! {
    /// What inviting somebody touches.
    InvitingStore: ChangingStore + InvitationStore + TenantStore + CertificateStore + NoticeStore + JobQueue
}

/// Makes a member who joins by signing in with their number, and tells them so by SMS unless they are told otherwise.
///
/// # Errors
/// `forbidden`, `member_limit_reached`, `invitation_too_soon`, `invitations_spent`; every fault of what is written.
pub fn invite(
    tx: &mut impl InvitingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    draft: &MemberDraft,
    (terms, by_sms): (&Terms, bool),
) -> Result<ListedMember> {
    access::reach(actor, Permission::MemberManage)?;
    let mut made = add(tx, context, (actor.tenant, &actor.into()), draft, terms)?;
    if by_sms {
        made.member.invited_at = Some(context.now);
        tx.save_member(&made.member)?;
        made.member.version += 1;
        send(tx, context, &made.member)?;
    }
    Ok(made)
}

/// Refuses so many members more than the tenant can have.
pub(crate) fn has_room(
    tx: &mut (impl MemberStore + CertificateStore),
    context: &Context<'_>,
    terms: &Terms,
    more: u32,
) -> Result<()> {
    let certificate = tx.certificate()?;
    let limits = Limits::of(certificate.as_ref(), context.now, terms);
    if let Some(max) = limits.members
        && more > 0
        && (more > max || tx.has_members(max + 1 - more)?)
    {
        return Err(Error::new(Code::MemberLimitReached).with("max", max));
    }
    Ok(())
}

/// Makes a member who is invited, whoever lets them in, and tells nobody.
pub(crate) fn add(
    tx: &mut impl InvitingStore,
    context: &Context<'_>,
    (tenant, by): (TenantId, &Actor),
    draft: &MemberDraft,
    terms: &Terms,
) -> Result<ListedMember> {
    has_room(tx, context, terms, 1)?;
    let (root, fields) = (tx.root_department()?, tx.member_fields()?);
    let mut faults = Faults::of(Place::Body);
    let Some(read) = draft.read("", (&fields, &Custom::new()), &mut faults) else {
        return Err(faults.into_error());
    };
    let member = Member::new(tenant, context.id(), read.details.clone(), root, context.now);
    let change = MemberChange::to(String::new(), (None, member), read, root, &mut faults);
    let changes: Vec<_> = change.into_iter().collect();
    check_fields(tx, by, &changes, &mut faults)?;
    faults.finish()?;
    let mut faults = Faults::of(Place::Body);
    review(tx, &changes, &fields, &mut faults)?;
    check_places(tx, by, &changes, &mut faults)?;
    check_placing(tx, (by, context.now), &changes, &mut faults)?;
    faults.finish()?;
    let kept = keep(tx, context, by, changes, &fields)?;
    kept.into_iter().next().ok_or_else(|| Error::internal("nobody was invited"))
}

/// Sends an invitation, within its limits; refused, nothing was written.
pub(crate) fn send(
    tx: &mut (impl InvitationStore + TenantStore + NoticeStore + JobQueue),
    context: &Context<'_>,
    member: &Member,
) -> Result<()> {
    let (mobile, day) = (&member.details.mobile, Duration::days(1));
    let sent = tx.invitations_to(mobile, context.now - day)?;
    let own = sent.iter().filter(|(tenant, _)| *tenant == member.tenant).map(|(_, at)| *at + PAUSE).max();
    let all = sent.len().checked_sub(PER_NUMBER).map(|at| sent[at].1 + day);
    if let Some(next) = own.into_iter().chain(all).max().filter(|next| *next > context.now) {
        let seconds = u32::try_from((next - context.now).num_seconds() + 1).unwrap_or(u32::MAX);
        return Err(Error::new(Code::InvitationTooSoon).with("seconds", seconds).retry_after(seconds.into()));
    }
    if tx.count_invitations(context.now - day)? >= PER_TENANT {
        return Err(Error::new(Code::InvitationsSpent).with("max", PER_TENANT).retry_after(3_600));
    }
    let organization = tx.tenant()?.organization.name.as_str().to_owned();
    let params = Params::from([("organization".to_owned(), organization)]);
    let notice = Notice::new(context, member.id, NoticeKind::MemberInvited, params);
    tx.note_invitation(notice.id, mobile, context.now)?;
    tell(tx, context, member.tenant, &notice).map(drop)
}

/// Sends the invitation of somebody who has not come yet again.
///
/// # Errors
/// `forbidden`, `not_found`, `action_not_allowed` for who has joined, `invitation_too_soon`, `invitations_spent`.
pub fn remind(
    tx: &mut (impl AccessStore + MemberStore + InvitationStore + TenantStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    id: MemberId,
) -> Result<()> {
    access::require_for(tx, actor, Permission::MemberManage, id)?;
    let mut member = tx.member(id)?.ok_or(Code::NotFound)?;
    if member.state != MemberState::Invited {
        return Err(Error::new(Code::ActionNotAllowed).with("state", member.state.name()));
    }
    member.invited_at = Some(context.now);
    tx.save_member(&member)?;
    send(tx, context, &member)?;
    let entry = Entry::new("member.reminded", "member", id).of(actor.tenant);
    tx.record(context, &actor.into(), entry)
}

/// Whoever came with the number of an invitation is a member from now on. The transaction is bound to the tenant.
///
/// # Errors
/// When the store fails.
pub fn join(
    tx: &mut (impl MemberStore + Journal),
    context: &Context<'_>,
    (place, account): (&Membership, AccountId),
) -> Result<()> {
    tx.join_member(place.member, account, context.now)?;
    let (was, is) = (MemberState::Invited.name(), MemberState::Active.name());
    let since: DateTime<Utc> = context.now;
    let entry = Entry::new("member.joined", "member", place.member)
        .of(place.tenant)
        .change("state", was, is)
        .change("account", None::<String>, account.to_string())
        .change("joined_at", None::<String>, since.to_rfc3339());
    tx.record(context, &Actor::System, entry)
}
