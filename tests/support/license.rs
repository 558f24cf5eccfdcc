//! Business licenses that tests draw: the lines of a real one in a Chinese face, and its QR code.

use ab_glyph::{Font, FontVec, PxScale, ScaleFont};
use image::{GrayImage, Luma};
use qrcode::{Color, QrCode};
use std::sync::OnceLock;

/// Debian's `fonts-wqy-zenhei`.
const FACE: &str = "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc";

const WIDTH: u32 = 1500;
const HEIGHT: u32 = 1060;

/// What a license says.
pub struct License<'a> {
    pub name: &'a str,
    pub credit_code: &'a str,
    /// What its QR code says, if it has one.
    pub qr: Option<&'a str>,
}

impl License<'_> {
    /// Draws it, as a scanner would see it.
    pub fn drawn(&self) -> GrayImage {
        let mut page = GrayImage::from_pixel(WIDTH, HEIGHT, Luma([252]));
        write(&mut page, 560, 60, 90.0, "营 业 执 照");
        write(&mut page, 120, 230, 40.0, &format!("统一社会信用代码 {}", self.credit_code));
        let lines = [
            format!("名称 {}", self.name),
            "类型 有限责任公司".to_owned(),
            "法定代表人 王小明".to_owned(),
            "经营范围 软件开发；信息技术咨询服务".to_owned(),
            "注册资本 壹佰万元整".to_owned(),
            "成立日期 2019年03月12日".to_owned(),
            "住所 深圳市南山区科技园路1号".to_owned(),
        ];
        for (line, y) in lines.iter().zip((360..).step_by(88)) {
            write(&mut page, 120, y, 44.0, line);
        }
        if let Some(text) = self.qr {
            stamp(&mut page, 1180, 700, text);
        }
        page
    }
}

/// A PNG of a page.
pub fn png(page: &GrayImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    page.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn write(page: &mut GrayImage, x: u32, y: u32, size: f32, text: &str) {
    static FONT: OnceLock<FontVec> = OnceLock::new();
    let font = FONT.get_or_init(|| {
        let bytes = std::fs::read(FACE).unwrap_or_else(|_| panic!("{FACE} is missing: run scripts/tools"));
        FontVec::try_from_vec_and_index(bytes, 0).unwrap()
    });
    let scaled = font.as_scaled(PxScale::from(size));
    #[expect(clippy::cast_precision_loss, reason = "pages are small")]
    let (mut at, baseline) = (x as f32, y as f32 + scaled.ascent());
    for character in text.chars() {
        let glyph = scaled.glyph_id(character).with_scale_and_position(size, ab_glyph::point(at, baseline));
        at += scaled.h_advance(glyph.id);
        let Some(outline) = font.outline_glyph(glyph) else { continue };
        let corner = outline.px_bounds().min;
        outline.draw(|dx, dy, ink| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a point on the page, and a shade"
            )]
            let (x, y, shade) =
                (corner.x as u32 + dx, corner.y as u32 + dy, (250.0 * (1.0 - ink.min(1.0))) as u8);
            if let Some(pixel) = page.get_pixel_mut_checked(x, y) {
                pixel.0[0] = pixel.0[0].min(shade);
            }
        });
    }
}

fn stamp(page: &mut GrayImage, x: u32, y: u32, text: &str) {
    const MODULE: u32 = 7;
    let code = QrCode::new(text).unwrap();
    let width = u32::try_from(code.width()).unwrap();
    for (index, color) in (0..).zip(code.to_colors()) {
        let (column, row) = (index % width, index / width);
        let shade = if color == Color::Dark { 10 } else { 252 };
        for (dx, dy) in (0..MODULE).flat_map(|dx| (0..MODULE).map(move |dy| (dx, dy))) {
            page.put_pixel(x + column * MODULE + dx, y + row * MODULE + dy, Luma([shade]));
        }
    }
}
