use super::get::ReviewNote;
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::Path;
use domain::error::{Faults, Place};
use domain::review::{NoteText, add_note};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A note to write.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "电话核实过，执照为新版。"}))]
pub(crate) struct AddReviewNote {
    /// What it says. Applicants never see it.
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

/// Write a private note
#[utoipa::path(
    operation_id = "add_review_note", tag = "review",
    params(("id" = Uuid, Path, description = "The application.")),
    request_body = AddReviewNote,
    responses((status = 201, description = "The note.", body = ReviewNote)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:decide")), ("x-errors" = json!(["own_organization", "input_invalid"]))),
)]
#[post("/v1/platform/reviews/{id}/notes")]
pub(crate) async fn add_review_note(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    body: Body<AddReviewNote>,
) -> Outcome {
    let id = id.into_inner().into();
    let text = NoteText::parse(&body.value.text).map_err(|wrong| Faults::one(Place::Body, "/text", wrong))?;
    call.write(None, body.fingerprint, move |tx, world| {
        let note = add_note(tx, &world.context, &operator.0, id, &text)?;
        Reply::json(StatusCode::CREATED, &ReviewNote::from(&note))
    })
    .await
}
