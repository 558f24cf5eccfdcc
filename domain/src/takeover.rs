//! Takeovers: an owner has vanished, and the organization proves anew who it is. Its representative registers again, and
//! applies with the number that is certified already. When two reviewers have approved that, the old owner has a week to
//! object; then whoever applied becomes the owner of the certified tenant.

use crate::access::{self, AccessStore, Permission};
use crate::account::AccountStore;
use crate::actor::{Actor, MemberActor, MemberRole, OperatorActor};
use crate::bundle::bundle;
use crate::certification::{
    ApplicationNumber, ApplicationStore, Case, CertificateStore, State, Terms, schedule_erasure,
};
use crate::confirmation::{Confirmation, SensitiveAction};
use crate::context::Context;
use crate::department::{DepartmentStore, Placement, PlacementStore};
use crate::departure::{DepartureStore, bring_back};
use crate::dissolution::DissolutionStore;
use crate::error::{Code, Error, Result, if_there};
use crate::id::{AccountId, ApplicationId, MemberId, TenantId};
use crate::job::{Job, JobQueue};
use crate::joining::JoiningStore;
use crate::journal::{Entry, Journal};
use crate::member::{Details, Member, MemberState, MemberStore, join};
use crate::member_field::MemberFieldStore;
use crate::named::named;
use crate::notice::{Notice, NoticeKind, NoticeStore, Params, tell};
use crate::operator::{OperatorStore, require_outsider};
use crate::ownership::{OwnershipStore, give_role};
use crate::policy::{PolicyStore, lift_networks, require_confirmation};
use crate::tag::TagStore;
use crate::tenant::TenantScope;
use crate::text::{PersonName, Prose};
use chrono::{DateTime, Duration, Utc};

/// How long the old owner has to object.
pub const OBJECTION: Duration = Duration::days(7);

named! {
    /// Where a takeover stands.
    TakeoverState {
        /// The old owner can object.
        Open "open";
        /// They did; a senior reviewer decides.
        Objected "objected";
        /// Whoever applied owns the organization.
        Transferred "transferred";
        /// Everything stays as it was.
        Dismissed "dismissed";
    }
}

/// Who is to own a tenant, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Takeover {
    /// The tenant that is taken over.
    pub tenant: TenantId,
    /// The application that proves it; the takeover has its id.
    pub application: ApplicationId,
    /// The number of that.
    pub number: ApplicationNumber,
    /// The registration that was proved.
    pub registration_key: String,
    /// Where the application was made.
    pub from: TenantId,
    /// Who applied.
    pub account: AccountId,
    /// Their place there.
    pub applicant: MemberId,
    /// Their name there.
    pub name: PersonName,
    /// Where it stands.
    pub state: TakeoverState,
    /// Until when the old owner can object.
    pub objection_until: DateTime<Utc>,
    /// Why they did.
    pub objection: Option<String>,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
    /// The version read from the store.
    pub version: i64,
}

/// Keeps takeovers.
pub trait TakeoverStore {
    /// Keeps a new takeover.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_takeover(&mut self, takeover: &Takeover) -> Result<()>;
    /// A takeover of the bound tenant.
    ///
    /// # Errors
    /// `not_found`.
    fn takeover(&mut self, id: ApplicationId) -> Result<Takeover>;
    /// The takeovers of the bound tenant, newest first.
    ///
    /// # Errors
    /// When the store fails.
    fn takeovers(&mut self, after: Option<ApplicationId>, limit: u32) -> Result<Vec<Takeover>>;
    /// Whether one of the bound tenant is neither done nor dismissed.
    ///
    /// # Errors
    /// When the store fails.
    fn takeover_under_way(&mut self) -> Result<bool>;
    /// Those over all tenants that are in a state, oldest first, without those on a side of which are some tenants.
    ///
    /// # Errors
    /// When the store fails.
    fn takeovers_in(
        &mut self,
        state: TakeoverState,
        except: &[TenantId],
        after: Option<ApplicationId>,
        limit: u32,
    ) -> Result<Vec<Takeover>>;
    /// The tenant of a takeover.
    ///
    /// # Errors
    /// When the store fails.
    fn tenant_of_takeover(&mut self, id: ApplicationId) -> Result<Option<TenantId>>;
    /// Keeps a changed takeover.
    ///
    /// # Errors
    /// `version_stale`.
    fn update_takeover(&mut self, takeover: &Takeover) -> Result<()>;
}

