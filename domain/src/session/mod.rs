//! Sessions: what a sign-in opens, and how it goes on.
//!
//! A session's refresh token is replaced at each use. Its last two are known: the newest goes on; the one before it
//! goes on too while its successor is unused, because the answer that carried the successor may have been lost. Any
//! older one was stolen or kept, so the session ends.

mod challenge;
mod device;
mod entry;
mod factor;
mod identity;
mod open;
mod own;
mod password;
mod refresh;
mod sign_in;
mod standing;
mod switch;

pub use challenge::{
    Challenge, ChallengeAnswer, ChallengeStore, Need, Waiting, Way, admit_challenge_password,
    answer_challenge, begin_challenge_totp, challenged_account, get_challenge, send_challenge_code,
};
pub use device::{Device, DeviceStore, NewDevice, Platform, known_device};
pub use entry::{Outcome, SignInStore, SignInTerms};
pub use factor::{Factor, Factors};
pub use identity::Identity;
pub use open::{Opened, Proved, SignInFrom, SignedIn, Tokens, open_member_session};
pub use own::{OwnSession, end_others, end_own, list_own};
pub use password::{Admitted, PasswordAttempt, admit_password, sign_in_by_password};
pub use refresh::{Refreshed, refresh};
pub use sign_in::{Attempt, request_code, sign_in};
pub use standing::{Admission, Standing, admission};
pub use switch::switch;

use crate::actor::{Actor, Realm};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::id::{AccountId, DeviceId, MemberId, OperatorId, SessionId, TenantId};
use crate::journal::{Entry, Journal};
use chrono::{DateTime, Duration, Utc};
use std::fmt;
use std::net::IpAddr;

/// The SHA-256 of a secret token: all that is kept of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

/// Whose session it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A member of a tenant.
    Member {
        /// The person.
        account: AccountId,
        /// The tenant.
        tenant: TenantId,
        /// Their place there.
        member: MemberId,
    },
    /// An operator.
    Operator(OperatorId),
}

impl Owner {
    /// The world that the session belongs to.
    #[must_use]
    pub fn realm(self) -> Realm {
        match self {
            Self::Member { .. } => Realm::Tenant,
            Self::Operator(_) => Realm::Platform,
        }
    }
}

/// How long sessions live.
#[derive(Debug, Clone, Copy)]
pub struct Lifetime {
    /// From sign-in to the end, whatever happens.
    pub absolute: Duration,
    /// Between two refreshes.
    pub idle: Duration,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub owner: Owner,
    /// What it was opened with.
    pub factors: Factors,
    /// From which device, where one is known.
    pub device: Option<DeviceId>,
    /// The newest refresh token.
    pub current: TokenHash,
    /// The one before, if the newest has not been used yet.
    pub previous: Option<TokenHash>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was opened or last refreshed.
    pub used_at: DateTime<Utc>,
    /// From which address that was.
    pub used_from: Option<IpAddr>,
    /// Until when it lives without another refresh.
    pub idle_until: DateTime<Utc>,
    /// Until when it lives at all.
    pub expires_at: DateTime<Utc>,
    /// When it was ended, if it was.
    pub ended_at: Option<DateTime<Utc>>,
    /// The version read from the store.
    pub version: i64,
}

impl Session {
    /// Whether it still opens anything.
    #[must_use]
    pub fn alive(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.idle_until && now < self.expires_at
    }
}

/// Keeps sessions.
pub trait SessionStore {
    /// Keeps a new session.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_session(&mut self, session: &Session) -> Result<()>;
    /// The session of an id.
    ///
    /// # Errors
    /// When the store fails.
    fn session(&mut self, id: SessionId) -> Result<Option<Session>>;
    /// Keeps a changed session.
    ///
    /// # Errors
    /// `version_stale`.
    fn update_session(&mut self, session: &Session) -> Result<()>;
    /// The live sessions of an account, over all tenants, newest first.
    ///
    /// # Errors
    /// When the store fails.
    fn own_sessions(
        &mut self,
        account: AccountId,
        now: DateTime<Utc>,
        after: Option<SessionId>,
        limit: u32,
    ) -> Result<Vec<OwnSession>>;
    /// Ends every open session of an account, but for one, and every sign-in that is under way.
    ///
    /// # Errors
    /// When the store fails.
    fn end_sessions(
        &mut self,
        account: AccountId,
        except: Option<SessionId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionId>>;
    /// Ends every open session of an account in the bound tenant, and every sign-in of it that is under way.
    ///
    /// # Errors
    /// When the store fails.
    fn end_sessions_here(&mut self, accounts: &[AccountId], now: DateTime<Utc>) -> Result<Vec<SessionId>>;
    /// A session whose owner is still there, with what decides whether it opens anything, in one look.
    ///
    /// # Errors
    /// When the store fails.
    fn standing(&mut self, id: SessionId, now: DateTime<Utc>) -> Result<Option<Standing>>;
}

/// Ends a session. Ending an ended one changes nothing.
///
/// # Errors
/// `session_ended` when there is no such session.
pub fn end(
    tx: &mut (impl SessionStore + Journal),
    context: &Context<'_>,
    actor: &Actor,
    id: SessionId,
) -> Result<()> {
    let mut session = tx.session(id)?.ok_or(Code::SessionEnded)?;
    if session.ended_at.is_some() {
        return Ok(());
    }
    session.ended_at = Some(context.now);
    tx.update_session(&session)?;
    tx.record(context, actor, ended(&session, "signed_out"))
}

fn ended(session: &Session, reason: &str) -> Entry {
    let entry = Entry::new("session.ended", "session", session.id).change("reason", None::<String>, reason);
    match session.owner {
        Owner::Member { tenant, .. } => entry.of(tenant),
        Owner::Operator(_) => entry,
    }
}
