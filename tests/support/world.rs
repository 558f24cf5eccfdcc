//! A world: one server of its own, on a database of its own, with a clock that the test sets.

use crate::company::Company;
use crate::{Answer, Backend, postgres};
use api::clock::Clock;
use api::server::{self, Running};
use api::service::Adapters;
use api::settings::{Settings, Source};
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use domain::certification::EvidenceSource;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// A server of its own.
pub struct World {
    pub backend: Backend,
    pub base: String,
    pub clock: Clock,
    pub database_url: String,
    pub folder: TempDir,
    pub statements: Arc<Mutex<Vec<String>>>,
    running: Option<Running>,
    client: reqwest::Client,
    /// When the last code that was read was sent, by number.
    read: Mutex<HashMap<String, String>>,
}

impl World {
    /// Starts a server with settings that do not stand in the way of a test.
    pub async fn start(backend: Backend) -> Self {
        Self::with(backend, &[]).await
    }

    /// Starts a server with some settings of its own.
    pub async fn with(backend: Backend, settings: &[(&'static str, &str)]) -> Self {
        Self::asking(backend, settings, Vec::new()).await
    }

    /// Starts a server that can ask others about submissions.
    pub async fn asking(
        backend: Backend,
        settings: &[(&'static str, &str)],
        evidence: Vec<Box<dyn EvidenceSource>>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = match backend {
            Backend::Sqlite => folder.path().join("gongpai.db").to_string_lossy().into_owned(),
            Backend::Postgres => postgres::database(),
        };
        let mut given = vec![
            ("GONGPAI_LISTEN", "127.0.0.1:0".to_owned()),
            ("GONGPAI_DATA_DIR", folder.path().to_string_lossy().into_owned()),
            ("DATABASE_URL", database_url.clone()),
            ("GONGPAI_WORKERS", "1".to_owned()),
            ("GONGPAI_TESSERACT", "off".to_owned()),
            ("GONGPAI_REQUESTS_PER_MINUTE", "0".to_owned()),
            ("GONGPAI_ANONYMOUS_PER_MINUTE", "0".to_owned()),
            ("GONGPAI_CODES_PER_HOUR_AND_ADDRESS", "0".to_owned()),
        ];
        given.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let mut settings = Settings::read(&mut Source::of(given)).expect("settings");
        settings.program = crate::process::binary();
        let clock = Clock::default();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&statements);
        let observer = Arc::new(move |sql: &str| heard.lock().unwrap().push(sql.to_owned()));
        let running = server::start(settings, clock.clone(), Adapters { observer: Some(observer), evidence })
            .await
            .expect("a server");
        let base = format!("http://{}", running.address);
        let client = crate::client();
        Self {
            backend,
            base,
            clock,
            database_url,
            folder,
            statements,
            running: Some(running),
            client,
            read: Mutex::default(),
        }
    }

    /// Starts another server on the same database and with the same keys, with some settings of its own.
    pub async fn replica(&self, settings: &[(&'static str, &str)]) -> Self {
        let folder = self.folder.path().to_string_lossy().into_owned();
        let issuer = &self.running.as_ref().unwrap().service.settings.network.public_url;
        let mut given = vec![
            ("DATABASE_URL", &*self.database_url),
            ("GONGPAI_DATA_DIR", &folder),
            ("GONGPAI_PUBLIC_URL", issuer),
        ];
        given.extend_from_slice(settings);
        let replica = Self::with(self.backend, &given).await;
        Self { database_url: self.database_url.clone(), ..replica }
    }

    /// The same server, at the listener that operators have.
    pub fn at_operators_door(&self) -> Self {
        let address =
            self.running.as_ref().and_then(|running| running.operators_address).expect("a listener");
        Self {
            backend: self.backend,
            base: format!("http://{address}"),
            clock: self.clock.clone(),
            database_url: self.database_url.clone(),
            folder: tempfile::tempdir().unwrap(),
            statements: Arc::clone(&self.statements),
            running: None,
            client: crate::client(),
            read: Mutex::default(),
        }
    }

    /// Stops the server; requests under way are finished.
    pub async fn stop(world: Rc<Self>) {
        if let Ok(mut world) = Rc::try_unwrap(world)
            && let Some(running) = world.running.take()
        {
            running.stop().await.expect("a clean stop");
        }
    }

    /// What requests and jobs of the server share.
    pub fn service(&self) -> &api::service::Service {
        &self.running.as_ref().unwrap().service
    }

    /// The same, to keep.
    pub fn running(&self) -> Arc<api::service::Service> {
        Arc::clone(&self.running.as_ref().unwrap().service)
    }

    /// Sets the clock forward.
    pub fn later(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Sets the clock to a time, before anything has happened.
    pub fn at(&self, time: &str) {
        let time = DateTime::parse_from_rfc3339(time).unwrap().to_utc();
        self.clock.advance(time - self.clock.now());
    }

    pub fn get(&self, path: impl Into<String>) -> Request {
        self.request("GET", path)
    }

    pub fn post(&self, path: impl Into<String>, body: Value) -> Request {
        self.request("POST", path).json(&body)
    }

    pub fn patch(&self, path: impl Into<String>, body: Value) -> Request {
        self.request("PATCH", path).json(&body)
    }

    pub fn delete(&self, path: impl Into<String>) -> Request {
        self.request("DELETE", path)
    }

    pub fn request(&self, method: &str, path: impl Into<String>) -> Request {
        let path = path.into();
        let url = format!("{}{path}", self.base);
        let builder = self.client.request(method.parse().unwrap(), url);
        Request { method: method.to_owned(), path, builder }
    }

    /// A company that has not begun yet.
    pub fn company(self: &Rc<Self>, name: &str) -> Company {
        Company::new(Rc::clone(self), name)
    }

    /// The first column of what a statement finds, asked around the service.
    pub fn query(&self, sql: &str) -> Vec<String> {
        crate::process::query(self.backend, &self.database_url, sql)
    }

    /// The newest code that was sent to a number or a mailbox and not read here before, waiting for it.
    pub async fn code(&self, mobile: &str) -> String {
        let read = self.read.lock().unwrap().get(mobile).cloned();
        self.code_after(mobile, read).await
    }

    /// The texts of the notices that were sent to a number or a mailbox, newest first, waiting for so many.
    pub async fn notices(&self, mobile: &str, count: usize) -> Vec<String> {
        let path = format!("/dev/outbox?kind=notice&limit=50&{}", addressed(mobile));
        for _ in 0..200 {
            let sent = self.get(&path).send().await.expect(200);
            let sent = sent.at("/data").as_array().unwrap();
            if sent.len() >= count {
                return sent.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect();
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{count} notices to {mobile} do not come");
    }

    /// The newest code that was sent to a number since a moment, waiting for it.
    pub async fn code_since(&self, mobile: &str, moment: DateTime<Utc>) -> String {
        self.code_after(mobile, Some(moment.to_rfc3339_opts(SecondsFormat::Micros, true))).await
    }

    async fn code_after(&self, mobile: &str, after: Option<String>) -> String {
        let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
        let path = format!("/dev/outbox?kind=code&wait=10&limit=1&{}{after}", addressed(mobile));
        let messages = self.get(path).send().await.expect(200);
        self.read.lock().unwrap().insert(mobile.to_owned(), messages.text("/data/0/sent_at"));
        messages.text("/data/0/code")
    }

    /// The agreements that an occasion needs.
    pub async fn agreements(&self, occasion: &str) -> Value {
        let all = self.get("/v1/agreements").send().await.expect(200);
        let wanted = all.json["data"].as_array().unwrap().iter().filter(|agreement| {
            agreement["required_for"].as_array().unwrap().iter().any(|one| one == occasion)
        });
        wanted.map(|agreement| json!({"id": agreement["id"], "version": agreement["version"]})).collect()
    }

    /// The access token of a new operator.
    pub async fn operator(&self, role: &str) -> String {
        self.operator_with(role, &mobile()).await
    }

    /// The access token of a new operator with a number.
    pub async fn operator_with(&self, role: &str, mobile: &str) -> String {
        api::operator::add(self.service(), mobile, "李审核", role, true).expect("an operator");
        self.sign_in_operator(mobile).await
    }

    pub async fn sign_in_operator(&self, mobile: &str) -> String {
        let wanted = json!({"purpose": "sign_in", "realm": "platform", "mobile": mobile});
        self.post("/v1/codes", wanted).send().await.expect(202);
        let code = self.code(mobile).await;
        let body = json!({"realm": "platform", "method": "sms_code", "mobile": mobile, "code": code, "device": crate::device()});
        self.post("/v1/sessions", body).send().await.expect(201).text("/session/access_token")
    }
}

/// The access token of a member who has no right at all.
pub async fn plain_member(world: &World, company: &Company) -> String {
    plain_member_of(world, company, &mobile()).await
}

/// The same, with a number.
pub async fn plain_member_of(world: &World, company: &Company, number: &str) -> String {
    join(world, company, number).await;
    world.post("/v1/codes", json!({"purpose": "sign_in", "mobile": number})).send().await.expect(202);
    let code = world.code(number).await;
    let body = json!({"method": "sms_code", "mobile": number, "code": code, "device": crate::device()});
    world.post("/v1/sessions", body).send().await.expect(201).text("/session/access_token")
}

/// Makes whoever has a number a member without any right, who has joined already.
pub async fn join(world: &World, company: &Company, number: &str) {
    use domain::account::{Account, AccountStore};
    use domain::department::{DepartmentStore, Placement, PlacementStore};
    use domain::member::{Details, Member, MemberStore, Userid};
    use domain::phone::MobileNumber;
    use domain::tenant::TenantScope;
    use domain::text::PersonName;
    use uuid::Uuid;
    let now = world.clock.now();
    let mobile = MobileNumber::parse(number).unwrap();
    let account = Account {
        id: Uuid::now_v7().into(),
        mobile: mobile.clone(),
        email: None,
        seen_at: now,
        created_at: now,
    };
    let tenant: Uuid = company.tenant.parse().unwrap();
    let userid = Userid::parse(&format!("plain-{}", mobile.national())).unwrap();
    let details = Details::new(PersonName::parse("赵普通").unwrap(), mobile);
    let database = world.service().database.clone();
    let write = move || {
        database.write(|tx| {
            tx.enter(tenant.into());
            let known = tx.account_by(&account.mobile.clone().into())?.map(|known| known.id);
            if known.is_none() {
                tx.insert_account(&account)?;
            }
            let department = tx.root_department()?;
            let new = Member::new(tenant.into(), Uuid::now_v7().into(), details.clone(), department, now);
            let new = Member { userid: userid.clone(), ..new }.joined(known.unwrap_or(account.id));
            tx.insert_members(std::slice::from_ref(&new))?;
            tx.replace_placements(&[(&new, &[Placement { department, order: 0, leads: false }])])
        })
    };
    tokio::task::spawn_blocking(write).await.unwrap().expect("a member");
}

/// The filter of the outbox for a number or a mailbox.
fn addressed(contact: &str) -> String {
    if contact.contains('@') { format!("email={contact}") } else { format!("mobile={contact}") }
}

/// A number that no other test has.
pub fn mobile() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("13{:09}", 100_000_000 + NEXT.fetch_add(1, Ordering::Relaxed) * 10_007 % 899_999_999)
}

/// A request that is being made up.
pub struct Request {
    method: String,
    path: String,
    builder: reqwest::RequestBuilder,
}

impl Request {
    pub fn json(self, body: &Value) -> Self {
        let builder = self.builder.header("content-type", "application/json").body(body.to_string());
        Self { builder, ..self }
    }

    pub fn bytes(self, media_type: &str, body: Vec<u8>) -> Self {
        let builder = self.builder.header("content-type", media_type).body(body);
        Self { builder, ..self }
    }

    /// The parts of a form: fields, then a file with a name.
    pub fn form(self, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Self {
        let boundary = "gongpai-boundary-7f3c";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .as_bytes(),
            );
        }
        if let Some((filename, content)) = file {
            body.extend_from_slice(
                format!("--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\ncontent-type: application/octet-stream\r\n\r\n").as_bytes(),
            );
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        self.bytes(&format!("multipart/form-data; boundary={boundary}"), body)
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        Self { builder: self.builder.header(name, value), ..self }
    }

    pub async fn send(self) -> Answer {
        let response = self
            .builder
            .send()
            .await
            .unwrap_or_else(|error| panic!("{} {}: {error}", self.method, self.path));
        Answer::read(&self.method, &self.path, response).await
    }

    /// Sends a request that asks to be taken for one of another method.
    pub async fn send_as(self, method: &str) -> Answer {
        Self { method: method.to_owned(), ..self }.send().await
    }

    /// Sends it where no answer may come.
    pub async fn try_send(self) -> Option<Answer> {
        let response = self.builder.send().await.ok()?;
        Some(Answer::read(&self.method, &self.path, response).await)
    }
}
