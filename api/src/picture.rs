//! Pictures, as they are shown: squares at places of their own.

use serde::Serialize;
use utoipa::ToSchema;

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
pub(crate) fn squares(place: &str, digest: &str, sizes: &[u32]) -> Vec<PictureSquare> {
    let square = |size: &u32| PictureSquare { size: *size, url: format!("{place}/{digest}/{size}") };
    sizes.iter().map(square).collect()
}
