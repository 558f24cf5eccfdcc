//! Making tags, renaming and deleting them.

use super::{MAX_TAGS, Tag, TagName, TagSpot, TagStore};
use crate::access::{self, AccessStore, Holder, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::TagId;
use crate::journal::{Entry, Journal};

/// A page of tags by the sound of their names.
///
/// # Errors
/// `forbidden`.
pub fn list(
    tx: &mut impl TagStore,
    actor: &MemberActor,
    after: Option<&TagSpot>,
    limit: u32,
) -> Result<Vec<(TagSpot, Tag)>> {
    access::require(actor, Permission::TagRead)?;
    tx.tags(None, after, limit)
}

/// A tag, with the number of members who have it.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn get(tx: &mut impl TagStore, actor: &MemberActor, id: TagId) -> Result<(Tag, u64)> {
    access::require(actor, Permission::TagRead)?;
    let tag = tx.tag(id)?.ok_or(Code::NotFound)?;
    let count = tx.count_tagged(&[id])?.pop().map_or(0, |(_, count)| count);
    Ok((tag, count))
}

/// Makes a tag, which nobody has yet.
///
/// # Errors
/// `forbidden`, `tag_limit_reached`; at `/name` `tag_name_taken`.
pub fn create(
    tx: &mut (impl TagStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    name: TagName,
) -> Result<Tag> {
    access::require(actor, Permission::TagManage)?;
    if tx.count_tags()? >= MAX_TAGS {
        return Err(Error::new(Code::TagLimitReached).with("max", MAX_TAGS));
    }
    let mut tag = Tag { id: context.id(), name, created_at: context.now, version: 0 };
    is_free(tx, &tag)?;
    tx.save_tag(&tag)?;
    tag.version += 1;
    let entry = entry("tag.created", actor, tag.id).change("name", None::<String>, tag.name.as_str());
    tx.record(context, &actor.into(), entry)?;
    Ok(tag)
}

/// Calls a tag something else.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`; at `/name` `tag_name_taken`.
pub fn rename(
    tx: &mut (impl TagStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (TagId, Option<i64>),
    name: Option<TagName>,
) -> Result<Tag> {
    access::require(actor, Permission::TagManage)?;
    let before = seen(tx, id, expected)?;
    let mut after = Tag { name: name.unwrap_or_else(|| before.name.clone()), ..before.clone() };
    if after == before {
        return Ok(before);
    }
    is_free(tx, &after)?;
    tx.save_tag(&after)?;
    after.version += 1;
    let entry = entry("tag.changed", actor, id).change("name", before.name.as_str(), after.name.as_str());
    tx.record(context, &actor.into(), entry)?;
    Ok(after)
}

/// Deletes a tag; nobody has it any more.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`.
pub fn delete(
    tx: &mut (impl TagStore + AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (TagId, Option<i64>),
) -> Result<()> {
    access::require(actor, Permission::TagManage)?;
    let tag = seen(tx, id, expected)?;
    let had = tx.count_tagged(&[id])?.pop().map_or(0, |(_, count)| count);
    access::lose(tx, context, actor, &[Holder::Tag(id)])?;
    tx.delete_tag(id)?;
    let entry = entry("tag.deleted", actor, id)
        .change("name", tag.name.as_str(), None::<String>)
        .change("members", had, 0);
    tx.record(context, &actor.into(), entry)
}

/// A tag, if it is as it was seen.
pub(super) fn seen(tx: &mut impl TagStore, id: TagId, expected: Option<i64>) -> Result<Tag> {
    let tag = tx.tag(id)?.ok_or(Code::NotFound)?;
    if expected.is_some_and(|expected| expected != tag.version) {
        return Err(Code::VersionStale.into());
    }
    Ok(tag)
}

pub(super) fn entry(action: &'static str, actor: &MemberActor, id: TagId) -> Entry {
    Entry::new(action, "tag", id).of(actor.tenant)
}

fn is_free(tx: &mut impl TagStore, tag: &Tag) -> Result<()> {
    if tx.tag_named(&tag.key())?.is_some_and(|known| known != tag.id) {
        let taken = Violation::new(Code::TagNameTaken).with("name", tag.name.as_str());
        return Err(Faults::one(Place::Body, "/name", taken));
    }
    Ok(())
}
