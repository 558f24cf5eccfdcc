//! One submission beside another: what was changed between them.

use super::{ReviewStore, load};
use crate::access::{self, Permission};
use crate::actor::OperatorActor;
use crate::certification::{Attempt, CaseStore, Document, Draft, RequirementKind, SHOWN_ATTEMPTS};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::{ApplicationId, DocumentId};
use crate::identifier::mask;
use crate::tenant::TenantScope;
use serde_json::Value;
use std::collections::BTreeMap;

/// A field in two submissions.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedField {
    /// Its JSON pointer into the subject.
    pub pointer: String,
    /// What stood there before.
    pub before: Value,
    /// What stands there now.
    pub after: Value,
    /// Whether that is something else. Of identity numbers not everything is shown, so it need not be seen.
    pub changed: bool,
}

/// A page of a document in two submissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedDocument {
    /// What it is to prove.
    pub kind: RequirementKind,
    /// Which page of that.
    pub page: u32,
    /// What was there before.
    pub before: Option<Document>,
    /// What is there now.
    pub after: Option<Document>,
}

impl ComparedDocument {
    /// Whether other bytes were sent.
    #[must_use]
    pub fn changed(&self) -> bool {
        let digest = |document: &Option<Document>| document.as_ref().map(|d| d.content.sha256.clone());
        digest(&self.before) != digest(&self.after)
    }
}

/// Two submissions, side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The submission that is looked at.
    pub attempt: u32,
    /// The one before it; none for the first.
    pub with: Option<u32>,
    /// Every field that is filled in either.
    pub fields: Vec<ComparedField>,
    /// Every document of either.
    pub documents: Vec<ComparedDocument>,
}

/// A submission beside the one before it; without a number, the newest.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn compare(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    attempt: Option<u32>,
) -> Result<Comparison> {
    access::require(actor, Permission::ReviewRead)?;
    load(tx, context, id)?;
    let attempts = tx.attempts(id, SHOWN_ATTEMPTS)?;
    let wanted = |number: u32| attempts.iter().find(|attempt| attempt.number == number);
    let after = match attempt {
        None => attempts.first(),
        Some(number) => wanted(number),
    };
    let after = after.ok_or_else(|| Error::from(Code::NotFound))?;
    let before = wanted(after.number - 1);
    let mut documents = BTreeMap::new();
    let mut ids: Vec<DocumentId> = after.documents.clone();
    ids.extend(before.iter().flat_map(|before| &before.documents));
    for document in tx.documents_by_id(&ids)? {
        documents.insert(document.id, document);
    }
    Ok(side_by_side(after, before, &documents))
}

fn side_by_side(
    after: &Attempt,
    before: Option<&Attempt>,
    documents: &BTreeMap<DocumentId, Document>,
) -> Comparison {
    let empty = Draft::default();
    let (old, new) = (before.map_or(&empty, |before| &before.draft), &after.draft);
    let (mut left, mut right) = (BTreeMap::new(), BTreeMap::new());
    leaves("", &old.fields(), &mut left);
    leaves("", &new.fields(), &mut right);
    let fields = right.into_iter().filter_map(|(pointer, after)| {
        let before = left.remove(&pointer).unwrap_or_default();
        let changed = before != after;
        (before != Value::Null || after != Value::Null).then(|| ComparedField {
            before: shown(&pointer, before),
            after: shown(&pointer, after),
            changed,
            pointer,
        })
    });
    let mut pages: BTreeMap<(RequirementKind, u32), ComparedDocument> = BTreeMap::new();
    for (attempt, is_after) in before.map(|before| (before, false)).into_iter().chain([(after, true)]) {
        for document in attempt.documents.iter().filter_map(|id| documents.get(id)) {
            let (kind, page) = (document.kind, document.page);
            let nothing = ComparedDocument { kind, page, before: None, after: None };
            let there = pages.entry((kind, page)).or_insert(nothing);
            let side = if is_after { &mut there.after } else { &mut there.before };
            *side = Some(document.clone());
        }
    }
    Comparison {
        attempt: after.number,
        with: before.map(|before| before.number),
        fields: fields.collect(),
        documents: pages.into_values().collect(),
    }
}

/// The values of an object by their pointers.
fn leaves(at: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    if let Value::Object(fields) = value {
        for (name, value) in fields {
            leaves(&format!("{at}/{name}"), value, found);
        }
    } else {
        found.insert(at.to_owned(), value.clone());
    }
}

fn shown(pointer: &str, value: Value) -> Value {
    match value {
        Value::String(number) if pointer.ends_with("/id_number") => mask(&number).into(),
        other => other,
    }
}
