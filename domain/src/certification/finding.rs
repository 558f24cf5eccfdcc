//! Findings: what is missing or wrong, said flatly, by the precheck or by a reviewer.

use super::RequirementKind;
use crate::error::Language;
use crate::id::ApplicationId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

macro_rules! findings {
    ($($variant:ident $name:literal $remedy:ident $chinese:literal $english:literal;)+) => {
        /// What was found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum FindingCode {
            $(#[doc = $english] $variant,)+
        }

        impl FindingCode {
            /// Every code.
            pub const ALL: &'static [FindingCode] = &[$(FindingCode::$variant,)+];

            /// The name that goes over the wire.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(FindingCode::$variant => $name,)+ }
            }

            /// The sentence for a person.
            #[must_use]
            pub fn message(self, language: Language) -> &'static str {
                match (self, language) {
                    $((FindingCode::$variant, Language::Chinese) => $chinese,
                      (FindingCode::$variant, Language::English) => $english,)+
                }
            }

            /// What usually helps.
            #[must_use]
            pub fn remedy(self) -> Remedy {
                match self { $(FindingCode::$variant => Remedy::$remedy,)+ }
            }
        }
    };
}

findings! {
    FieldMissing "field_missing" FillIn "此项尚未填写。" "This is not filled in yet.";
    FieldInvalid "field_invalid" CorrectField "此项格式不正确。" "This does not have the right form.";
    DocumentMissing "document_missing" Upload "尚未上传此项材料。" "This document has not been uploaded yet.";
    DocumentBlurry "document_blurry" UploadAgain "材料模糊，无法辨认。" "The document is too blurred to read.";
    DocumentIncomplete "document_incomplete" UploadAgain "材料不完整，有缺边、缺页或遮挡。" "Part of the document is cut off, covered or missing.";
    DocumentExpired "document_expired" UpdateLicenseAtRegistryFirst "证照已过有效期。" "The license is no longer in force.";
    DocumentTypeWrong "document_type_wrong" UploadAgain "上传的不是所要求的材料。" "This is not the document that was asked for.";
    DocumentAltered "document_altered" UploadAgain "材料有修改痕迹。" "The document shows signs of alteration.";
    LicenseHasNoName "license_has_no_name" CorrectField "证照上没有名称，请使用经营者姓名。" "The license bears no name; use the operator's.";
    NameMismatch "name_mismatch" CorrectField "名称与企业资料或证照不一致。" "The name differs from the profile or the license.";
    RegistrationNumberMismatch "registration_number_mismatch" CorrectField "证照号码与组织类型或证照不符。" "The number does not fit the organization type or the license.";
    CreditCodeCheckFailed "credit_code_check_failed" CorrectField "证照号码的校验位不正确。" "The check character of the number is wrong.";
    IdCheckFailed "id_check_failed" CorrectField "证件号码不正确。" "The identity number is wrong.";
    IdExpired "id_expired" UploadAgain "证件已过有效期。" "The identity document is no longer in force.";
    IdUnderAge "id_under_age" CorrectField "代表人未满 18 周岁。" "The representative is under 18.";
    AddressMismatch "address_mismatch" CorrectField "地址与证照不一致。" "The address differs from the license.";
    RepresentativeMismatch "representative_mismatch" CorrectField "代表人与证照不一致。" "The representative differs from the license.";
    AuthorizationMissing "authorization_missing" Upload "经办人不是代表人时需要授权书。" "Someone who is not the representative needs a letter of authorization.";
    ConsentMissing "consent_missing" AskForConsent "代表人尚未同意以其名义认证。" "The representative has not consented to stand for the organization.";
    RegistryNotFound "registry_not_found" UpdateLicenseAtRegistryFirst "登记机关查无此企业。" "The registry does not know this organization.";
    RegistryInactive "registry_inactive" UpdateLicenseAtRegistryFirst "企业已注销、吊销或停业。" "The registry lists the organization as inactive.";
    DuplicateEnterprise "duplicate_enterprise" JoinOrAppeal "该证照号码已被其他企业认证。" "Another organization is certified with this number.";
    NobodyCertified "nobody_certified" CorrectField "没有其他企业以此证照号码认证，无需接管。" "Nobody is certified with this number, so there is nothing to take over.";
    ProhibitedBusiness "prohibited_business" ContactSupport "该类业务不能认证。" "This kind of business cannot be certified.";
    Other "other" ContactSupport "其他问题，见说明。" "Something else; see the message.";
}

