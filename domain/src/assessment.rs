//! The assessment before registration: what an organization will need, may do, and should switch on.

use crate::certification::{Draft, RequirementKind, required_kinds};
use crate::policy::SecurityPreset;
use crate::reference::{OrganizationType, StaffSize};
use serde::{Deserialize, Serialize};

/// What somebody wants from the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Tell everybody something.
    Announcements,
    /// Plan together.
    Calendar,
    /// Share files.
    Documents,
    /// Stay in touch with customers.
    ExternalContacts,
    /// Connect own or bought programs.
    AppMarket,
}

impl Need {
    /// The workspace module that serves it.
    #[must_use]
    pub fn module(self) -> &'static str {
        match self {
            Self::Announcements => "announcements",
            Self::Calendar => "calendar",
            Self::Documents => "documents",
            Self::ExternalContacts => "external_contacts",
            Self::AppMarket => "app_market",
        }
    }

    /// Whether an uncertified tenant has to do without it.
    #[must_use]
    pub fn needs_certification(self) -> bool {
        matches!(self, Self::ExternalContacts | Self::AppMarket)
    }
}

/// What an assessment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// Whether the organization fits on the platform without being certified.
    pub usable_uncertified: bool,
    /// The documents to prepare, if the representative applies with a resident identity card.
    pub materials: Vec<RequirementKind>,
    /// Needs that only a certified tenant can have.
    pub needs_certification: Vec<Need>,
    /// The modules to switch on.
    pub modules: Vec<&'static str>,
    /// The built-in roles to hand out.
    pub roles: Vec<&'static str>,
    /// The security policy to begin with.
    pub preset: SecurityPreset,
}

/// Assesses an organization.
#[must_use]
pub fn assess(organization: &OrganizationType, staff: StaffSize, needs: &[Need]) -> Assessment {
    let needs_certification: Vec<_> =
        needs.iter().copied().filter(|need| need.needs_certification()).collect();
    let small = staff <= StaffSize::UpTo199;
    let mut modules = vec![Need::Announcements.module()];
    for need in needs {
        if !modules.contains(&need.module()) {
            modules.push(need.module());
        }
    }
    let mut roles = vec!["owner", "administrator"];
    if staff >= StaffSize::UpTo199 {
        roles.extend(["hr", "department_manager"]);
    }
    if !small {
        roles.extend(["directory_manager", "auditor"]);
    }
    let preset = match staff {
        _ if organization.code == "government" => SecurityPreset::Strict,
        StaffSize::UpTo49 => SecurityPreset::Basic,
        StaffSize::UpTo4999 | StaffSize::From5000 => SecurityPreset::Strict,
        _ => SecurityPreset::Recommended,
    };
    Assessment {
        usable_uncertified: small && needs_certification.is_empty(),
        materials: required_kinds(organization, &Draft::default()),
        needs_certification,
        modules,
        roles,
        preset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::OrganizationTypes;

    #[test]
    fn a_shop_needs_nothing_and_a_group_needs_certification() {
        let types = OrganizationTypes::shipped().unwrap();
        let shop = assess(types.parse("individual_business").unwrap(), StaffSize::UpTo49, &[Need::Calendar]);
        assert!(shop.usable_uncertified);
        assert_eq!((shop.modules, shop.preset), (vec!["announcements", "calendar"], SecurityPreset::Basic));

        let group =
            assess(types.parse("enterprise").unwrap(), StaffSize::From5000, &[Need::ExternalContacts]);
        assert!(!group.usable_uncertified);
        assert_eq!(group.needs_certification, [Need::ExternalContacts]);
        assert_eq!(group.preset, SecurityPreset::Strict);
        assert!(group.materials.contains(&RequirementKind::BusinessLicense));
    }
}
