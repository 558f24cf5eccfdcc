use super::get::{ReviewView, reply};
use crate::http::actor::Operator;
use crate::http::answer::Outcome;
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::post;
use actix_web::web::Path;
use domain::review::confirm;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Which proposal is confirmed.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"attempt": 1}))]
pub(crate) struct ConfirmReview {
    /// Which submission was looked at.
    #[schema(minimum = 1, maximum = 1_000_000)]
    attempt: u32,
}

/// Confirm a decision
///
/// What another reviewer proposed takes effect. For senior reviewers.
#[utoipa::path(
    operation_id = "confirm_review", tag = "review",
    params(("id" = Uuid, Path, description = "The application.")),
    request_body = ConfirmReview,
    responses((status = 200, description = "The decided case.", body = ReviewView,
        headers(("ETag" = String, description = "The version.")))),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:confirm")), ("x-errors" = json!(["not_certified", "takeover_under_way", "second_reviewer_required", "attempt_mismatch", "action_not_allowed", "blocking_findings", "credit_code_taken", "own_organization", "input_invalid"]))),
)]
#[post("/v1/platform/reviews/{id}/confirmation")]
pub(crate) async fn confirm_review(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    body: Body<ConfirmReview>,
) -> Outcome {
    let (id, attempt) = (id.into_inner().into(), body.value.attempt);
    call.write(None, body.fingerprint, move |tx, world| {
        let (types, terms) = (&world.service.types, &world.service.settings.certification);
        let case = confirm(tx, &world.context, &operator.0, id, attempt, types, terms)?;
        reply(tx, world, &operator.0, case)
    })
    .await
}
