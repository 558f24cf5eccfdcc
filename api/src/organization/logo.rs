use super::OrganizationView;
use crate::http::actor::{Member, Staying};
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use crate::http::params::{NoParams, Params};
use crate::inspection::Style;
use crate::picture::{UploadPicture, receive, square};
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, delete, get, put};
use domain::access::{Permission, require};
use domain::actor::MemberActor;
use domain::organization::{self, remove_logo, set_logo};
use serde::Deserialize;
use uuid::Uuid;

/// Set the logo
///
/// It is drawn anew as squares of 64, 128, 256 and 512 pixels, the whole picture in the middle; what else was in the file is gone.
#[utoipa::path(
    operation_id = "set_organization_logo", tag = "organization",
    request_body(content = UploadPicture, content_type = "multipart/form-data"),
    responses((status = 200, description = "The organization.", body = OrganizationView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("organization:manage")), ("x-errors" = json!(["document_too_large", "input_invalid", "busy"]))),
)]
#[put("/v1/organization/logo")]
pub(crate) async fn set_organization_logo(
    call: Call,
    staying: Staying,
    request: HttpRequest,
    payload: Payload,
) -> Outcome {
    let may = |actor: &MemberActor| require(actor, Permission::OrganizationManage);
    let received = receive(&call, &staying, (&request, payload), Style::Logo, may).await?;
    call.write(Some(received.by.tenant), received.fingerprint, move |tx, world| {
        set_logo(tx, &world.context, &received.by, &received.picture)?;
        let found = organization::get(tx, &world.context)?;
        Ok(Reply::ok(&OrganizationView::of(&found))?.version(found.tenant.version))
    })
    .await
}

/// Take the logo away
#[utoipa::path(
    operation_id = "remove_organization_logo", tag = "organization",
    responses((status = 204, description = "It is gone.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("organization:manage")), ("x-errors" = json!(["not_found"]))),
)]
#[delete("/v1/organization/logo")]
pub(crate) async fn remove_organization_logo(call: Call, member: Member) -> Outcome {
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        remove_logo(tx, &world.context, &member.0)?;
        Ok(Reply::no_content())
    })
    .await
}

/// Where a square of a logo is.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LogoPath {
    tenant_id: Uuid,
    digest: String,
    size: u32,
}

/// Get a square of a logo
///
/// For `<img>`, so it takes no token. What is here never changes; another logo is elsewhere.
#[utoipa::path(
    operation_id = "get_logo", tag = "organization",
    params(("tenant_id" = Uuid, Path, description = "The organization."), ("digest" = String, Path, description = "Which logo.", max_length = 64),
        ("size" = u32, Path, description = "The side of the square, in pixels.")),
    responses((status = 200, description = "The square.", content_type = "image/png", body = String)),
    extensions(("x-errors" = json!(["not_found"]))),
)]
#[get("/v1/logos/{tenant_id}/{digest}/{size}")]
pub(crate) async fn get_logo(call: Call, place: Path<LogoPath>, _: Params<NoParams>) -> Outcome {
    let LogoPath { tenant_id, digest, size } = place.into_inner();
    call.read(Some(tenant_id.into()), move |tx, _| square(tx, tenant_id, (&digest, size), Style::Logo)).await
}
