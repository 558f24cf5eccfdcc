//! PostgreSQL for tests: `TEST_DATABASE_URL` when it is set, else a throw-away cluster of the installed binaries. Without
//! either the tests fail and say what to install; they are never skipped.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The user that a cluster runs as when the tests run as root, which PostgreSQL refuses to.
const NOBODY: u32 = 65_534;

/// A cluster of our own.
pub struct Cluster {
    folder: PathBuf,
    port: u16,
}

/// The cluster that all tests of this process share. A watchdog ends it with the process.
fn shared() -> &'static str {
    static SERVER: OnceLock<String> = OnceLock::new();
    SERVER.get_or_init(|| {
        if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
            url.rsplit_once('/').map_or(url.clone(), |(server, _)| server.to_owned())
        } else {
            let cluster = Cluster::create("-c fsync=off -c max_connections=500");
            cluster.start();
            cluster.watch();
            let url = cluster.url();
            std::mem::forget(cluster);
            url
        }
    })
}

/// A fresh database in the shared cluster.
pub fn database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = shared();
    let name = format!("gongpai_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    psql(
        server,
        &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"),
    );
    format!("{server}/{name}")
}

fn psql(server: &str, sql: &str) {
    let output = Command::new(binary("psql"))
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, &format!("{server}/postgres")])
        .output()
        .expect("psql runs");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Where a program of PostgreSQL is.
fn binary(name: &str) -> PathBuf {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    folders.sort();
    folders.reverse();
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect::<Vec<_>>());
    folders.into_iter().map(|folder| folder.join(name)).find(|path| path.exists()).unwrap_or_else(|| {
        panic!("{name} is missing: install PostgreSQL (Debian: apt-get install postgresql), or set TEST_DATABASE_URL")
    })
}

impl Cluster {
    /// Makes a cluster that is not running yet.
    pub fn create(options: &str) -> Self {
        let folder =
            tempfile::Builder::new().prefix("gongpai-pg").tempdir().expect("a temporary folder").keep();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
        if is_root() {
            chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let port = free_port();
        let cluster = Self { folder, port };
        let made = cluster
            .command("initdb")
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(cluster.data())
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let socket = cluster.folder.display();
        let lines =
            format!("port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{socket}'\n");
        let path = cluster.data().join("postgresql.conf");
        let settings = options.split("-c ").filter(|part| !part.trim().is_empty()).map(|part| {
            let (name, value) = part.trim().split_once('=').expect("name=value");
            format!("{name} = {value}\n")
        });
        let text = std::fs::read_to_string(&path).unwrap() + &lines + &settings.collect::<String>();
        std::fs::write(&path, text).unwrap();
        cluster
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// Starts it and waits until it answers.
    pub fn start(&self) {
        let log = self.folder.join("log");
        let started = self
            .command("pg_ctl")
            .args(["-s", "-w", "-t", "60", "-l"])
            .arg(&log)
            .arg("-D")
            .arg(self.data())
            .arg("start")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("pg_ctl runs");
        assert!(started.success(), "{}", std::fs::read_to_string(&log).unwrap_or_default());
    }

    /// Stops it at once, connections and all.
    pub fn stop(&self) {
        let _ = self
            .command("pg_ctl")
            .args(["-s", "-w", "-m", "immediate", "-D"])
            .arg(self.data())
            .arg("stop")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }

    /// Makes a database.
    pub fn database(&self, name: &str) -> String {
        psql(&self.url(), &format!("CREATE DATABASE {name}"));
        format!("{}/{name}", self.url())
    }

    /// Ends the cluster when this process ends, however it ends: a shell waits for the pipe to close.
    fn watch(&self) {
        let script = format!(
            "cat >/dev/null; '{}' -s -m immediate -D '{}' stop; rm -rf '{}'",
            binary("pg_ctl").display(),
            self.data().display(),
            self.folder.display(),
        );
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(script).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        shell.process_group(0);
        as_nobody(&mut shell);
        let child = shell.spawn().expect("sh runs");
        // The pipe stays open as long as this process lives.
        std::mem::forget(child);
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(binary(name));
        command.current_dir(&self.folder).env_remove("PGDATA");
        as_nobody(&mut command);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn as_nobody(command: &mut Command) {
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0)
}

/// A port that nobody listens on now, and that nobody gets who asks for any: it lies below those that systems give away (RFC 6335, 49152 and
/// up; Linux from 32768). Another server of the tests would take its place otherwise, before whoever it is for has begun to listen.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let step = std::process::id().wrapping_mul(613).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(10_000 + step % 20_000).unwrap();
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Waits for something that another process does, for at most a minute.
pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_mins(1), "{what} does not come");
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
