use super::{SaveReply, SavedReplyView};
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::put;
use actix_web::web::Path;
use domain::review::replies::change;
use uuid::Uuid;

/// Write a saved reply anew
#[utoipa::path(
    operation_id = "update_saved_reply", tag = "review",
    params(("id" = Uuid, Path, description = "The reply.")),
    request_body = SaveReply,
    responses((status = 200, description = "The reply.", body = SavedReplyView,
        headers(("ETag" = String, description = "The new version.")))),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:decide")), ("x-errors" = json!(["version_stale", "version_required", "input_invalid"]))),
)]
#[put("/v1/platform/saved-replies/{id}")]
pub(crate) async fn update_saved_reply(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    body: Body<SaveReply>,
) -> Outcome {
    let (id, draft, expected) = (id.into_inner().into(), body.value.parse()?, call.require_if_match()?);
    call.write(None, body.fingerprint, move |tx, world| {
        let reply = change(tx, &world.context, &operator.0, id, &draft, expected)?;
        Ok(Reply::ok(&SavedReplyView::from(&reply))?.version(reply.version))
    })
    .await
}
