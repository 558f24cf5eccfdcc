use crate::http::actor::{Member, Staying};
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use crate::http::params::{NoParams, Params};
use crate::inspection::Style;
use crate::picture::{PictureSquare, UploadPicture, receive, square, squares};
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, delete, get, put};
use domain::actor::MemberActor;
use domain::error::Code;
use domain::id::{MemberId, TenantId};
use domain::member::{may_set_avatar, set_avatar};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

fn place(tenant: TenantId, member: MemberId) -> String {
    format!("/v1/avatars/{tenant}/{member}")
}

/// The squares of a member's picture, if they have one.
pub(crate) fn avatar(tenant: TenantId, member: MemberId, digest: Option<&str>) -> Option<Vec<PictureSquare>> {
    digest.map(|digest| squares(&place(tenant, member), digest, Style::Avatar))
}

/// The picture of a member.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AvatarView {
    /// The picture, in every size.
    avatar: Vec<PictureSquare>,
}

/// Set the picture of a member
///
/// It is drawn anew as squares of 64, 128 and 256 pixels, of the middle of the picture; what else was in the file is gone. Members may
/// do so for themselves, and whoever manages members for everybody. It is no change of the member's record, whose version stays.
#[utoipa::path(
    operation_id = "set_member_avatar", tag = "organization",
    params(("id" = Uuid, Path, description = "The member.")),
    request_body(content = UploadPicture, content_type = "multipart/form-data"),
    responses((status = 200, description = "The picture.", body = AvatarView)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["action_not_allowed", "document_too_large", "input_invalid", "busy"]))),
)]
#[put("/v1/members/{id}/avatar")]
pub(crate) async fn set_member_avatar(
    call: Call,
    id: Path<Uuid>,
    staying: Staying,
    request: HttpRequest,
    payload: Payload,
) -> Outcome {
    let id = MemberId::from(id.into_inner());
    let may = |actor: &MemberActor| may_set_avatar(actor, id);
    let received = receive(&call, &staying, (&request, payload), Style::Avatar, may).await?;
    call.write(Some(received.by.tenant), received.fingerprint, move |tx, world| {
        set_avatar(tx, &world.context, &received.by, id, Some(&received.picture))?;
        let avatar = squares(&place(received.by.tenant, id), &received.picture.digest, Style::Avatar);
        Reply::ok(&AvatarView { avatar })
    })
    .await
}

/// Take the picture of a member away
///
/// Members may do so for themselves, and whoever manages members for everybody.
#[utoipa::path(
    operation_id = "remove_member_avatar", tag = "organization",
    params(("id" = Uuid, Path, description = "The member.")),
    responses((status = 204, description = "It is gone.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["action_not_allowed"]))),
)]
#[delete("/v1/members/{id}/avatar")]
pub(crate) async fn remove_member_avatar(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let id = MemberId::from(id.into_inner());
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        set_avatar(tx, &world.context, &member.0, id, None)?;
        Ok(Reply::no_content())
    })
    .await
}

/// Where a square of an avatar is.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AvatarPath {
    tenant_id: Uuid,
    member_id: Uuid,
    digest: String,
    size: u32,
}

/// Get a square of a member's picture
///
/// For `<img>`, so it takes no token: nobody finds the place who was not told of it. What is here never changes; another picture is
/// elsewhere.
#[utoipa::path(
    operation_id = "get_avatar", tag = "organization",
    params(("tenant_id" = Uuid, Path, description = "The organization."), ("member_id" = Uuid, Path, description = "The member."),
        ("digest" = String, Path, description = "Which picture.", max_length = 64),
        ("size" = u32, Path, description = "The side of the square, in pixels.")),
    responses((status = 200, description = "The square.", content_type = "image/jpeg", body = String)),
    extensions(("x-errors" = json!(["not_found"]))),
)]
#[get("/v1/avatars/{tenant_id}/{member_id}/{digest}/{size}")]
pub(crate) async fn get_avatar(call: Call, place: Path<AvatarPath>, _: Params<NoParams>) -> Outcome {
    let AvatarPath { tenant_id, member_id, digest, size } = place.into_inner();
    call.read(Some(tenant_id.into()), move |tx, _| {
        // That of the organization itself is its logo, which is elsewhere.
        if member_id == tenant_id {
            return Err(Code::NotFound.into());
        }
        square(tx, member_id, (&digest, size), Style::Avatar)
    })
    .await
}
