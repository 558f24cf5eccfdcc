use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::{Call, NO_BODY};
use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{delete, post};
use chrono::{DateTime, Utc};
use domain::certification::Hold;
use domain::error::{Faults, Place};
use domain::review::{hold, lift};
use domain::text::Prose;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Why documents are held.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "两家企业对同一执照有争议。"}))]
pub(crate) struct HoldDocuments {
    /// Why, for operators.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// That documents are kept because they are disputed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentHold {
    /// Since when.
    held_at: DateTime<Utc>,
    /// The operator who said so.
    operator_id: Uuid,
    /// Why.
    #[schema(example = "两家企业对同一执照有争议。")]
    reason: String,
}

impl From<&Hold> for DocumentHold {
    fn from(hold: &Hold) -> Self {
        Self { held_at: hold.at, operator_id: hold.by, reason: hold.reason.clone() }
    }
}

/// Hold the documents of a case
///
/// They are not erased after their time until the hold is lifted. For senior reviewers.
#[utoipa::path(
    operation_id = "hold_review_documents", tag = "review",
    params(("id" = Uuid, Path, description = "The application.")),
    request_body = HoldDocuments,
    responses((status = 201, description = "The hold.", body = DocumentHold)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:confirm")), ("x-errors" = json!(["already_held", "own_organization", "input_invalid"]))),
)]
#[post("/v1/platform/reviews/{id}/hold")]
pub(crate) async fn hold_review_documents(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    body: Body<HoldDocuments>,
) -> Outcome {
    let id = id.into_inner().into();
    let reason =
        Prose::parse(&body.value.reason).map_err(|wrong| Faults::one(Place::Body, "/reason", wrong))?;
    call.write(None, body.fingerprint, move |tx, world| {
        let hold = hold(tx, &world.context, &operator.0, id, &reason)?;
        Reply::json(StatusCode::CREATED, &DocumentHold::from(&hold))
    })
    .await
}

/// Lift the hold
///
/// What should have been erased meanwhile goes now. For senior reviewers.
#[utoipa::path(
    operation_id = "lift_review_hold", tag = "review",
    params(("id" = Uuid, Path, description = "The application.")),
    responses((status = 204, description = "It is lifted.")),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:confirm")), ("x-errors" = json!(["not_held", "own_organization"]))),
)]
#[delete("/v1/platform/reviews/{id}/hold")]
pub(crate) async fn lift_review_hold(call: Call, id: Path<Uuid>, operator: Operator) -> Outcome {
    let id = id.into_inner().into();
    call.write(None, NO_BODY, move |tx, world| {
        lift(tx, &world.context, &operator.0, id, &world.service.settings.certification)?;
        Ok(Reply::no_content())
    })
    .await
}
