//! Challenges: a sign-in that was begun and still needs something. One resource says what that is, and takes it, until the session
//! is open.

use super::entry::{self, Entering, Outcome, SignInTerms};
use super::{Factor, Factors, Identity, NewDevice, SignInStore, TokenHash};
use crate::account::Account;
use crate::actor::Actor;
use crate::context::Context;
use crate::error::{Code, Faults, Place, Result};
use crate::guess::{Guarded, admit, note_wrong};
use crate::id::{ChallengeId, TenantId};
use crate::journal::Entry;
use crate::member::Membership;
use crate::named::named;
use crate::notice::{NoticeKind, warn_account};
use crate::password::{Compared, StoredPassword, still};
use crate::totp::{self, Given, TotpSecret, try_second_factor};
use crate::verification::{
    self, Check, Code as Digits, CodeBook, Entered, Permit, Purpose, Requester, Sent, Subject,
};
use chrono::{DateTime, Duration, Utc};

/// How long a challenge waits for its answers.
pub(super) const LIFETIME: Duration = Duration::minutes(10);

/// A sign-in that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Its id.
    pub id: ChallengeId,
    /// What proves that the answer comes from whoever signed in.
    pub token: TokenHash,
    /// Who signs in.
    pub who: Identity,
    /// From what.
    pub device: NewDevice,
    /// As whom.
    pub requester: Requester,
    /// What they proved it with so far.
    pub factors: Factors,
    /// The tenant that was chosen.
    pub tenant: Option<TenantId>,
    /// The session will live no longer than this: it comes from another one.
    pub ends_by: Option<DateTime<Utc>>,
    /// Until when it waits.
    pub expires_at: DateTime<Utc>,
    /// Whether it came to a session.
    pub answered: bool,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

named! {
    /// What can be the second factor of a sign-in.
    Way {
        /// A code of the authenticator.
        Totp "totp";
        /// A code kept for the day without it.
        RecoveryCode "recovery_code";
        /// A code by SMS.
        SmsCode "sms_code";
        /// The password.
        Password "password";
        /// There is none yet: an authenticator has to be set up now.
        NewTotp "new_totp";
    }
}

/// What a challenge needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The choice of a tenant.
    Tenant(Vec<Membership>),
    /// A second factor, in one of these ways.
    SecondFactor(Vec<Way>),
    /// That an administrator approves the device, in this place.
    DeviceApproval(Membership),
    /// Nothing more: what it waited for has come.
    Nothing,
}

/// A challenge and what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The challenge.
    pub challenge: Challenge,
    /// What it needs.
    pub need: Need,
    /// Whether the device became known just now, so that its token has to be handed out.
    pub new_device: bool,
    /// Whether an authenticator was set up just now, so that the codes for the day without it have to be handed out.
    pub new_authenticator: bool,
}

impl Waiting {
    /// Nothing has to be handed out with it.
    pub(super) fn of(challenge: Challenge, need: Need) -> Self {
        Self { challenge, need, new_device: false, new_authenticator: false }
    }
}

