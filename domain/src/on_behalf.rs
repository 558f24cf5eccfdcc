//! Acting later for somebody who ordered something now.

use crate::access::{Holder, Permission};
use crate::actor::MemberActor;
use crate::error::{Code, Result};
use crate::id::{AccountId, MemberId, SessionId, TenantId};
use crate::member::{MemberState, MemberStore};

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
    /// The same as an actor now, if they still have these rights.
    ///
    /// # Errors
    /// `orderer_without_right`.
    pub(crate) fn actor(
        &self,
        tx: &mut impl MemberStore,
        tenant: TenantId,
        needed: &[Permission],
    ) -> Result<MemberActor> {
        let member = tx.member(self.member)?.filter(|member| member.state == MemberState::Active);
        let member = member.filter(|member| member.account == Some(self.account));
        let actor = member.map(|member| MemberActor {
            account: self.account,
            tenant,
            member: member.id,
            role: member.role,
            session: self.session,
        });
        let able = |actor: &MemberActor| needed.iter().all(|permission| actor.may(*permission));
        actor.filter(able).ok_or_else(|| Code::OrdererWithoutRight.into())
    }
}
