//! Reference data: what an organization can be, what it can do, where it can be.
//!
//! Industries and regions are national standards and compiled in. Organization types are this platform's own rules;
//! an installation may replace their file.

mod calendar;
mod industry;
mod organization_type;
mod region;
mod staff_size;

pub use calendar::Calendar;
pub use industry::{Industry, IndustryCode, industries};
pub use organization_type::{Capacity, IdentityProof, OrganizationType, OrganizationTypes, RegistrationKind};
pub use region::{Region, RegionCode, regions};
pub use staff_size::StaffSize;

use crate::error::Language;
use serde::Deserialize;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Localized {
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    pub chinese: String,
    /// English.
    #[serde(rename = "en")]
    pub english: String,
}

impl Localized {
    /// The text in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        }
    }
}
