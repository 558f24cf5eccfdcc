//! Registration: a company joins, proved by an SMS code.

pub(crate) mod correct;
pub(crate) mod get;
pub(crate) mod resend;
pub(crate) mod start;
pub(crate) mod verify;

use crate::http::call::{Call, blocking};
use crate::mirror::mirror;
use crate::verification::SentCode;
use chrono::{DateTime, Utc};
use domain::error::{Faults, Place};
use domain::id::RegistrationId;
use domain::phone::{MobileNumber, Phone};
use domain::reference::{IndustryCode, OrganizationTypes, RegionCode};
use domain::registration::{Administrator, Registration, State, opened_by};
use domain::session::TokenHash;
use domain::tenant::{Address, Organization};
use domain::text::{AddressLine, OrganizationName, PersonName, Position};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

mirror! {
    /// How many people an organization has.
    StaffSize = domain::reference::StaffSize {
        UpTo49 "1_49" "1 to 49";
        UpTo199 "50_199" "50 to 199";
        UpTo499 "200_499" "200 to 499";
        UpTo999 "500_999" "500 to 999";
        UpTo4999 "1000_4999" "1000 to 4999";
        From5000 "5000_plus" "5000 and more";
    }
}

/// A postal address.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostalAddress {
    /// The administrative division, by its code of GB/T 2260; `list_regions` has them.
    #[schema(example = "440305", min_length = 6, max_length = 6)]
    region: String,
    /// Street, number, floor.
    #[schema(example = "科技园路 1 号", min_length = 1, max_length = 200)]
    line: String,
}

/// What an organization says of itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganizationProfile {
    /// The full name.
    #[schema(example = "深圳市工牌科技有限公司", min_length = 2, max_length = 64)]
    name: String,
    /// The code of its type; `list_organization_types` has them.
    #[schema(example = "enterprise", min_length = 1, max_length = 64)]
    r#type: String,
    /// What it does: section and division of GB/T 4754; `list_industries` has them.
    #[schema(example = "I65", min_length = 3, max_length = 3)]
    industry: String,
    /// How many people it has.
    staff_size: StaffSize,
    /// Where it is.
    address: PostalAddress,
    /// Where it is called: a landline with its area code, also with an extension, a 400 number, a mobile.
    #[schema(example = "0755-86001234", min_length = 5, max_length = 40)]
    phone: String,
}

/// Who registers the organization, and becomes its owner.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdministratorProfile {
    /// The name.
    #[schema(example = "王小明", min_length = 1, max_length = 64)]
    name: String,
    /// The job.
    #[schema(example = "行政经理", min_length = 1, max_length = 64)]
    position: String,
    /// The mobile number that the code is sent to. Bare digits mean +86 where they fit.
    #[schema(example = "13800138000", min_length = 5, max_length = 30)]
    mobile: String,
    /// Whether this person stands for the organization by law.
    is_legal_representative: bool,
}

/// Where a registration stands.
///
/// - `awaiting_verification`: the code has not been entered
/// - `completed`: the tenant exists
/// - `expired`: the code was not entered in time
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RegistrationState {
    AwaitingVerification,
    Completed,
    Expired,
}

/// A registration.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RegistrationView {
    /// Its id.
    id: Uuid,
    /// Where it stands.
    state: RegistrationState,
    /// Opens this registration: send it as `Authorization: Bearer`. Only in the answer that began it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "gpg_bXlzZWNyZXQ")]
    registration_token: Option<String>,
    /// Until when it waits for the code.
    expires_at: DateTime<Utc>,
    /// The organization.
    organization: OrganizationProfile,
    /// Who registers it.
    administrator: AdministratorProfile,
    /// The code that was sent; null once it was entered.
    verification: Option<SentCode>,
    /// The tenant, once it exists.
    tenant_id: Option<Uuid>,
}

impl RegistrationView {
    pub(crate) fn of(registration: &Registration, now: DateTime<Utc>, token: Option<String>) -> Self {
        let (state, tenant_id) = match registration.state(now) {
            State::AwaitingVerification => (RegistrationState::AwaitingVerification, None),
            State::Completed { tenant, .. } => (RegistrationState::Completed, Some(tenant.into())),
            State::Expired => (RegistrationState::Expired, None),
        };
        Self {
            id: registration.id.into(),
            state,
            registration_token: token,
            expires_at: registration.expires_at,
            organization: OrganizationProfile::of(&registration.organization),
            administrator: AdministratorProfile::of(&registration.administrator),
            verification: tenant_id
                .is_none()
                .then(|| SentCode::of(&registration.administrator.mobile, &registration.code)),
            tenant_id,
        }
    }
}

impl PostalAddress {
    pub(crate) fn of(address: &Address) -> Self {
        Self { region: address.region.as_str().to_owned(), line: address.line.as_str().to_owned() }
    }
}

impl OrganizationProfile {
    fn of(organization: &Organization) -> Self {
        Self {
            name: organization.name.as_str().to_owned(),
            r#type: organization.kind.clone(),
            industry: organization.industry.as_str().to_owned(),
            staff_size: organization.staff_size.into(),
            address: PostalAddress::of(&organization.address),
            phone: organization.phone.as_str().to_owned(),
        }
    }
}

impl AdministratorProfile {
    fn of(administrator: &Administrator) -> Self {
        Self {
            name: administrator.name.as_str().to_owned(),
            position: administrator.position.as_str().to_owned(),
            mobile: administrator.mobile.as_str().to_owned(),
            is_legal_representative: administrator.is_legal_representative,
        }
    }
}

/// The registration that a token opens, read ahead of the transaction that changes it.
async fn opened(call: &Call, id: RegistrationId, token: TokenHash) -> domain::error::Result<Registration> {
    let service = call.service.clone();
    blocking(move || service.database.read(|tx| opened_by(tx, id, &token))).await
}

/// The domain's values of both profiles, or every fault in them.
fn parse(
    organization: &OrganizationProfile,
    administrator: &AdministratorProfile,
    types: &OrganizationTypes,
) -> domain::error::Result<(Organization, Administrator)> {
    let mut faults = Faults::of(Place::Body);
    let name = faults.at("/organization/name", OrganizationName::parse(&organization.name));
    let kind = faults.at("/organization/type", types.parse(&organization.r#type));
    let industry = faults.at("/organization/industry", IndustryCode::parse(&organization.industry));
    let region = faults.at("/organization/address/region", RegionCode::parse(&organization.address.region));
    let line = faults.at("/organization/address/line", AddressLine::parse(&organization.address.line));
    let phone = faults.at("/organization/phone", Phone::parse(&organization.phone));
    let person = faults.at("/administrator/name", PersonName::parse(&administrator.name));
    let position = faults.at("/administrator/position", Position::parse(&administrator.position));
    let mobile = faults.at("/administrator/mobile", MobileNumber::parse(&administrator.mobile));
    let (Some(name), Some(kind), Some(industry), Some(region), Some(line), Some(phone)) =
        (name, kind, industry, region, line, phone)
    else {
        return Err(faults.into_error());
    };
    let (Some(person), Some(position), Some(mobile)) = (person, position, mobile) else {
        return Err(faults.into_error());
    };
    let organization = Organization {
        name,
        kind: kind.code.clone(),
        industry,
        staff_size: organization.staff_size.into(),
        address: Address { region, line },
        phone,
    };
    let is_legal_representative = administrator.is_legal_representative;
    Ok((organization, Administrator { name: person, position, mobile, is_legal_representative }))
}
