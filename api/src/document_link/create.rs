use super::{DocumentLink, Linked};
use crate::http::actor::{Member, Operator};
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::{Call, NO_BODY};
use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::Path;
use chrono::Duration;
use domain::access::{Permission, require};
use domain::certification::DocumentStore;
use domain::error::Result;
use domain::review;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// How long a link shows its document.
const LIFETIME: Duration = Duration::minutes(5);

/// Make a link to a document
///
/// For an `<img>`, which sends no token: for five minutes, and no longer than the session lives, the address shows the
/// document to whoever has it.
#[utoipa::path(
    operation_id = "create_certification_document_link", tag = "certification",
    params(("id" = Uuid, Path, description = "The document.")),
    responses((status = 201, description = "The link.", body = DocumentLink)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("certification:read"))),
)]
#[post("/v1/certification/documents/{id}/links")]
pub(crate) async fn create_certification_document_link(
    call: Call,
    id: Path<Uuid>,
    member: Member,
) -> Outcome {
    let document = id.into_inner();
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        require(&member.0, Permission::CertificationRead)?;
        tx.document(document.into())?;
        let expires_at = world.context.now + LIFETIME;
        let session = member.0.session.into();
        reply(&Linked { session, review: None, document, original: false, expires_at }, world.service)
    })
    .await
}

/// Which bytes a link shows.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"original": true}))]
pub(crate) struct LinkReviewDocument {
    /// Whether to show the file as it was received, instead of upright and without metadata.
    original: Option<bool>,
}

/// Make a link to a document of a case
///
/// As `create_certification_document_link`, also to the original.
#[utoipa::path(
    operation_id = "create_review_document_link", tag = "review",
    params(("id" = Uuid, Path, description = "The application."), ("document_id" = Uuid, Path, description = "The document.")),
    request_body = LinkReviewDocument,
    responses((status = 201, description = "The link.", body = DocumentLink)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:read")), ("x-errors" = json!(["input_invalid", "own_organization"]))),
)]
#[post("/v1/platform/reviews/{id}/documents/{document_id}/links")]
pub(crate) async fn create_review_document_link(
    call: Call,
    ids: Path<(Uuid, Uuid)>,
    operator: Operator,
    body: Body<LinkReviewDocument>,
) -> Outcome {
    let (id, document) = ids.into_inner();
    let original = body.value.original.unwrap_or(false);
    call.write(None, body.fingerprint, move |tx, world| {
        review::find_document(tx, &world.context, &operator.0, id.into(), document.into())?;
        let expires_at = world.context.now + LIFETIME;
        let session = operator.0.session.into();
        reply(&Linked { session, review: Some(id), document, original, expires_at }, world.service)
    })
    .await
}

fn reply(linked: &Linked, service: &crate::service::Service) -> Result<Reply> {
    let url = format!("/v1/document-links/{}", linked.seal(service)?);
    Ok(Reply::json(StatusCode::CREATED, &DocumentLink { url, expires_at: linked.expires_at })?.secret())
}
