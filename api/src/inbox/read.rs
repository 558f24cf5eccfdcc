use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::post;
use actix_web::web::Path;
use domain::id::NoticeId;
use domain::notice::NoticeStore;
use uuid::Uuid;

/// Mark a notice as read
#[utoipa::path(
    operation_id = "read_notice", tag = "inbox",
    params(("id" = Uuid, Path, description = "The notice.")),
    responses((status = 204, description = "It is read.")),
    security(("access_token" = [])),
)]
#[post("/v1/inbox/{id}/read")]
pub(crate) async fn read_notice(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    read(call, member, Some(id.into_inner().into())).await
}

/// Mark every notice as read
#[utoipa::path(
    operation_id = "read_inbox", tag = "inbox",
    responses((status = 204, description = "All are read.")),
    security(("access_token" = [])),
)]
#[post("/v1/inbox/read")]
pub(crate) async fn read_inbox(call: Call, member: Member) -> Outcome {
    read(call, member, None).await
}

async fn read(call: Call, member: Member, one: Option<NoticeId>) -> Outcome {
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        tx.read_notices(member.0.member, one, world.context.now)?;
        Ok(Reply::no_content())
    })
    .await
}
