//! What a senior operator can do with a certificate.

use super::CertificateView;
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::{Call, NO_BODY};
use actix_web::web::Path;
use actix_web::{delete, post};
use domain::certification::{reinstate, suspend};
use domain::error::{Faults, Place};
use domain::text::Prose;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Why a certificate is suspended.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "登记机关列为经营异常。"}))]
pub(crate) struct SuspendCertificate {
    /// Why, for the tenant to read.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Suspend a certificate
///
/// It does not count until it is reinstated; the tenant is told why. For senior reviewers.
#[utoipa::path(
    operation_id = "suspend_certificate", tag = "review",
    params(("tenant_id" = Uuid, Path, description = "The tenant.")),
    request_body = SuspendCertificate,
    responses((status = 200, description = "The certificate.", body = CertificateView)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("certificate:suspend")), ("x-errors" = json!(["certificate_suspended", "own_organization", "input_invalid"]))),
)]
#[post("/v1/platform/certificates/{tenant_id}/suspension")]
pub(crate) async fn suspend_certificate(
    call: Call,
    tenant: Path<Uuid>,
    operator: Operator,
    body: Body<SuspendCertificate>,
) -> Outcome {
    let tenant = tenant.into_inner().into();
    let reason =
        Prose::parse(&body.value.reason).map_err(|wrong| Faults::one(Place::Body, "/reason", wrong))?;
    call.write(None, body.fingerprint, move |tx, world| {
        let certificate = suspend(tx, &world.context, &operator.0, tenant, &reason)?;
        let terms = &world.service.settings.certification;
        Reply::ok(&CertificateView::of(Some(&certificate), terms, world.context.now))
    })
    .await
}

/// Reinstate a certificate
///
/// It counts again, as far as time has left it. For senior reviewers.
#[utoipa::path(
    operation_id = "reinstate_certificate", tag = "review",
    params(("tenant_id" = Uuid, Path, description = "The tenant.")),
    responses((status = 200, description = "The certificate.", body = CertificateView)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("certificate:suspend")), ("x-errors" = json!(["certificate_not_suspended", "own_organization"]))),
)]
#[delete("/v1/platform/certificates/{tenant_id}/suspension")]
pub(crate) async fn reinstate_certificate(call: Call, tenant: Path<Uuid>, operator: Operator) -> Outcome {
    let tenant = tenant.into_inner().into();
    call.write(None, NO_BODY, move |tx, world| {
        let terms = &world.service.settings.certification;
        let certificate = reinstate(tx, &world.context, &operator.0, tenant, terms)?;
        Reply::ok(&CertificateView::of(Some(&certificate), terms, world.context.now))
    })
    .await
}
