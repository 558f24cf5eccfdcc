//! Going on in another tenant without signing in again.

use super::entry::{Outcome, SignInStore, SignInTerms, begin, enter};
use super::{Identity, SignInFrom};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::TenantId;
use crate::verification::Requester;

/// Goes on in another tenant of the actor's account, from the same device: as a session there, or as the challenge that its policy
/// asks for. The session lives no longer than the one it comes from, which goes on.
///
/// # Errors
/// When the store fails.
pub fn switch(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    actor: &MemberActor,
    tenant: TenantId,
    terms: &SignInTerms<'_>,
) -> Result<Outcome> {
    // The session was believed to live for a moment; another one is opened only if it really does.
    let standing = tx
        .standing(actor.session, context.now)?
        .filter(|standing| standing.lives(context.now, terms.lifetime));
    let session = standing.ok_or(Code::SessionEnded)?.session;
    let device = session.device.map(|id| tx.device(id)).transpose()?.flatten();
    let device = device.ok_or_else(|| Error::internal("a session without a device"))?;
    let from = SignInFrom { device: &device.described, requester: Requester::Device(device.id) };
    let who = Identity::Account(actor.account);
    let mut begun = begin(context, who, from, session.factors, Some(tenant), terms);
    begun.ends_by = Some(session.expires_at);
    enter(tx, context, begun, terms)
}
