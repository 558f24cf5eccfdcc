//! Inspecting an uploaded file: what it really is, whether it is good enough, and what of it is kept.
//!
//! Images are decoded, set upright and encoded anew, so that neither metadata nor anything hidden behind the image
//! survives. PDFs are parsed within limits and kept as they are.

use domain::certification::{DocumentContent, MediaType};
use domain::error::{Code, Fault, Place, Violation};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits};
use lopdf::{Document as Pdf, LoadOptions, Object};
use ring::digest;
use std::io::Cursor;

/// The shortest side of an image, in pixels.
const MIN_SIDE: u32 = 600;
/// The pixels of an image. The largest phones take 50 million; each costs four bytes while it is decoded.
const MAX_PIXELS: u64 = 64_000_000;
/// The memory of one decoder.
const MAX_MEMORY: u64 = 512 * 1024 * 1024;
/// The pages of a PDF.
const MAX_PAGES: usize = 10;
/// What one stream of a PDF may unpack to while it is read.
const MAX_STREAM: usize = 32 * 1024 * 1024;
/// JPEG quality of what is kept: sharp text, a fraction of the size.
const QUALITY: u8 = 90;

/// A file that was found in order.
pub(crate) struct Inspected {
    /// What is known of it.
    pub(crate) content: DocumentContent,
    /// The bytes that are kept.
    pub(crate) kept: Vec<u8>,
}

/// Inspects the bytes of a file whose digest is known.
pub(crate) fn inspect(bytes: Vec<u8>, sha256: String) -> Result<Inspected, Fault> {
    inspect_content(bytes, sha256).map_err(|violation| Fault {
        place: Place::Body,
        pointer: "/file".to_owned(),
        violation,
    })
}

fn inspect_content(bytes: Vec<u8>, sha256: String) -> Result<Inspected, Violation> {
    let size = bytes.len() as u64;
    let mut content = DocumentContent {
        media_type: media_type(&bytes)?,
        size,
        sha256,
        kept_sha256: String::new(),
        width: None,
        height: None,
        pages: None,
    };
    let kept = match content.media_type {
        MediaType::Pdf => {
            content.pages = Some(pdf_pages(&bytes)?);
            bytes
        }
        image => {
            let (kept, width, height) = upright(&bytes, image)?;
            (content.width, content.height) = (Some(width), Some(height));
            kept
        }
    };
    content.kept_sha256 = hex_digest(&kept);
    Ok(Inspected { content, kept })
}

