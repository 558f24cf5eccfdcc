use super::get::{ReviewView, reply};
use crate::http::actor::Operator;
use crate::http::answer::Outcome;
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::post;
use actix_web::web::Path;
use domain::error::{Faults, Place};
use domain::review::{NoteText, decline};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Which proposal is declined, and why.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"attempt": 1, "note": "名称只差一个括号，请按通过处理。"}))]
pub(crate) struct DeclineReview {
    /// Which submission was looked at.
    #[schema(minimum = 1, maximum = 1_000_000)]
    attempt: u32,
    /// Why, for whoever takes the case up; it becomes a private note.
    #[schema(min_length = 1, max_length = 2000)]
    note: String,
}

/// Decline a decision
///
/// What another reviewer proposed does not take effect; the case goes back to review. For senior reviewers.
#[utoipa::path(
    operation_id = "decline_review", tag = "review",
    params(("id" = Uuid, Path, description = "The application.")),
    request_body = DeclineReview,
    responses((status = 200, description = "The case, held by nobody.", body = ReviewView,
        headers(("ETag" = String, description = "The version.")))),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:confirm")), ("x-errors" = json!(["second_reviewer_required", "attempt_mismatch", "action_not_allowed", "own_organization", "input_invalid"]))),
)]
#[post("/v1/platform/reviews/{id}/declination")]
pub(crate) async fn decline_review(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    body: Body<DeclineReview>,
) -> Outcome {
    let (id, attempt) = (id.into_inner().into(), body.value.attempt);
    let why = NoteText::parse(&body.value.note).map_err(|wrong| Faults::one(Place::Body, "/note", wrong))?;
    call.write(None, body.fingerprint, move |tx, world| {
        let terms = &world.service.settings.certification;
        let case = decline(tx, &world.context, &operator.0, id, attempt, &why, terms)?;
        reply(tx, world, &operator.0, case)
    })
    .await
}
