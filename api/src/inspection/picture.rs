//! Pictures that are shown: drawn anew as squares, in the process that reads what strangers sent.

use super::image::decoded;
use super::{Squares, media_type};
use domain::certification::MediaType;
use domain::error::{Code, Violation};
use domain::member::AVATAR_SIZES;
use domain::organization::LOGO_SIZES;
use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
use image::imageops::{FilterType, overlay};
use image::{DynamicImage, ImageResult, Rgba, RgbaImage};

/// The shortest side that a picture has at least, in pixels.
const MIN_SIDE: u32 = 64;
/// How good the JPEG of an avatar is, of 100.
const AVATAR_QUALITY: u8 = 85;

/// How a picture is drawn.
#[derive(Debug, Clone, Copy)]
pub enum Style {
    /// The whole of it in the middle of a square, as PNG.
    Logo,
    /// The middle of it as a square, as JPEG, which is a tenth as large for a photograph.
    Avatar,
}

impl Style {
    /// The sides of the squares, in pixels.
    pub(crate) fn sizes(self) -> &'static [u32] {
        match self {
            Self::Logo => &LOGO_SIZES,
            Self::Avatar => &AVATAR_SIZES,
        }
    }

    /// What a square is served as, and who may keep it: what shows a person, nobody on the way.
    pub(crate) fn serving(self) -> (&'static str, &'static str) {
        match self {
            Self::Logo => ("image/png", "public"),
            Self::Avatar => ("image/jpeg", "private"),
        }
    }

    /// The command of the process that draws it.
    pub(crate) fn command(self) -> &'static str {
        match self {
            Self::Logo => "draw-logo",
            Self::Avatar => "draw-avatar",
        }
    }

    /// What of a picture is drawn: little of it is worked on, however long and thin it is.
    fn part(self, image: DynamicImage) -> DynamicImage {
        match self {
            Self::Logo => image,
            Self::Avatar => {
                let side = image.width().min(image.height());
                image.crop_imm((image.width() - side) / 2, (image.height() - side) / 2, side, side)
            }
        }
    }

    fn square(self, image: &DynamicImage, size: u32) -> ImageResult<Vec<u8>> {
        match self {
            Self::Logo => logo(image, size),
            Self::Avatar => avatar(image, size),
        }
    }
}

/// The squares of a picture.
pub(super) fn squares(bytes: &[u8], style: Style) -> Result<(Squares, Vec<u8>), Violation> {
    let media_type = media_type(bytes)?;
    if media_type == MediaType::Pdf {
        return Err(Code::DocumentTypeUnsupported.into());
    }
    let image = decoded(bytes, media_type)?;
    let side = image.width().min(image.height());
    if side < MIN_SIDE {
        return Err(Violation::new(Code::DocumentTooSmall).with("measured", side).with("limit", MIN_SIDE));
    }
    let image = style.part(image);
    let (mut sizes, mut drawn) = (Vec::new(), Vec::new());
    for size in style.sizes() {
        let file = style.square(&image, *size).map_err(|_| Violation::new(Code::DocumentUnreadable))?;
        sizes.push((*size, file.len()));
        drawn.extend(file);
    }
    Ok((sizes, drawn))
}

fn logo(image: &DynamicImage, size: u32) -> ImageResult<Vec<u8>> {
    let fitted = image.resize(size, size, FilterType::Lanczos3).to_rgba8();
    let mut square = RgbaImage::new(size, size);
    let (left, top) = ((size - fitted.width()) / 2, (size - fitted.height()) / 2);
    overlay(&mut square, &fitted, left.into(), top.into());
    let mut png = Vec::new();
    DynamicImage::from(square).write_with_encoder(PngEncoder::new(&mut png))?;
    Ok(png)
}

fn avatar(image: &DynamicImage, size: u32) -> ImageResult<Vec<u8>> {
    let filled = image.resize_exact(size, size, FilterType::Lanczos3).to_rgba8();
    // JPEG has no transparency: what shows through is white.
    let mut square = RgbaImage::from_pixel(size, size, Rgba([255; 4]));
    overlay(&mut square, &filled, 0, 0);
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, AVATAR_QUALITY);
    DynamicImage::from(DynamicImage::from(square).to_rgb8()).write_with_encoder(encoder)?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut png = Vec::new();
        let image = DynamicImage::from(RgbaImage::from_pixel(width, height, Rgba([200, 0, 0, 255])));
        image.write_with_encoder(PngEncoder::new(&mut png)).unwrap();
        png
    }

    #[test]
    fn a_logo_stands_in_the_middle_of_squares() {
        let (sizes, drawn) = squares(&png(200, 100), Style::Logo).unwrap();
        let mut rest = drawn.as_slice();
        for ((size, length), expected) in sizes.into_iter().zip(LOGO_SIZES) {
            let (one, others) = rest.split_at(length);
            rest = others;
            let image = image::load_from_memory(one).unwrap().to_rgba8();
            assert_eq!((size, image.dimensions()), (expected, (size, size)));
            assert_eq!(image.get_pixel(0, 0).0[3], 0);
            assert_eq!(image.get_pixel(size / 2, size / 2).0, [200, 0, 0, 255]);
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn an_avatar_is_the_middle_of_its_picture() {
        // Only the middle is red; what stands beside it, or above and below, is blue.
        for (width, height) in [(300, 100), (100, 300), (64, 40_000)] {
            let side = width.min(height);
            let (left, top) = ((width - side) / 2, (height - side) / 2);
            let middle = |x, y| (left..left + side).contains(&x) && (top..top + side).contains(&y);
            let image = RgbaImage::from_fn(width, height, |x, y| {
                Rgba(if middle(x, y) { [200, 0, 0, 255] } else { [0, 0, 200, 255] })
            });
            let mut png = Vec::new();
            DynamicImage::from(image).write_with_encoder(PngEncoder::new(&mut png)).unwrap();
            let (sizes, drawn) = squares(&png, Style::Avatar).unwrap();
            let first = image::load_from_memory(&drawn[..sizes[0].1]).unwrap().to_rgb8();
            for pixel in first.pixels() {
                let [red, green, blue] = pixel.0;
                assert!(red.abs_diff(200) < 12 && green < 12 && blue < 12, "{pixel:?}");
            }
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let refused = |bytes: &[u8]| squares(bytes, Style::Logo).unwrap_err().code;
        assert_eq!(refused(&png(200, 63)), Code::DocumentTooSmall);
        assert_eq!(refused(b"%PDF-1.7"), Code::DocumentTypeUnsupported);
        assert_eq!(refused(b"<svg/>"), Code::DocumentTypeUnsupported);
    }
}
