//! Fields: which ones a case needs, what can stand in each, and where each stands. A form can be drawn from them without
//! knowing a rule.

use super::{Awaiting, Case, Draft, DraftTerm, Finding, TermKind};
use crate::identifier::IdentityKind;
use crate::named::named;
use crate::reference::{IdentityProof, OrganizationType, RegistrationKind};
use serde::Serialize;
use serde_json::Value;

named! {
    /// Where a field stands.
    FieldStatus {
        /// Nothing is written yet.
        Missing "missing";
        /// What is written is wrong.
        Wrong "wrong";
        /// It is filled in, and no reviewer has judged it yet.
        Filled "filled";
        /// A reviewer found it in order.
        Accepted "accepted";
        /// A reviewer found it wanting.
        Rejected "rejected";
    }
}

/// A field and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its JSON pointer into the subject.
    pub pointer: &'static str,
    /// Where it stands.
    pub status: FieldStatus,
    /// Whose turn it is.
    pub awaiting: Awaiting,
    /// Whether it has to be filled in.
    pub required: bool,
    /// What can stand there; empty when that is not a choice.
    pub allowed: Vec<Value>,
}

/// A field that a case needs.
struct Wanted {
    pointer: &'static str,
    required: bool,
    allowed: Vec<Value>,
}

/// The pointers of a person's identity document.
struct IdentityPointers {
    id_kind: &'static str,
    id_number: &'static str,
    term_kind: &'static str,
    term_until: &'static str,
}

const REPRESENTATIVE: IdentityPointers = IdentityPointers {
    id_kind: "/representative/id_kind",
    id_number: "/representative/id_number",
    term_kind: "/representative/id_term/kind",
    term_until: "/representative/id_term/until",
};

const APPLICANT: IdentityPointers = IdentityPointers {
    id_kind: "/applicant/id_kind",
    id_number: "/applicant/id_number",
    term_kind: "/applicant/id_term/kind",
    term_until: "/applicant/id_term/until",
};

impl Wanted {
    fn text(pointer: &'static str) -> Self {
        Self { pointer, required: true, allowed: Vec::new() }
    }

    fn choice<T: Serialize>(pointer: &'static str, values: &[T]) -> Self {
        let allowed = values.iter().filter_map(|value| serde_json::to_value(value).ok()).collect();
        Self { pointer, required: true, allowed }
    }
}

const TERMS: [TermKind; 2] = [TermKind::Fixed, TermKind::LongTerm];

/// Which fields a case needs, in the order of the form.
fn wanted(organization: &OrganizationType, draft: &Draft) -> Vec<Wanted> {
    let name = Wanted::text("/legal_name");
    let mut fields = vec![
        Wanted { required: !organization.license_may_have_no_name, ..name },
        Wanted::choice("/registration/kind", &organization.registrations),
        Wanted::text("/registration/number"),
    ];
    if draft.registration.kind == Some(RegistrationKind::Legacy) {
        fields.push(Wanted::text("/registration/organization_code"));
    }
    fields.push(Wanted::text("/registered_address/region"));
    fields.push(Wanted::text("/registered_address/line"));
    fields.push(Wanted::choice("/license_term/kind", &TERMS));
    if draft.license_term.kind == Some(TermKind::Fixed) {
        fields.push(Wanted::text("/license_term/until"));
    }
    fields.push(Wanted::text("/representative/name"));
    fields.push(Wanted::choice("/representative/capacity", &organization.capacities));
    fields.push(Wanted::text("/representative/mobile"));
    if organization.identity == IdentityProof::IdentityDocument {
        fields.extend(identity(&REPRESENTATIVE, &draft.representative.id_term));
    }
    fields.push(Wanted::choice("/applicant/is_representative", &[true, false]));
    if draft.applicant.is_representative == Some(false) {
        fields.push(Wanted::text("/applicant/name"));
        fields.extend(identity(&APPLICANT, &draft.applicant.id_term));
    }
    fields
}

fn identity(of: &IdentityPointers, term: &DraftTerm) -> Vec<Wanted> {
    let mut fields = vec![
        Wanted::choice(of.id_kind, &IdentityKind::ALL),
        Wanted::text(of.id_number),
        Wanted::choice(of.term_kind, &TERMS),
    ];
    if term.kind == Some(TermKind::Fixed) {
        fields.push(Wanted::text(of.term_until));
    }
    fields
}

/// Where each field of a case stands: by what is written, and by what the last decision found.
pub(super) fn fields(case: &Case, organization: &OrganizationType, findings: &[Finding]) -> Vec<Field> {
    let (application, draft) = (&case.application, &case.application.draft);
    let state = &application.state;
    let written = draft.fields();
    let reviewed = application.last_decision.as_ref();
    let unanswered = application.unanswered(&case.documents, organization);
    let about = |finding: &&Finding, pointer: &str| finding.pointer.as_deref() == Some(pointer);
    wanted(organization, draft)
        .into_iter()
        .map(|Wanted { pointer, required, allowed }| {
            let empty = written.pointer(pointer).is_none_or(|value| {
                value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
            });
            let mut own = findings.iter().filter(|finding| about(finding, pointer));
            let judged =
                reviewed.is_some_and(|last| last.subject.pointer(pointer) == written.pointer(pointer));
            let status = if unanswered.iter().any(|finding| about(&finding, pointer)) {
                FieldStatus::Rejected
            } else if !empty && own.any(|finding| finding.blocking) {
                FieldStatus::Wrong
            } else if empty {
                FieldStatus::Missing
            } else if judged {
                FieldStatus::Accepted
            } else {
                FieldStatus::Filled
            };
            let wanting = match status {
                FieldStatus::Missing => required,
                FieldStatus::Wrong | FieldStatus::Rejected => true,
                FieldStatus::Filled | FieldStatus::Accepted => false,
            };
            let awaiting = match (wanting && state.editable(), state.with_reviewer(), status) {
                (true, _, _) => Awaiting::Applicant,
                (_, true, FieldStatus::Filled) => Awaiting::Reviewer,
                _ => Awaiting::None,
            };
            Field { pointer, status, awaiting, required, allowed }
        })
        .collect()
}
