//! The code is entered: in one transaction the tenant, its root department, its owner, its certification draft and the
//! owner's first session come to be.

use super::{Registration, RegistrationStore};
use crate::account::{Account, AccountStore};
use crate::actor::{Actor, MemberRole, Realm};
use crate::agreement::{AcceptanceStore, acceptances};
use crate::certification::{Application, ApplicationStore};
use crate::contact::ContactPoint;
use crate::context::Context;
use crate::department::{Department, DepartmentName, DepartmentStore, Placement, PlacementStore, Tree};
use crate::device::MemberDeviceStore;
use crate::error::{Code as ErrorCode, Error, Faults, Place, Result};
use crate::guess::{GuessStore, Patience};
use crate::id::{AccountId, DepartmentId, MemberId, TenantId};
use crate::journal::{Entry, Journal};
use crate::member::{Details, Member, MemberStore, Membership, Userid};
use crate::number;
use crate::organization::Presence;
use crate::policy::SecurityPolicy;
use crate::session::{
    DeviceStore, Factor, Factors, Identity, Lifetime, NewDevice, Opened, Proved, SessionStore, SignInFrom,
    TokenHash, Tokens, known_device, open_member_session,
};
use crate::tenant::{Tenant, TenantScope, TenantStore};
use crate::ticket::TicketStore;
use crate::totp::{Given, TotpStore, authenticator, try_second_factor};
use crate::verification::{
    self, Check, Code, CodeBook, Entered, Purpose, Requester, Subject, VerificationStore,
};
use chrono::Duration;

/// What is entered.
#[derive(Debug, Clone)]
pub struct Verify<'a> {
    /// The code.
    pub code: &'a Code,
    /// From what the owner will work.
    pub device: &'a NewDevice,
    /// The token by which the device says it is known.
    pub device_token: Option<&'a TokenHash>,
    /// The code of the authenticator, for an account that has one.
    pub totp: Option<&'a str>,
    /// After how long a number may have a new owner.
    pub number_idle: Option<Duration>,
    /// How many wrong guesses are borne.
    pub patience: &'a Patience,
    /// The tokens of the first session.
    pub tokens: &'a Tokens,
    /// How long it lives.
    pub lifetime: &'a Lifetime,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Verified {
    /// The code was not right.
    Refused(Check),
    /// The code was right, and that of the authenticator is missing or was not.
    Barred(Error),
    /// The tenant exists.
    Completed(Box<Completed>),
}

/// A company that has joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// The tenant.
    pub tenant: Tenant,
    /// The owner's first session.
    pub opened: Opened,
}

/// Enters the code of a registration.
///
/// # Errors
/// `registration_not_waiting`, `registration_expired`.
pub fn verify(
    tx: &mut (
             impl RegistrationStore
             + VerificationStore
             + AccountStore
             + TenantStore
             + TenantScope
             + DepartmentStore
             + PlacementStore
             + MemberStore
             + SessionStore
             + DeviceStore
             + MemberDeviceStore
             + TotpStore
             + GuessStore
             + AcceptanceStore
             + ApplicationStore
             + TicketStore
             + Journal
         ),
    context: &Context<'_>,
    registration: Registration,
    verify: &Verify<'_>,
    codes: &dyn CodeBook,
) -> Result<Verified> {
    registration.require_waiting(context.now)?;
    let contact = ContactPoint::from(&registration.administrator.mobile);
    let requester = known_device(tx, verify.device_token, Realm::Tenant, &contact)?;
    let entered = Entered {
        purpose: Purpose::Register,
        subject: &Subject::registration(registration.id),
        contact: &contact,
        requester,
        code: verify.code,
    };
    let factors = match second_factor(tx, context, &entered, verify, codes)? {
        Ok(factors) => factors,
        Err(refused) => return Ok(refused),
    };
    let check = verification::enter(tx, context, &entered, codes)?;
    if check != Check::Correct {
        return Ok(Verified::Refused(check));
    }
    let account = account_of(tx, context, &registration)?;
    let (tenant, place) = found_tenant(tx, context, &registration, account)?;
    let member = place.member;
    let lifetime = SecurityPolicy::default().lifetime(verify.lifetime);
    let proved = Proved { account, place, factors, ends_by: None, lifetime, known_device: None };
    let from = SignInFrom { device: verify.device, requester };
    let opened = open_member_session(tx, context, proved, from, verify.tokens)?;
    // They were accepted when the registration began.
    let kept = acceptances(
        context.random,
        account,
        Some(registration.id),
        &registration.accepted,
        registration.created_at,
        registration.begun_from,
    );
    tx.insert_acceptances(&kept)?;
    let id = registration.id;
    tx.save_registration(&registration.complete(tenant.id, context.now))?;
    tx.adopt_tickets(id, tenant.id, member)?;
    let entry = Entry::new("registration.completed", "registration", id)
        .of(tenant.id)
        .change("state", "awaiting_verification", "completed")
        .change("tenant", None::<String>, tenant.id.to_string())
        .change("account", None::<String>, account.to_string());
    tx.record(context, &Actor::Applicant(id), entry)?;
    Ok(Verified::Completed(Box::new(Completed { tenant, opened })))
}

