//! Organization types are data: which capacities, registrations and documents each of them has.

use super::Localized;
use crate::certification::RequirementKind;
use crate::error::{Code, Error, Result, Violation};
use serde::{Deserialize, Serialize};

/// In which capacity someone stands for an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// 法定代表人.
    LegalRepresentative,
    /// 经营者, of an individual business.
    Operator,
    /// 执行事务合伙人.
    ManagingPartner,
    /// 投资人, of a sole proprietorship.
    SoleInvestor,
    /// 负责人.
    PersonInCharge,
}

/// By which number an organization is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationKind {
    /// Unified social credit code, GB 32100.
    CreditCode,
    /// 15-digit registration number of the industry and commerce authority.
    RegistrationNumber,
    /// An older number together with the organization code of GB 11714.
    Legacy,
    /// A number of a registry outside the mainland.
    Overseas,
}

/// How the person who stands for the organization is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityProof {
    /// By the sides of an identity document.
    IdentityDocument,
    /// By a letter under the body's seal.
    SealedLetter,
}

/// One type of organization and its rules.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationType {
    /// The stable code, such as `enterprise`.
    pub code: String,
    /// What people call it.
    pub name: Localized,
    /// Who can stand for it.
    pub capacities: Vec<Capacity>,
    /// By which numbers it can be registered.
    pub registrations: Vec<RegistrationKind>,
    /// The first two characters that its credit code can have; empty when any fits.
    pub credit_code_prefixes: Vec<String>,
    /// The document that proves its registration.
    pub license: RequirementKind,
    /// Whether that document may be without a name; then the operator's name is used.
    #[serde(default)]
    pub license_may_have_no_name: bool,
    /// How the person who stands for it is proved.
    pub identity: IdentityProof,
}

/// The types of an installation.
#[derive(Debug, Clone)]
pub struct OrganizationTypes(Vec<OrganizationType>);

impl OrganizationTypes {
    /// The types that Gongpai brings along.
    ///
    /// # Errors
    /// Never for the shipped file, which a test reads.
    pub fn shipped() -> Result<Self> {
        Self::from_json(include_str!("../../data/organization_types.json"))
    }

    /// Reads an installation's own file.
    ///
    /// # Errors
    /// [`Code::Internal`] with the place of the mistake.
    pub fn from_json(text: &str) -> Result<Self> {
        let types: Vec<OrganizationType> = serde_json::from_str(text)
            .map_err(|error| Error::internal(format!("organization types: {error}")))?;
        for (index, kind) in types.iter().enumerate() {
            if kind.capacities.is_empty() || kind.registrations.is_empty() {
                return Err(Error::internal(format!(
                    "organization type {}: capacities and registrations",
                    kind.code
                )));
            }
            if types[..index].iter().any(|other| other.code == kind.code) {
                return Err(Error::internal(format!("organization type {} stands twice", kind.code)));
            }
        }
        Ok(Self(types))
    }

    /// Every type, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[OrganizationType] {
        &self.0
    }

    /// The type of that code.
    ///
    /// # Errors
    /// [`Code::OrganizationTypeUnknown`].
    pub fn parse(&self, code: &str) -> Result<&OrganizationType, Violation> {
        self.0.iter().find(|kind| kind.code == code).ok_or_else(|| Code::OrganizationTypeUnknown.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_is_sound() {
        let types = OrganizationTypes::shipped().unwrap();
        assert_eq!(types.all().len(), 13);
        assert_eq!(types.parse("enterprise").unwrap().name.chinese, "企业");
        assert!(types.parse("nothing").is_err());
    }

    #[test]
    fn a_broken_file_names_its_mistake() {
        let twice = r#"[{"code":"a","name":{"zh-CN":"","en":""},"capacities":["operator"],"registrations":["overseas"],"credit_code_prefixes":[],"license":"business_license","identity":"sealed_letter"},
                        {"code":"a","name":{"zh-CN":"","en":""},"capacities":["operator"],"registrations":["overseas"],"credit_code_prefixes":[],"license":"business_license","identity":"sealed_letter"}]"#;
        assert!(OrganizationTypes::from_json(twice).unwrap_err().to_string().contains("stands twice"));
        assert!(OrganizationTypes::from_json("[{}]").is_err());
    }
}
