use super::{CertificationView, FindingView};
use crate::agreement::AcceptedAgreement;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::certification::{Submitted, submit};
use domain::error::{Code, Error};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

/// The consent that goes with a submission.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"accepted_agreements": [{"id": "019a0000-0000-7000-8000-000000000004", "version": "2026-11-01"}]}))]
pub(crate) struct SubmitCertification {
    /// The agreements that were accepted, each in the version that was read.
    #[schema(max_items = 20)]
    accepted_agreements: Vec<AcceptedAgreement>,
}

/// Submit the application
///
/// What was written becomes an attempt that never changes. While a finding blocks, the answer is 422
/// `certification_incomplete` with the findings.
#[utoipa::path(
    operation_id = "submit_certification", tag = "certification",
    request_body = SubmitCertification,
    responses((status = 201, description = "It waits for a reviewer.", body = CertificationView,
        headers(("ETag" = String, description = "The new version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("certification:manage")), ("x-errors" = json!(["certification_incomplete", "action_not_allowed", "input_invalid"]))),
)]
#[post("/v1/certification/submission")]
pub(crate) async fn submit_certification(
    call: Call,
    member: Member,
    body: Body<SubmitCertification>,
) -> Outcome {
    let accepted: Vec<_> = body.value.accepted_agreements.iter().map(AcceptedAgreement::parse).collect();
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let service = world.service;
        let terms = &service.settings.certification;
        let submitted =
            submit(tx, &world.context, &member.0, &accepted, &service.agreements, &service.types, terms)?;
        match submitted {
            Submitted::Accepted(overview) => {
                let view = CertificationView::of(&overview, terms, world.language, world.context.now);
                Ok(Reply::json(StatusCode::CREATED, &view)?.version(overview.case.application.version))
            }
            Submitted::Incomplete(findings) => {
                let findings: Vec<_> = findings.iter().map(|f| FindingView::of(f, world.language)).collect();
                Err(Error::new(Code::CertificationIncomplete).with("findings", json!(findings)))
            }
        }
    })
    .await
}
