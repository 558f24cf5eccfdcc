//! A made-up company is imported while the process is killed three times: nothing is lost, and nothing is there twice.
//!
//! It has 2 000 members and 600 departments; `MADE_UP_COMPANY=100000,30000` makes it as large as the largest.

use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tests::Backend;
use tests::made_up::MadeUp;
use tests::process::{Process, query};

/// How long the longest step may take.
const PATIENCE: Duration = Duration::from_mins(30);

#[expect(clippy::disallowed_methods, reason = "no setting of the service")]
fn size() -> (usize, usize) {
    let given = std::env::var("MADE_UP_COMPANY").unwrap_or_else(|_| "2000,600".to_owned());
    let (members, departments) = given.split_once(',').expect("two numbers");
    (members.parse().unwrap(), departments.parse().unwrap())
}

/// Whoever asks a service that may be gone.
struct Asking {
    settings: Vec<(&'static str, String)>,
    process: Process,
    client: reqwest::Client,
    token: String,
}

impl Asking {
    async fn ask(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.bearer_auth(&self.token).send().await.unwrap();
        let status = answer.status();
        let bytes = answer.bytes().await.unwrap();
        assert!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }

    async fn get(&self, path: &str) -> Value {
        self.ask(self.client.get(format!("{}{path}", self.process.base))).await
    }

    async fn upload(&self, csv: &str) -> String {
        let body = format!(
            "--x\r\ncontent-disposition: form-data; name=\"create_departments\"\r\n\r\ntrue\r\n--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{csv}\r\n--x--\r\n"
        );
        let request = self.client.post(format!("{}/v1/member-imports", self.process.base));
        let import =
            self.ask(request.header("content-type", "multipart/form-data; boundary=x").body(body)).await;
        import["id"].as_str().unwrap().to_owned()
    }

    /// The import, once it is as far as somebody waits for.
    async fn once(&self, id: &str, far: impl Fn(&str, u64, u64) -> bool) -> Value {
        let started = std::time::Instant::now();
        loop {
            let import = self.get(&format!("/v1/member-imports/{id}")).await;
            let number = |name: &str| import["progress"][name].as_u64().unwrap();
            if far(import["state"].as_str().unwrap(), number("done"), number("total")) {
                return import;
            }
            assert!(started.elapsed() < PATIENCE, "{import}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn killed(&mut self) {
        self.process.kill();
        self.process = Process::start(&self.settings);
    }
}

async fn killed_three_times(backend: Backend, database: &str, folder: &Path) {
    let (members, departments) = size();
    let company = MadeUp::new(members, departments);
    let settings = vec![
        ("GONGPAI_DATA_DIR", folder.to_string_lossy().into_owned()),
        ("DATABASE_URL", database.to_owned()),
        ("GONGPAI_REQUESTS_PER_MINUTE", "0".to_owned()),
        ("GONGPAI_ACCESS_TOKEN_SECONDS", "36000".to_owned()),
        // A token is of who signed it, wherever that listens after the next start.
        ("GONGPAI_PUBLIC_URL", "http://127.0.0.1:1".to_owned()),
    ];
    let process = Process::start(&settings);
    let client = tests::client();
    let token = process.registered(&client).await;
    let mut asking = Asking { settings, process, client, token };
    // Only who is certified has so many.
    let (from, until) = match backend {
        Backend::Sqlite => ("0", "4102444800000000"),
        Backend::Postgres => ("'1970-01-01'", "'2100-01-01'"),
    };
    query(
        backend,
        database,
        &format!(
            "INSERT INTO certificates (tenant_id, application_id, registration_key, subject, valid_from, valid_until, barred) \
             SELECT tenant_id, tenant_id, 'made up', '{{}}', {from}, {until}, '[]' FROM tenants"
        ),
    );

    let csv = company.csv();
    let id = asking.upload(&csv).await;
    asking.once(&id, |state, done, _| state != "planning" || done > 0).await;
    asking.killed();
    let plan = asking.once(&id, |state, _, _| state != "planning").await;
    assert_eq!(plan["state"], "planned", "{plan}");
    assert_eq!(
        (&plan["plan"]["rows"]["create"], &plan["plan"]["departments"]),
        (&json!(members), &json!(departments))
    );
    let order = json!({"plan_hash": plan["plan"]["hash"]}).to_string();
    let request = asking.client.post(format!("{}/v1/member-imports/{id}/execution", asking.process.base));
    asking.ask(request.header("content-type", "application/json").body(order)).await;
    for third in 1..=2 {
        let import =
            asking.once(&id, |state, done, total| state != "executing" || done * 3 >= total * third).await;
        assert_eq!(import["state"], "executing", "it was faster than its killer");
        asking.killed();
    }
    let done = asking.once(&id, |state, _, _| state != "executing").await;
    assert_eq!((&done["state"], &done["failed_rows"]), (&json!("completed"), &json!(0)));

    let count = |what: &str| {
        query(backend, database, &format!("SELECT CAST(count(*) AS TEXT) FROM {what}"))[0].clone()
    };
    let whole = |number: usize| number.to_string();
    assert_eq!(count("members WHERE role = 'member'"), whole(members));
    assert_eq!(count("departments"), whole(departments + 1));
    assert_eq!(count("journal WHERE action = 'member.invited'"), whole(members));
    assert_eq!(count("journal WHERE action = 'department.created'"), whole(departments));
    let led = (0..members).filter(|member| company.leader(*member).is_some()).count();
    assert_eq!(count("members WHERE leader_id IS NOT NULL"), whole(led));
    assert_eq!(count("placements WHERE leads IS NOT NULL"), whole(departments));
    // Everything is as the spreadsheet says, and nothing is left to do.
    let id = asking.upload(&csv).await;
    let again = asking.once(&id, |state, _, _| state != "planning").await;
    assert_eq!((&again["plan"]["rows"]["keep"], &again["plan"]["departments"]), (&json!(members), &json!(0)));
}

#[actix_web::test]
async fn a_large_company_is_imported_while_sqlite_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("gongpai.db");
    killed_three_times(Backend::Sqlite, &database.to_string_lossy(), folder.path()).await;
}

#[actix_web::test]
async fn a_large_company_is_imported_while_the_service_on_postgres_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    killed_three_times(Backend::Postgres, &tests::postgres::database(), folder.path()).await;
}
