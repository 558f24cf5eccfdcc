//! Getting in: what stands between a proof of who somebody is and their session. Every way in comes through here.

use super::challenge::{self, Challenge, Need, Waiting, Way};
use super::open::{open_member_session, open_operator_session, remember_device};
use super::{
    ChallengeStore, DeviceStore, Factor, Factors, Identity, Lifetime, Opened, Proved, SessionStore,
    SignInFrom, Tokens,
};
use crate::access::{AccessStore, rights_of};
use crate::account::AccountStore;
use crate::bundle::bundle;
use crate::context::Context;
use crate::device::{self, Admissible, MemberDevice, MemberDeviceStore, admissible};
use crate::error::{Code, Error, Faults, Place, Result};
use crate::guess::{Guarded, GuessStore, Patience};
use crate::id::{AccountId, TenantId};
use crate::job::JobQueue;
use crate::journal::Journal;
use crate::member::{MemberState, MemberStore, Membership, join};
use crate::notice::NoticeStore;
use crate::number;
use crate::operator::{Operator, OperatorStore};
use crate::password::PasswordStore;
use crate::policy::{PolicyStore, SignInMethod};
use crate::tenant::TenantScope;
use crate::totp::{TotpStore, authenticator};
use crate::verification::{Check, Requester, VerificationStore};
use chrono::Duration;

bundle! {
    /// Everything that signing in touches.
    SignInStore: VerificationStore + AccountStore + OperatorStore + MemberStore + PasswordStore + GuessStore + SessionStore + DeviceStore + ChallengeStore + MemberDeviceStore + PolicyStore + AccessStore + TotpStore + NoticeStore + JobQueue + TenantScope + Journal
}

/// On what terms people sign in here.
#[derive(Debug, Clone, Copy)]
pub struct SignInTerms<'a> {
    /// Tokens for whatever it comes to.
    pub tokens: &'a Tokens,
    /// How long sessions live at most.
    pub lifetime: &'a Lifetime,
    /// How many wrong guesses are borne.
    pub patience: &'a Patience,
    /// After how long a number may have a new owner.
    pub number_idle: Option<Duration>,
    /// Whether operators need an authenticator.
    pub operators_need_totp: bool,
}

/// What came of a step of signing in.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The code was not right.
    Refused(Check),
    /// Who it is was proved as far as it went, and they do not get in.
    Barred(Error),
    /// Something is still needed.
    Challenged(Box<Waiting>),
    /// A session was opened.
    Opened(Box<Opened>),
}

/// Who gets in.
pub(super) enum Admitted {
    /// Into a tenant.
    Member(Box<Admission>),
    /// Into the platform.
    Operator(Operator),
}

/// What is known of a member who gets in.
pub(super) struct Admission {
    account: AccountId,
    place: Membership,
    lifetime: Lifetime,
    known_device: Option<MemberDevice>,
}

/// Where somebody stands who gets in.
pub(super) enum Entering {
    /// They are in.
    Admitted(Admitted),
    /// They need something first.
    Needs(Need),
    /// They do not get in.
    Barred(Error),
}

/// A sign-in that has just begun.
pub(super) fn begin(
    context: &Context<'_>,
    who: Identity,
    from: SignInFrom<'_>,
    factors: Factors,
    tenant: Option<TenantId>,
    terms: &SignInTerms<'_>,
) -> Challenge {
    Challenge {
        id: context.id(),
        token: terms.tokens.challenge,
        who,
        device: from.device.clone(),
        requester: from.requester,
        factors,
        tenant,
        ends_by: None,
        expires_at: context.now + challenge::LIFETIME,
        answered: false,
        version: 0,
    }
}