bundle! {
    /// Everything that handing a tenant over touches.
    TransferStore: AccessStore + TakeoverStore + TenantScope + ApplicationStore + CertificateStore + DissolutionStore + AccountStore + DepartmentStore + PlacementStore + MemberFieldStore + MemberStore + JoiningStore + DepartureStore + PolicyStore + NoticeStore + JobQueue + Journal + TagStore + OwnershipStore
}

/// Begins a takeover by an approved application: the old owner is told and can object.
///
/// # Errors
/// `not_certified` when nobody is certified with the number any more, `takeover_under_way`.
pub(crate) fn begin(
    tx: &mut (impl TakeoverStore + TenantScope + MemberStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    case: &Case,
    terms: &Terms,
) -> Result<()> {
    let target = case.number_holder.filter(|_| case.taken()).ok_or(Code::NotCertified)?;
    let submission = case.application.state.submission().ok_or_else(|| Error::internal("no submission"))?;
    let profile = tx.profile(submission.by)?;
    let takeover = Takeover {
        tenant: target,
        application: case.application.id,
        number: case.application.number.clone(),
        registration_key: case.application.draft.registration_key().ok_or(Code::NotCertified)?,
        from: case.tenant.id,
        account: tx.account_of(submission.by)?,
        applicant: submission.by,
        name: PersonName::parse(&profile.membership.name)
            .map_err(|_| Error::internal("the name of a member has no form"))?,
        state: TakeoverState::Open,
        objection_until: context.now + OBJECTION,
        objection: None,
        created_at: context.now,
        version: 1,
    };
    tx.enter(target);
    if tx.takeover_under_way()? {
        return Err(Code::TakeoverUnderWay.into());
    }
    tx.insert_takeover(&takeover)?;
    let owner = tx.owner()?;
    inform(tx, context, &takeover, target, owner, NoticeKind::TakeoverAnnounced, terms)?;
    let job = Job::Transfer { tenant: target.into(), takeover: takeover.application.into() };
    tx.enqueue(context.random.uuid(), &job, takeover.objection_until + Duration::seconds(1), context.now)?;
    tx.record(context, &Actor::Operator(*actor), entry("takeover.announced", &takeover))?;
    tx.enter(case.tenant.id);
    Ok(())
}

/// A page of takeovers in a state, without those that concern the operator's own companies.
///
/// # Errors
/// `forbidden`.
pub fn queue(
    tx: &mut (impl TakeoverStore + OperatorStore),
    actor: &OperatorActor,
    state: TakeoverState,
    after: Option<ApplicationId>,
    limit: u32,
) -> Result<Vec<Takeover>> {
    access::require(actor, Permission::ReviewRead)?;
    let own = tx.tenants_of_operator(actor.operator)?;
    tx.takeovers_in(state, &own, after, limit)
}

/// A page of the takeovers of the actor's organization, newest first.
///
/// # Errors
/// `forbidden`.
pub fn list(
    tx: &mut impl TakeoverStore,
    actor: &MemberActor,
    after: Option<ApplicationId>,
    limit: u32,
) -> Result<Vec<Takeover>> {
    access::require(actor, Permission::TenantManage)?;
    tx.takeovers(after, limit)
}

/// The old owner objects.
///
/// # Errors
/// `forbidden`, `not_found`, `takeover_not_open`; `confirmation_required`, where the policy says so.
pub fn object(
    tx: &mut (impl TakeoverStore + PolicyStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    id: ApplicationId,
    why: &Prose<2000>,
    confirmation: Option<&Confirmation>,
) -> Result<Takeover> {
    access::require(actor, Permission::TenantManage)?;
    let mut takeover = tx.takeover(id)?;
    if takeover.state != TakeoverState::Open || context.now >= takeover.objection_until {
        return Err(Code::TakeoverNotOpen.into());
    }
    require_confirmation(tx, confirmation, context, actor, SensitiveAction::ObjectToTakeover)?;
    takeover.state = TakeoverState::Objected;
    takeover.objection = Some(why.as_str().to_owned());
    tx.update_takeover(&takeover)?;
    takeover.version += 1;
    tx.record(context, &actor.into(), entry("takeover.objected", &takeover))?;
    Ok(takeover)
}

/// A senior reviewer decides on an objection.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`, `takeover_not_objected`.
pub fn settle(
    tx: &mut (impl TransferStore + OperatorStore),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    transfers: bool,
    terms: &Terms,
) -> Result<Takeover> {
    access::require(actor, Permission::ReviewConfirm)?;
    let tenant = tx.tenant_of_takeover(id)?.ok_or(Code::NotFound)?;
    tx.enter(tenant);
    let takeover = tx.takeover(id)?;
    require_outsider(tx, actor, takeover.tenant)?;
    require_outsider(tx, actor, takeover.from)?;
    if takeover.state != TakeoverState::Objected {
        return Err(Code::TakeoverNotObjected.into());
    }
    let by = Actor::Operator(*actor);
    if transfers {
        transfer(tx, context, &by, takeover, terms)
    } else {
        dismiss(tx, context, &by, takeover, terms)
    }
}

/// Looks whether the time to object has passed, and hands the tenant over if it has.
///
/// # Errors
/// When the store fails.
pub fn strike(
    tx: &mut impl TransferStore,
    context: &Context<'_>,
    (tenant, id): (TenantId, ApplicationId),
    terms: &Terms,
) -> Result<()> {
    tx.enter(tenant);
    let Some(takeover) = if_there(tx.takeover(id))? else { return Ok(()) };
    if takeover.state != TakeoverState::Open || context.now < takeover.objection_until {
        return Ok(());
    }
    transfer(tx, context, &Actor::System, takeover, terms).map(drop)
}

/// Makes whoever applied the owner of the bound tenant; the old owner stays as a member.
fn transfer(
    tx: &mut impl TransferStore,
    context: &Context<'_>,
    by: &Actor,
    mut takeover: Takeover,
    terms: &Terms,
) -> Result<Takeover> {
    // What was proved is that they stand for whoever is certified with the number, which may be another one by now.
    if tx.certified_tenant(&takeover.registration_key)? != Some(takeover.tenant) {
        return dismiss(tx, context, by, takeover, terms);
    }
    if let Some(at) = tx.dissolves_at()? {
        tx.set_dissolves_at(None)?;
        let entry = Entry::new("tenant.dissolution_called_off", "tenant", takeover.tenant);
        let entry = entry.of(takeover.tenant).change("dissolves_at", at.to_rfc3339(), None::<String>);
        tx.record(context, by, entry)?;
    }
    tx.delete_ownership_offer()?;
    let old = tx.owner()?;
    let new = place_for(tx, context, &takeover)?;
    if let Some(old) = old.filter(|old| *old != new) {
        give_role(tx, old, MemberRole::Member)?;
        // Nobody joins by what the old owner has handed out.
        tx.delete_links_of(&[old])?;
    }
    if give_role(tx, new, MemberRole::Owner)? {
        let enabled = Entry::new("member.enabled", "member", new).of(takeover.tenant);
        let (was, is) = (MemberState::Disabled.name(), MemberState::Active.name());
        tx.record(context, by, enabled.change("state", was, is))?;
    }
    // Otherwise the old owner's list could keep out the only one who can change it.
    lift_networks(tx, context, by, (takeover.tenant, new))?;
    takeover.state = TakeoverState::Transferred;
    tx.update_takeover(&takeover)?;
    takeover.version += 1;
    let told = entry("takeover.transferred", &takeover).change(
        "owner",
        old.map(|old| old.to_string()),
        new.to_string(),
    );
    tx.record(context, by, told)?;
    for member in [old, Some(new)] {
        inform(tx, context, &takeover, takeover.tenant, member, NoticeKind::TakeoverTransferred, terms)?;
    }
    Ok(takeover)
}

/// The place in the bound tenant of whoever applied, made if there is none.
fn place_for(tx: &mut impl TransferStore, context: &Context<'_>, takeover: &Takeover) -> Result<MemberId> {
    if let Some(id) = tx.place_of(takeover.account)? {
        if let (Some(member), Some(departure)) = (tx.member(id)?, tx.departure(id)?) {
            bring_back(tx, context, &Actor::System, member, &departure)?;
        }
        return Ok(id);
    }
    let account = tx.account(takeover.account)?.ok_or(Code::NotFound)?;
    if let Some(place) = tx
        .invitations(&account.mobile, Some(account.id))?
        .into_iter()
        .find(|place| place.tenant == takeover.tenant)
    {
        join(tx, context, (&place, account.id))?;
        return Ok(place.member);
    }
    let (id, department): (MemberId, _) = (context.id(), tx.root_department()?);
    let details = Details::new(takeover.name.clone(), account.mobile);
    let new = Member::new(takeover.tenant, id, details, department, context.now).joined(account.id);
    tx.insert_members(std::slice::from_ref(&new))?;
    tx.replace_placements(&[(&new, &[Placement { department, order: 0, leads: false }])])?;
    Ok(id)
}

fn dismiss(
    tx: &mut impl TransferStore,
    context: &Context<'_>,
    by: &Actor,
    mut takeover: Takeover,
    terms: &Terms,
) -> Result<Takeover> {
    takeover.state = TakeoverState::Dismissed;
    tx.update_takeover(&takeover)?;
    takeover.version += 1;
    tx.record(context, by, entry("takeover.dismissed", &takeover))?;
    // The application is the applicant's again: it can be made for another reason, or with better proof.
    tx.enter(takeover.from);
    let mut application = tx.application_by_id(takeover.application)?;
    if let State::Approved { submission, .. } = application.state {
        application.state = State::Rejected { submission, decided_at: context.now, retryable: true };
        tx.update_application(&application)?;
        schedule_erasure(tx, context, &application, terms)?;
    }
    let (from, applicant) = (takeover.from, Some(takeover.applicant));
    inform(tx, context, &takeover, from, applicant, NoticeKind::TakeoverDismissed, terms)?;
    tx.enter(takeover.tenant);
    Ok(takeover)
}

/// Tells a member of a tenant, and leaves the transaction bound to that.
fn inform(
    tx: &mut (impl TenantScope + NoticeStore + JobQueue),
    context: &Context<'_>,
    takeover: &Takeover,
    tenant: TenantId,
    member: Option<MemberId>,
    kind: NoticeKind,
    terms: &Terms,
) -> Result<()> {
    let Some(member) = member else { return Ok(()) };
    tx.enter(tenant);
    let until = terms.last_day(takeover.objection_until).to_string();
    let params = [("number".to_owned(), takeover.number.as_str().to_owned()), ("until".to_owned(), until)];
    let notice = Notice::new(context, member, kind, Params::from(params));
    tell(tx, context, tenant, &notice).map(drop)
}

fn entry(action: &'static str, takeover: &Takeover) -> Entry {
    Entry::new(action, "takeover", takeover.application).of(takeover.tenant).change(
        "state",
        None::<String>,
        takeover.state.name(),
    )
}
