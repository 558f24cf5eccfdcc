use super::FindingView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::post;
use domain::certification::overview;
use serde::Serialize;
use utoipa::ToSchema;

/// What a precheck found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrecheckView {
    /// What is missing or wrong; empty when the application can be submitted as it is.
    findings: Vec<FindingView>,
}

/// Check the application before submitting it
///
/// Runs every rule that a machine can judge, and changes nothing.
#[utoipa::path(
    operation_id = "precheck_certification", tag = "certification",
    responses((status = 200, description = "The findings.", body = PrecheckView)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("certification:read"))),
)]
#[post("/v1/certification/precheck")]
pub(crate) async fn precheck_certification(call: Call, member: Member) -> Outcome {
    call.compute(Some(member.0.tenant), NO_BODY, move |tx, world| {
        let terms = &world.service.settings.certification;
        let overview = overview(tx, &world.context, &member.0, &world.service.types, terms)?;
        let findings =
            overview.findings.iter().map(|finding| FindingView::of(finding, world.language)).collect();
        Reply::ok(&PrecheckView { findings })
    })
    .await
}
