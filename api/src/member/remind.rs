use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::post;
use actix_web::web::Path;
use domain::id::MemberId;
use domain::member::remind;
use uuid::Uuid;

/// Send an invitation again
///
/// By SMS, an hour after the one before at the earliest, and three times a day at most.
#[utoipa::path(
    operation_id = "send_invitation", tag = "organization",
    params(("id" = Uuid, Path, description = "The member, who has not come yet.")),
    responses((status = 204, description = "It is on its way.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["action_not_allowed", "invitation_too_soon", "invitations_spent"]))),
)]
#[post("/v1/members/{id}/invitation")]
pub(crate) async fn send_invitation(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let id = MemberId::from(id.into_inner());
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        remind(tx, &world.context, &member.0, id)?;
        Ok(Reply::no_content())
    })
    .await
}
