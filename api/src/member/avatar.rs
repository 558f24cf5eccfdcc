use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use crate::http::form::Form;
use crate::http::params::{NoParams, Params};
use crate::inspection::Style;
use crate::picture::{PictureSquare, squares};
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, delete, get, put};
use domain::error::{Code, Faults, Place};
use domain::id::{MemberId, TenantId};
use domain::member::{AVATAR_SIZES, may_set_avatar, set_avatar};
use domain::picture::{PictureStore, is_digest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The squares of a member's picture.
pub(crate) fn avatar(tenant: TenantId, member: MemberId, digest: Option<&str>) -> Option<Vec<PictureSquare>> {
    digest.map(|digest| squares(&format!("/v1/avatars/{tenant}/{member}"), digest, &AVATAR_SIZES))
}

/// A picture to upload.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"file": "the bytes of me.jpg"}))]
#[expect(dead_code, reason = "the contract's shape; the parts are read as they come")]
pub(crate) struct UploadAvatar {
    /// JPEG, PNG or WebP of at most 2 MB unless the service is set otherwise, 64 pixels or more on its shortest side.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// The picture of a member.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AvatarView {
    /// The picture, in every size.
    avatar: Option<Vec<PictureSquare>>,
    /// The version of the member; `If-Match` of a change may name it.
    #[schema(example = 2)]
    version: i64,
}

/// Set the picture of a member
///
/// It is drawn anew as squares of 64, 128 and 256 pixels, of the middle of the picture; what else was in the file is gone. Members may
/// do so for themselves, and whoever manages members for everybody.
#[utoipa::path(
    operation_id = "set_member_avatar", tag = "organization",
    params(("id" = Uuid, Path, description = "The member.")),
    request_body(content = UploadAvatar, content_type = "multipart/form-data"),
    responses((status = 200, description = "The picture.", body = AvatarView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["version_stale", "action_not_allowed", "document_too_large", "input_invalid", "busy"]))),
)]
#[put("/v1/members/{id}/avatar")]
pub(crate) async fn set_member_avatar(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    request: HttpRequest,
    payload: Payload,
) -> Outcome {
    let (id, expected) = (MemberId::from(id.into_inner()), call.if_match()?);
    may_set_avatar(&member.0, id)?;
    let limit = call.service.settings.storage.picture_bytes;
    let form = Form::receive(&call.service, &request, payload, &[], limit).await?;
    let fingerprint = form.fingerprint();
    let file = form.file.ok_or_else(|| Faults::one(Place::Body, "/file", Code::DocumentMissing))?;
    let drawn = call.service.clone().into_inner().draw(file, Style::Avatar).await?;
    call.write(Some(member.0.tenant), fingerprint, move |tx, world| {
        let changed = set_avatar(tx, &world.context, &member.0, (id, expected), Some(&drawn))?;
        let avatar = avatar(changed.tenant, changed.id, changed.avatar.as_deref());
        Ok(Reply::ok(&AvatarView { avatar, version: changed.version })?.version(changed.version))
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
    extensions(("x-errors" = json!(["version_stale", "action_not_allowed"]))),
)]
#[delete("/v1/members/{id}/avatar")]
pub(crate) async fn remove_member_avatar(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let (id, expected) = (MemberId::from(id.into_inner()), call.if_match()?);
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        set_avatar(tx, &world.context, &member.0, (id, expected), None)?;
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
        // Whoever asks is not known, so what cannot be there is not looked for.
        if !(is_digest(&digest) && AVATAR_SIZES.contains(&size)) {
            return Err(Code::NotFound.into());
        }
        let square = tx.picture(member_id, &digest, size)?.ok_or(Code::NotFound)?;
        // What shows a person is kept by the browsers that showed it, and by nothing on the way.
        Ok(Reply::bytes("image/jpeg", square).header("cache-control", "private, max-age=31536000, immutable"))
    })
    .await
}
