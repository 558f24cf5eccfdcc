use super::TagView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::patch;
use actix_web::web::Path;
use domain::error::{Faults, Place};
use domain::id::TagId;
use domain::tag::{TagName, get, rename};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What changes about a tag (RFC 7396): what is not there stays.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "2026 届"}))]
pub(crate) struct UpdateTag {
    /// Its name; no two tags are called the same.
    #[schema(min_length = 1, max_length = 32, nullable = false)]
    name: Option<String>,
}

/// Rename a tag
#[utoipa::path(
    operation_id = "update_tag", tag = "organization",
    params(("id" = Uuid, Path, description = "The tag.")),
    request_body(content((UpdateTag = "application/json"), (UpdateTag = "application/merge-patch+json"))),
    responses((status = 200, description = "The tag.", body = TagView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tag:manage")), ("x-errors" = json!(["version_stale", "input_invalid"]))),
)]
#[patch("/v1/tags/{id}")]
pub(crate) async fn update_tag(call: Call, id: Path<Uuid>, member: Member, body: Body<UpdateTag>) -> Outcome {
    let (id, expected) = (TagId::from(id.into_inner()), call.if_match()?);
    let mut faults = Faults::of(Place::Body);
    let name = body.value.name.as_deref().and_then(|name| faults.at("/name", TagName::parse(name)));
    faults.finish()?;
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        rename(tx, &world.context, &member.0, (id, expected), name.clone())?;
        let (tag, count) = get(tx, &member.0, id)?;
        Ok(Reply::ok(&TagView::new(&tag, Some(count)))?.version(tag.version))
    })
    .await
}
