//! Looking at a document. Whoever does leaves a trace.

use super::{Document, DocumentStore};
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::Result;
use crate::id::{DocumentId, TenantId};
use crate::journal::{Entry, Journal};

/// A document of the bound tenant, for a member.
///
/// # Errors
/// `forbidden`, `not_found`, `document_erased`.
pub fn view_document(
    tx: &mut (impl DocumentStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    id: DocumentId,
) -> Result<Document> {
    access::require(actor, Permission::CertificationRead)?;
    let document = tx.document(id)?;
    document.require_kept()?;
    tx.record(context, &actor.into(), viewed(actor.tenant, id))?;
    Ok(document)
}

/// The trace that looking at a document leaves.
pub(crate) fn viewed(tenant: TenantId, id: DocumentId) -> Entry {
    Entry::new("certification.document_viewed", "document", id).of(tenant)
}