/// What to do about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Write something into the empty field.
    FillIn,
    /// Correct what stands in the field.
    CorrectField,
    /// Upload the document.
    Upload,
    /// Upload it again, better.
    UploadAgain,
    /// Have the registry change the license, then apply.
    UpdateLicenseAtRegistryFirst,
    /// Ask the representative for the code that was sent to them, or upload their letter.
    AskForConsent,
    /// Ask to join the certified organization, or appeal.
    JoinOrAppeal,
    /// Ask for help.
    ContactSupport,
}

impl Remedy {
    /// Every remedy.
    pub const ALL: [Self; 8] = [
        Self::FillIn,
        Self::CorrectField,
        Self::Upload,
        Self::UploadAgain,
        Self::UpdateLicenseAtRegistryFirst,
        Self::AskForConsent,
        Self::JoinOrAppeal,
        Self::ContactSupport,
    ];
}

/// Something missing or wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The same finding of the same application always has the same id.
    pub id: Uuid,
    /// The field of the subject, as a JSON pointer into it.
    pub pointer: Option<String>,
    /// The requirement.
    pub requirement: Option<RequirementKind>,
    /// What is wrong.
    pub code: FindingCode,
    /// A reviewer's own words; without them the code's sentence stands.
    pub message: Option<String>,
    /// What to do.
    pub remedy: Remedy,
    /// Whether submission is refused while it stands.
    pub blocking: bool,
    /// Whether sending again can help.
    pub retryable: bool,
    /// Whether an approval needs it overridden.
    pub to_override: bool,
    /// What was measured, if anything was.
    pub measured: Option<f64>,
    /// The limit that was missed, if there is one.
    pub limit: Option<f64>,
    /// For operators alone.
    pub internal_note: Option<String>,
    /// What stood in the field when a reviewer saw it.
    pub seen: Option<Value>,
}

impl Finding {
    /// A computed finding that blocks submission.
    #[must_use]
    pub fn blocking(
        application: ApplicationId,
        code: FindingCode,
        pointer: Option<&str>,
        requirement: Option<RequirementKind>,
    ) -> Self {
        let requirement_name = requirement.map_or("", RequirementKind::name);
        let name = format!("{}|{}|{requirement_name}", code.name(), pointer.unwrap_or_default());
        Self {
            id: Uuid::new_v5(&application.into(), name.as_bytes()),
            pointer: pointer.map(str::to_owned),
            requirement,
            code,
            message: None,
            remedy: code.remedy(),
            blocking: true,
            retryable: true,
            to_override: false,
            measured: None,
            limit: None,
            internal_note: None,
            seen: None,
        }
    }

    /// The same finding, left to the reviewer: it does not block, and an approval overrides it.
    #[must_use]
    pub fn left_to_reviewer(self) -> Self {
        Self { blocking: false, to_override: true, ..self }
    }

    /// What was measured, and the limit.
    #[must_use]
    pub fn measured(self, measured: f64, limit: f64) -> Self {
        Self { measured: Some(measured), limit: Some(limit), ..self }
    }

    /// The sentence for a person.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        self.message.as_deref().unwrap_or_else(|| self.code.message(language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_finding_has_the_same_id() {
        let of = |application: u128, code, pointer| {
            Finding::blocking(Uuid::from_u128(application).into(), code, Some(pointer), None).id
        };
        let id = of(1, FindingCode::FieldMissing, "/legal_name");
        assert_eq!(id, of(1, FindingCode::FieldMissing, "/legal_name"));
        assert_ne!(id, of(2, FindingCode::FieldMissing, "/legal_name"));
        assert_ne!(id, of(1, FindingCode::FieldMissing, "/license_term/kind"));
        assert_ne!(id, of(1, FindingCode::FieldInvalid, "/legal_name"));
    }

    #[test]
    fn wire_names_are_serde_names() {
        for code in FindingCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }
}