/// Lets somebody in, or keeps the challenge that says what is still needed.
pub(super) fn enter(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    mut challenge: Challenge,
    terms: &SignInTerms<'_>,
) -> Result<Outcome> {
    let admitted = match next(tx, context, &challenge, terms)? {
        Entering::Barred(error) => return Ok(Outcome::Barred(error)),
        Entering::Needs(need) => {
            let new_device = match &need {
                Need::DeviceApproval(place) => {
                    remember_waiting(tx, context, &mut challenge, place, terms.tokens)?
                }
                _ => false,
            };
            tx.save_challenge(&challenge)?;
            let waiting = Waiting { new_device, ..Waiting::of(challenge, need) };
            return Ok(Outcome::Challenged(Box::new(waiting)));
        }
        Entering::Admitted(admitted) => admitted,
    };
    if challenge.version > 0 {
        challenge.answered = true;
        tx.save_challenge(&challenge)?;
    }
    let from = SignInFrom { device: &challenge.device, requester: challenge.requester };
    let (factors, ends_by) = (challenge.factors, challenge.ends_by);
    let opened = match admitted {
        Admitted::Operator(operator) => {
            open_operator_session(tx, context, (operator, factors), from, terms.tokens, terms.lifetime)?
        }
        Admitted::Member(admission) => {
            let Admission { account, mut place, lifetime, known_device } = *admission;
            // Only a code shows that the number is still theirs.
            let shown = factors.all().contains(&Factor::SmsCode) && ends_by.is_none();
            let known = if shown { tx.account(account)? } else { None };
            if let Some(account) = known {
                number::seen(tx, context, &account)?;
                tx.forget_guesses(Guarded::Password, &challenge.who.to_string(), None)?;
            }
            tx.enter(place.tenant);
            if place.state == MemberState::Invited {
                join(tx, context, (&place, account))?;
                place.state = MemberState::Active;
            }
            let proved = Proved { account, place, factors, ends_by, lifetime, known_device };
            open_member_session(tx, context, proved, from, terms.tokens)?
        }
    };
    Ok(Outcome::Opened(Box::new(opened)))
}

/// What a sign-in comes to, as far as it has come.
pub(super) fn next(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    challenge: &Challenge,
    terms: &SignInTerms<'_>,
) -> Result<Entering> {
    match challenge.who {
        Identity::Operator(id) => {
            if !context.origin.operators {
                return Ok(barred(Code::NetworkNotAllowed));
            }
            let Some(operator) = tx.operator(id)? else { return Ok(barred(Code::Unauthenticated)) };
            let asked = terms.operators_need_totp;
            Ok(second_factor(tx, challenge, asked)?
                .unwrap_or(Entering::Admitted(Admitted::Operator(operator))))
        }
        Identity::Account(account) => {
            if let Some(wants) = idle_number(tx, context, challenge, account, terms)? {
                return Ok(wants);
            }
            let mut places = offered(tx, account, challenge)?;
            if places.is_empty() {
                return Ok(barred(Code::NoMembership));
            }
            if let Some(wanted) = challenge.tenant {
                places.retain(|place| place.tenant == wanted);
            }
            match places.pop() {
                None => Ok(Entering::Barred(Faults::one(Place::Body, "/tenant_id", Code::TenantNotOffered))),
                Some(place) if places.is_empty() => {
                    into_tenant(tx, context, challenge, (account, place), terms)
                }
                Some(last) => {
                    places.push(last);
                    Ok(Entering::Needs(Need::Tenant(places)))
                }
            }
        }
    }
}

/// The places that somebody can go to: those they have, and those that wait for their number, if one of these is asked for or they
/// have no other. A stranger's invitation changes nothing for whoever is at home somewhere, and only who has just shown that the
/// number is theirs takes one up.
fn offered(tx: &mut impl SignInStore, account: AccountId, challenge: &Challenge) -> Result<Vec<Membership>> {
    let mut places = tx.memberships(account)?;
    let enough = match challenge.tenant {
        None => !places.is_empty(),
        Some(wanted) => places.iter().any(|place| place.tenant == wanted),
    };
    let shown = challenge.factors.all().contains(&Factor::SmsCode) && challenge.ends_by.is_none();
    if shown
        && !enough
        && let Some(known) = tx.account(account)?
    {
        places.extend(tx.invitations(&known.mobile, Some(account))?);
    }
    Ok(places)
}

