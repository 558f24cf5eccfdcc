//! What is written, with identity numbers mostly hidden.

use crate::certification::{IdentityKind, LicenseTermKind, RegistrationNumberKind, RepresentativeCapacity};
use domain::certification::{Draft, DraftTerm};
use domain::identifier::mask;
use serde::Serialize;
use utoipa::ToSchema;

/// The registration of an organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RegistrationNumberView {
    /// Which kind of number.
    kind: Option<RegistrationNumberKind>,
    /// The number.
    #[schema(example = "91350100M000100Y43")]
    number: Option<String>,
    /// The organization code that goes with a legacy number.
    organization_code: Option<String>,
}

/// An address on a license.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RegisteredAddressView {
    /// The division of GB/T 2260.
    #[schema(example = "440305")]
    region: Option<String>,
    /// Street, number, floor.
    #[schema(example = "科技园路 1 号")]
    line: Option<String>,
}

/// How long a license or an identity document lasts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LicenseTermView {
    /// Whether it ends.
    kind: Option<LicenseTermKind>,
    /// Its last day.
    #[schema(example = "2040-12-31")]
    until: Option<String>,
}

impl From<&DraftTerm> for LicenseTermView {
    fn from(term: &DraftTerm) -> Self {
        Self { kind: term.kind.map(Into::into), until: term.until.clone() }
    }
}

/// Who stands for the organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RepresentativeView {
    /// The name.
    #[schema(example = "王小明")]
    name: Option<String>,
    /// In which capacity.
    capacity: Option<RepresentativeCapacity>,
    /// With which document.
    id_kind: Option<IdentityKind>,
    /// Its number, mostly hidden.
    #[schema(example = "110***********002X")]
    id_number_masked: Option<String>,
    /// How long it lasts.
    id_term: LicenseTermView,
    /// The mobile number.
    #[schema(example = "13800138000")]
    mobile: Option<String>,
}

/// Who applies.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ApplicantView {
    /// Whether it is the representative.
    is_representative: Option<bool>,
    /// The name, if it is somebody else.
    name: Option<String>,
    /// With which document.
    id_kind: Option<IdentityKind>,
    /// Its number, mostly hidden.
    id_number_masked: Option<String>,
    /// How long it lasts.
    id_term: LicenseTermView,
}

/// The subject of an application: what the license and the documents say.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SubjectView {
    /// The name on the license.
    #[schema(example = "深圳市工牌科技有限公司")]
    legal_name: Option<String>,
    /// The number on the license.
    registration: RegistrationNumberView,
    /// The address on the license.
    registered_address: RegisteredAddressView,
    /// How long the license lasts.
    license_term: LicenseTermView,
    /// Who stands for the organization.
    representative: RepresentativeView,
    /// Who applies.
    applicant: ApplicantView,
}

impl SubjectView {
    pub(crate) fn of(draft: &Draft) -> Self {
        let Draft { registration, registered_address, license_term, representative, applicant, .. } = draft;
        Self {
            legal_name: draft.legal_name.clone(),
            registration: RegistrationNumberView {
                kind: registration.kind.map(Into::into),
                number: registration.number.clone(),
                organization_code: registration.organization_code.clone(),
            },
            registered_address: RegisteredAddressView {
                region: registered_address.region.clone(),
                line: registered_address.line.clone(),
            },
            license_term: license_term.into(),
            representative: RepresentativeView {
                name: representative.name.clone(),
                capacity: representative.capacity.map(Into::into),
                id_kind: representative.id_kind.map(Into::into),
                id_number_masked: representative.id_number.as_deref().map(mask),
                id_term: (&representative.id_term).into(),
                mobile: representative.mobile.clone(),
            },
            applicant: ApplicantView {
                is_representative: applicant.is_representative,
                name: applicant.name.clone(),
                id_kind: applicant.id_kind.map(Into::into),
                id_number_masked: applicant.id_number.as_deref().map(mask),
                id_term: (&applicant.id_term).into(),
            },
        }
    }
}
