//! Pictures that are shown: drawn anew as squares, in the process that reads what strangers sent.

use super::image::upright;
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
pub(crate) enum Style {
    /// The whole of it in the middle of a square, as PNG.
    Logo,
    /// The middle of it as a square, as JPEG, which is a tenth as large for a photograph.
    Avatar,
}

impl Style {
    fn sizes(self) -> &'static [u32] {
        match self {
            Self::Logo => &LOGO_SIZES,
            Self::Avatar => &AVATAR_SIZES,
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
    let (_, image) = upright(bytes, media_type)?;
    let side = image.width().min(image.height());
    if side < MIN_SIDE {
        return Err(Violation::new(Code::DocumentTooSmall).with("measured", side).with("limit", MIN_SIDE));
    }
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
    let filled = image.resize_to_fill(size, size, FilterType::Lanczos3).to_rgba8();
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

    fn drawn(style: Style) -> Vec<RgbaImage> {
        let (sizes, drawn) = squares(&png(200, 100), style).unwrap();
        let mut rest = drawn.as_slice();
        let mut all = Vec::new();
        for ((size, length), expected) in sizes.into_iter().zip(style.sizes()) {
            let (one, others) = rest.split_at(length);
            rest = others;
            let image = image::load_from_memory(one).unwrap().to_rgba8();
            assert_eq!((size, image.dimensions()), (*expected, (size, size)));
            all.push(image);
        }
        assert!(rest.is_empty());
        all
    }

    #[test]
    fn a_logo_stands_in_the_middle_of_squares() {
        for image in drawn(Style::Logo) {
            assert_eq!(image.get_pixel(0, 0).0[3], 0);
            assert_eq!(image.get_pixel(image.width() / 2, image.width() / 2).0, [200, 0, 0, 255]);
        }
    }

    #[test]
    fn an_avatar_fills_its_squares() {
        for image in drawn(Style::Avatar) {
            for at in [0, image.width() / 2, image.width() - 1] {
                let [red, green, blue, opaque] = image.get_pixel(at, at).0;
                assert!(red.abs_diff(200) < 6 && green < 6 && blue < 6 && opaque == 255);
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
