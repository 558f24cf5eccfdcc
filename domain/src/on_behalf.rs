//! Acting later for somebody who ordered something now.

use crate::access::{AccessStore, Rights, rights_of};
use crate::actor::MemberActor;
use crate::error::{Code, Result};
use crate::id::{AccountId, MemberId, SessionId, TenantId};
use crate::member::{MemberState, MemberStore};
use chrono::{DateTime, Utc};

/// Whoever ordered something that is done later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnBehalf {
    /// The person.
    pub account: AccountId,
    /// Their place.
    pub member: MemberId,
    /// The session in which they ordered it.
    pub session: SessionId,
}

impl From<&MemberActor> for OnBehalf {
    fn from(actor: &MemberActor) -> Self {
        Self { account: actor.account, member: actor.member, session: actor.session }
    }
}

impl OnBehalf {
    /// The same as an actor now, if they are still able to do it.
    ///
    /// # Errors
    /// `orderer_without_right`.
    pub(crate) fn actor(
        &self,
        tx: &mut (impl MemberStore + AccessStore),
        (tenant, now): (TenantId, DateTime<Utc>),
        able: impl FnOnce(&Rights) -> bool,
    ) -> Result<MemberActor> {
        let member = tx.member(self.member)?.filter(|member| member.state == MemberState::Active);
        let member = member.filter(|member| member.account == Some(self.account));
        let member = member.ok_or(Code::OrdererWithoutRight)?;
        let rights = rights_of(tx, (member.id, member.role), now)?;
        if !able(&rights) {
            return Err(Code::OrdererWithoutRight.into());
        }
        let (account, session) = (self.account, self.session);
        Ok(MemberActor { account, tenant, member: member.id, role: member.role, session, rights })
    }
}