/// What the first session is opened with. Who has an authenticator already shows it too: the account is more than this tenant. Only
/// the owner of the number learns that there is one, and the code is not spent before.
fn second_factor(
    tx: &mut (impl VerificationStore + AccountStore + TotpStore + GuessStore),
    context: &Context<'_>,
    entered: &Entered<'_>,
    verify: &Verify<'_>,
    codes: &dyn CodeBook,
) -> Result<std::result::Result<Factors, Verified>> {
    let factors = Factors::one(Factor::SmsCode);
    let Some(account) = tx.account_by(entered.contact)? else { return Ok(Ok(factors)) };
    let totp = authenticator(tx, Identity::Account(account.id))?;
    let idle = entered.requester == Requester::Stranger && account.is_idle(context.now, verify.number_idle);
    if totp.is_none() && !idle {
        return Ok(Ok(factors));
    }
    let check = verification::try_on(tx, context, entered, codes)?;
    if check != Check::Correct {
        return Ok(Err(Verified::Refused(check)));
    }
    let Some(totp) = totp else { return Ok(Err(Verified::Barred(ErrorCode::NumberIdle.into()))) };
    let barred = |code| Ok(Err(Verified::Barred(Faults::one(Place::Body, "/totp", code))));
    let Some(code) = verify.totp else { return barred(ErrorCode::FieldRequired) };
    let given = Given::Totp(code.to_owned());
    if try_second_factor(tx, context, (totp, entered.requester), &given, verify.patience)? {
        Ok(Ok(factors.with(Factor::Totp)))
    } else {
        barred(ErrorCode::TotpIncorrect)
    }
}

fn account_of(
    tx: &mut impl AccountStore,
    context: &Context<'_>,
    registration: &Registration,
) -> Result<AccountId> {
    let mobile = &registration.administrator.mobile;
    if let Some(known) = tx.account_by(&mobile.into())? {
        number::seen(tx, context, &known)?;
        return Ok(known.id);
    }
    let account = Account::new(context, mobile.clone());
    tx.insert_account(&account)?;
    Ok(account.id)
}

fn found_tenant(
    tx: &mut (impl TenantStore + TenantScope + DepartmentStore + PlacementStore + MemberStore + ApplicationStore),
    context: &Context<'_>,
    registration: &Registration,
    account: AccountId,
) -> Result<(Tenant, Membership)> {
    let id: TenantId = context.id();
    let (root, owner): (DepartmentId, MemberId) = (context.id(), context.id());
    let organization = registration.organization.clone();
    let presence = Presence::default();
    let tenant = Tenant { id, organization, presence, created_at: context.now, version: 1 };
    tx.enter(id);
    tx.insert_tenant(&tenant)?;
    tx.save_tree(&Tree::NEW)?;
    let name = DepartmentName::of(&tenant.organization.name);
    tx.save_department(&Department::root(root, name, context.now))?;
    let administrator = &registration.administrator;
    let mut details = Details::new(administrator.name.clone(), administrator.mobile.clone());
    details.position = Some(administrator.position.clone());
    let owner = Member {
        userid: Userid::owner(),
        role: MemberRole::Owner,
        ..Member::new(id, owner, details, root, context.now)
    };
    let owner = owner.joined(account);
    tx.insert_members(std::slice::from_ref(&owner))?;
    tx.replace_placements(&[(&owner, &[Placement { department: root, order: 0, leads: false }])])?;
    tx.insert_application(&Application::initial(context, id, &tenant.organization.kind))?;
    let membership = Membership {
        tenant: id,
        tenant_name: tenant.organization.name.as_str().to_owned(),
        member: owner.id,
        userid: owner.userid.to_string(),
        name: administrator.name.as_str().to_owned(),
        role: MemberRole::Owner,
        state: owner.state,
    };
    Ok((tenant, membership))
}
