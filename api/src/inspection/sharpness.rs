//! How sharp an image is: how hard its hardest edges are, which says whether what is printed can be read.
//!
//! The image is scaled so that its longer side has 1200 pixels, about what a page needs to be read, so that a soft photo of
//! many pixels is judged by what is left when it is seen whole. Every pixel's Laplacian (how far it differs from its four
//! neighbours) is taken, and the value that one in a thousand exceeds is the sharpness: few lines of print are enough, and a
//! blurred page has no hard edge anywhere. Print that is in focus gives 100 and more; what gives less than 20 is not legible.

use image::DynamicImage;
use image::imageops::FilterType;

/// The longer side on which it is measured.
const SIDE: u32 = 1200;

/// The sharpness of an image.
pub(super) fn sharpness(image: &DynamicImage) -> u32 {
    let mut gray = image.to_luma8();
    if gray.width().max(gray.height()) > SIDE {
        gray = DynamicImage::ImageLuma8(gray).resize(SIDE, SIDE, FilterType::Triangle).into_luma8();
    }
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let light = |x: usize, y: usize| i32::from(gray.as_raw()[y * width + x]);
    let mut found = [0_usize; 1021];
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let around = light(x - 1, y) + light(x + 1, y) + light(x, y - 1) + light(x, y + 1);
            found[(4 * light(x, y) - around).unsigned_abs() as usize] += 1;
        }
    }
    let mut above = found.iter().sum::<usize>() / 1000;
    for (value, count) in found.iter().enumerate().rev() {
        match above.checked_sub(*count) {
            Some(rest) => above = rest,
            None => return u32::try_from(value).unwrap_or(u32::MAX),
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, RgbImage};

    /// A page with a few lines of something like print.
    fn page(scale: u32) -> DynamicImage {
        DynamicImage::ImageLuma8(image::GrayImage::from_fn(900 * scale, 700 * scale, |x, y| {
            let (x, y) = (x / scale, y / scale);
            let print = (100..300).contains(&y) && y % 40 < 14 && (80..800).contains(&x) && x % 9 < 4;
            Luma([if print { 40 } else { 235 }])
        }))
    }

    #[test]
    fn print_in_focus_is_sharp_and_out_of_focus_is_not() {
        let sharp = sharpness(&page(1));
        assert!(sharp > 150, "{sharp}");
        let values: Vec<_> = [1.0, 2.0, 4.0, 8.0].map(|sigma| sharpness(&page(1).blur(sigma))).to_vec();
        assert!(values.is_sorted_by(|a, b| a > b) && values[0] < sharp, "{values:?}");
        assert!(values[0] > 60 && values[3] < 20, "{values:?}");
    }

    #[test]
    fn more_pixels_of_the_same_page_are_no_less_sharp() {
        assert!(sharpness(&page(4)) > 100);
        assert!(sharpness(&page(4).blur(24.0)) < 20);
    }

    #[test]
    fn a_blank_page_shows_nothing() {
        assert_eq!(sharpness(&DynamicImage::ImageRgb8(RgbImage::new(640, 620))), 0);
    }
}
