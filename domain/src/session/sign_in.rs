//! Signing in with a code sent by SMS.

use super::entry::{Outcome, SignInStore, SignInTerms, begin, enter};
use super::{Factor, Factors, Identity, NewDevice, SignInFrom, TokenHash, known_device};
use crate::account::{Account, AccountStore};
use crate::actor::Realm;
use crate::contact::ContactPoint;
use crate::context::Context;
use crate::error::Result;
use crate::id::TenantId;
use crate::job::JobQueue;
use crate::member::MemberStore;
use crate::operator::OperatorStore;
use crate::phone::MobileNumber;
use crate::verification::{
    self, Check, Code, CodeBook, Entered, Limits, Permit, Purpose, Subject, VerificationStore,
};

/// One try to sign in.
#[derive(Debug, Clone)]
pub struct Attempt<'a> {
    /// Into which world.
    pub realm: Realm,
    /// With which number: no code to sign in goes anywhere else.
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

/// Asks for a code to sign in. Nothing tells whether anybody has the number.
///
/// # Errors
/// The limits of [`verification::send`].
pub fn request_code(
    tx: &mut (impl VerificationStore + JobQueue + AccountStore + MemberStore + OperatorStore),
    context: &Context<'_>,
    permit: &Permit,
    limits: &Limits,
) -> Result<verification::Sent> {
    let mobile = permit.mobile()?;
    let invited = permit.realm == Realm::Tenant && !tx.invitations(mobile, None)?.is_empty();
    let known = identity_of(tx, permit.realm, mobile)?.is_some() || invited;
    let subject = Subject::sign_in(permit.realm, &permit.contact);
    let request = verification::Request { permit, subject: &subject, new_subject: false, deliver: known };
    verification::send(tx, context, &request, limits)
}

/// Who has a number in a realm.
fn identity_of(
    tx: &mut (impl AccountStore + OperatorStore),
    realm: Realm,
    mobile: &MobileNumber,
) -> Result<Option<Identity>> {
    Ok(match realm {
        Realm::Tenant => tx.account_by(&mobile.into())?.map(|known| Identity::Account(known.id)),
        Realm::Platform => tx.operator_by_mobile(mobile)?.map(|known| Identity::Operator(known.id)),
    })
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
    terms: &SignInTerms<'_>,
) -> Result<Outcome> {
    let contact = ContactPoint::from(attempt.mobile);
    let requester = known_device(tx, attempt.device_token, attempt.realm, &contact)?;
    let subject = Subject::sign_in(attempt.realm, &contact);
    let entered = Entered {
        purpose: Purpose::SignIn,
        subject: &subject,
        contact: &contact,
        requester,
        code: attempt.code,
    };
    let check = verification::enter(tx, context, &entered, codes)?;
    if check != Check::Correct {
        return Ok(Outcome::Refused(check));
    }
    let who = match identity_of(tx, attempt.realm, attempt.mobile)? {
        Some(who) => who,
        // Whoever is invited somewhere has an account from now on.
        None if attempt.realm == Realm::Tenant && !tx.invitations(attempt.mobile, None)?.is_empty() => {
            let account = Account::new(context, attempt.mobile.clone());
            tx.insert_account(&account)?;
            Identity::Account(account.id)
        }
        None => return Ok(Outcome::Refused(Check::Expired)),
    };
    let from = SignInFrom { device: attempt.device, requester };
    let begun = begin(context, who, from, Factors::one(Factor::SmsCode), attempt.tenant, terms);
    enter(tx, context, begun, terms)
}
