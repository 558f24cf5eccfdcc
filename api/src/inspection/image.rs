//! Images: decoded, set upright and encoded anew, so that neither metadata nor anything hidden behind the image survives.

use domain::certification::MediaType;
use domain::error::{Code, Violation};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// The pixels of an image: more than the 50 million that the largest phones take.
const MAX_PIXELS: u64 = 64_000_000;
/// What an image may unpack to: eight bits for each of four channels.
const MAX_DECODED: u64 = 4 * MAX_PIXELS;
/// JPEG quality of what is kept: sharp text, a fraction of the size.
const QUALITY: u8 = 90;

/// The image encoded anew, and set upright.
pub(super) fn upright(bytes: &[u8], media_type: MediaType) -> Result<(Vec<u8>, DynamicImage), Violation> {
    let image = decoded(bytes, media_type)?;
    let kept = encoded(&image, media_type).map_err(|_| Violation::new(Code::DocumentUnreadable))?;
    Ok((kept, image))
}

/// The image, set upright. The size is checked before a pixel is decoded.
pub(super) fn decoded(bytes: &[u8], media_type: MediaType) -> Result<DynamicImage, Violation> {
    let unreadable = |_| Violation::new(Code::DocumentUnreadable);
    if media_type == MediaType::Jpeg && !complete_jpeg(bytes) {
        return Err(Code::DocumentUnreadable.into());
    }
    let format = match media_type {
        MediaType::Jpeg => ImageFormat::Jpeg,
        MediaType::Png => ImageFormat::Png,
        _ => ImageFormat::WebP,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    // Sixteen bits a channel take twice the room.
    if pixels > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED {
        return Err(Violation::new(Code::DocumentTooManyPixels)
            .with("measured", pixels)
            .with("limit", MAX_PIXELS));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// Whether the last scan of a JPEG has an end. Decoders fill in what is missing; a reviewer should not have to guess.
fn complete_jpeg(bytes: &[u8]) -> bool {
    let last_scan = bytes.windows(2).rposition(|pair| pair == [0xFF, 0xDA]);
    last_scan.is_some_and(|start| bytes[start..].windows(2).any(|pair| pair == [0xFF, 0xD9]))
}

fn encoded(image: &DynamicImage, media_type: MediaType) -> image::ImageResult<Vec<u8>> {
    let mut kept = Vec::new();
    match media_type {
        MediaType::Jpeg => {
            let rgb = image.to_rgb8();
            image::codecs::jpeg::JpegEncoder::new_with_quality(&mut kept, QUALITY).write_image(
                &rgb,
                rgb.width(),
                rgb.height(),
                image::ExtendedColorType::Rgb8,
            )?;
        }
        MediaType::Png => image.write_with_encoder(image::codecs::png::PngEncoder::new(&mut kept))?,
        _ => {
            let rgba = image.to_rgba8();
            image::codecs::webp::WebPEncoder::new_lossless(&mut kept).write_image(
                &rgba,
                rgba.width(),
                rgba.height(),
                image::ExtendedColorType::Rgba8,
            )?;
        }
    }
    Ok(kept)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use image::RgbImage;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let image = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 128])
        }));
        encoded(&image, MediaType::Jpeg).unwrap()
    }

    /// A JPEG with an EXIF segment that says: turn right, taken at this place.
    fn turned(jpeg: &[u8]) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08".to_vec();
        exif.extend_from_slice(&[0, 1]); // one entry
        exif.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]); // orientation 6
        exif.extend_from_slice(&[0, 0, 0, 0]);
        exif.extend_from_slice(b"GPS 22.5431 N 114.0579 E");
        let mut bytes = jpeg[..2].to_vec();
        bytes.extend_from_slice(&[0xFF, 0xE1]);
        bytes.extend_from_slice(&u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        bytes.extend_from_slice(&exif);
        bytes.extend_from_slice(&jpeg[2..]);
        bytes
    }

    fn code(bytes: &[u8], media_type: MediaType) -> Code {
        upright(bytes, media_type).unwrap_err().code
    }

    #[test]
    fn images_are_set_upright_and_lose_their_metadata_and_tail() {
        let mut bytes = turned(&jpeg(900, 700));
        bytes.extend_from_slice(b"<script>polyglot</script>");
        let (kept, image) = upright(&bytes, MediaType::Jpeg).unwrap();
        assert_eq!((image.width(), image.height()), (700, 900));
        let has = |text: &[u8]| kept.windows(text.len()).any(|window| window == text);
        assert!(!has(b"GPS") && !has(b"Exif") && !has(b"polyglot"));
    }

    #[test]
    fn every_image_format_is_read() {
        let image = DynamicImage::ImageRgb8(RgbImage::new(640, 620));
        for media_type in [MediaType::Jpeg, MediaType::Png, MediaType::Webp] {
            let bytes = encoded(&image, media_type).unwrap();
            assert_eq!(crate::inspection::media_type(&bytes).unwrap(), media_type);
            assert!(upright(&bytes, media_type).is_ok());
        }
    }

    #[test]
    fn damaged_images_are_refused() {
        assert_eq!(code(&jpeg(700, 700)[..2000], MediaType::Jpeg), Code::DocumentUnreadable);
    }

    /// A PNG header without the pixels: RGB with so many bits a channel.
    fn png_header(side: u16, bits: u8) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".to_vec();
        bytes.extend([[0, 0], side.to_be_bytes(), [0, 0], side.to_be_bytes()].concat());
        bytes.extend([bits, 2, 0, 0, 0]);
        bytes.extend_from_slice(&crc(&bytes[12..]).to_be_bytes());
        bytes.extend_from_slice(b"\0\0\0\0IDAT\x35\xAF\x06\x1E");
        bytes
    }

    #[test]
    fn a_huge_image_is_refused_before_it_is_decoded() {
        let violation = upright(&png_header(10_000, 8), MediaType::Png).unwrap_err();
        assert_eq!(violation.code, Code::DocumentTooManyPixels);
        assert_eq!(violation.params, [("measured", 100_000_000.into()), ("limit", MAX_PIXELS.into())]);
        assert_eq!(code(&png_header(7_900, 16), MediaType::Png), Code::DocumentTooManyPixels);
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(
                crc ^ u32::from(*byte),
                |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 },
            )
        })
    }
}
