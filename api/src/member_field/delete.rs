use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use actix_web::web::Path;
use domain::id::MemberFieldId;
use domain::member_field::delete;
use uuid::Uuid;

/// Take a field of members away
///
/// With whatever members have in it.
#[utoipa::path(
    operation_id = "delete_member_field", tag = "organization",
    params(("id" = Uuid, Path, description = "The field.")),
    responses((status = 204, description = "It is gone.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["version_stale"]))),
)]
#[delete("/v1/member-fields/{id}")]
pub(crate) async fn delete_member_field(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let (id, expected) = (MemberFieldId::from(id.into_inner()), call.if_match()?);
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        delete(tx, &world.context, &member.0, (id, expected))?;
        Ok(Reply::no_content())
    })
    .await
}
