use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use actix_web::web::Path;
use domain::certification::detach;
use uuid::Uuid;

/// Take a document out of the application
#[utoipa::path(
    operation_id = "delete_certification_document", tag = "certification",
    params(("id" = Uuid, Path, description = "The document.")),
    responses((status = 204, description = "It is no longer part of the application.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("certification:manage")), ("x-errors" = json!(["action_not_allowed"]))),
)]
#[delete("/v1/certification/documents/{id}")]
pub(crate) async fn delete_certification_document(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let id = id.into_inner().into();
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        detach(tx, &world.context, &member.0, id)?;
        Ok(Reply::no_content())
    })
    .await
}
