//! QR codes as images.

use domain::error::{Error, Result};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use qrcode::render::svg;
use qrcode::{Color, QrCode};

/// The side of a code, in pixels.
const SIDE: u32 = 480;
/// The quiet zone around it, in modules (ISO/IEC 18004, 7.3.7).
const QUIET: usize = 4;

fn code(text: &str) -> Result<QrCode> {
    QrCode::new(text).map_err(|error| Error::internal(format!("a QR code: {error}")))
}

/// As SVG.
pub(super) fn svg(text: &str) -> Result<Vec<u8>> {
    Ok(code(text)?.render::<svg::Color<'_>>().min_dimensions(SIDE, SIDE).build().into_bytes())
}

/// As PNG.
pub(super) fn png(text: &str) -> Result<Vec<u8>> {
    let code = code(text)?;
    let (width, modules) = (code.width(), code.to_colors());
    let scale = (SIDE as usize).div_ceil(width + 2 * QUIET);
    let side = (width + 2 * QUIET) * scale;
    let dark = |x: usize, y: usize| {
        let (x, y) = ((x / scale).wrapping_sub(QUIET), (y / scale).wrapping_sub(QUIET));
        x < width && y < width && modules[y * width + x] == Color::Dark
    };
    let pixels: Vec<u8> =
        (0..side * side).map(|at| if dark(at % side, at / side) { 0 } else { 255 }).collect();
    let failed = |error: &dyn std::fmt::Display| Error::internal(format!("a QR code as PNG: {error}"));
    let side = u32::try_from(side).map_err(|error| failed(&error))?;
    let mut png = Vec::new();
    let encoder = PngEncoder::new(&mut png);
    encoder.write_image(&pixels, side, side, ExtendedColorType::L8).map_err(|error| failed(&error))?;
    Ok(png)
}
