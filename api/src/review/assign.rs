use super::get::{ReviewView, reply};
use crate::http::actor::Operator;
use crate::http::answer::Outcome;
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::post;
use actix_web::web::Path;
use domain::review::assign;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// To whom a case is given.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"operator_id": "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d"}))]
pub(crate) struct AssignReview {
    /// A reviewer who does not belong to the company.
    operator_id: Uuid,
}

/// Give a case to a reviewer
///
/// Whoever holds it can hand it on, and a senior reviewer can hand it out at any time. It is theirs as if they had claimed it.
#[utoipa::path(
    operation_id = "assign_review", tag = "review",
    params(("id" = Uuid, Path, description = "The application.")),
    request_body = AssignReview,
    responses((status = 200, description = "The case, held by that reviewer.", body = ReviewView,
        headers(("ETag" = String, description = "The version.")))),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:decide")), ("x-errors" = json!(["claim_lost", "action_not_allowed", "own_organization", "input_invalid"]))),
)]
#[post("/v1/platform/reviews/{id}/assignee")]
pub(crate) async fn assign_review(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    body: Body<AssignReview>,
) -> Outcome {
    let (id, to) = (id.into_inner().into(), body.value.operator_id.into());
    call.write(None, body.fingerprint, move |tx, world| {
        let terms = &world.service.settings.certification;
        let case = assign(tx, &world.context, &operator.0, id, to, terms)?;
        reply(tx, world, &operator.0, case)
    })
    .await
}
