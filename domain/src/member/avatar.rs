//! The picture of a member.

use super::{MemberState, MemberStore};
use crate::access::{self, AccessStore, FieldGroup, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::MemberId;
use crate::journal::{Entry, Journal};
use crate::picture::{Picture, PictureStore};

/// The sides of the squares that an avatar is kept as, in pixels. There is one of everybody, so none is larger than lists and cards show.
pub const AVATAR_SIZES: [u32; 3] = [64, 128, 256];

/// Sets the picture of a member, or takes it away. Members may do so for themselves. Their record stays as it is, with its version: what
/// somebody planned for them holds.
///
/// # Errors
/// `forbidden`, `not_found` also when there is none to take away, `action_not_allowed` for who left.
pub fn set_avatar(
    tx: &mut (impl AccessStore + MemberStore + PictureStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    id: MemberId,
    avatar: Option<&Picture>,
) -> Result<()> {
    if actor.member != id {
        access::require_for(tx, actor, Permission::MemberManage, id)?;
        tx.member(id)?.ok_or(Code::NotFound)?;
        let written = access::written_of(tx, actor, &[id])?;
        if !written.get(&id).is_some_and(|groups| groups.has(FieldGroup::Basic)) {
            return Err(Error::new(Code::Forbidden).with("permission", Permission::MemberManage.name()));
        }
    }
    let member = tx.member(id)?.ok_or(Code::NotFound)?;
    if member.state == MemberState::Departed {
        return Err(Error::new(Code::ActionNotAllowed).with("state", member.state.name()));
    }
    let digest = avatar.map(|picture| picture.digest.clone());
    match avatar {
        Some(_) if member.avatar == digest => return Ok(()),
        Some(picture) => tx.replace_picture(id.into(), picture)?,
        None if member.avatar.is_none() => return Err(Code::NotFound.into()),
        None => tx.forget_picture(id.into())?,
    }
    tx.set_avatar(id, digest.as_deref())?;
    let entry = Entry::new("member.changed", "member", id).of(actor.tenant);
    tx.record(context, &actor.into(), entry.about(id, [("avatar", member.avatar, digest)]))
}

/// Refuses whoever may set nobody's picture but their own, before one is taken in.
///
/// # Errors
/// `forbidden`.
pub fn may_set_avatar(actor: &MemberActor, id: MemberId) -> Result<()> {
    if actor.member == id { Ok(()) } else { access::reach(actor, Permission::MemberManage).map(drop) }
}