/// What is wanted besides a code that was sent to a number which may have a new owner, unless it comes from a known device.
fn idle_number(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    challenge: &Challenge,
    account: AccountId,
    terms: &SignInTerms<'_>,
) -> Result<Option<Entering>> {
    let code_alone =
        challenge.factors.all() == [Factor::SmsCode] && challenge.requester == Requester::Stranger;
    let known = if code_alone { tx.account(account)? } else { None };
    if !known.is_some_and(|account| account.is_idle(context.now, terms.number_idle)) {
        return Ok(None);
    }
    let ways = if authenticator(tx, challenge.who)?.is_some() {
        vec![Way::Totp, Way::RecoveryCode]
    } else if tx.password(account)?.is_some() {
        vec![Way::Password]
    } else {
        return Ok(Some(barred(Code::NumberIdle)));
    };
    Ok(Some(Entering::Needs(Need::SecondFactor(ways))))
}

/// What the policy of a tenant has against somebody, or still wants of them; or that they are in.
fn into_tenant(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    challenge: &Challenge,
    (account, place): (AccountId, Membership),
    terms: &SignInTerms<'_>,
) -> Result<Entering> {
    tx.enter(place.tenant);
    let policy = tx.policy()?.policy;
    let began = |method: &&SignInMethod| Some(method.factor()) == challenge.factors.first();
    if !policy.sign_in.methods.iter().any(|method| began(&method)) {
        let allowed: Vec<_> = policy.sign_in.methods.iter().map(|method| method.name()).collect();
        let error = Error::new(Code::SignInMethodNotAllowed).with("allowed", allowed.join(", "));
        return Ok(Entering::Barred(error));
    }
    let rights = rights_of(tx, (place.member, place.role), context.now)?;
    if !policy.admits_from(&rights, context.origin.ip) {
        return Ok(barred(Code::NetworkNotAllowed));
    }
    if let Some(age) = policy.password.max_age()
        && challenge.factors.all().contains(&Factor::Password)
        && tx.password(account)?.is_some_and(|known| known.set_at + age <= context.now)
    {
        return Ok(barred(Code::PasswordExpired));
    }
    let admissible = admissible(tx, &place, (challenge.requester, &challenge.device), &policy)?;
    if let Admissible::No(error) = admissible {
        return Ok(Entering::Barred(error));
    }
    if let Some(needs) = second_factor(tx, challenge, policy.asks_second_factor(&rights))? {
        return Ok(needs);
    }
    let Admissible::Yes(known_device) = admissible else {
        return Ok(Entering::Needs(Need::DeviceApproval(place)));
    };
    let lifetime = policy.lifetime(terms.lifetime);
    let admission = Admission { account, place, lifetime, known_device };
    Ok(Entering::Admitted(Admitted::Member(Box::new(admission))))
}

/// A device that has to wait becomes known, so that it can be approved.
fn remember_waiting(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    challenge: &mut Challenge,
    place: &Membership,
    tokens: &Tokens,
) -> Result<bool> {
    let from = SignInFrom { device: &challenge.device, requester: challenge.requester };
    let (device, new_device) = remember_device(tx, context, challenge.who, from, tokens)?;
    challenge.requester = Requester::Device(device);
    tx.enter(place.tenant);
    if tx.member_device(device)?.is_none() {
        device::wait(tx, context, place.tenant, (place.member, device), &challenge.device)?;
    }
    Ok(new_device)
}

/// The second factor, if it is asked for or somebody has set an authenticator up, and was not given yet.
fn second_factor(tx: &mut impl SignInStore, challenge: &Challenge, asked: bool) -> Result<Option<Entering>> {
    let has_totp = authenticator(tx, challenge.who)?.is_some();
    let given = challenge.factors.all();
    if has_totp && !given.contains(&Factor::Totp) && !given.contains(&Factor::RecoveryCode) {
        return Ok(Some(Entering::Needs(Need::SecondFactor(vec![Way::Totp, Way::RecoveryCode]))));
    }
    if challenge.factors.are_two() || !asked {
        return Ok(None);
    }
    let way = match challenge.who {
        Identity::Account(_) if challenge.factors.first() == Some(Factor::Password) => Way::SmsCode,
        Identity::Account(account) if tx.password(account)?.is_some() => Way::Password,
        // Whoever has somebody's session has not shown who they are.
        _ if challenge.ends_by.is_some() => return Ok(Some(barred(Code::SignInAnew))),
        // An operator too: two things that one telephone gets are one.
        _ => Way::NewTotp,
    };
    Ok(Some(Entering::Needs(Need::SecondFactor(vec![way]))))
}

fn barred(code: Code) -> Entering {
    Entering::Barred(code.into())
}
