//! The real binary as a process of its own, for what cannot be done to a server inside the test: killing it.

use serde_json::{Value, json};
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
        let mut process = Self { child, base: format!("http://127.0.0.1:{port}") };
        crate::postgres::until("the server", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        assert!(process.child.try_wait().unwrap().is_none(), "somebody else listens on {port}");
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

impl Process {
    /// Runs a command of the binary to its end, and gives what it printed.
    pub fn command(settings: &[(&str, String)], arguments: &[&str]) -> String {
        let output = Command::new(binary())
            .envs(settings.iter().map(|(name, value)| (*name, value.as_str())))
            .args(arguments)
            .output()
            .expect("gongpai runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A company that has joined, as its access token.
    pub async fn registered(&self, client: &reqwest::Client) -> String {
        let post = async |path: &str, token: &str, body: Value| {
            let request =
                client.post(format!("{}{path}", self.base)).header("content-type", "application/json");
            let answer = request.bearer_auth(token).body(body.to_string()).send().await.unwrap();
            let bytes = answer.bytes().await.unwrap();
            serde_json::from_slice::<Value>(&bytes).unwrap()
        };
        let get = async |path: &str| {
            let answer = client.get(format!("{}{path}", self.base)).send().await.unwrap();
            serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).unwrap()
        };
        let agreements = get("/v1/agreements").await;
        let wanted = agreements["data"].as_array().unwrap().iter().filter(|one| one["required"] == true);
        let accepted: Value = wanted.map(|a| json!({"id": a["id"], "version": a["version"]})).collect();
        let mobile = crate::world::mobile();
        let body = json!({
            "organization": {"name": "进程公司", "type": "enterprise", "industry": "I65", "staff_size": "1_49",
                "address": {"region": "440305", "line": "科技园路 1 号"}, "phone": "0755-86001234"},
            "administrator": {"name": "王小明", "position": "经理", "mobile": mobile, "is_legal_representative": true},
            "accepted_agreements": accepted,
        });
        let made = post("/v1/registrations", "", body).await;
        let sent = get(&format!("/dev/outbox?wait=10&mobile={mobile}")).await;
        let path = format!("/v1/registrations/{}/verification", made["id"].as_str().unwrap());
        let body = json!({"code": sent["data"][0]["code"], "device": crate::device()});
        let done = post(&path, made["registration_token"].as_str().unwrap(), body).await;
        done["session"]["access_token"].as_str().unwrap().to_owned()
    }
}

/// Uploads a license in the place of the one that is there, unless the server is gone; gives the id of the document.
pub async fn upload(client: &reqwest::Client, base: &str, token: &str, file: &[u8]) -> Option<String> {
    let seen = client.get(format!("{base}/v1/certification")).bearer_auth(token).send().await.ok()?;
    let seen: Value = serde_json::from_slice(&seen.bytes().await.ok()?).ok()?;
    let replaces = seen["application"]["requirements"][0]["documents"][0]["id"].as_str();
    let boundary = "gongpai-boundary-51ab";
    let mut body = Vec::new();
    let mut field = |name: &str, value: &str| {
        let text =
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(text.as_bytes());
    };
    field("kind", "business_license");
    replaces.into_iter().for_each(|replaces| field("replaces", replaces));
    let head =
        format!("--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let request = client.post(format!("{base}/v1/certification/documents")).bearer_auth(token);
    let request = request.header("content-type", format!("multipart/form-data; boundary={boundary}"));
    let answer = request.body(body).send().await.ok()?;
    if answer.status() != 201 {
        return None;
    }
    let made: Value = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
    made["id"].as_str().map(str::to_owned)
}

/// The first column of what a statement finds. SQLite is asked through Python, which has it built in.
pub fn query(backend: crate::Backend, database: &str, sql: &str) -> Vec<String> {
    const PYTHON: &str = "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\nfor row in db.execute(sys.argv[2]): print(row[0])\ndb.commit()";
    let output = match backend {
        crate::Backend::Sqlite => Command::new("python3").args(["-c", PYTHON, database, sql]).output(),
        crate::Backend::Postgres => Command::new("psql").args(["-XAt", "-c", sql, database]).output(),
    };
    let output = output.expect("a database client");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// What other people's libraries say of a token, against the keys that a server publishes: `PyJWT`, and jose where `JOSE_FOLDER` says
/// in which folder it is installed (`make contract`). Each gives the session.
pub fn judged(base: &str, issuer: &str, token: &str) -> Vec<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("../target/tools/bin/python3");
    let mut judges = vec![(python, root.join("support/tokens.py"))];
    let jose = std::env::var_os("JOSE_FOLDER");
    if let Some(folder) = jose {
        judges.push((PathBuf::from("node"), PathBuf::from(folder).join("tokens.mjs")));
    }
    let said = judges.into_iter().map(|(program, script)| {
        let output = Command::new(program).arg(script).args([base, issuer, token]).output().expect("a judge");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    });
    said.collect()
}
