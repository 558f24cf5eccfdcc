//! The real binary as a process of its own, for what cannot be done to a server inside the test: killing it.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running `gongpai`.
pub struct Process {
    child: Child,
    pub base: String,
}

/// The binary that was built beside the tests.
pub fn binary() -> PathBuf {
    let deps = std::env::current_exe().expect("the path of the tests");
    let binary = deps.ancestors().nth(2).expect("target/debug").join("gongpai");
    assert!(binary.exists(), "{} is missing: run `cargo build --workspace` first", binary.display());
    binary
}

impl Process {
    /// Starts it and waits until it answers.
    pub fn start(settings: &[(&str, String)]) -> Self {
        Self::start_logging(settings, "error", Stdio::null())
    }

    /// Starts it with a log that goes somewhere.
    pub fn start_logging(settings: &[(&str, String)], filter: &str, log: Stdio) -> Self {
        let port = crate::postgres::free_port();
        let child = Command::new(binary())
            .envs(settings.iter().map(|(name, value)| (*name, value.as_str())))
            .env("GONGPAI_LISTEN", format!("127.0.0.1:{port}"))
            .env("GONGPAI_LOG_FILTER", filter)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("gongpai runs");
        let process = Self { child, base: format!("http://127.0.0.1:{port}") };
        crate::postgres::until("the server", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        process
    }

    /// SIGKILL: no goodbye.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
