//! What was proved of late: tokens whose signature was checked, and sessions that were found alive.
//!
//! A signature is checked once a token, not once a request. A session is asked for at most every 0.8 s, so that its end
//! is felt everywhere within a second.

use crate::token::Claims;
use domain::id::SessionId;
use domain::session::Admission;
use quick_cache::sync::Cache;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a session is believed to be alive. A promise of one second minus the time that a request takes.
const BELIEVED: Duration = Duration::from_millis(800);
/// Tokens and sessions that are remembered at most.
const CAPACITY: usize = 20_000;

pub(crate) struct SessionCache {
    tokens: Cache<[u8; 32], Arc<Claims>>,
    sessions: Cache<SessionId, (Admission, Instant)>,
}

impl SessionCache {
    pub(crate) fn new() -> Self {
        Self { tokens: Cache::new(CAPACITY), sessions: Cache::new(CAPACITY) }
    }

    pub(crate) fn claims(&self, token: &[u8; 32]) -> Option<Arc<Claims>> {
        self.tokens.get(token)
    }

    pub(crate) fn checked(&self, token: [u8; 32], claims: Arc<Claims>) {
        self.tokens.insert(token, claims);
    }

    pub(crate) fn admission(&self, session: SessionId) -> Option<Admission> {
        self.sessions.get(&session).filter(|(_, at)| at.elapsed() < BELIEVED).map(|(admission, _)| admission)
    }

    /// `at` is when the database was asked, not when it answered.
    pub(crate) fn found(&self, session: SessionId, admission: Admission, at: Instant) {
        self.sessions.insert(session, (admission, at));
    }

    pub(crate) fn forget(&self, session: SessionId) {
        self.sessions.remove(&session);
    }
}
