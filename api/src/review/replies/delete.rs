use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use actix_web::web::Path;
use domain::review::replies::remove;
use uuid::Uuid;

/// Forget a saved reply
#[utoipa::path(
    operation_id = "delete_saved_reply", tag = "review",
    params(("id" = Uuid, Path, description = "The reply.")),
    responses((status = 204, description = "It is gone.")),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:decide"))),
)]
#[delete("/v1/platform/saved-replies/{id}")]
pub(crate) async fn delete_saved_reply(call: Call, id: Path<Uuid>, operator: Operator) -> Outcome {
    let id = id.into_inner().into();
    call.write(None, NO_BODY, move |tx, world| {
        remove(tx, &world.context, &operator.0, id)?;
        Ok(Reply::no_content())
    })
    .await
}
