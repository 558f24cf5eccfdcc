use super::{
    CertificationView, IdentityKind, LicenseTermKind, RegistrationNumberKind, RepresentativeCapacity,
};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::patch;
use domain::certification::{Draft, update_subject};
use domain::error::{Error, Result};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

/// What is to be written (RFC 7396): only what is there changes, null empties a field. Any subset saves, also with wrong
/// values: what is wrong with them comes back as findings.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "legal_name": "深圳市工牌科技有限公司",
    "registration": {"kind": "credit_code", "number": "91350100M000100Y43"},
    "registered_address": {"region": "440305", "line": "科技园路 1 号"},
    "license_term": {"kind": "long_term"},
    "representative": {"name": "王小明", "capacity": "legal_representative", "id_kind": "resident_id", "id_number": "11010519491231002X", "id_term": {"kind": "fixed", "until": "2039-06-30"}, "mobile": "13800138000"},
    "applicant": {"is_representative": true}
}))]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct UpdateSubject {
    /// The name on the license.
    #[schema(max_length = 200)]
    legal_name: Option<String>,
    /// The number on the license.
    registration: Option<RegistrationNumberPatch>,
    /// The address on the license.
    registered_address: Option<RegisteredAddressPatch>,
    /// How long the license lasts.
    license_term: Option<LicenseTermPatch>,
    /// Who stands for the organization.
    representative: Option<RepresentativePatch>,
    /// Who applies.
    applicant: Option<ApplicantPatch>,
}

/// The registration of an organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct RegistrationNumberPatch {
    /// Which kind of number.
    kind: Option<RegistrationNumberKind>,
    /// The number.
    #[schema(max_length = 60)]
    number: Option<String>,
    /// The organization code that goes with a legacy number.
    #[schema(max_length = 20)]
    organization_code: Option<String>,
}

/// The address on a license.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct RegisteredAddressPatch {
    /// The division of GB/T 2260.
    #[schema(max_length = 20)]
    region: Option<String>,
    /// Street, number, floor.
    #[schema(max_length = 400)]
    line: Option<String>,
}

/// How long a license or an identity document lasts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct LicenseTermPatch {
    /// Whether it ends.
    kind: Option<LicenseTermKind>,
    /// Its last day, `YYYY-MM-DD`.
    #[schema(max_length = 20)]
    until: Option<String>,
}

/// Who stands for the organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct RepresentativePatch {
    /// The name.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// In which capacity.
    capacity: Option<RepresentativeCapacity>,
    /// With which document.
    id_kind: Option<IdentityKind>,
    /// The number of the identity document; answers show it mostly hidden.
    #[schema(max_length = 40)]
    id_number: Option<String>,
    /// How long it lasts.
    id_term: Option<LicenseTermPatch>,
    /// The mobile number.
    #[schema(max_length = 40)]
    mobile: Option<String>,
}

/// Who applies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct ApplicantPatch {
    /// Whether it is the representative.
    is_representative: Option<bool>,
    /// The name, if it is somebody else.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// With which document.
    id_kind: Option<IdentityKind>,
    /// Its number; answers show it mostly hidden.
    #[schema(max_length = 40)]
    id_number: Option<String>,
    /// How long it lasts.
    id_term: Option<LicenseTermPatch>,
}

/// Write the subject
///
/// A JSON merge patch (RFC 7396). `If-Match` must name the version that was read, so that two people who write at once do
/// not undo each other's work.
#[utoipa::path(
    operation_id = "update_certification_subject", tag = "certification",
    request_body(content((UpdateSubject = "application/json"), (UpdateSubject = "application/merge-patch+json"))),
    responses((status = 200, description = "The certification, with the findings that remain.", body = CertificationView,
        headers(("ETag" = String, description = "The new version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("certification:manage")), ("x-errors" = json!(["version_required", "version_stale", "action_not_allowed"]))),
)]
#[patch("/v1/certification/subject")]
pub(crate) async fn update_certification_subject(
    call: Call,
    member: Member,
    body: Body<UpdateSubject>,
) -> Outcome {
    let expected = call.require_if_match()?;
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let terms = &world.service.settings.certification;
        let write = |draft: &Draft| patched(draft, &body.json);
        let types = &world.service.types;
        let overview = update_subject(tx, &world.context, &member.0, write, expected, types, terms)?;
        let view = CertificationView::of(&overview, terms, world.language, world.context.now);
        Ok(Reply::ok(&view)?.version(overview.case.application.version))
    })
    .await
}

/// A draft with the patch applied. The contract's names of its fields are the draft's own.
fn patched(draft: &Draft, patch: &Value) -> Result<Draft> {
    let failed = |error: serde_json::Error| Error::internal(format!("subject: {error}"));
    let mut whole = serde_json::to_value(draft).map_err(failed)?;
    json_patch::merge(&mut whole, patch);
    // Null empties a whole group as it empties a field.
    if let Some(groups) = whole.as_object_mut() {
        groups.retain(|_, value| !value.is_null());
    }
    serde_json::from_value(whole).map_err(failed)
}
