//! Pictures that are shown, of organizations and of people: taken in, and served as squares at places of their own.

use crate::http::actor::Staying;
use crate::http::answer::{Failure, Reply};
use crate::http::call::Call;
use crate::http::form::Form;
use crate::inspection::Style;
use actix_web::HttpRequest;
use actix_web::web::Payload;
use domain::actor::MemberActor;
use domain::error::{Code, Faults, Place, Result};
use domain::picture::{Picture, PictureStore, is_digest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A picture to upload.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"file": "the bytes of picture.png"}))]
#[expect(dead_code, reason = "the contract's shape; the parts are read as they come")]
pub(crate) struct UploadPicture {
    /// JPEG, PNG or WebP of at most 2 MB unless the service is set otherwise, 64 pixels or more on its shortest side.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// A square of a picture.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PictureSquare {
    /// Its side, in pixels.
    #[schema(example = 128)]
    size: u32,
    /// Where it is. It needs no token, and what is there never changes.
    #[schema(
        example = "/v1/logos/0196f5a2-7c3e-7a10-8f4b-3d2c1b0a9f8e/5f2c9d0e8b7a4c3d1e6f708192a3b4c5/128"
    )]
    url: String,
}

/// The squares of a picture below a place.
pub(crate) fn squares(place: &str, digest: &str, style: Style) -> Vec<PictureSquare> {
    let square = |size: &u32| PictureSquare { size: *size, url: format!("{place}/{digest}/{size}") };
    style.sizes().iter().map(square).collect()
}

/// A picture that was received, who sent it, and the fingerprint of the request.
pub(crate) struct Received {
    pub(crate) by: MemberActor,
    pub(crate) picture: Picture,
    pub(crate) fingerprint: [u8; 32],
}

/// Takes in what somebody uploads who may, and draws it anew. Uploads take their time, so whether they may is asked again at its end.
pub(crate) async fn receive(
    call: &Call,
    staying: &Staying,
    (request, payload): (&HttpRequest, Payload),
    style: Style,
    may: impl Fn(&MemberActor) -> Result<()>,
) -> Result<Received, Failure> {
    may(&staying.member().await?)?;
    let limit = call.service.settings.storage.picture_bytes;
    let form = Form::receive(&call.service, request, payload, &[], limit).await?;
    let fingerprint = form.fingerprint();
    let file = form.file.ok_or_else(|| Faults::one(Place::Body, "/file", Code::DocumentMissing))?;
    let picture = call.service.clone().into_inner().draw(file, style).await?;
    let by = staying.member().await?;
    may(&by)?;
    Ok(Received { by, picture, fingerprint })
}

/// A square, for whoever knows where it is.
pub(crate) fn square(
    tx: &mut impl PictureStore,
    owner: Uuid,
    (digest, size): (&str, u32),
    style: Style,
) -> Result<Reply> {
    // Whoever asks is not known, so what cannot be there is not looked for.
    if !(is_digest(digest) && style.sizes().contains(&size)) {
        return Err(Code::NotFound.into());
    }
    let square = tx.picture(owner, digest, size)?.ok_or(Code::NotFound)?;
    let (media_type, who_keeps_it) = style.serving();
    let keeping = format!("{who_keeps_it}, max-age=31536000, immutable");
    Ok(Reply::bytes(media_type, square).header("cache-control", keeping))
}
