//! Challenges: a sign-in that was proved and still needs something, so far the choice of a tenant.

use super::{
    DeviceStore, Lifetime, NewDevice, Opened, SessionStore, SignInFrom, TokenHash, Tokens,
    open_member_session,
};
use crate::context::Context;
use crate::error::{Code, Faults, Place, Result};
use crate::id::{AccountId, ChallengeId, TenantId};
use crate::journal::Journal;
use crate::member::MemberStore;
use crate::tenant::TenantScope;
use crate::verification::Requester;
use chrono::{DateTime, Duration, Utc};

/// How long a challenge waits for its answer.
pub(super) const LIFETIME: Duration = Duration::minutes(5);

/// A sign-in that waits for a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Its id.
    pub id: ChallengeId,
    /// What proves that the answer comes from whoever signed in.
    pub token: TokenHash,
    /// Who signed in.
    pub account: AccountId,
    /// From what.
    pub device: NewDevice,
    /// As whom.
    pub requester: Requester,
    /// Until when it waits.
    pub expires_at: DateTime<Utc>,
    /// Whether it was answered.
    pub answered: bool,
}

/// Keeps challenges.
pub trait ChallengeStore {
    /// Keeps a new challenge.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_challenge(&mut self, challenge: &Challenge) -> Result<()>;
    /// The challenge of an id.
    ///
    /// # Errors
    /// When the store fails.
    fn challenge(&mut self, id: ChallengeId) -> Result<Option<Challenge>>;
    /// Marks it answered.
    ///
    /// # Errors
    /// `version_stale` when it was answered meanwhile.
    fn answer(&mut self, id: ChallengeId) -> Result<()>;
}

/// The answer to a challenge.
#[derive(Debug, Clone, Copy)]
pub struct ChallengeAnswer<'a> {
    /// Which challenge.
    pub id: ChallengeId,
    /// Its token.
    pub token: &'a TokenHash,
    /// The chosen tenant.
    pub tenant: TenantId,
}

/// Answers a challenge and opens the session.
///
/// # Errors
/// `unauthenticated` for a wrong token or id, `challenge_ended`, `tenant_not_offered` at `/tenant_id`.
pub fn answer_challenge(
    tx: &mut (impl ChallengeStore + SessionStore + DeviceStore + MemberStore + TenantScope + Journal),
    context: &Context<'_>,
    answer: &ChallengeAnswer<'_>,
    tokens: &Tokens,
    lifetime: &Lifetime,
) -> Result<Opened> {
    let challenge = tx.challenge(answer.id)?.filter(|known| known.token == *answer.token);
    let challenge = challenge.ok_or(Code::Unauthenticated)?;
    if challenge.answered || context.now >= challenge.expires_at {
        return Err(Code::ChallengeEnded.into());
    }
    let Some(membership) =
        tx.memberships(challenge.account)?.into_iter().find(|place| place.tenant == answer.tenant)
    else {
        return Err(Faults::one(Place::Body, "/tenant_id", Code::TenantNotOffered));
    };
    tx.answer(challenge.id)?;
    tx.enter(membership.tenant);
    open_member_session(
        tx,
        context,
        challenge.account,
        membership,
        SignInFrom { device: &challenge.device, requester: challenge.requester },
        tokens,
        lifetime,
    )
}
