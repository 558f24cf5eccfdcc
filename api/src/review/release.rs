use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use actix_web::web::Path;
use domain::review::release;
use uuid::Uuid;

/// Give a claim up
#[utoipa::path(
    operation_id = "release_review", tag = "review",
    params(("id" = Uuid, Path, description = "The application.")),
    responses((status = 204, description = "Nobody holds it.")),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:decide")), ("x-errors" = json!(["claim_lost", "action_not_allowed"]))),
)]
#[delete("/v1/platform/reviews/{id}/claim")]
pub(crate) async fn release_review(call: Call, id: Path<Uuid>, operator: Operator) -> Outcome {
    let id = id.into_inner().into();
    call.write(None, NO_BODY, move |tx, world| {
        release(tx, &world.context, &operator.0, id)?;
        Ok(Reply::no_content())
    })
    .await
}
