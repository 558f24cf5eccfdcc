use crate::gateway::documents::Part;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::certification::{DocumentContent, view_document};
use domain::id::DocumentId;
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
    extensions(("x-errors" = json!(["document_erased"]))),
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
    let viewed = call.read_traced(move |tx, world| {
        tx.enter(tenant);
        view_document(tx, &world.context, &member.0, id)
    });
    let document = viewed.await?;
    content(&call, Folder::Tenant(tenant), id, &document.content, Part::View).await
}

/// The answer that carries a document. A browser shows it and never takes it for a page.
pub(crate) async fn content(
    call: &Call,
    folder: Folder,
    id: DocumentId,
    known: &DocumentContent,
    part: Part,
) -> Outcome {
    // A file that is kept as it came is kept once.
    let part = if known.sha256 == known.kept_sha256 { Part::View } else { part };
    let bytes = call.service.documents.read(folder, id, part, &known.key).await?;
    let (digest, disposition) = match part {
        Part::View => (&known.kept_sha256, "inline"),
        Part::Original => (&known.sha256, "attachment"),
    };
    Ok(Reply::bytes(known.media_type.name(), bytes)
        .header("etag", format!("\"{digest}\""))
        .header("content-disposition", disposition)
        .header("content-security-policy", "default-src 'none'; sandbox"))
}
