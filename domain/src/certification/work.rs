//! Working on a draft: writing the subject, adding and removing documents.

use super::{
    Action, Application, ApplicationStore, Case, CaseStore, Document, DocumentContent, DocumentStore, Draft,
    Overview, RequirementKind, Terms, consent, schedule_erasure,
};
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::DocumentId;
use crate::job::{Job, JobQueue};
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::reference::{OrganizationType, OrganizationTypes};
use serde_json::Value;

/// Puts a new draft in the place of the old one. `expected` is the version that the writer read.
///
/// # Errors
/// `forbidden`, `version_stale`, `action_not_allowed`.
pub fn update_subject(
    tx: &mut (impl CaseStore + MemberStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    write: impl FnOnce(&Draft) -> Result<Draft>,
    expected: Option<i64>,
    types: &OrganizationTypes,
    terms: &Terms,
) -> Result<Overview> {
    access::require(actor, Permission::CertificationManage)?;
    let mut case = Case::load(tx, context.now)?;
    if expected.is_some_and(|expected| expected != case.application.version) {
        return Err(Code::VersionStale.into());
    }
    case.application.state.require(Action::Edit)?;
    let draft = write(&case.application.draft)?;
    if draft == case.application.draft {
        return case.overview(types, terms.day(context.now));
    }
    let before = std::mem::replace(&mut case.application.draft, draft);
    consent::of_session(tx, context, actor, &mut case.application)?;
    tx.record(context, &actor.into(), changes(&case.application, &before))?;
    tx.update_application(&case.application)?;
    case.application.version += 1;
    case.number_holder = match case.application.draft.registration_key() {
        Some(key) => tx.certified_tenant(&key)?,
        None => None,
    };
    case.overview(types, terms.day(context.now))
}

/// The changed fields of a subject. Whatever is about a person stands apart, under the id of the application.
fn changes(application: &Application, before: &Draft) -> Entry {
    let (before, after) = (before.fields(), application.draft.fields());
    let value = |draft: &Value, pointer: &str| draft.pointer(pointer).cloned().unwrap_or_default();
    let mut entry = Entry::new("certification.subject_updated", "certification_application", application.id)
        .of(application.tenant);
    for (field, pointer) in [
        ("legal_name", "/legal_name"),
        ("registration", "/registration"),
        ("registered_address", "/registered_address"),
        ("license_term", "/license_term"),
        ("representative.capacity", "/representative/capacity"),
        ("applicant.is_representative", "/applicant/is_representative"),
    ] {
        entry = entry.change(field, value(&before, pointer), value(&after, pointer));
    }
    let personal = [
        ("representative.name", "/representative/name"),
        ("representative.id_kind", "/representative/id_kind"),
        ("representative.id_number", "/representative/id_number"),
        ("representative.id_term", "/representative/id_term"),
        ("representative.mobile", "/representative/mobile"),
        ("applicant.name", "/applicant/name"),
        ("applicant.id_kind", "/applicant/id_kind"),
        ("applicant.id_number", "/applicant/id_number"),
        ("applicant.id_term", "/applicant/id_term"),
    ];
    let changed = |(field, pointer)| (field, value(&before, pointer), value(&after, pointer));
    entry.about(application.id, personal.map(changed))
}

/// A checked file that becomes a document.
#[derive(Debug, Clone)]
pub struct Attach {
    /// The id under which its file was stored.
    pub id: DocumentId,
    /// What it is to prove.
    pub kind: RequirementKind,
    /// Which page of that; 1 when it was not said.
    pub page: u32,
    /// The document that it takes the place of.
    pub replaces: Option<DocumentId>,
    /// What is known of its bytes.
    pub content: DocumentContent,
}

/// Adds a document to the draft.
///
/// # Errors
/// `forbidden`, `action_not_allowed`, `document_kind_not_wanted`, `document_page_invalid`, `document_page_taken`,
/// `document_not_replaceable` at `/replaces`.
pub fn attach(
    tx: &mut (impl ApplicationStore + DocumentStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    attach: &Attach,
    types: &OrganizationTypes,
    terms: &Terms,
) -> Result<Document> {
    access::require(actor, Permission::CertificationManage)?;
    let mut application = tx.application()?;
    application.state = application.state.at(context.now);
    application.state.require(Action::Edit)?;
    require_wanted(&application, attach, types)?;

    let documents = tx.documents(application.id)?;
    let replaced = attach.replaces.map(|id| {
        let known = documents.iter().find(|document| document.id == id && document.kind == attach.kind);
        known.ok_or_else(|| Faults::one(Place::Body, "/replaces", Code::DocumentNotReplaceable))
    });
    let replaced = replaced.transpose()?;
    let there =
        documents.iter().find(|document| document.kind == attach.kind && document.page == attach.page);
    if let Some(there) = there.filter(|there| replaced.is_none_or(|replaced| replaced.id != there.id)) {
        return Err(Error::new(Code::DocumentPageTaken).with("document", there.id.to_string()));
    }
    if let Some(replaced) = replaced {
        tx.remove_document(replaced.id, context.now)?;
    }
    let document = Document {
        id: attach.id,
        application: application.id,
        kind: attach.kind,
        page: attach.page,
        content: attach.content.clone(),
        reading: None,
        uploaded_by: actor.member,
        uploaded_at: context.now,
        removed_at: None,
        erased_at: None,
    };
    tx.insert_document(&document)?;
    let license = document.kind == organization(&application, types)?.license;
    if terms.reads_licenses && license && document.is_readable() {
        let job = Job::ReadDocument { tenant: application.tenant.into(), document: document.id.into() };
        tx.enqueue(context.random.uuid(), &job, context.now, context.now)?;
    }
    if documents.is_empty() {
        schedule_erasure(tx, context, &application, terms)?;
    }
    tx.update_application(&application)?;
    let entry = Entry::new("certification.document_uploaded", "document", document.id)
        .of(application.tenant)
        .change("kind", None::<String>, attach.kind.name())
        .change("page", None::<u32>, attach.page)
        .change("sha256", None::<String>, attach.content.sha256.as_str())
        .change("replaces", None::<String>, attach.replaces.map(|id| id.to_string()));
    tx.record(context, &actor.into(), entry)?;
    Ok(document)
}

fn organization<'t>(application: &Application, types: &'t OrganizationTypes) -> Result<&'t OrganizationType> {
    types.parse(&application.organization_type).map_err(|_| {
        Error::internal(format!("the organization type {} is gone", application.organization_type))
    })
}

