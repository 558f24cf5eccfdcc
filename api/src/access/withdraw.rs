use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use actix_web::web::Path;
use domain::access::withdraw;
use uuid::Uuid;

/// Take a role away
///
/// Within a second. One takes away what one could give.
#[utoipa::path(
    operation_id = "delete_assignment", tag = "access",
    params(("id" = Uuid, Path, description = "The assignment.")),
    responses((status = 204, description = "It is gone.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:manage")), ("x-errors" = json!(["beyond_own_rights"]))),
)]
#[delete("/v1/access/assignments/{id}")]
pub(crate) async fn delete_assignment(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let id = id.into_inner().into();
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        withdraw(tx, &world.context, &member.0, id)?;
        Ok(Reply::no_content())
    })
    .await
}
