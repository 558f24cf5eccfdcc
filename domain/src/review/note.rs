//! Private notes: what operators write to each other on a case. Applicants never see them.

use super::{ReviewStore, gate, load};
use crate::access::{self, Permission};
use crate::actor::{Actor, OperatorActor};
use crate::certification::CaseStore;
use crate::context::Context;
use crate::error::Result;
use crate::id::{ApplicationId, NoteId, OperatorId};
use crate::journal::{Entry, Journal};
use crate::operator::OperatorStore;
use crate::tenant::TenantScope;
use crate::text::Prose;
use chrono::{DateTime, Utc};

/// The text of a note: 1 to 2000 characters.
pub type NoteText = Prose<2000>;

/// How many notes are shown with a case.
pub const SHOWN_NOTES: u32 = 50;

/// A note on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// The case.
    pub application: ApplicationId,
    /// Who wrote it.
    pub by: OperatorId,
    /// What it says.
    pub text: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Note {
    pub(super) fn new(
        context: &Context<'_>,
        application: ApplicationId,
        by: OperatorId,
        text: &NoteText,
    ) -> Self {
        Self { id: context.id(), application, by, text: text.as_str().to_owned(), at: context.now }
    }
}

/// Keeps notes on cases of the bound tenant.
pub trait NoteStore {
    /// Keeps a note.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_note(&mut self, note: &Note) -> Result<()>;
    /// The newest notes on a case, newest first.
    ///
    /// # Errors
    /// When the store fails.
    fn notes(&mut self, application: ApplicationId, limit: u32) -> Result<Vec<Note>>;
}

/// Writes a note on a case.
///
/// # Errors
/// `forbidden`, `not_found`, `own_organization`.
pub fn add_note(
    tx: &mut (impl ReviewStore + TenantScope + CaseStore + NoteStore + OperatorStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    id: ApplicationId,
    text: &NoteText,
) -> Result<Note> {
    access::require(actor, Permission::ReviewDecide)?;
    let case = load(tx, context, id)?;
    gate::require_outsider(tx, actor, &case)?;
    let note = Note::new(context, id, actor.operator, text);
    tx.insert_note(&note)?;
    let entry = Entry::new("review.note_added", "certification_application", id).of(case.tenant.id).change(
        "note",
        None::<String>,
        note.id.to_string(),
    );
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(note)
}
