use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use actix_web::web::Path;
use domain::access::delete_role as delete;
use domain::id::RoleId;
use uuid::Uuid;

/// Delete a role
///
/// One that nobody has.
#[utoipa::path(
    operation_id = "delete_role", tag = "access",
    params(("id" = Uuid, Path, description = "The role.")),
    responses((status = 204, description = "It is gone.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:manage")), ("x-errors" = json!(["version_stale", "role_built_in", "role_in_use", "beyond_own_rights"]))),
)]
#[delete("/v1/access/roles/{id}")]
pub(crate) async fn delete_role(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let (id, expected) = (RoleId::from(id.into_inner()), call.if_match()?);
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        delete(tx, &world.context, &member.0, (id, expected))?;
        Ok(Reply::no_content())
    })
    .await
}
