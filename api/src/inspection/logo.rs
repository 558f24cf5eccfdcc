//! Logos: drawn anew as squares, in the process that reads what strangers sent.

use super::image::upright;
use super::{Squares, media_type};
use domain::certification::MediaType;
use domain::error::{Code, Violation};
use domain::organization::LOGO_SIZES;
use image::imageops::{FilterType, overlay};
use image::{DynamicImage, RgbaImage};

/// The shortest side that a logo has at least, in pixels.
const MIN_SIDE: u32 = LOGO_SIZES[0];

/// The squares of a logo as PNG.
pub(super) fn squares(bytes: &[u8]) -> Result<(Squares, Vec<u8>), Violation> {
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
    for size in LOGO_SIZES {
        let png = square(&image, size).map_err(|_| Violation::new(Code::DocumentUnreadable))?;
        sizes.push((size, png.len()));
        drawn.extend(png);
    }
    Ok((sizes, drawn))
}

/// The whole image in the middle of a square, with nothing around it.
fn square(image: &DynamicImage, size: u32) -> image::ImageResult<Vec<u8>> {
    let fitted = image.resize(size, size, FilterType::Lanczos3).to_rgba8();
    let mut square = RgbaImage::new(size, size);
    let (left, top) = ((size - fitted.width()) / 2, (size - fitted.height()) / 2);
    overlay(&mut square, &fitted, left.into(), top.into());
    let mut png = Vec::new();
    DynamicImage::from(square).write_with_encoder(image::codecs::png::PngEncoder::new(&mut png))?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut png = Vec::new();
        let image = DynamicImage::from(RgbaImage::from_pixel(width, height, image::Rgba([200, 0, 0, 255])));
        image.write_with_encoder(image::codecs::png::PngEncoder::new(&mut png)).unwrap();
        png
    }

    #[test]
    fn a_logo_stands_in_the_middle_of_squares() {
        let (sizes, drawn) = squares(&png(200, 100)).unwrap();
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
    fn what_is_no_logo_is_refused() {
        assert_eq!(squares(&png(200, 63)).unwrap_err().code, Code::DocumentTooSmall);
        assert_eq!(squares(b"%PDF-1.7").unwrap_err().code, Code::DocumentTypeUnsupported);
        assert_eq!(squares(b"<svg/>").unwrap_err().code, Code::DocumentTypeUnsupported);
    }
}
