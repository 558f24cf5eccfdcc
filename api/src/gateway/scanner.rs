//! Looking for malware: clamd, over its INSTREAM command. What could not be looked at counts as not clean.

use domain::error::{Code, Error, Faults, Place, Result};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// How long clamd may take over one step. A scan of ten megabytes takes well under a second.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to be there.
const CONNECTING: Duration = Duration::from_secs(3);
/// How much is sent at once.
const CHUNK: usize = 64 * 1024;
/// Longer than any answer.
const ANSWER: u64 = 4096;

/// A clamd, at `host:port` or at the path of its socket.
#[derive(Debug, Clone)]
pub(crate) struct Scanner {
    pub(crate) address: String,
}

trait Connection: Read + Write {}
impl<T: Read + Write> Connection for T {}

impl Scanner {
    /// Looks at a file.
    ///
    /// # Errors
    /// `document_infected` at `/file`; `document_not_scanned` whenever clamd did not say that it is clean.
    pub(crate) fn scan(&self, file: &Path) -> Result<()> {
        let answer = self.ask(file).map_err(|error| unscanned(&error.to_string()))?;
        match answer.trim_end_matches(['\0', '\n']).strip_prefix("stream: ") {
            Some("OK") => Ok(()),
            Some(found) if found.ends_with(" FOUND") => {
                tracing::warn!(found, "an uploaded file is infected");
                Err(Faults::one(Place::Body, "/file", Code::DocumentInfected))
            }
            _ => Err(unscanned(&answer)),
        }
    }

    fn ask(&self, file: &Path) -> std::io::Result<String> {
        let mut clamd = self.connect()?;
        let mut file = File::open(file)?;
        clamd.write_all(b"zINSTREAM\0")?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let length = file.read(&mut chunk)?;
            let announced = u32::try_from(length).map_err(std::io::Error::other)?;
            clamd.write_all(&announced.to_be_bytes())?;
            if length == 0 {
                break;
            }
            clamd.write_all(&chunk[..length])?;
        }
        clamd.flush()?;
        let mut answer = String::new();
        clamd.take(ANSWER).read_to_string(&mut answer)?;
        Ok(answer)
    }

    fn connect(&self) -> std::io::Result<Box<dyn Connection>> {
        if self.address.starts_with('/') {
            let stream = UnixStream::connect(&self.address)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            return Ok(Box::new(stream));
        }
        let mut failed = std::io::Error::other("the address means nothing");
        let mut found = None;
        for address in self.address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, CONNECTING) {
                Ok(stream) => {
                    found = Some(stream);
                    break;
                }
                Err(error) => failed = error,
            }
        }
        let stream = found.ok_or(failed)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Box::new(stream))
    }
}

fn unscanned(why: &str) -> Error {
    Error::new(Code::DocumentNotScanned).retry_after(10).context(format!("clamd: {why}"))
}