/// SHA-256 in hexadecimal.
pub(crate) fn hex_digest(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// What a file is by its first bytes, whatever its name says.
fn media_type(bytes: &[u8]) -> Result<MediaType, Violation> {
    if bytes.is_empty() {
        return Err(Code::DocumentEmpty.into());
    }
    let at = |start: usize, text: &[u8]| bytes.get(start..start + text.len()) == Some(text);
    if at(0, b"\xFF\xD8\xFF") {
        Ok(MediaType::Jpeg)
    } else if at(0, b"\x89PNG\r\n\x1A\n") {
        Ok(MediaType::Png)
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        Ok(MediaType::Webp)
    } else if at(0, b"%PDF-") {
        Ok(MediaType::Pdf)
    } else if at(4, b"ftyp")
        && [&b"heic"[..], b"heix", b"heif", b"mif1", b"msf1", b"hevc"].iter().any(|brand| at(8, brand))
    {
        Err(Code::DocumentHeic.into())
    } else {
        Err(Code::DocumentTypeUnsupported.into())
    }
}

/// The image set upright and encoded anew, with its size. The size is checked before a pixel is decoded.
fn upright(bytes: &[u8], media_type: MediaType) -> Result<(Vec<u8>, u32, u32), Violation> {
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
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS {
        return Err(Violation::new(Code::DocumentTooManyPixels)
            .with("measured", pixels)
            .with("limit", MAX_PIXELS));
    }
    let shortest = width.min(height);
    if shortest < MIN_SIDE {
        return Err(Violation::new(Code::DocumentTooSmall)
            .with("measured", shortest)
            .with("limit", MIN_SIDE));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    image.apply_orientation(orientation);
    let kept = encoded(&image, media_type).map_err(unreadable)?;
    Ok((kept, image.width(), image.height()))
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

/// The number of pages of a PDF that is neither encrypted nor active.
fn pdf_pages(bytes: &[u8]) -> Result<u32, Violation> {
    let unreadable = || Violation::new(Code::DocumentUnreadable);
    let options =
        LoadOptions { strict: true, max_decompressed_size: Some(MAX_STREAM), ..LoadOptions::default() };
    let pdf = Pdf::load_mem_with_options(bytes, options).map_err(|error| match error {
        lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => {
            Violation::new(Code::DocumentEncrypted)
        }
        _ => unreadable(),
    })?;
    if pdf.is_encrypted() || pdf.trailer.has(b"Encrypt") {
        return Err(Code::DocumentEncrypted.into());
    }
    if pdf.objects.values().any(active) {
        return Err(Code::DocumentActive.into());
    }
    let pages = pdf.get_pages().len();
    if pages == 0 {
        return Err(unreadable());
    }
    if pages > MAX_PAGES {
        return Err(Violation::new(Code::DocumentTooManyPages)
            .with("measured", pages)
            .with("limit", MAX_PAGES));
    }
    u32::try_from(pages).map_err(|_| unreadable())
}

/// Whether an object runs something or brings a file along.
fn active(object: &Object) -> bool {
    let dictionary = match object {
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => &stream.dict,
        _ => return false,
    };
    let kind = |key: &[u8]| dictionary.get(key).ok().and_then(|value| value.as_name().ok());
    dictionary.has(b"JS")
        || dictionary.has(b"JavaScript")
        || dictionary.has(b"EmbeddedFiles")
        || matches!(kind(b"S"), Some(b"JavaScript" | b"Launch"))
        || matches!(kind(b"Type"), Some(b"EmbeddedFile"))
        || dictionary.iter().any(|(_, value)| matches!(value, Object::Dictionary(_)) && active(value))
}

#[cfg(test)]
mod tests {
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

    fn code(bytes: Vec<u8>) -> Code {
        inspect(bytes, String::new()).err().expect("refused").violation.code
    }

    #[test]
    fn images_are_set_upright_and_lose_their_metadata_and_tail() {
        let mut bytes = turned(&jpeg(900, 700));
        bytes.extend_from_slice(b"<script>polyglot</script>");
        let inspected = inspect(bytes, String::new()).unwrap();
        assert_eq!((inspected.content.width, inspected.content.height), (Some(700), Some(900)));
        let has = |text: &[u8]| inspected.kept.windows(text.len()).any(|window| window == text);
        assert!(!has(b"GPS") && !has(b"Exif") && !has(b"polyglot"));
    }

    #[test]
    fn every_image_format_is_read_by_its_content() {
        let image = DynamicImage::ImageRgb8(RgbImage::new(640, 620));
        for media_type in [MediaType::Jpeg, MediaType::Png, MediaType::Webp] {
            let inspected = inspect(encoded(&image, media_type).unwrap(), String::new()).unwrap();
            assert_eq!(inspected.content.media_type, media_type);
        }
    }

    #[test]
    fn what_is_refused_and_why() {
        assert_eq!(code(Vec::new()), Code::DocumentEmpty);
        assert_eq!(code(b"hello".to_vec()), Code::DocumentTypeUnsupported);
        assert_eq!(code(b"\0\0\0\x18ftypheic\0\0\0\0".to_vec()), Code::DocumentHeic);
        assert_eq!(code(jpeg(599, 900)), Code::DocumentTooSmall);
        assert_eq!(code(jpeg(700, 700)[..2000].to_vec()), Code::DocumentUnreadable);
        assert_eq!(code(b"%PDF-1.7 nothing".to_vec()), Code::DocumentUnreadable);
    }

    #[test]
    fn a_huge_image_is_refused_before_it_is_decoded() {
        // A PNG header of 10000 x 10000 pixels without the pixels.
        let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\x27\x10\0\0\x27\x10\x08\x02\0\0\0".to_vec();
        bytes.extend_from_slice(&crc(&bytes[12..]).to_be_bytes());
        bytes.extend_from_slice(b"\0\0\0\0IDAT\x35\xAF\x06\x1E");
        let violation = inspect(bytes, String::new()).err().unwrap().violation;
        assert_eq!(violation.code, Code::DocumentTooManyPixels);
        assert_eq!(violation.params, [("measured", 100_000_000.into()), ("limit", MAX_PIXELS.into())]);
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(
                crc ^ u32::from(*byte),
                |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 },
            )
        })
    }

    fn pdf(pages: usize, extra: &str) -> Vec<u8> {
        let kids: Vec<_> = (0..pages).map(|n| format!("{} 0 R", n + 3)).collect();
        let mut objects = vec![
            format!("<< /Type /Catalog /Pages 2 0 R {extra} >>"),
            format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" ")),
        ];
        objects
            .extend((0..pages).map(|_| "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_owned()));
        let mut text = "%PDF-1.7\n".to_owned();
        let mut offsets = Vec::new();
        for (index, object) in objects.iter().enumerate() {
            offsets.push(text.len());
            text.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
        }
        let start = text.len();
        text.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
        offsets.iter().for_each(|offset| text.push_str(&format!("{offset:010} 00000 n \n")));
        text.push_str(&format!(
            "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
            objects.len() + 1
        ));
        text.into_bytes()
    }

    #[test]
    fn pdfs_have_few_pages_and_run_nothing() {
        assert_eq!(inspect(pdf(3, ""), String::new()).unwrap().content.pages, Some(3));
        assert_eq!(code(pdf(11, "")), Code::DocumentTooManyPages);
        assert_eq!(code(pdf(0, "")), Code::DocumentUnreadable);
        assert_eq!(code(pdf(1, "/OpenAction << /S /JavaScript /JS (app.alert(1)) >>")), Code::DocumentActive);
    }
}
