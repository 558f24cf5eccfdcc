//! The process that reads a license: `gongpai read TESSERACT < IMAGE`.

use super::LANGUAGE;
use chrono::{DateTime, Utc};
use domain::certification::{ReadLine, Reading};
use domain::error::{Error, Result};
use image::imageops::{FilterType, resize, rotate180};
use image::{GrayImage, ImageFormat};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// The command that starts it.
pub const COMMAND: &str = "read";
/// What it, and tesseract, may each take of memory: the largest image, or the model of the language.
const MEMORY: u64 = 1024 * 1024 * 1024;
/// What it, and tesseract, may each take of a processor, in seconds.
const PROCESSOR: u64 = 30;
/// How much of what is read is said: more than stands on any license, and less than a pipe holds.
const LINES: usize = 100;
const CHARACTERS: usize = 100;
const CODES: usize = 4;
const CODE: usize = 1000;
/// The longest side that is looked at, in pixels. Beyond it, reading gets slower and not better.
const LONGEST: u32 = 2400;

/// What stands on an image.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Found {
    lines: Vec<(String, u8)>,
    codes: Vec<String>,
}

impl Found {
    pub(super) fn understood(self, at: DateTime<Utc>) -> Reading {
        let line = |(text, confidence)| ReadLine { text, confidence };
        let lines: Vec<_> = self.lines.into_iter().map(line).collect();
        Reading::understand(&lines, &self.codes, at)
    }
}

/// Reads an image from the standard input, and prints what stands on it.
///
/// # Errors
/// When the image cannot be decoded, or tesseract fails.
pub fn run(tesseract: &Path) -> Result<()> {
    let failed = |error: &dyn std::fmt::Display| Error::internal(error.to_string());
    for (resource, limit) in [(Resource::As, MEMORY), (Resource::Cpu, PROCESSOR), (Resource::Core, 0)] {
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })
            .map_err(|error| failed(&error))?;
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    let page = image::load_from_memory(&bytes).map_err(|error| failed(&error))?.into_luma8();
    let page = fitting(page);
    let codes = codes(&page);
    let mut found = Found { lines: lines(tesseract, &page)?, codes };
    // Tesseract sees by itself when a page lies on its side, but not always when it stands on its head.
    if found.lines.iter().all(|(text, _)| !text.contains("名称")) {
        let turned = lines(tesseract, &rotate180(&page))?;
        if turned.iter().any(|(text, _)| text.contains("名称")) {
            found.lines = turned;
        }
    }
    let said = serde_json::to_vec(&found).map_err(|error| failed(&error))?;
    std::io::stdout().write_all(&said).map_err(|error| failed(&error))
}

/// The page, no larger than is looked at.
fn fitting(page: GrayImage) -> GrayImage {
    let longest = page.width().max(page.height());
    if longest <= LONGEST {
        return page;
    }
    let fit = |side: u32| (u64::from(side) * u64::from(LONGEST) / u64::from(longest)).max(1);
    let [width, height] =
        [page.width(), page.height()].map(|side| u32::try_from(fit(side)).unwrap_or(LONGEST));
    resize(&page, width, height, FilterType::Triangle)
}

/// What the QR codes of a page say.
fn codes(page: &GrayImage) -> Vec<String> {
    let (width, height) = (page.width() as usize, page.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        let at = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        page.get_pixel_checked(at(x), at(y)).map_or(255, |pixel| pixel.0[0])
    });
    let grids = prepared.detect_grids().into_iter();
    let texts = grids.filter_map(|grid| grid.decode().ok()).map(|(_, text)| text);
    texts.map(|text| text.chars().take(CODE).collect()).take(CODES).collect()
}

/// The lines of text on a page, with their confidence in percent.
fn lines(tesseract: &Path, page: &GrayImage) -> Result<Vec<(String, u8)>> {
    let failed = |error: &dyn std::fmt::Display| Error::internal(error.to_string());
    let mut png = Cursor::new(Vec::new());
    page.write_to(&mut png, ImageFormat::Png).map_err(|error| failed(&error))?;
    let mut child = Command::new(tesseract)
        .args(["stdin", "stdout", "-l", LANGUAGE, "--psm", "1", "tsv"])
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(&error))?;
    // It reads all of its input before it says anything.
    if let Some(mut pipe) = child.stdin.take() {
        let _ = pipe.write_all(png.get_ref());
    }
    let output = child.wait_with_output().map_err(|error| failed(&error))?;
    if !output.status.success() {
        return Err(failed(&output.status));
    }
    Ok(table(&String::from_utf8_lossy(&output.stdout)))
}

/// The lines of tesseract's table: a row a word, in which columns 3 to 5 name block, paragraph and line, column 11 is the
/// confidence and column 12 the word.
fn table(text: &str) -> Vec<(String, u8)> {
    let mut lines: Vec<(&[&str], String, Vec<f64>)> = Vec::new();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|row| row.split('\t').collect()).collect();
    for row in &rows {
        let (Some(place), Some(confidence), Some(word)) = (row.get(2..5), row.get(10), row.get(11)) else {
            continue;
        };
        let Some(confidence) = confidence.parse::<f64>().ok().filter(|sure| *sure >= 0.0) else { continue };
        if word.trim().is_empty() {
            continue;
        }
        match lines.last_mut().filter(|(known, ..)| *known == place) {
            Some((_, line, sure)) => {
                line.push(' ');
                line.push_str(word);
                sure.push(confidence);
            }
            None => lines.push((place, (*word).to_owned(), vec![confidence])),
        }
    }
    let average = |sure: &[f64]| {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few words, of at most a hundred percent each"
        )]
        let mean = (sure.iter().sum::<f64>() / sure.len() as f64).clamp(0.0, 100.0) as u8;
        mean
    };
    let bounded = |line: String| line.chars().take(CHARACTERS).collect();
    lines.into_iter().take(LINES).map(|(_, line, sure)| (bounded(line), average(&sure))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_line_are_put_together_with_their_average_confidence() {
        let text = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
            4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t\n\
            5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90.5\t名称\n\
            5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t70.5\t测试公司\n\
            5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t96\t类型\n\
            5\t1\t1\t1\t3\t1\t0\t0\t9\t9\t95\t \n\
            broken\n";
        assert_eq!(table(text), [("名称 测试公司".to_owned(), 80), ("类型".to_owned(), 96)]);
        assert_eq!(table(""), []);
    }

    #[test]
    fn a_large_page_is_made_to_fit() {
        let fitted = fitting(GrayImage::new(4800, 30));
        assert_eq!((fitted.width(), fitted.height()), (2400, 15));
        assert_eq!(fitting(GrayImage::new(100, 200)).height(), 200);
    }
}
