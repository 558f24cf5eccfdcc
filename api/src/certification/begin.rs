use super::CertificationView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::certification::{ApplicationKind, begin};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A kind of application that can be begun.
///
/// - `renewal`: the certificate ends within 30 days, or has ended
/// - `change`: something that the certificate says has changed
/// - `takeover`: another tenant is certified with the number of the form, and its owner has vanished
/// - `initial`: the first certification after all, instead of a takeover
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StartableKind {
    Renewal,
    Change,
    Takeover,
    Initial,
}

/// Which application is to be begun.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "renewal"}))]
pub(crate) struct BeginApplication {
    /// Why.
    kind: StartableKind,
}

impl From<StartableKind> for ApplicationKind {
    fn from(kind: StartableKind) -> Self {
        match kind {
            StartableKind::Renewal => Self::Renewal,
            StartableKind::Change => Self::Change,
            StartableKind::Takeover => Self::Takeover,
            StartableKind::Initial => Self::Initial,
        }
    }
}

/// Begin another application
///
/// To renew the certificate, or to change what it says. It begins with what the certificate says; the certificate stays as
/// it is until the application is decided. A tenant without a certificate makes its application a takeover, or the first
/// certification again; what was written and uploaded stays.
#[utoipa::path(
    operation_id = "begin_certification_application", tag = "certification",
    request_body = BeginApplication,
    responses((status = 201, description = "The certification, with the new application.", body = CertificationView,
        headers(("ETag" = String, description = "The version of the application.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("certification:manage")), ("x-errors" = json!(["application_under_way", "rejected_finally", "certificate_missing", "certificate_suspended", "certificate_ended", "renewal_too_early", "not_certified", "already_certified", "input_invalid"]))),
)]
#[post("/v1/certification/applications")]
pub(crate) async fn begin_certification_application(
    call: Call,
    member: Member,
    body: Body<BeginApplication>,
) -> Outcome {
    let kind = body.value.kind.into();
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let (types, terms) = (&world.service.types, &world.service.settings.certification);
        let overview = begin(tx, &world.context, &member.0, kind, types, terms)?;
        let view = CertificationView::of(&overview, terms, world.language, world.context.now);
        Ok(Reply::json(StatusCode::CREATED, &view)?.version(overview.case.application.version))
    })
    .await
}
