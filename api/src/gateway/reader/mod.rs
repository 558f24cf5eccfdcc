//! Reading licenses with tesseract, and their QR codes. It happens in a process of its own, as inspecting does, with a bound
//! on memory and processor time that tesseract inherits. Nothing is written to a disk on the way.

pub mod child;

use chrono::{DateTime, Utc};
use domain::certification::{DocumentReader, Reading};
use domain::error::{Error, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{ErrorKind, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The language that tesseract needs: simplified Chinese, which brings Latin letters and digits along.
const LANGUAGE: &str = "chi_sim";

/// Where a program without a path is looked for.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";
/// How long reading one image may take, whatever takes the time. Most take a second or two.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often to look whether it is done.
const GLANCE: Duration = Duration::from_millis(20);

/// Debian's `tesseract-ocr` with `tesseract-ocr-chi-sim`.
#[derive(Debug, Clone)]
pub(crate) struct Tesseract {
    program: PathBuf,
    /// This program, which is also the process around it.
    own: PathBuf,
    patience: Duration,
}

impl Tesseract {
    /// Tesseract, if it is installed and knows the language.
    pub(crate) fn find(program: &Path, own: &Path) -> Option<Self> {
        let mut asked = Command::new(program);
        let said = asked.arg("--list-langs").env("PATH", PATH).stdin(Stdio::null()).output().ok()?;
        let knows = String::from_utf8_lossy(&said.stdout).lines().any(|line| line.trim() == LANGUAGE);
        knows.then(|| Self { program: program.to_owned(), own: own.to_owned(), patience: PATIENCE })
    }
}

impl DocumentReader for Tesseract {
    fn read(&self, image: &[u8], now: DateTime<Utc>) -> Result<Reading> {
        let failed = |what: &dyn std::fmt::Display| Error::internal(format!("reading a license: {what}"));
        let mut child = Command::new(&self.own)
            .arg(child::COMMAND)
            .arg(&self.program)
            .env_clear()
            .env("PATH", PATH)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A group of its own, so that it can be ended with whatever it started.
            .process_group(0)
            .spawn()
            .map_err(|error| failed(&error))?;
        let deadline = Instant::now() + self.patience;
        let pipe = child.stdin.take();
        let ended = std::thread::scope(|scope| {
            // A child that does not read to the end is ended by the deadline or ends itself; either way the pipe breaks.
            scope.spawn(|| pipe.map(|mut pipe| pipe.write_all(image)));
            within(&mut child, deadline)
        });
        ended.map_err(|error| failed(&error))?;
        let output = child.wait_with_output().map_err(|error| failed(&error))?;
        if !output.status.success() {
            return Err(failed(&output.status));
        }
        let found: child::Found = serde_json::from_slice(&output.stdout).map_err(|error| failed(&error))?;
        Ok(found.understood(now))
    }
}

/// Waits for a process, which is ended when its time is over. What it says fits into a pipe, so it need not be read on the way.
fn within(child: &mut Child, deadline: Instant) -> std::io::Result<()> {
    while child.try_wait()?.is_none() {
        if Instant::now() >= deadline {
            end(child);
            return Err(ErrorKind::TimedOut.into());
        }
        std::thread::sleep(GLANCE);
    }
    Ok(())
}

/// Ends a process and whatever it started.
fn end(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_takes_too_long_is_ended_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let (own, trace) = (folder.path().join("own"), folder.path().join("trace"));
        let script = format!("#!/bin/sh\n(sleep 2; touch {}) &\nwait\n", trace.display());
        std::fs::write(&own, script).unwrap();
        std::fs::set_permissions(&own, Permissions::from_mode(0o700)).unwrap();
        let patience = Duration::from_millis(200);
        let reader = Tesseract { program: PathBuf::from("tesseract"), own, patience };
        // More than a pipe holds, and nobody reads it.
        let image = vec![0; 1024 * 1024];
        assert!(reader.read(&image, DateTime::UNIX_EPOCH).is_err());
        std::thread::sleep(Duration::from_secs(3));
        assert!(!trace.exists(), "what it had started went on");
    }
}
