//! Going on with a session: its refresh token is exchanged for the next one.

use super::{Lifetime, Session, SessionStore, Standing, TokenHash, ended};
use crate::actor::Actor;
use crate::context::Context;
use crate::error::Result;
use crate::id::SessionId;
use crate::journal::Journal;
use chrono::{DateTime, Utc};

/// What came of presenting a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// The session goes on with the next token.
    Rotated(Box<Session>),
    /// An old token came back: the session has ended now.
    Replayed,
    /// The session had ended before.
    Ended,
}

impl Session {
    /// Presents a token that is known to have been issued for this session.
    fn present(
        mut self,
        presented: &TokenHash,
        next: TokenHash,
        lifetime: &Lifetime,
        now: DateTime<Utc>,
    ) -> Step {
        if !self.alive(now) {
            return Step::Ended;
        }
        if self.current == *presented {
            self.previous = Some(self.current);
        } else if self.previous != Some(*presented) {
            self.ended_at = Some(now);
            return Step::Replayed(self);
        }
        self.current = next;
        self.used_at = now;
        self.idle_until = (now + lifetime.idle).min(self.expires_at);
        Step::Rotated(self)
    }
}

enum Step {
    Rotated(Session),
    Replayed(Session),
    Ended,
}

/// Exchanges a refresh token for the next one. Replay ends the session and has to be committed: it is no error.
///
/// # Errors
/// When the store fails.
pub fn refresh(
    tx: &mut (impl SessionStore + Journal),
    context: &Context<'_>,
    id: SessionId,
    presented: &TokenHash,
    next: TokenHash,
    lifetime: &Lifetime,
) -> Result<Refreshed> {
    let standing = tx.standing(id, context.now)?.filter(|standing| standing.lives(context.now, lifetime));
    let Some(Standing { session, policy, .. }) = standing else { return Ok(Refreshed::Ended) };
    match session.present(presented, next, &policy.lifetime(lifetime), context.now) {
        Step::Ended => Ok(Refreshed::Ended),
        Step::Rotated(mut session) => {
            session.used_from = context.origin.ip;
            tx.update_session(&session)?;
            Ok(Refreshed::Rotated(Box::new(session)))
        }
        Step::Replayed(session) => {
            tx.update_session(&session)?;
            tx.record(context, &Actor::Anonymous, ended(&session, "refresh_token_replayed"))?;
            Ok(Refreshed::Replayed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Factor, Factors, Owner};
    use chrono::Duration;
    use uuid::Uuid;

    const LIFETIME: Lifetime = Lifetime { absolute: Duration::days(30), idle: Duration::days(7) };

    fn session() -> Session {
        let now = DateTime::UNIX_EPOCH;
        Session {
            id: Uuid::nil().into(),
            owner: Owner::Operator(Uuid::nil().into()),
            factors: Factors::one(Factor::SmsCode),
            device: None,
            current: TokenHash([1; 32]),
            previous: None,
            created_at: now,
            used_at: now,
            used_from: None,
            idle_until: now + LIFETIME.idle,
            expires_at: now + LIFETIME.absolute,
            ended_at: None,
            version: 1,
        }
    }

    fn rotated(session: Session, presented: u8, next: u8) -> Session {
        match session.present(
            &TokenHash([presented; 32]),
            TokenHash([next; 32]),
            &LIFETIME,
            DateTime::UNIX_EPOCH,
        ) {
            Step::Rotated(session) => session,
            _ => panic!("refused"),
        }
    }

    #[test]
    fn a_lost_answer_can_be_asked_for_again() {
        let session = rotated(session(), 1, 2);
        let session = rotated(session, 1, 3);
        let session = rotated(session, 3, 4);
        assert_eq!((session.current, session.previous), (TokenHash([4; 32]), Some(TokenHash([3; 32]))));
    }

    #[test]
    fn an_older_token_ends_the_session() {
        let session = rotated(rotated(session(), 1, 2), 2, 3);
        let step = session.present(&TokenHash([1; 32]), TokenHash([9; 32]), &LIFETIME, DateTime::UNIX_EPOCH);
        assert!(matches!(step, Step::Replayed(session) if session.ended_at.is_some()));
    }

    #[test]
    fn the_successor_that_was_replaced_counts_as_old() {
        let session = rotated(rotated(session(), 1, 2), 1, 3);
        let step = session.present(&TokenHash([2; 32]), TokenHash([9; 32]), &LIFETIME, DateTime::UNIX_EPOCH);
        assert!(matches!(step, Step::Replayed(_)));
    }

    #[test]
    fn idle_and_absolute_life_end_it() {
        let late = DateTime::UNIX_EPOCH + LIFETIME.idle;
        let step = session().present(&TokenHash([1; 32]), TokenHash([2; 32]), &LIFETIME, late);
        assert!(matches!(step, Step::Ended));
        let mut old = session();
        old.idle_until = DateTime::UNIX_EPOCH + Duration::days(99);
        let step = old.present(
            &TokenHash([1; 32]),
            TokenHash([2; 32]),
            &LIFETIME,
            DateTime::UNIX_EPOCH + LIFETIME.absolute,
        );
        assert!(matches!(step, Step::Ended));
    }
}
