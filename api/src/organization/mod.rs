//! The organization's profile, and its logo.

pub(crate) mod get;
pub(crate) mod logo;
pub(crate) mod update;

use crate::certification::CertificateStateName;
use crate::inspection::Style;
use crate::picture::{PictureSquare, squares};
use crate::registration::{PostalAddress, StaffSize};
use chrono::{DateTime, Utc};
use domain::organization::Profile;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An organization as its members see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganizationView {
    /// Its id.
    id: Uuid,
    /// Its full name.
    #[schema(example = "深圳市工牌科技有限公司")]
    name: String,
    /// Whether the name is that of the certificate, and changes with it alone.
    name_locked: bool,
    /// What people call it.
    #[schema(example = "工牌科技")]
    short_name: Option<String>,
    /// The code of its type; `list_organization_types` has them.
    #[schema(example = "enterprise")]
    r#type: String,
    /// What it does: section and division of GB/T 4754.
    #[schema(example = "I65")]
    industry: String,
    /// How many people it has.
    staff_size: StaffSize,
    /// Where it is.
    address: PostalAddress,
    /// Where it is called.
    #[schema(example = "0755-86001234")]
    phone: String,
    /// Where it is on the web.
    #[schema(example = "https://example.com/")]
    website: Option<String>,
    /// Its logo, in every size; null when it has none.
    logo: Option<Vec<PictureSquare>>,
    /// Whom to ask: who was named, or the certified representative, or the owner.
    primary_contact: PrimaryContact,
    /// Where its certificate stands.
    certificate_state: CertificateStateName,
    /// Since when it exists.
    created_at: DateTime<Utc>,
    /// Counts the changes; `If-Match` of one may name it.
    #[schema(example = 1)]
    version: i64,
}

/// Whom to ask about an organization.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrimaryContact {
    /// Their name.
    #[schema(example = "王小明", min_length = 1, max_length = 64)]
    name: String,
    /// Where they are called.
    #[schema(example = "0755-86001234", min_length = 5, max_length = 40)]
    phone: String,
}

impl OrganizationView {
    pub(crate) fn of(profile: &Profile) -> Self {
        let (tenant, organization) = (&profile.tenant, &profile.tenant.organization);
        let presence = &tenant.presence;
        let place = format!("/v1/logos/{}", tenant.id);
        Self {
            id: tenant.id.into(),
            name: organization.name.as_str().to_owned(),
            name_locked: profile.name_locked(),
            short_name: presence.short_name.as_ref().map(|name| name.as_str().to_owned()),
            r#type: organization.kind.clone(),
            industry: organization.industry.as_str().to_owned(),
            staff_size: organization.staff_size.into(),
            address: PostalAddress::of(&organization.address),
            phone: organization.phone.as_str().to_owned(),
            website: presence.website.as_ref().map(|website| website.as_str().to_owned()),
            logo: presence.logo.as_deref().map(|digest| squares(&place, digest, Style::Logo)),
            primary_contact: PrimaryContact {
                name: profile.contact.0.clone(),
                phone: profile.contact.1.as_str().to_owned(),
            },
            certificate_state: profile.certificate.into(),
            created_at: tenant.created_at,
            version: tenant.version,
        }
    }
}
