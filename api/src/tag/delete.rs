use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use actix_web::web::Path;
use domain::id::TagId;
use domain::tag::delete;
use uuid::Uuid;

/// Delete a tag
///
/// Nobody has it any more.
#[utoipa::path(
    operation_id = "delete_tag", tag = "organization",
    params(("id" = Uuid, Path, description = "The tag.")),
    responses((status = 204, description = "It is gone.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tag:manage")), ("x-errors" = json!(["version_stale"]))),
)]
#[delete("/v1/tags/{id}")]
pub(crate) async fn delete_tag(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let (id, expected) = (TagId::from(id.into_inner()), call.if_match()?);
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        delete(tx, &world.context, &member.0, (id, expected))?;
        Ok(Reply::no_content())
    })
    .await
}
