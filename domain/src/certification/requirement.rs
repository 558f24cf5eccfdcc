//! Requirements: which documents a case needs, by its organization type and by what its draft says.

use super::{Document, Draft, Finding, State};
use crate::named::named;
use crate::reference::{IdentityProof, OrganizationType, RegistrationKind};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

named! {
    /// A document that can be asked for.
    RequirementKind {
        /// 营业执照.
        BusinessLicense "business_license";
        /// 统一社会信用代码证书, of government bodies.
        CreditCodeCertificate "credit_code_certificate";
        /// 事业单位法人证书.
        InstitutionCertificate "institution_certificate";
        /// 登记证书 of social organizations, foundations, unions and others.
        RegistrationCertificate "registration_certificate";
        /// 执业许可证, of law firms.
        PracticeLicense "practice_license";
        /// Proof of registration outside the mainland.
        OverseasRegistration "overseas_registration";
        /// 组织机构代码证, beside licenses of the old kind.
        OrganizationCodeCertificate "organization_code_certificate";
        /// Front of the representative's identity document; the data page of a passport.
        IdDocumentFront "id_document_front";
        /// Its back.
        IdDocumentBack "id_document_back";
        /// 授权书, when somebody else than the representative applies.
        AuthorizationLetter "authorization_letter";
        /// 盖章公函, instead of an identity document.
        SealedLetter "sealed_letter";
        /// 盖章的同意书, by which the representative consents, instead of a code.
        ConsentLetter "consent_letter";
    }
}

impl RequirementKind {
    /// Those that show an identity document.
    pub const IDENTITY: &'static [Self] = &[Self::IdDocumentFront, Self::IdDocumentBack];

    /// How many pages it can have.
    #[must_use]
    pub fn max_pages(self) -> u32 {
        match self {
            Self::IdDocumentFront | Self::IdDocumentBack | Self::OrganizationCodeCertificate => 1,
            Self::OverseasRegistration => 10,
            _ => 3,
        }
    }
}

/// Where a requirement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequirementStatus {
    /// No document yet.
    Missing,
    /// A document that no reviewer has judged yet.
    Uploaded,
    /// A reviewer found it in order.
    Accepted,
    /// A reviewer found it wanting.
    Rejected,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaiting {
    /// The applicant's.
    Applicant,
    /// A reviewer's.
    Reviewer,
    /// Nobody's.
    None,
}

/// A requirement and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// What is asked for.
    pub kind: RequirementKind,
    /// Where it stands.
    pub status: RequirementStatus,
    /// Whose turn it is.
    pub awaiting: Awaiting,
    /// Whether it has to be there. What has not to takes the place of something else.
    pub required: bool,
    /// Whether it stands in the way of submission now.
    pub blocking: bool,
    /// Its documents, by page.
    pub documents: Vec<Document>,
}

/// Which documents can be sent with a case though it does not need them.
#[must_use]
fn optional_kinds(organization: &OrganizationType) -> Vec<RequirementKind> {
    match organization.identity {
        IdentityProof::SealedLetter => Vec::new(),
        IdentityProof::IdentityDocument => vec![RequirementKind::ConsentLetter],
    }
}

/// Which documents can be sent with a case: those that it needs, and those that take the place of something else.
#[must_use]
pub fn possible_kinds(organization: &OrganizationType, draft: &Draft) -> Vec<RequirementKind> {
    let mut possible = kinds(organization, draft);
    possible.extend(optional_kinds(organization));
    possible
}

/// Which documents a case needs.
#[must_use]
pub fn kinds(organization: &OrganizationType, draft: &Draft) -> Vec<RequirementKind> {
    let mut kinds = vec![organization.license];
    if draft.registration.kind == Some(RegistrationKind::Legacy) {
        kinds.push(RequirementKind::OrganizationCodeCertificate);
    }
    match organization.identity {
        IdentityProof::SealedLetter => kinds.push(RequirementKind::SealedLetter),
        IdentityProof::IdentityDocument => {
            kinds.push(RequirementKind::IdDocumentFront);
            if draft.representative.id_kind.is_none_or(crate::identifier::IdentityKind::has_back) {
                kinds.push(RequirementKind::IdDocumentBack);
            }
        }
    }
    if draft.applicant.is_representative == Some(false) {
        kinds.push(RequirementKind::AuthorizationLetter);
    }
    kinds
}

/// Where each needed document stands: by what was uploaded, and by what the last decision found.
#[must_use]
pub(super) fn requirements(
    organization: &OrganizationType,
    draft: &Draft,
    documents: &[Document],
    open: &[Finding],
    decided_at: Option<DateTime<Utc>>,
    state: &State,
) -> Vec<Requirement> {
    let needed = kinds(organization, draft).into_iter().map(|kind| (kind, true));
    let optional = optional_kinds(organization).into_iter().map(|kind| (kind, false));
    needed
        .chain(optional)
        .map(|(kind, required)| {
            let documents: Vec<_> =
                documents.iter().filter(|document| document.kind == kind).cloned().collect();
            let newest = documents.iter().map(|document| document.uploaded_at).max();
            let rejected = open.iter().any(|finding| finding.requirement == Some(kind));
            let status = match (newest, decided_at) {
                (None, _) => RequirementStatus::Missing,
                (Some(newest), Some(decided)) if newest <= decided && rejected => RequirementStatus::Rejected,
                (Some(newest), Some(decided)) if newest <= decided => RequirementStatus::Accepted,
                _ => RequirementStatus::Uploaded,
            };
            let wanting = match status {
                RequirementStatus::Missing => required,
                RequirementStatus::Rejected => true,
                RequirementStatus::Uploaded | RequirementStatus::Accepted => false,
            };
            let awaiting = match (wanting, state.with_reviewer(), state.editable()) {
                (true, _, true) => Awaiting::Applicant,
                (_, true, _) if status == RequirementStatus::Uploaded => Awaiting::Reviewer,
                _ => Awaiting::None,
            };
            let blocking = wanting && state.editable();
            Requirement { kind, status, awaiting, required, blocking, documents }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::IdentityKind;
    use crate::reference::OrganizationTypes;

    #[test]
    fn names_are_serde_names() {
        for kind in RequirementKind::ALL.iter().copied() {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert_eq!(RequirementKind::find(kind.name()), Some(kind));
        }
    }

    #[test]
    fn what_each_type_needs() {
        use RequirementKind::{
            AuthorizationLetter, BusinessLicense, CreditCodeCertificate, IdDocumentBack, IdDocumentFront,
            OrganizationCodeCertificate, SealedLetter,
        };
        let types = OrganizationTypes::shipped().unwrap();
        let needs = |code: &str, draft: &Draft| kinds(types.parse(code).unwrap(), draft);
        let mut draft = Draft::default();
        assert_eq!(needs("enterprise", &draft), [BusinessLicense, IdDocumentFront, IdDocumentBack]);
        assert_eq!(needs("government", &draft), [CreditCodeCertificate, SealedLetter]);
        draft.representative.id_kind = Some(IdentityKind::Passport);
        draft.applicant.is_representative = Some(false);
        draft.registration.kind = Some(RegistrationKind::Legacy);
        assert_eq!(
            needs("enterprise", &draft),
            [BusinessLicense, OrganizationCodeCertificate, IdDocumentFront, AuthorizationLetter]
        );
    }
}
