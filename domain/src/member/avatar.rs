//! The picture of a member.

use super::change::{ChangingStore, MemberChange, keep};
use super::view::listed;
use super::{ListedMember, Member, MemberState};
use crate::access::{self, Permission};
use crate::actor::{Actor, MemberActor};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::MemberId;
use crate::picture::{Picture, PictureStore};

/// The sides of the squares that an avatar is kept as, in pixels. There is one of everybody, so none is larger than lists and cards show.
pub const AVATAR_SIZES: [u32; 3] = [64, 128, 256];

/// Sets the picture of a member, or takes it away. Members may do so for themselves.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`, `action_not_allowed` for who left.
pub fn set_avatar(
    tx: &mut (impl ChangingStore + PictureStore),
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (MemberId, Option<i64>),
    avatar: Option<&Picture>,
) -> Result<Member> {
    may_set_avatar(actor, id)?;
    let before = listed(tx, &[id])?.pop().ok_or(Code::NotFound)?;
    if expected.is_some_and(|expected| expected != before.member.version) {
        return Err(Code::VersionStale.into());
    }
    if before.member.state == MemberState::Departed {
        return Err(Error::new(Code::ActionNotAllowed).with("state", before.member.state.name()));
    }
    let digest = avatar.map(|picture| picture.digest.clone());
    match avatar {
        Some(_) if before.member.avatar == digest => return Ok(before.member),
        Some(picture) => tx.replace_picture(id.into(), picture)?,
        None if before.member.avatar.is_none() => return Err(Code::NotFound.into()),
        None => tx.forget_picture(id.into())?,
    }
    let ListedMember { placements, custom, .. } = before.clone();
    let after = Member { avatar: digest, ..before.member.clone() };
    let change = MemberChange { at: String::new(), before: Some(before), after, placements, custom };
    let kept = keep(tx, context, &Actor::Member(*actor), vec![change], &[])?.pop();
    kept.map(|kept| kept.member).ok_or_else(|| Error::internal("nobody was changed"))
}

/// Refuses whoever may not set the picture of a member.
///
/// # Errors
/// `forbidden`.
pub fn may_set_avatar(actor: &MemberActor, id: MemberId) -> Result<()> {
    if actor.member == id { Ok(()) } else { access::require(actor, Permission::MemberManage) }
}
