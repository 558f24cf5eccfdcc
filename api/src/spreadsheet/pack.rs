//! Sheet as they are kept between the dry run's beginning and its end: a line of JSON each, compressed.

use domain::error::{Error, Result};
use domain::member_import::SheetRow;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{BufRead, BufReader, Write};

pub(super) struct Packer {
    encoder: DeflateEncoder<Vec<u8>>,
}

impl Packer {
    pub(super) fn new() -> Self {
        Self { encoder: DeflateEncoder::new(Vec::new(), Compression::fast()) }
    }

    pub(super) fn push(&mut self, row: &SheetRow) -> std::io::Result<()> {
        serde_json::to_writer(&mut self.encoder, row)?;
        self.encoder.write_all(b"\n")
    }

    pub(super) fn finish(self) -> std::io::Result<Vec<u8>> {
        self.encoder.finish()
    }
}

/// The rows that were packed, one after the other, so that they are never all in memory.
pub(crate) fn unpacked(packed: &[u8]) -> impl Iterator<Item = Result<SheetRow>> + '_ {
    let wrong = |error: &dyn std::fmt::Display| Error::internal(format!("a packed spreadsheet: {error}"));
    BufReader::new(DeflateDecoder::new(packed)).lines().map(move |line| {
        let line = line.map_err(|error| wrong(&error))?;
        serde_json::from_str(&line).map_err(|error| wrong(&error))
    })
}
