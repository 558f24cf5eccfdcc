//! Whether a session opens anything at this moment: it lives, its owner is there, and the tenant's policy bears it. Asked at most
//! once a second for each session, so that a change is felt everywhere within one.

use super::{Lifetime, Session, SessionStore};
use crate::actor::Actor;
use crate::context::Origin;
use crate::error::{Code, Result};
use crate::id::SessionId;
use crate::policy::{SecurityPolicy, admit};
use chrono::{DateTime, Utc};
use ipnet::IpNet;
use std::sync::Arc;

/// A session whose owner is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The session.
    pub session: Session,
    /// Who acts in it.
    pub actor: Actor,
    /// The policy of the tenant; that of the platform's own people is the default one.
    pub policy: SecurityPolicy,
}

impl Standing {
    /// Whether the session lives, with lives as the policy has them now, whatever it said when the session was opened.
    #[must_use]
    pub fn lives(&self, now: DateTime<Utc>, ceiling: &Lifetime) -> bool {
        let Actor::Member(member) = &self.actor else { return self.session.alive(now) };
        let lifetime = self.policy.lifetime(ceiling);
        let proved = self.session.factors.are_two() || !self.policy.asks_second_factor(&member.rights);
        let young =
            now < self.session.created_at + lifetime.absolute && now < self.session.used_at + lifetime.idle;
        self.session.alive(now) && proved && young
    }
}

/// Who acts in a session, and from where they may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    actor: Actor,
    /// Empty allows any.
    networks: Arc<[IpNet]>,
}

impl Admission {
    /// The actor of a request that came this way.
    ///
    /// # Errors
    /// `network_not_allowed`.
    pub fn from(&self, origin: &Origin) -> Result<Actor> {
        if matches!(self.actor, Actor::Operator(_)) && !origin.operators {
            return Err(Code::NetworkNotAllowed.into());
        }
        if admit(&self.networks, origin.ip) {
            Ok(self.actor.clone())
        } else {
            Err(Code::NetworkNotAllowed.into())
        }
    }
}

/// Who acts in a session, if it opens anything.
///
/// # Errors
/// `session_ended`.
pub fn admission(
    tx: &mut impl SessionStore,
    now: DateTime<Utc>,
    id: SessionId,
    ceiling: &Lifetime,
) -> Result<Admission> {
    let standing = tx.standing(id, now)?.filter(|standing| standing.lives(now, ceiling));
    let standing = standing.ok_or(Code::SessionEnded)?;
    let networks = match &standing.actor {
        Actor::Member(member) => standing.policy.networks_of(&member.rights).into(),
        _ => Arc::default(),
    };
    Ok(Admission { actor: standing.actor, networks })
}
