use super::get::{ReviewView, reply};
use crate::http::actor::Operator;
use crate::http::answer::Outcome;
use crate::http::call::{Call, NO_BODY};
use actix_web::post;
use actix_web::web::Path;
use domain::review::claim;
use uuid::Uuid;

/// Claim a case
///
/// For half an hour nobody else can decide it. Claiming again prolongs the claim.
#[utoipa::path(
    operation_id = "claim_review", tag = "review",
    params(("id" = Uuid, Path, description = "The application.")),
    responses((status = 200, description = "The case, held by you.", body = ReviewView,
        headers(("ETag" = String, description = "The version.")))),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:decide")), ("x-errors" = json!(["review_claimed", "action_not_allowed", "own_organization"]))),
)]
#[post("/v1/platform/reviews/{id}/claim")]
pub(crate) async fn claim_review(call: Call, id: Path<Uuid>, operator: Operator) -> Outcome {
    let id = id.into_inner().into();
    call.write(None, NO_BODY, move |tx, world| {
        let terms = &world.service.settings.certification;
        let case = claim(tx, &world.context, &operator.0, id, terms)?;
        reply(tx, world, &operator.0, case)
    })
    .await
}
