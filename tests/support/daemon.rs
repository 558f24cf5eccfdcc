//! Daemons for tests: a real S3 server, a real scanner for malware, and a stand-in for carriers of SMS. `scripts/tools` installs them.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A daemon of the test's own; it ends with it.
pub struct Daemon {
    child: Child,
    pub port: u16,
    _folder: TempDir,
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
    let daemon = Daemon { child, port, _folder: folder };
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
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("../target/tools/bin/python3");
    assert!(python.exists(), "{} is missing: run scripts/tools", python.display());
    let port = crate::postgres::free_port();
    let child = Command::new(python)
        .arg(root.join("support/carriers.py"))
        .arg(port.to_string())
        .stdout(Stdio::null())
        .spawn()
        .expect("python runs");
    let daemon = Daemon { child, port, _folder: tempfile::tempdir().unwrap() };
    crate::postgres::until("the carriers", || daemon.listens());
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
    let daemon = Daemon { child, port, _folder: folder };
    crate::postgres::until("clamd", || daemon.listens());
    daemon
}
