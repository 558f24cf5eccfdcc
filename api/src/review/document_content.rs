use crate::gateway::documents::Part;
use crate::http::actor::Operator;
use crate::http::answer::Outcome;
use crate::http::call::Call;
use crate::http::content::content;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::review;
use persistence::Folder;
use uuid::Uuid;

/// See a document of a case
#[utoipa::path(
    operation_id = "get_review_document_content", tag = "review",
    params(("id" = Uuid, Path, description = "The application."), ("document_id" = Uuid, Path, description = "The document.")),
    responses((status = 200, description = "The document.",
        content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "application/pdf")),
        headers(("ETag" = String, description = "The digest of the content."))),
        (status = 304, description = "It has not changed.")),
    extensions(("x-permission" = json!("review:read")), ("x-errors" = json!(["document_erased", "own_organization"]))),
    security(("operator_token" = [])),
)]
#[get("/v1/platform/reviews/{id}/documents/{document_id}/content")]
pub(crate) async fn get_review_document_content(
    call: Call,
    ids: Path<(Uuid, Uuid)>,
    operator: Operator,
    _: Params<NoParams>,
) -> Outcome {
    let (id, document) = ids.into_inner();
    let viewed = call.transact(move |tx, world| {
        review::view_document(tx, &world.context, &operator.0, id.into(), document.into())
    });
    let (tenant, document) = viewed.await?;
    content(&call, Folder::Tenant(tenant), document.id, &document.content, Part::View).await
}