fn require_wanted(application: &Application, attach: &Attach, types: &OrganizationTypes) -> Result<()> {
    let organization = organization(application, types)?;
    let wanted = super::requirement::possible_kinds(organization, &application.draft);
    let mut faults = Faults::of(Place::Body);
    if !wanted.contains(&attach.kind) {
        let allowed: Vec<_> = wanted.iter().map(|kind| kind.name()).collect();
        faults.note("/kind", Violation::new(Code::DocumentKindNotWanted).with("allowed", allowed.join(", ")));
    } else if attach.page < 1 || attach.page > attach.kind.max_pages() {
        faults.note("/page", Violation::new(Code::DocumentPageInvalid).with("max", attach.kind.max_pages()));
    }
    faults.finish()
}

/// Takes a document out of the draft.
///
/// # Errors
/// `forbidden`, `action_not_allowed`, `not_found`.
pub fn detach(
    tx: &mut (impl ApplicationStore + DocumentStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    id: DocumentId,
) -> Result<()> {
    access::require(actor, Permission::CertificationManage)?;
    let mut application = tx.application()?;
    application.state = application.state.at(context.now);
    let document = tx.document(id)?;
    if document.application != application.id || document.removed_at.is_some() {
        return Err(Code::NotFound.into());
    }
    application.state.require(Action::Edit)?;
    tx.remove_document(id, context.now)?;
    tx.update_application(&application)?;
    let entry = Entry::new("certification.document_removed", "document", id).of(application.tenant).change(
        "kind",
        document.kind.name(),
        None::<String>,
    );
    tx.record(context, &actor.into(), entry)
}
