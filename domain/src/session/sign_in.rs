//! Signing in with a code sent by SMS, and what comes after any proof of who somebody is.

use super::open::open_operator_session;
use super::{
    Challenge, ChallengeStore, DeviceStore, Lifetime, NewDevice, Opened, SessionStore, SignInFrom, TokenHash,
    Tokens, challenge, known_device, open_member_session,
};
use crate::account::AccountStore;
use crate::actor::Realm;
use crate::bundle::bundle;
use crate::context::Context;
use crate::error::Result;
use crate::guess::{Guarded, GuessStore};
use crate::id::{AccountId, TenantId};
use crate::job::JobQueue;
use crate::journal::Journal;
use crate::member::{MemberStore, Membership};
use crate::operator::OperatorStore;
use crate::password::PasswordStore;
use crate::phone::MobileNumber;
use crate::tenant::TenantScope;
use crate::verification::{
    self, Check, Code, CodeBook, Entered, Limits, Permit, Purpose, Subject, VerificationStore,
};

/// One try to sign in.
#[derive(Debug, Clone)]
pub struct Attempt<'a> {
    /// Into which world.
    pub realm: Realm,
    /// With which number.
    pub mobile: &'a MobileNumber,
    /// With which code.
    pub code: &'a Code,
    /// From what.
    pub device: &'a NewDevice,
    /// The token by which the device says it is known.
    pub device_token: Option<&'a TokenHash>,
    /// Into which tenant, when the client already knows.
    pub tenant: Option<TenantId>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The code was not right.
    Refused(Check),
    /// A session was opened.
    Opened(Box<Opened>),
    /// One of several tenants has to be chosen.
    Choose(Challenge, Vec<Membership>),
    /// The code was right, and the account is in no tenant.
    WithoutMembership,
    /// The code was right, and the account is not in the tenant that was named.
    TenantNotOffered,
}

/// Asks for a code to sign in. Nothing tells whether anybody has the number.
///
/// # Errors
/// The limits of [`verification::send`].
pub fn request_code(
    tx: &mut (impl VerificationStore + JobQueue + AccountStore + OperatorStore),
    context: &Context<'_>,
    permit: &Permit,
    limits: &Limits,
) -> Result<verification::Sent> {
    let mobile = &permit.mobile;
    let known = match permit.realm {
        Realm::Tenant => tx.account_by_mobile(mobile)?.is_some(),
        Realm::Platform => tx.operator_by_mobile(mobile)?.is_some(),
    };
    let subject = Subject::sign_in(permit.realm, mobile);
    let request = verification::Request { permit, subject: &subject, new_subject: false, deliver: known };
    verification::send(tx, context, &request, limits)
}

bundle! {
    /// Everything that signing in touches.
    SignInStore: VerificationStore + AccountStore + OperatorStore + MemberStore + PasswordStore + GuessStore + SessionStore + DeviceStore + ChallengeStore + TenantScope + Journal
}

/// Signs in. Whatever comes of it has to be committed, because the code was spent on it.
///
/// # Errors
/// When the store fails.
pub fn sign_in(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    attempt: &Attempt<'_>,
    codes: &dyn CodeBook,
    tokens: &Tokens,
    lifetime: &Lifetime,
) -> Result<Outcome> {
    let requester = known_device(tx, attempt.device_token, attempt.realm, attempt.mobile)?;
    let entered = Entered {
        purpose: Purpose::SignIn,
        subject: &Subject::sign_in(attempt.realm, attempt.mobile),
        mobile: attempt.mobile,
        requester,
        code: attempt.code,
    };
    let check = verification::enter(tx, context, &entered, codes)?;
    if check != Check::Correct {
        return Ok(Outcome::Refused(check));
    }
    let from = SignInFrom { device: attempt.device, requester };
    if attempt.realm == Realm::Platform {
        let Some(operator) = tx.operator_by_mobile(attempt.mobile)? else {
            return Ok(Outcome::Refused(Check::Expired));
        };
        let opened = open_operator_session(tx, context, operator, from, tokens, lifetime)?;
        return Ok(Outcome::Opened(Box::new(opened)));
    }
    let Some(account) = tx.account_by_mobile(attempt.mobile)? else {
        return Ok(Outcome::Refused(Check::Expired));
    };
    // Whoever holds the number is its owner, and what strangers guessed does not stand in their way.
    let subject = Subject::sign_in(attempt.realm, attempt.mobile);
    tx.forget_guesses(Guarded::Password, subject.as_str(), None)?;
    enter(tx, context, account.id, from, attempt.tenant, tokens, lifetime)
}

/// Lets in whoever proved to be an account: into the tenant that was named or the only one, or asks which.
pub(super) fn enter(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    account: AccountId,
    from: SignInFrom<'_>,
    wanted: Option<TenantId>,
    tokens: &Tokens,
    lifetime: &Lifetime,
) -> Result<Outcome> {
    let mut places = tx.memberships(account)?;
    if let Some(wanted) = wanted {
        places.retain(|place| place.tenant == wanted);
        if places.is_empty() {
            return Ok(Outcome::TenantNotOffered);
        }
    }
    match places.len() {
        0 => Ok(Outcome::WithoutMembership),
        1 => {
            let membership = places.remove(0);
            tx.enter(membership.tenant);
            let opened = open_member_session(tx, context, account, membership, from, tokens, lifetime)?;
            Ok(Outcome::Opened(Box::new(opened)))
        }
        _ => {
            let waiting = Challenge {
                id: context.id(),
                token: tokens.challenge,
                account,
                device: from.device.clone(),
                requester: from.requester,
                expires_at: context.now + challenge::LIFETIME,
                answered: false,
            };
            tx.insert_challenge(&waiting)?;
            Ok(Outcome::Choose(waiting, places))
        }
    }
}