/// Keeps challenges.
pub trait ChallengeStore {
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale` when it was answered meanwhile.
    fn save_challenge(&mut self, challenge: &Challenge) -> Result<()>;
    /// The challenge of an id.
    ///
    /// # Errors
    /// When the store fails.
    fn challenge(&mut self, id: ChallengeId) -> Result<Option<Challenge>>;
}

/// What somebody answers.
#[derive(Debug, Clone)]
pub enum ChallengeAnswer {
    /// The chosen tenant.
    Tenant(TenantId),
    /// A code of an authenticator, or kept for the day without it.
    SecondFactor(Given),
    /// A code by SMS.
    SmsCode(Digits),
    /// That an administrator has approved the device, which is looked up.
    Approved,
    /// A password, compared; the try was counted before ([`admit_challenge_password`]).
    Password(Compared),
}

impl ChallengeAnswer {
    /// Where it stands in the request.
    fn pointer(&self) -> &'static str {
        match self {
            Self::Tenant(_) => "/tenant_id",
            Self::SecondFactor(Given::Totp(_)) => "/totp",
            Self::SecondFactor(Given::Recovery(_)) => "/recovery_code",
            Self::SmsCode(_) => "/sms_code",
            Self::Password(_) => "/password",
            Self::Approved => "/approved",
        }
    }
}

/// The open challenge of an id and its token.
///
/// # Errors
/// `unauthenticated` for a wrong token or id, `challenge_ended`.
fn open(
    tx: &mut impl ChallengeStore,
    context: &Context<'_>,
    id: ChallengeId,
    token: &TokenHash,
) -> Result<Challenge> {
    let challenge = tx.challenge(id)?.filter(|known| known.token == *token);
    let challenge = challenge.ok_or(Code::Unauthenticated)?;
    if challenge.answered || context.now >= challenge.expires_at {
        return Err(Code::ChallengeEnded.into());
    }
    Ok(challenge)
}

/// What a challenge still needs.
///
/// # Errors
/// `unauthenticated`, `challenge_ended`.
pub fn get_challenge(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    (id, token): (ChallengeId, &TokenHash),
    terms: &SignInTerms<'_>,
) -> Result<Waiting> {
    let challenge = open(tx, context, id, token)?;
    match entry::next(tx, context, &challenge, terms)? {
        Entering::Needs(need) => Ok(Waiting::of(challenge, need)),
        Entering::Admitted(_) => Ok(Waiting::of(challenge, Need::Nothing)),
        Entering::Barred(error) => Err(error),
    }
}

/// Answers a challenge: the session is open, or it needs something else. Whatever comes of it has to be committed.
///
/// # Errors
/// `unauthenticated`, `challenge_ended`; `answer_not_needed` at what was answered; `guess_too_soon`, `guesses_exhausted`.
pub fn answer_challenge(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    (id, token): (ChallengeId, &TokenHash),
    answer: &ChallengeAnswer,
    codes: &dyn CodeBook,
    terms: &SignInTerms<'_>,
) -> Result<Outcome> {
    let mut challenge = open(tx, context, id, token)?;
    let not_needed = || Err(Faults::one(Place::Body, answer.pointer(), Code::AnswerNotNeeded));
    let needed = match entry::next(tx, context, &challenge, terms)? {
        Entering::Needs(need) => need,
        Entering::Admitted(_) | Entering::Barred(_) if matches!(answer, ChallengeAnswer::Approved) => {
            return entry::enter(tx, context, challenge, terms);
        }
        Entering::Admitted(_) | Entering::Barred(_) => return not_needed(),
    };
    let mut new_authenticator = false;
    let factor = match (answer, needed) {
        (ChallengeAnswer::Tenant(tenant), Need::Tenant(places)) => {
            if !places.iter().any(|place| place.tenant == *tenant) {
                return Err(Faults::one(Place::Body, "/tenant_id", Code::TenantNotOffered));
            }
            challenge.tenant = Some(*tenant);
            None
        }
        (ChallengeAnswer::SecondFactor(given), Need::SecondFactor(ways)) => {
            let totp = tx.totp(challenge.who)?;
            let Some(totp) = totp.filter(|_| ways.iter().any(|way| accepts(*way, given))) else {
                return not_needed();
            };
            new_authenticator = !totp.is_on();
            if !second_factor(tx, context, &challenge, (totp, given), terms)? {
                return refused(tx, context, &challenge, (answer.pointer(), Code::TotpIncorrect));
            }
            Some(match given {
                Given::Totp(_) => Factor::Totp,
                Given::Recovery(_) => Factor::RecoveryCode,
            })
        }
        (ChallengeAnswer::Approved, need @ Need::DeviceApproval(_)) => {
            return Ok(Outcome::Challenged(Box::new(Waiting::of(challenge, need))));
        }
        (ChallengeAnswer::SmsCode(code), Need::SecondFactor(ways)) if ways.contains(&Way::SmsCode) => {
            let contact = account(tx, &challenge)?.mobile.into();
            let subject = Subject::challenge(challenge.id);
            let entered = Entered {
                // Strangers can ask for codes to sign in, and spend them.
                purpose: Purpose::ConfirmSensitive,
                subject: &subject,
                contact: &contact,
                requester: Requester::Stranger,
                code,
            };
            match verification::enter(tx, context, &entered, codes)? {
                Check::Correct => Some(Factor::SmsCode),
                check => return Ok(Outcome::Refused(check)),
            }
        }
        (ChallengeAnswer::Password(compared), Need::SecondFactor(ways)) if ways.contains(&Way::Password) => {
            if !compared.right {
                note_wrong(tx, context, terms.patience)?;
                return refused(tx, context, &challenge, ("/password", Code::PasswordWrong));
            }
            still(tx, &compared.known)?;
            tx.forget_guesses(Guarded::Password, &challenge.who.to_string(), Some(challenge.requester))?;
            Some(Factor::Password)
        }
        _ => return not_needed(),
    };
    if let Some(factor) = factor {
        challenge.factors = challenge.factors.with(factor);
    }
    let mut outcome = entry::enter(tx, context, challenge, terms)?;
    match &mut outcome {
        Outcome::Opened(opened) => opened.new_authenticator = new_authenticator,
        Outcome::Challenged(waiting) => waiting.new_authenticator = new_authenticator,
        Outcome::Refused(_) | Outcome::Barred(_) => {}
    }
    Ok(outcome)
}

/// Whether a code can be given in a way.
fn accepts(way: Way, given: &Given) -> bool {
    matches!(
        (way, given),
        (Way::Totp | Way::NewTotp, Given::Totp(_)) | (Way::RecoveryCode, Given::Recovery(_))
    )
}

/// Whether the code is right. One of an authenticator that was set up just now turns it on.
fn second_factor(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    challenge: &Challenge,
    (totp, given): (totp::Totp, &Given),
    terms: &SignInTerms<'_>,
) -> Result<bool> {
    match given {
        Given::Totp(code) if !totp.is_on() => {
            let works = totp::turn_on(tx, context, totp, code, &terms.tokens.recovery)?;
            if works {
                let entry = Entry::new("account.totp_on", "account", challenge.who.id());
                tx.record(context, &Actor::Anonymous, entry)?;
                if let Identity::Account(account) = challenge.who {
                    warn_account(tx, context, account, NoticeKind::SecondFactorOn)?;
                }
            }
            Ok(works)
        }
        given => try_second_factor(tx, context, (totp, challenge.requester), given, terms.patience),
    }
}

fn refused(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    challenge: &Challenge,
    (pointer, code): (&str, Code),
) -> Result<Outcome> {
    let entry = Entry::new("session.second_factor_refused", "account", challenge.who.id());
    tx.record(context, &Actor::Anonymous, entry)?;
    Ok(Outcome::Barred(Faults::one(Place::Body, pointer, code)))
}

fn account(tx: &mut impl SignInStore, challenge: &Challenge) -> Result<Account> {
    match challenge.who {
        Identity::Account(id) => tx.account(id)?.ok_or_else(|| Code::ChallengeEnded.into()),
        Identity::Operator(_) => Err(Code::ChallengeEnded.into()),
    }
}

/// Counts a try at the password of a challenge's account, and gives what it is compared with. The count has to be committed
/// before that is done.
///
/// # Errors
/// `unauthenticated`, `challenge_ended`; `answer_not_needed` at `/password`; `guess_too_soon`, `guesses_exhausted`.
pub fn admit_challenge_password(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    (id, token): (ChallengeId, &TokenHash),
    terms: &SignInTerms<'_>,
) -> Result<StoredPassword> {
    let Waiting { challenge, need, .. } = get_challenge(tx, context, (id, token), terms)?;
    let account = account(tx, &challenge)?;
    let known = tx.password(account.id)?;
    let needed = matches!(need, Need::SecondFactor(ways) if ways.contains(&Way::Password));
    let Some(known) = known.filter(|_| needed) else {
        return Err(Faults::one(Place::Body, "/password", Code::AnswerNotNeeded));
    };
    let guessed = (Guarded::Password, &*challenge.who.to_string(), challenge.requester);
    admit(tx, context, guessed, terms.patience)?;
    Ok(known)
}

/// The account whose number a challenge's code goes to.
///
/// # Errors
/// `unauthenticated`, `challenge_ended`, `sms_code_not_needed`.
pub fn challenged_account(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    (id, token): (ChallengeId, &TokenHash),
    terms: &SignInTerms<'_>,
) -> Result<Account> {
    let Waiting { challenge, need, .. } = get_challenge(tx, context, (id, token), terms)?;
    if !matches!(need, Need::SecondFactor(ways) if ways.contains(&Way::SmsCode)) {
        return Err(Code::SmsCodeNotNeeded.into());
    }
    account(tx, &challenge)
}

/// Sends the code that a challenge needs.
///
/// # Errors
/// The same as of [`challenged_account`], and the limits of [`verification::send`].
pub fn send_challenge_code(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    (id, token): (ChallengeId, &TokenHash),
    permit: &Permit,
    limits: &verification::Limits,
    terms: &SignInTerms<'_>,
) -> Result<Sent> {
    permit.require(challenged_account(tx, context, (id, token), terms)?.mobile)?;
    let subject = Subject::challenge(id);
    let request = verification::Request { permit, subject: &subject, new_subject: false, deliver: true };
    verification::send(tx, context, &request, limits)
}

/// Sets an authenticator up for who has no second factor yet; answering with a code of it turns it on.
///
/// # Errors
/// `unauthenticated`, `challenge_ended`, `totp_already_on`.
pub fn begin_challenge_totp(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    (id, token): (ChallengeId, &TokenHash),
    terms: &SignInTerms<'_>,
) -> Result<(Challenge, TotpSecret)> {
    let Waiting { challenge, need, .. } = get_challenge(tx, context, (id, token), terms)?;
    if !matches!(need, Need::SecondFactor(ways) if ways.contains(&Way::NewTotp)) {
        return Err(Code::TotpAlreadyOn.into());
    }
    let secret = totp::set_up(tx, context, challenge.who)?;
    Ok((challenge, secret))
}
