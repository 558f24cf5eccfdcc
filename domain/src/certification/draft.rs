//! The subject of an application while it is being written: every field may be missing or wrong.
//!
//! Serde's form of a draft is how it is kept, and how a merge patch and the pointers of findings name its fields.

use crate::identifier::{CreditCode, IdentityKind, OrganizationCode, RegistrationNumber};
use crate::phone::MobileNumber;
use crate::reference::{Capacity, RegistrationKind};
use crate::text::{PersonName, comparison_key, squeezed};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an applicant has written so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The name on the license.
    pub legal_name: Option<String>,
    /// The number on the license.
    pub registration: DraftRegistration,
    /// The address on the license.
    pub registered_address: DraftAddress,
    /// How long the license lasts.
    pub license_term: DraftTerm,
    /// Who stands for the organization.
    pub representative: DraftRepresentative,
    /// Who applies.
    pub applicant: DraftApplicant,
}

/// The registration of an organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftRegistration {
    /// Which kind of number.
    pub kind: Option<RegistrationKind>,
    /// The number.
    pub number: Option<String>,
    /// The organization code that goes with a legacy number.
    pub organization_code: Option<String>,
}

/// An address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftAddress {
    /// The division.
    pub region: Option<String>,
    /// The rest.
    pub line: Option<String>,
}

/// Whether a license ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermKind {
    /// On a day.
    Fixed,
    /// 长期: not.
    LongTerm,
}

/// How long a license lasts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftTerm {
    /// Whether it ends.
    pub kind: Option<TermKind>,
    /// Its last day, `YYYY-MM-DD`.
    pub until: Option<String>,
}

/// Who stands for the organization.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftRepresentative {
    /// Their name.
    pub name: Option<String>,
    /// In which capacity.
    pub capacity: Option<Capacity>,
    /// With which document.
    pub id_kind: Option<IdentityKind>,
    /// Its number.
    pub id_number: Option<String>,
    /// How long it lasts.
    pub id_term: DraftTerm,
    /// Their mobile number.
    pub mobile: Option<String>,
}

impl DraftRepresentative {
    /// Who has to consent, when name and number are sound.
    #[must_use]
    pub fn consenting(&self) -> Option<(String, MobileNumber)> {
        let name = PersonName::parse(self.name.as_deref()?).ok()?;
        Some((comparison_key(name.as_str()), MobileNumber::parse(self.mobile.as_deref()?).ok()?))
    }
}

/// Who applies.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftApplicant {
    /// Whether it is the representative.
    pub is_representative: Option<bool>,
    /// The name, if it is somebody else.
    pub name: Option<String>,
    /// With which document.
    pub id_kind: Option<IdentityKind>,
    /// Its number.
    pub id_number: Option<String>,
    /// How long it lasts.
    pub id_term: DraftTerm,
}

impl Draft {
    /// The name on the license, or where a license has none, of the person whom it is made out to.
    #[must_use]
    pub fn name_on_license(&self) -> Option<&str> {
        let legal = self.legal_name.as_deref().filter(|name| !name.trim().is_empty());
        legal.or(self.representative.name.as_deref())
    }

    /// The number by which no second tenant is certified, when the draft has a sound one.
    #[must_use]
    pub fn registration_key(&self) -> Option<String> {
        let number = self.registration.number.as_deref()?;
        Some(match self.registration.kind? {
            RegistrationKind::CreditCode => {
                format!("credit_code:{}", CreditCode::parse(number).ok()?.as_str())
            }
            RegistrationKind::RegistrationNumber => {
                format!("registration_number:{}", RegistrationNumber::parse(number).ok()?.as_str())
            }
            RegistrationKind::Legacy => {
                let code = self.registration.organization_code.as_deref()?;
                format!("organization_code:{}", OrganizationCode::parse(code).ok()?.as_str())
            }
            RegistrationKind::Overseas => format!("overseas:{}", squeezed(number)),
        })
    }

    /// Its fields by name, for comparing one draft with another and for finding one by a JSON pointer.
    #[must_use]
    pub fn fields(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Personal numbers are not for logs.
impl std::fmt::Debug for DraftRepresentative {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DraftRepresentative").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

/// Personal numbers are not for logs.
impl std::fmt::Debug for DraftApplicant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DraftApplicant")
            .field("is_representative", &self.is_representative)
            .finish_non_exhaustive()
    }
}
