//! Dissolving an organization: what it is here goes for good, after days in which its owner can think better of it.

use crate::access::{self, Permission};
use crate::actor::{Actor, MemberActor};
use crate::confirmation::{self, Confirmation, SensitiveAction};
use crate::context::Context;
use crate::error::{Code, Faults, Place, Result, if_there};
use crate::id::{DocumentId, MemberId, TenantId};
use crate::job::{Job, JobQueue};
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::notice::{Notice, NoticeKind, NoticeStore, Params, tell};
use crate::person::PersonStore;
use crate::reference::Calendar;
use crate::tenant::{TenantScope, TenantStore};
use crate::text::comparison_key;
use chrono::{DateTime, Duration, Utc};

/// How many members go in one transaction.
pub const MEMBERS_AT_ONCE: u32 = 200;

/// Keeps dissolutions of the bound tenant.
pub trait DissolutionStore {
    /// When the tenant is to be dissolved, if it is.
    ///
    /// # Errors
    /// `not_found`.
    fn dissolves_at(&mut self) -> Result<Option<DateTime<Utc>>>;
    /// Keeps when the tenant is to be dissolved.
    ///
    /// # Errors
    /// When the store fails.
    fn set_dissolves_at(&mut self, at: Option<DateTime<Utc>>) -> Result<()>;
    /// Whether documents of the tenant are held, or somebody is to take it over, or it is to take another one over.
    ///
    /// # Errors
    /// When the store fails.
    fn is_disputed(&mut self) -> Result<bool>;
    /// Some members of the tenant.
    ///
    /// # Errors
    /// When the store fails.
    fn some_members(&mut self, limit: u32) -> Result<Vec<MemberId>>;
    /// Whether the tenant was dissolved here, so that files under its name are nobody's.
    ///
    /// # Errors
    /// When the store fails.
    fn was_dissolved(&mut self) -> Result<bool>;
    /// Forgets everything else of the tenant, and gives the ids of its documents.
    ///
    /// # Errors
    /// When the store fails.
    fn forget_tenant(&mut self, now: DateTime<Utc>) -> Result<Vec<DocumentId>>;
}

/// Asks for the organization to be dissolved, by its owner, naming it, and says when it will be.
///
/// # Errors
/// `forbidden`, `organization_disputed`, `dissolution_under_way`, `confirmation_required`; `organization_name_differs` at `/name`.
pub fn ask(
    tx: &mut (impl DissolutionStore + TenantStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    name: &str,
    confirmation: Option<&Confirmation>,
    (wait, calendar): (Duration, &Calendar),
) -> Result<DateTime<Utc>> {
    access::require(actor, Permission::TenantManage)?;
    let tenant = tx.tenant()?;
    if comparison_key(tenant.organization.name.as_str()) != comparison_key(name) {
        return Err(Faults::one(Place::Body, "/name", Code::OrganizationNameDiffers));
    }
    if tx.dissolves_at()?.is_some() {
        return Err(Code::DissolutionUnderWay.into());
    }
    if tx.is_disputed()? {
        return Err(Code::OrganizationDisputed.into());
    }
    confirmation::require(confirmation, context, actor, SensitiveAction::DissolveOrganization)?;
    let at = context.now + wait;
    tx.set_dissolves_at(Some(at))?;
    let job = Job::Dissolve { tenant: actor.tenant.into(), at };
    tx.enqueue(context.random.uuid(), &job, at + Duration::seconds(1), context.now)?;
    let notice = Notice::new(
        context,
        actor.member,
        NoticeKind::OrganizationDissolves,
        Params::from([("until".to_owned(), calendar.day(at).to_string())]),
    );
    tell(tx, context, actor.tenant, &notice)?;
    let entry = Entry::new("tenant.dissolution_asked", "tenant", actor.tenant).of(actor.tenant).change(
        "dissolves_at",
        None::<String>,
        at.to_rfc3339(),
    );
    tx.record(context, &actor.into(), entry)?;
    Ok(at)
}

/// When the actor's organization is to be dissolved, if it is.
///
/// # Errors
/// `forbidden`.
pub fn get(tx: &mut impl DissolutionStore, actor: &MemberActor) -> Result<Option<DateTime<Utc>>> {
    access::require(actor, Permission::TenantManage)?;
    tx.dissolves_at()
}

/// The owner thinks better of it.
///
/// # Errors
/// `forbidden`, `dissolution_not_under_way`.
pub fn call_off(
    tx: &mut (impl DissolutionStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
) -> Result<()> {
    access::require(actor, Permission::TenantManage)?;
    let at = tx.dissolves_at()?.ok_or(Code::DissolutionNotUnderWay)?;
    tx.set_dissolves_at(None)?;
    let entry = Entry::new("tenant.dissolution_called_off", "tenant", actor.tenant).of(actor.tenant).change(
        "dissolves_at",
        at.to_rfc3339(),
        None::<String>,
    );
    tx.record(context, &actor.into(), entry)
}

/// How far a dissolution has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It was called off, or is not due.
    Nothing,
    /// More members are to go.
    More,
    /// It is done; the bytes of these documents are for the caller to forget.
    Done(Vec<DocumentId>),
}

/// Takes the next step of a dissolution that is due: some members, and in the end the organization. Whoever belongs to no
/// other one is erased.
///
/// # Errors
/// When the store fails.
pub fn dissolve(
    tx: &mut (impl DissolutionStore + TenantScope + MemberStore + PersonStore + JobQueue + Journal),
    context: &Context<'_>,
    tenant: TenantId,
    at: DateTime<Utc>,
) -> Result<Progress> {
    tx.enter(tenant);
    let scheduled = if_there(tx.dissolves_at())?.flatten();
    if scheduled != Some(at) || context.now < at {
        return Ok(Progress::Nothing);
    }
    if tx.is_disputed()? {
        let job = Job::Dissolve { tenant: tenant.into(), at };
        tx.enqueue(context.random.uuid(), &job, context.now + Duration::days(1), context.now)?;
        return Ok(Progress::Nothing);
    }
    let members = tx.some_members(MEMBERS_AT_ONCE)?;
    if !members.is_empty() {
        let alone = tx.erase_members(&members)?;
        tx.erase_accounts(&alone)?;
        return Ok(Progress::More);
    }
    let documents = tx.forget_tenant(context.now)?;
    let entry = Entry::new("tenant.dissolved", "tenant", tenant).of(tenant);
    tx.record(context, &Actor::System, entry)?;
    Ok(Progress::Done(documents))
}
