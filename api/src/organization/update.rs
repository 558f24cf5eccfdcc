use super::{OrganizationView, PrimaryContact};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::registration::StaffSize;
use crate::registration::correct::AddressPatch;
use actix_web::patch;
use domain::error::{Faults, Place, Result};
use domain::organization::{OrganizationPatch, ShortName, Website, update};
use domain::phone::Phone;
use domain::reference::{IndustryCode, RegionCode};
use domain::text::{AddressLine, OrganizationName, PersonName};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

/// What changes about an organization (RFC 7396): what is not there stays.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"short_name": "工牌科技", "website": "https://example.com/"}))]
pub(crate) struct UpdateOrganization {
    /// The full name. Once the organization is certified, it is that of the certificate.
    #[schema(min_length = 2, max_length = 64, nullable = false)]
    name: Option<String>,
    /// What people call it; null takes it away.
    #[schema(min_length = 1, max_length = 32)]
    short_name: Option<String>,
    /// What it does: section and division of GB/T 4754.
    #[schema(min_length = 3, max_length = 3, nullable = false)]
    industry: Option<String>,
    /// How many people it has.
    #[schema(nullable = false)]
    staff_size: Option<StaffSize>,
    /// Where it is.
    #[schema(nullable = false)]
    address: Option<AddressPatch>,
    /// Where it is called.
    #[schema(min_length = 5, max_length = 40, nullable = false)]
    phone: Option<String>,
    /// Where it is on the web; null takes it away.
    #[schema(min_length = 1, max_length = 200)]
    website: Option<String>,
    /// Whom to ask; null names nobody.
    primary_contact: Option<PrimaryContact>,
}

impl UpdateOrganization {
    fn parse(&self, json: &Value) -> Result<OrganizationPatch> {
        let mut faults = Faults::of(Place::Body);
        // What is there and null takes away; what is not there stays.
        let given = |field: &str| json.get(field).is_some();
        let address = self.address.as_ref();
        let name = self.name.as_deref().map(OrganizationName::parse);
        let short_name = self.short_name.as_deref().map(ShortName::parse);
        let industry = self.industry.as_deref().map(IndustryCode::parse);
        let region = address.and_then(|address| address.region.as_deref()).map(RegionCode::parse);
        let line = address.and_then(|address| address.line.as_deref()).map(AddressLine::parse);
        let phone = self.phone.as_deref().map(Phone::parse);
        let website = self.website.as_deref().map(Website::parse);
        let contact = self.primary_contact.as_ref();
        let contact_name = contact.map(|contact| PersonName::parse(&contact.name));
        let contact_phone = contact.map(|contact| Phone::parse(&contact.phone));
        let patch = OrganizationPatch {
            name: name.and_then(|name| faults.at("/name", name)),
            short_name: given("short_name")
                .then(|| short_name.and_then(|name| faults.at("/short_name", name))),
            industry: industry.and_then(|industry| faults.at("/industry", industry)),
            staff_size: self.staff_size.map(Into::into),
            region: region.and_then(|region| faults.at("/address/region", region)),
            line: line.and_then(|line| faults.at("/address/line", line)),
            phone: phone.and_then(|phone| faults.at("/phone", phone)),
            website: given("website").then(|| website.and_then(|website| faults.at("/website", website))),
            contact: given("primary_contact").then(|| {
                let name = contact_name.and_then(|name| faults.at("/primary_contact/name", name));
                let phone = contact_phone.and_then(|phone| faults.at("/primary_contact/phone", phone));
                Some(domain::organization::PrimaryContact { name: name?, phone: phone? })
            }),
        };
        faults.finish()?;
        Ok(patch)
    }
}

/// Change the organization's profile
///
/// With `If-Match`, only the version that was seen is changed.
#[utoipa::path(
    operation_id = "update_organization", tag = "organization",
    request_body(content((UpdateOrganization = "application/json"), (UpdateOrganization = "application/merge-patch+json"))),
    responses((status = 200, description = "The organization.", body = OrganizationView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("organization:manage")), ("x-errors" = json!(["version_stale", "input_invalid"]))),
)]
#[patch("/v1/organization")]
pub(crate) async fn update_organization(
    call: Call,
    member: Member,
    body: Body<UpdateOrganization>,
) -> Outcome {
    let (expected, patch) = (call.if_match()?, body.value.parse(&body.json)?);
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let changed = update(tx, &world.context, &member.0, expected, patch.clone())?;
        Ok(Reply::ok(&OrganizationView::of(&changed))?.version(changed.tenant.version))
    })
    .await
}
