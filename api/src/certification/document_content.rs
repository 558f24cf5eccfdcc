use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, blocking};
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::access::{Permission, require};
use domain::certification::{Document, DocumentStore};
use domain::id::TenantId;
use uuid::Uuid;

/// See a document
///
/// Upright and without metadata.
#[utoipa::path(
    operation_id = "get_certification_document_content", tag = "certification",
    params(("id" = Uuid, Path, description = "The document.")),
    responses((status = 200, description = "The document.",
        content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "application/pdf")),
        headers(("ETag" = String, description = "The digest of the content."))),
        (status = 304, description = "It has not changed.")),
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
    require(&member.0, Permission::CertificationRead)?;
    let tenant = member.0.tenant;
    let document = call.read(Some(tenant), move |tx, _| tx.document(id)).await?;
    content(&call, tenant, document).await
}

/// The answer that carries a document. A browser shows it and never takes it for a page.
pub(crate) async fn content(call: &Call, tenant: TenantId, document: Document) -> Outcome {
    let (service, key) = (call.service.clone(), document.content.key.clone());
    let bytes = blocking(move || service.documents.read(tenant, document.id, &key)).await?;
    Ok(Reply::bytes(document.content.media_type.name(), bytes)
        .header("etag", format!("\"{}\"", document.content.kept_sha256))
        .header("content-disposition", "inline")
        .header("content-security-policy", "default-src 'none'; sandbox"))
}
