//! Daemons for tests: a real S3 server, a real scanner for malware, a mail server, and a stand-in for carriers of SMS. `scripts/tools` installs them.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A daemon of the test's own; it ends with it.
pub struct Daemon {
    child: Child,
    pub port: u16,
    folder: TempDir,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Daemon {
    /// Ends it before its time.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// A file in its folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The messages that a mail server took to a mailbox, oldest first, waiting for so many.
    pub async fn mail(&self, to: &str, count: usize) -> Vec<Value> {
        for _ in 0..200 {
            let text = std::fs::read_to_string(self.file("messages.jsonl")).unwrap_or_default();
            let all = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            let theirs: Vec<_> = all.filter(|message| message["to"][0] == to).collect();
            if theirs.len() >= count {
                return theirs;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{count} messages to {to} do not come");
    }

    fn listens(&self) -> bool {
        std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }
}

/// `SeaweedFS`, speaking S3, with a bucket named `documents`.
pub fn seaweed() -> Daemon {
    let weed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/tools/bin/weed");
    assert!(weed.exists(), "{} is missing: run scripts/tools", weed.display());
    let folder = tempfile::tempdir().unwrap();
    let identities = folder.path().join("s3.json");
    let text = r#"{"identities": [{"name": "gongpai", "credentials": [{"accessKey": "test-access", "secretKey": "test-secret"}],
        "actions": ["Admin", "Read", "Write", "List"]}]}"#;
    std::fs::write(&identities, text).unwrap();
    let [port, master, volume, filer] = std::array::from_fn(|_| small_port());
    let child = Command::new(&weed)
        .args(["-logtostderr=false", "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-filer"])
        .arg(format!("-dir={}", folder.path().display()))
        .arg(format!("-s3.config={}", identities.display()))
        .args([
            format!("-s3.port={port}"),
            format!("-master.port={master}"),
            format!("-volume.port={volume}"),
        ])
        .args([
            format!("-filer.port={filer}"),
            "-volume.max=10".to_owned(),
            "-master.volumeSizeLimitMB=64".to_owned(),
        ])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("weed runs");
    let daemon = Daemon { child, port, folder };
    crate::postgres::until("SeaweedFS", || daemon.listens());
    // A bucket is a folder of the filer's.
    let filer = format!("127.0.0.1:{filer}");
    crate::postgres::until("the bucket", || {
        let made = std::net::TcpStream::connect(&filer).and_then(|mut stream| {
            use std::io::{Read, Write};
            let host = &filer;
            write!(stream, "POST /buckets/documents/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        });
        made.is_ok_and(|answer| answer.starts_with("HTTP/1.1 20"))
    });
    daemon
}

/// A free port whose gRPC neighbour, 10000 above, exists too.
fn small_port() -> u16 {
    loop {
        let port = crate::postgres::free_port();
        let port = if port > 50_000 { port - 20_000 } else { port };
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Carriers of SMS: a stand-in that checks every request with their official SDKs.
pub fn carriers() -> Daemon {
    script("carriers.py", |_| Vec::new())
}

/// A mail server; with `tls` one that asks for it, and for a password.
pub fn mail_server(tls: bool) -> Daemon {
    script("mail.py", |folder| {
        std::iter::once(folder.display().to_string()).chain(tls.then(|| "tls".to_owned())).collect()
    })
}

/// A script of `support` that listens on a port and has a folder of its own.
fn script(name: &str, arguments: impl FnOnce(&Path) -> Vec<String>) -> Daemon {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("../target/tools/bin/python3");
    assert!(python.exists(), "{} is missing: run scripts/tools", python.display());
    let (folder, port) = (tempfile::tempdir().unwrap(), crate::postgres::free_port());
    let child = Command::new(python)
        .arg(root.join("support").join(name))
        .arg(port.to_string())
        .args(arguments(folder.path()))
        .stdout(Stdio::null())
        .spawn()
        .expect("python runs");
    let daemon = Daemon { child, port, folder };
    crate::postgres::until(name, || daemon.listens());
    daemon
}

/// The test file that every scanner knows (eicar.org), and its signature.
pub const EICAR: &[u8] = br"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

/// clamd with signatures of the test's own: EICAR anywhere in a file. The databases of `ClamAV` are not needed for that.
pub fn clamd() -> Daemon {
    let clamd = ["/usr/sbin/clamd", "/usr/bin/clamd", "/usr/local/sbin/clamd"].map(PathBuf::from);
    let clamd = clamd.iter().find(|path| path.exists()).expect("clamd is missing: run scripts/tools");
    let folder = tempfile::tempdir().unwrap();
    let hex = data_encoding::HEXLOWER.encode(EICAR);
    std::fs::write(folder.path().join("test.ndb"), format!("Eicar-Test-Signature:0:*:{hex}\n")).unwrap();
    let port = crate::postgres::free_port();
    let config = folder.path().join("clamd.conf");
    let text = format!(
        "DatabaseDirectory {}\nTCPSocket {port}\nTCPAddr 127.0.0.1\nForeground yes\nStreamMaxLength 20M\nPidFile {}\n",
        folder.path().display(),
        folder.path().join("clamd.pid").display()
    );
    std::fs::write(&config, text).unwrap();
    let child = Command::new(clamd)
        .arg(format!("--config-file={}", config.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("clamd runs");
    let daemon = Daemon { child, port, folder };
    crate::postgres::until("clamd", || daemon.listens());
    daemon
}
