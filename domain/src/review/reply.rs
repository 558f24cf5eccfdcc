//! Saved replies: what reviewers write to applicants again and again, kept for all of them.

use crate::access::{self, Permission};
use crate::actor::{Actor, OperatorActor};
use crate::certification::{FindingCode, Remedy};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::id::{OperatorId, SavedReplyId};
use crate::journal::{Entry, Journal};
use crate::text::{Line, Prose};
use chrono::{DateTime, Utc};

/// What a saved reply is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyDraft {
    /// By what reviewers find it.
    pub title: Line<1, 64>,
    /// The finding that it goes with, if it is one alone.
    pub code: Option<FindingCode>,
    /// What to do, if not what usually helps.
    pub remedy: Option<Remedy>,
    /// What the applicant reads.
    pub message: Prose<1000>,
}

/// A saved reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedReply {
    /// Its id.
    pub id: SavedReplyId,
    /// What it says.
    pub draft: ReplyDraft,
    /// Who changed it last.
    pub changed_by: OperatorId,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// The version read from the store.
    pub version: i64,
}

/// Keeps saved replies.
pub trait ReplyStore {
    /// The replies that come after a title and id, in the order of titles.
    ///
    /// # Errors
    /// When the store fails.
    fn replies(
        &mut self,
        code: Option<FindingCode>,
        after: Option<&(String, SavedReplyId)>,
        limit: u32,
    ) -> Result<Vec<SavedReply>>;
    /// One reply.
    ///
    /// # Errors
    /// `not_found`.
    fn reply(&mut self, id: SavedReplyId) -> Result<SavedReply>;
    /// Keeps a new reply.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_reply(&mut self, reply: &SavedReply) -> Result<()>;
    /// Keeps a changed reply.
    ///
    /// # Errors
    /// `version_stale`.
    fn update_reply(&mut self, reply: &SavedReply) -> Result<()>;
    /// Forgets a reply.
    ///
    /// # Errors
    /// `not_found`.
    fn delete_reply(&mut self, id: SavedReplyId) -> Result<()>;
}

/// A page of replies; with a code, those that go with it or with any.
///
/// # Errors
/// `forbidden`.
pub fn list(
    tx: &mut impl ReplyStore,
    actor: &OperatorActor,
    code: Option<FindingCode>,
    after: Option<&(String, SavedReplyId)>,
    limit: u32,
) -> Result<Vec<SavedReply>> {
    access::require(actor, Permission::ReviewRead)?;
    tx.replies(code, after, limit)
}

/// Saves a reply.
///
/// # Errors
/// `forbidden`.
pub fn add(
    tx: &mut (impl ReplyStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    draft: &ReplyDraft,
) -> Result<SavedReply> {
    access::require(actor, Permission::ReviewDecide)?;
    let reply = SavedReply {
        id: context.id(),
        draft: draft.clone(),
        changed_by: actor.operator,
        changed_at: context.now,
        version: 1,
    };
    tx.insert_reply(&reply)?;
    let entry = entry("saved_reply.added", reply.id, None, Some(draft));
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(reply)
}

/// Writes a reply anew. `expected` is the version that the writer read.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`.
pub fn change(
    tx: &mut (impl ReplyStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: SavedReplyId,
    draft: &ReplyDraft,
    expected: Option<i64>,
) -> Result<SavedReply> {
    access::require(actor, Permission::ReviewDecide)?;
    let before = tx.reply(id)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Code::VersionStale.into());
    }
    let mut reply = SavedReply {
        draft: draft.clone(),
        changed_by: actor.operator,
        changed_at: context.now,
        ..before.clone()
    };
    tx.update_reply(&reply)?;
    reply.version += 1;
    let entry = entry("saved_reply.changed", id, Some(&before.draft), Some(draft));
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(reply)
}

/// Forgets a reply.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn remove(
    tx: &mut (impl ReplyStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: SavedReplyId,
) -> Result<()> {
    access::require(actor, Permission::ReviewDecide)?;
    let before = tx.reply(id)?;
    tx.delete_reply(id)?;
    tx.record(context, &Actor::Operator(*actor), entry("saved_reply.removed", id, Some(&before.draft), None))
}

fn entry(
    what: &'static str,
    id: SavedReplyId,
    before: Option<&ReplyDraft>,
    after: Option<&ReplyDraft>,
) -> Entry {
    let text = |of: fn(&ReplyDraft) -> Option<String>| (before.and_then(of), after.and_then(of));
    let (old_title, title) = text(|draft| Some(draft.title.as_str().to_owned()));
    let (old_code, code) = text(|draft| draft.code.map(|code| code.name().to_owned()));
    let (old_message, message) = text(|draft| Some(draft.message.as_str().to_owned()));
    Entry::new(what, "saved_reply", id)
        .change("title", old_title, title)
        .change("code", old_code, code)
        .change("message", old_message, message)
}
