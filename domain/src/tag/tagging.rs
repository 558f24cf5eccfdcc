//! Giving tags to members, and taking them away.

use super::manage::{entry, seen};
use super::{MAX_TAGGED, MAX_TAGS_OF_ONE, Tag, TagSpot, TagStore};
use crate::access::{self, AccessStore, Permission, check_tagging};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Result, Violation};
use crate::id::{MemberId, TagId};
use crate::journal::Journal;
use crate::member::MemberStore;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Who is to have a tag from now on, and who not any more.
#[derive(Debug, Clone, Default)]
pub struct Retagging {
    /// Who is to have it.
    pub add: Vec<MemberId>,
    /// Who is not.
    pub remove: Vec<MemberId>,
}

/// What came of it.
#[derive(Debug)]
pub struct Retagged {
    /// The tag, as it is now.
    pub tag: Tag,
    /// How many have it who had not.
    pub added: u64,
    /// How many have it no more.
    pub removed: u64,
    /// Who was not given it, and why.
    pub rejected: Vec<(MemberId, Violation)>,
}

/// Gives a tag to some members and takes it from others: first the latter. Whoever cannot have it is told of, and the rest is done.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`.
pub fn retag(
    tx: &mut (impl TagStore + MemberStore + AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (TagId, Option<i64>),
    asked: &Retagging,
) -> Result<Retagged> {
    access::require(actor, Permission::TagManage)?;
    let mut tag = seen(tx, id, expected)?;
    let removed = tx.tagged(id, &asked.remove)?;
    tx.delete_taggings(Some(id), &removed)?;
    let had: HashSet<MemberId> = tx.tagged(id, &asked.add)?.into_iter().collect();
    // Those who are there and have not left.
    let there: HashSet<MemberId> = tx.reporting(&asked.add)?.into_iter().map(|(member, _)| member).collect();
    let tagged = tx.count_tagged(&[id])?.pop().map_or(0, |(_, count)| count);
    let many: HashMap<MemberId, u64> = tx.count_tags_of(&asked.add)?.into_iter().collect();
    let mut room = MAX_TAGGED.saturating_sub(tagged);
    let (mut added, mut rejected, mut asked_for) = (Vec::new(), Vec::new(), HashSet::new());
    for member in asked.add.iter().copied().filter(|member| asked_for.insert(*member)) {
        if had.contains(&member) {
            continue;
        }
        if !there.contains(&member) {
            rejected.push((member, Violation::from(Code::MemberUnknown)));
        } else if many.get(&member).is_some_and(|count| *count >= MAX_TAGS_OF_ONE) {
            rejected.push((member, Violation::new(Code::MemberTagLimitReached).with("max", MAX_TAGS_OF_ONE)));
        } else if room == 0 {
            rejected.push((member, Violation::new(Code::TagFull).with("max", MAX_TAGGED)));
        } else {
            room -= 1;
            added.push(member);
        }
    }
    let new: Vec<(TagId, MemberId)> = added.iter().map(|member| (id, *member)).collect();
    if !new.is_empty() {
        check_tagging(tx, (actor, context.now), [id])?;
        tx.insert_taggings(&new)?;
    }
    if !(added.is_empty() && removed.is_empty()) {
        tx.save_tag(&tag)?;
        tag.version += 1;
        let none = || Value::Array(Vec::new());
        let ids = |some: &[MemberId]| some.iter().map(ToString::to_string).collect::<Value>();
        let entry = entry("tag.members_changed", actor, id).change("added", none(), ids(&added)).change(
            "removed",
            ids(&removed),
            none(),
        );
        tx.record(context, &actor.into(), entry)?;
    }
    Ok(Retagged { tag, added: added.len() as u64, removed: removed.len() as u64, rejected })
}

/// A page of the tags that a member has.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn of_member(
    tx: &mut (impl AccessStore + TagStore + MemberStore),
    actor: &MemberActor,
    member: MemberId,
    after: Option<&TagSpot>,
    limit: u32,
) -> Result<Vec<(TagSpot, Tag)>> {
    access::require(actor, Permission::TagRead)?;
    access::require_sight(tx, actor, member)?;
    tx.member(member)?.ok_or(Code::NotFound)?;
    tx.tags(Some(member), after, limit)
}
