use crate::gateway::documents::Part;
use crate::http::actor::Member;
use crate::http::answer::Outcome;
use crate::http::call::Call;
use crate::http::content::content;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::certification::view_document;
use domain::tenant::TenantScope;
use persistence::Folder;
use uuid::Uuid;

/// See a document
///
/// Upright and without metadata. Every view is journalled.
#[utoipa::path(
    operation_id = "get_certification_document_content", tag = "certification",
    params(("id" = Uuid, Path, description = "The document.")),
    responses((status = 200, description = "The document.",
        content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "application/pdf")),
        headers(("ETag" = String, description = "The digest of the content."))),
        (status = 304, description = "It has not changed.")),
    extensions(("x-permission" = json!("certification:read")), ("x-errors" = json!(["document_erased"]))),
    security(("access_token" = [])),
)]
#[get("/v1/certification/documents/{id}/content")]
pub(crate) async fn get_certification_document_content(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    _: Params<NoParams>,
) -> Outcome {
    let id = id.into_inner().into();
    let tenant = member.0.tenant;
    let viewed = call.transact(move |tx, world| {
        tx.enter(tenant);
        view_document(tx, &world.context, &member.0, id)
    });
    let document = viewed.await?;
    content(&call, Folder::Tenant(tenant), id, &document.content, Part::View).await
}
