use super::{AdministratorProfile, OrganizationProfile, RegistrationView, parse};
use crate::agreement::AcceptedAgreement;
use crate::http::actor::KnownDevice;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::token;
use crate::verification::{permit, required};
use actix_web::http::StatusCode;
use actix_web::post;
use domain::actor::Realm;
use domain::registration::{Start, start};
use domain::verification::Purpose;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A company that wants to join.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "organization": {"name": "深圳市工牌科技有限公司", "type": "enterprise", "industry": "I65", "staff_size": "50_199",
        "address": {"region": "440305", "line": "科技园路 1 号"}, "phone": "0755-86001234"},
    "administrator": {"name": "王小明", "position": "行政经理", "mobile": "13800138000", "is_legal_representative": true},
    "accepted_agreements": [
        {"id": "019a0000-0000-7000-8000-000000000001", "version": "2026-11-01"},
        {"id": "019a0000-0000-7000-8000-000000000002", "version": "2026-11-01"},
        {"id": "019a0000-0000-7000-8000-000000000003", "version": "2026-11-01"}]
}))]
pub(crate) struct StartRegistration {
    /// The organization.
    organization: OrganizationProfile,
    /// Who registers it.
    administrator: AdministratorProfile,
    /// The agreements that were accepted, each in the version that was read; `list_agreements` has them.
    #[schema(max_items = 20)]
    accepted_agreements: Vec<AcceptedAgreement>,
}

/// Begin a registration
///
/// The code is on its way to the administrator's mobile when this answers. Whoever holds the `registration_token` can see,
/// correct and complete the registration; nobody else can.
#[utoipa::path(
    operation_id = "start_registration", tag = "registration",
    params(("X-Device-Token" = Option<String>, Header, description = "The token of a device that has signed in before.")),
    request_body = StartRegistration,
    responses((status = 201, description = "It waits for the code.", body = RegistrationView,
        headers(("ETag" = String, description = "The version.")))),
    extensions(("x-errors" = json!(["code_resend_too_soon", "code_daily_limit", "code_budget_spent", "human_check_required", "human_check_failed", "input_invalid"]))),
)]
#[post("/v1/registrations")]
pub(crate) async fn start_registration(
    call: Call,
    device: KnownDevice,
    body: Body<StartRegistration>,
) -> Outcome {
    let (organization, administrator) =
        parse(&body.value.organization, &body.value.administrator, &call.service.types)?;
    let permit =
        permit(&call, Realm::Tenant, Purpose::Register, &administrator.mobile, device.0, None).await?;
    let accepted: Vec<_> = body.value.accepted_agreements.iter().map(AcceptedAgreement::parse).collect();
    let (token, token_hash) = token::opaque(&call.service.random, "gpg");
    let id = call.world().context.id();
    let request = Start { id, organization, administrator, accepted, token: token_hash };
    call.write(None, body.fingerprint, move |tx, world| {
        let service = world.service;
        let (terms, limits) = (&service.settings.registration, &service.settings.codes);
        let registration = start(
            tx,
            &world.context,
            &request,
            required(permit.as_ref())?,
            &service.agreements,
            terms,
            limits,
        )?;
        let view = RegistrationView::of(&registration, world.context.now, Some(token.clone()));
        Ok(Reply::json(StatusCode::CREATED, &view)?.version(registration.version).secret())
    })
    .await
}
