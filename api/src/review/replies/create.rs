use super::{SaveReply, SavedReplyView};
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::review::replies::add;

/// Save a reply
#[utoipa::path(
    operation_id = "create_saved_reply", tag = "review",
    request_body = SaveReply,
    responses((status = 201, description = "The reply.", body = SavedReplyView,
        headers(("ETag" = String, description = "The version.")))),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:decide")), ("x-errors" = json!(["input_invalid"]))),
)]
#[post("/v1/platform/saved-replies")]
pub(crate) async fn create_saved_reply(call: Call, operator: Operator, body: Body<SaveReply>) -> Outcome {
    let draft = body.value.parse()?;
    call.write(None, body.fingerprint, move |tx, world| {
        let reply = add(tx, &world.context, &operator.0, &draft)?;
        Ok(Reply::json(StatusCode::CREATED, &SavedReplyView::from(&reply))?.version(reply.version))
    })
    .await
}
