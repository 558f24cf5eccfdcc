use super::{AdministratorProfile, OrganizationProfile, RegistrationView, StaffSize, parse};
use crate::http::actor::{Bearer, KnownDevice};
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::verification::permit;
use actix_web::patch;
use actix_web::web::Path;
use domain::actor::Realm;
use domain::error::{Code, Error, Result};
use domain::phone::MobileNumber;
use domain::registration::{Registration, correct, opened_by};
use domain::verification::Purpose;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What is to be corrected (RFC 7396): only what is there changes.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organization": {"name": "深圳市工牌软件有限公司"}, "administrator": {"mobile": "13900139000"}}))]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct CorrectRegistration {
    /// The organization.
    #[schema(nullable = false)]
    organization: Option<OrganizationPatch>,
    /// Who registers it. Another mobile gets a new code.
    #[schema(nullable = false)]
    administrator: Option<AdministratorPatch>,
}

/// Corrections of an organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct OrganizationPatch {
    /// The full name.
    #[schema(min_length = 2, max_length = 64, nullable = false)]
    name: Option<String>,
    /// The code of its type.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    r#type: Option<String>,
    /// Section and division of GB/T 4754.
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
}

/// Corrections of an address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressPatch {
    /// The division of GB/T 2260.
    #[schema(min_length = 6, max_length = 6, nullable = false)]
    pub(crate) region: Option<String>,
    /// Street, number, floor.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub(crate) line: Option<String>,
}

/// Corrections of the administrator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct AdministratorPatch {
    /// The name.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    name: Option<String>,
    /// The job.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    position: Option<String>,
    /// The mobile number. Another one gets a new code.
    #[schema(min_length = 5, max_length = 30, nullable = false)]
    mobile: Option<String>,
    /// Whether this person stands for the organization by law.
    #[schema(nullable = false)]
    is_legal_representative: Option<bool>,
}

/// Correct a registration while it waits
///
/// A JSON merge patch (RFC 7396). Another mobile is a new send, with the limits of one.
#[utoipa::path(
    operation_id = "correct_registration", tag = "registration",
    params(("id" = Uuid, Path, description = "The registration."),
        ("X-Device-Token" = Option<String>, Header, description = "The token of a device that has signed in before.")),
    request_body(content((CorrectRegistration = "application/json"), (CorrectRegistration = "application/merge-patch+json"))),
    responses((status = 200, description = "The corrected registration.", body = RegistrationView,
        headers(("ETag" = String, description = "The version.")))),
    security(("registration_token" = [])),
    extensions(("x-errors" = json!(["registration_not_waiting", "registration_expired", "code_resend_too_soon", "code_daily_limit", "code_budget_spent", "human_check_required", "human_check_failed", "version_stale", "input_invalid"]))),
)]
#[patch("/v1/registrations/{id}")]
pub(crate) async fn correct_registration(
    call: Call,
    id: Path<Uuid>,
    token: Bearer,
    device: KnownDevice,
    body: Body<CorrectRegistration>,
) -> Outcome {
    let id = id.into_inner().into();
    let expected = call.if_match()?;
    let mobile = body.json.pointer("/administrator/mobile").and_then(Value::as_str);
    let mut permitted = None;
    if let Some(Ok(mobile)) = mobile.map(MobileNumber::parse) {
        let before = super::opened(&call, id, token.0).await?;
        before.require_waiting(call.service.clock.now())?;
        if mobile != before.administrator.mobile {
            permitted = permit(&call, Realm::Tenant, Purpose::Register, &mobile, device.0, None).await?;
        }
    }
    call.write(None, body.fingerprint, move |tx, world| {
        let before = opened_by(tx, id, &token.0)?;
        if expected.is_some_and(|expected| expected != before.version) {
            return Err(Code::VersionStale.into());
        }
        before.require_waiting(world.context.now)?;
        let (organization, administrator) = patched(&before, &body.json)?;
        let (organization, administrator) = parse(&organization, &administrator, &world.service.types)?;
        let limits = &world.service.settings.codes;
        let after =
            correct(tx, &world.context, before, organization, administrator, permitted.as_ref(), limits)?;
        Ok(Reply::ok(&RegistrationView::of(&after, world.context.now, None))?.version(after.version))
    })
    .await
}

/// Both profiles with the patch applied.
fn patched(before: &Registration, patch: &Value) -> Result<(OrganizationProfile, AdministratorProfile)> {
    let mut whole = json!({
        "organization": OrganizationProfile::of(&before.organization),
        "administrator": AdministratorProfile::of(&before.administrator),
    });
    json_patch::merge(&mut whole, patch);
    let [organization, administrator] = ["organization", "administrator"].map(|name| whole[name].take());
    let failed = |error: serde_json::Error| Error::new(Code::MalformedRequest).context(error.to_string());
    Ok((
        serde_json::from_value(organization).map_err(failed)?,
        serde_json::from_value(administrator).map_err(failed)?,
    ))
}
