//! Acting later for somebody who ordered something now.

use crate::access::{self, Permission};
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
    /// `forbidden`.
    pub(crate) fn actor(
        &self,
        tx: &mut impl MemberStore,
        tenant: TenantId,
        needed: &[Permission],
    ) -> Result<MemberActor> {
        let member = tx.member(self.member)?.filter(|member| member.state == MemberState::Active);
        let member = member.filter(|member| member.account == Some(self.account)).ok_or(Code::Forbidden)?;
        let (account, session) = (self.account, self.session);
        let actor = MemberActor { account, tenant, member: member.id, role: member.role, session };
        needed.iter().try_for_each(|permission| access::require(&actor, *permission))?;
        Ok(actor)
    }
}
