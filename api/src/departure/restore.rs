use crate::http::actor::Member;
use crate::http::answer::Outcome;
use crate::http::call::{Call, NO_BODY};
use crate::member::{MemberView, reply};
use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::Path;
use domain::departure::restore;
use domain::id::MemberId;
use uuid::Uuid;

/// Bring a member back
///
/// As they were, in those of their departments that are still there. What others took over stays with them.
#[utoipa::path(
    operation_id = "restore_member", tag = "organization",
    params(("id" = Uuid, Path, description = "The member, who has left.")),
    responses((status = 200, description = "The member.", body = MemberView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["beyond_own_rights", "action_not_allowed", "member_limit_reached"]))),
)]
#[post("/v1/members/{id}/restoration")]
pub(crate) async fn restore_member(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let id = MemberId::from(id.into_inner());
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        let terms = &world.service.settings.certification;
        let back = restore(tx, &world.context, &member.0, id, terms)?;
        reply(tx, &member.0, StatusCode::OK, back)
    })
    .await
}
