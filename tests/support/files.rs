//! Files that tests upload: real ones, drawn on the spot.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};

/// A JPEG that looks like a page.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(&page(width, height))
}

/// The same out of focus.
pub fn blurred_jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(&image::imageops::blur(&page(width, height), 16.0))
}

fn page(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        if y % 40 < 6 && (60..width - 60).contains(&x) { Rgb([60, 60, 60]) } else { Rgb([240, 238, 230]) }
    })
}

fn encoded(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 85);
    encoder.write_image(image, image.width(), image.height(), ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// A PDF of so many empty pages; `extra` goes into its catalog.
pub fn pdf_with(pages: usize, extra: &str) -> Vec<u8> {
    let kids: Vec<_> = (0..pages).map(|page| format!("{} 0 R", page + 3)).collect();
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {extra} >>"),
        format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" ")),
    ];
    objects.extend((0..pages).map(|_| "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_owned()));
    let mut text = "%PDF-1.7\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", text.len());
        text += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let start = text.len();
    let trailer =
        format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    (text + &table + &trailer).into_bytes()
}

/// A PDF of so many empty pages.
pub fn pdf(pages: usize) -> Vec<u8> {
    pdf_with(pages, "")
}

/// A picture of one colour, for a logo or an avatar.
#[must_use]
pub fn picture(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::from_pixel(width, height, image::Rgb([20, 120, 220]));
    image::DynamicImage::from(image).write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

/// Files that are no picture to show, and what each is refused with.
#[must_use]
pub fn no_pictures() -> Vec<(Vec<u8>, &'static str)> {
    use image::ImageFormat;
    vec![
        (picture(63, 200, ImageFormat::Png), "document_too_small"),
        (pdf(1), "document_type_unsupported"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "document_type_unsupported"),
        (picture(300, 300, ImageFormat::Jpeg)[..600].to_vec(), "document_unreadable"),
        (Vec::new(), "document_empty"),
    ]
}
