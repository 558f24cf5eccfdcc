use super::CertificationView;
use crate::agreement::AcceptedAgreement;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::{Call, NO_BODY};
use crate::session::refusal;
use crate::verification::{SentCode, permit, required};
use actix_web::http::StatusCode;
use actix_web::post;
use domain::actor::Realm;
use domain::certification::{consenting, give_consent, overview, send_consent_code};
use domain::error::{Faults, Place};
use domain::verification::{Check, Code, Purpose};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// The code that the representative was sent.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "123456", "accepted_agreements": [{"id": "019a0000-0000-7000-8000-000000000004", "version": "2026-11-01"}]}))]
pub(crate) struct GiveConsent {
    /// The six digits.
    #[schema(min_length = 1, max_length = 20)]
    code: String,
    /// The agreements to which the representative consents, in the version that was shown to them.
    #[schema(max_items = 20)]
    accepted_agreements: Vec<AcceptedAgreement>,
}

/// Ask the representative for consent
///
/// Sends a code to the number of whoever is to stand for the organization. Entering it says that they consent.
#[utoipa::path(
    operation_id = "request_certification_consent", tag = "certification",
    responses((status = 202, description = "The code is on its way.", body = SentCode)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("certification:manage")), ("x-errors" = json!(["representative_incomplete", "action_not_allowed", "code_resend_too_soon", "code_daily_limit", "code_budget_spent", "human_check_required", "human_check_failed"]))),
)]
#[post("/v1/certification/consent-codes")]
pub(crate) async fn request_certification_consent(call: Call, member: Member) -> Outcome {
    let tenant = Some(member.0.tenant);
    let permit = if call.repeated().await? {
        None
    } else {
        let actor = member.0.clone();
        let asked = call.read(tenant, move |tx, world| consenting(tx, &world.context, &actor));
        let (_, _, mobile) = asked.await?;
        permit(&call, Realm::Tenant, Purpose::ConfirmRepresentation, &mobile, None, tenant).await?
    };
    call.write(tenant, NO_BODY, move |tx, world| {
        let (permit, limits) = (required(permit.as_ref())?, &world.service.settings.codes);
        let sent = send_consent_code(tx, &world.context, &member.0, permit, limits)?;
        Reply::json(StatusCode::ACCEPTED, &SentCode::of(permit.mobile()?, &sent))
    })
    .await
}

/// Enter the representative's code
///
/// Changing the name or the number of the representative makes the consent worthless.
#[utoipa::path(
    operation_id = "give_certification_consent", tag = "certification",
    request_body = GiveConsent,
    responses((status = 200, description = "The representative has consented.", body = CertificationView,
        headers(("ETag" = String, description = "The new version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("certification:manage")), ("x-errors" = json!(["verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "representative_incomplete", "action_not_allowed", "input_invalid"]))),
)]
#[post("/v1/certification/consent")]
pub(crate) async fn give_certification_consent(
    call: Call,
    member: Member,
    body: Body<GiveConsent>,
) -> Outcome {
    let code = Code::parse(&body.value.code).map_err(|wrong| Faults::one(Place::Body, "/code", wrong))?;
    let accepted: Vec<_> = body.value.accepted_agreements.iter().map(AcceptedAgreement::parse).collect();
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let accepted = (accepted.as_slice(), &world.service.agreements);
        let check = give_consent(tx, &world.context, &member.0, &code, accepted, &world.service.keys)?;
        if check != Check::Correct {
            return Ok(world.refusal(&refusal(check)));
        }
        let (types, terms) = (&world.service.types, &world.service.settings.certification);
        let overview = overview(tx, &world.context, &member.0, types, terms)?;
        let view = CertificationView::of(&overview, terms, world.language, world.context.now);
        Ok(Reply::ok(&view)?.version(overview.case.application.version))
    })
    .await
}
