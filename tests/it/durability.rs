//! Accidents: the process is killed, the database goes away. What was acknowledged is there afterwards.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tests::postgres::Cluster;
use tests::process::Process;

/// Begins a registration over plain HTTP, and gives back what opens it.
async fn register(client: &reqwest::Client, base: &str, body: &Value) -> Option<(String, String)> {
    let mut body = body.clone();
    body["administrator"]["mobile"] = json!(tests::world::mobile());
    let request = client.post(format!("{base}/v1/registrations")).header("content-type", "application/json");
    let response = request.body(body.to_string()).send().await.ok()?;
    if response.status() != 201 {
        return None;
    }
    let made: Value = serde_json::from_slice(&response.bytes().await.ok()?).ok()?;
    Some((made["id"].as_str()?.to_owned(), made["registration_token"].as_str()?.to_owned()))
}

async fn body(client: &reqwest::Client, base: &str) -> Value {
    let agreements = client.get(format!("{base}/v1/agreements")).send().await.unwrap().bytes().await.unwrap();
    let agreements: Value = serde_json::from_slice(&agreements).unwrap();
    let wanted =
        agreements["data"].as_array().unwrap().iter().filter(|agreement| agreement["required"] == true);
    let accepted: Value = wanted.map(|a| json!({"id": a["id"], "version": a["version"]})).collect();
    json!({
        "organization": {"name": "耐久公司", "type": "enterprise", "industry": "I65", "staff_size": "1_49",
            "address": {"region": "440305", "line": "科技园路 1 号"}, "phone": "0755-86001234"},
        "administrator": {"name": "王小明", "position": "经理", "mobile": "", "is_legal_representative": true},
        "accepted_agreements": accepted,
    })
}

fn settings(folder: &std::path::Path, database_url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("GONGPAI_DATA_DIR", folder.to_string_lossy().into_owned()),
        ("DATABASE_URL", database_url.to_owned()),
        ("GONGPAI_REQUESTS_PER_MINUTE", "0".to_owned()),
        ("GONGPAI_ANONYMOUS_PER_MINUTE", "0".to_owned()),
        ("GONGPAI_CODES_PER_HOUR_AND_ADDRESS", "0".to_owned()),
        ("GONGPAI_CODES_PER_HOUR_AND_PREFIX", "0".to_owned()),
    ]
}

/// Fifty times: writers write, the process is killed at some moment, and after a restart every registration that was
/// acknowledged opens.
async fn killed_over_and_over(database_url: &str, folder: &std::path::Path) {
    let settings = settings(folder, database_url);
    let client = tests::client();
    let mut acknowledged: Vec<(String, String)> = Vec::new();
    for round in 0..50_u64 {
        let mut process = Process::start(&settings);
        let base = process.base.clone();
        for (id, token) in acknowledged.iter().rev().take(12) {
            let found =
                client.get(format!("{base}/v1/registrations/{id}")).bearer_auth(token).send().await.unwrap();
            assert_eq!(found.status(), 200, "round {round}: an acknowledged registration is gone");
        }
        let body = body(&client, &base).await;
        let done = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let writer = || async {
            let mut mine = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                match register(&client, &base, &body).await {
                    Some(made) => {
                        mine.push(made);
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    None => break,
                }
            }
            mine
        };
        let killer = async {
            // After a few acknowledgements, another number in each round, in the middle of others.
            while done.load(Ordering::Relaxed) < 3 + (round % 7) as usize {
                tokio::task::yield_now().await;
            }
            process.kill();
            stop.store(true, Ordering::Relaxed);
        };
        let writers = futures_util::future::join_all((0..4).map(|_| writer()));
        let (made, ()) = futures_util::future::join(writers, killer).await;
        acknowledged.extend(made.into_iter().flatten());
    }
    let process = Process::start(&settings);
    for (id, token) in &acknowledged {
        let found = client
            .get(format!("{}/v1/registrations/{id}", process.base))
            .bearer_auth(token)
            .send()
            .await
            .unwrap();
        assert_eq!(found.status(), 200);
    }
    assert!(acknowledged.len() >= 150, "{}", acknowledged.len());
}

#[actix_web::test]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gongpai.db");
    killed_over_and_over(&path.to_string_lossy(), folder.path()).await;
}

#[actix_web::test]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    killed_over_and_over(&tests::postgres::database(), folder.path()).await;
}

/// PostgreSQL is stopped under load: requests get 503 problems, and when it is back the service recovers by itself.
#[actix_web::test]
async fn a_database_that_goes_away_comes_back_by_itself() {
    let cluster = Cluster::create("-c max_connections=50");
    cluster.start();
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path(), &cluster.database("gongpai"));
    settings.push(("GONGPAI_DATABASE_CONNECTIONS", "4".to_owned()));
    let process = Process::start(&settings);
    let base = process.base.clone();
    let client = tests::client();
    let body = Arc::new(body(&client, &base).await);
    let (id, token) = register(&client, &base, &body).await.expect("a registration");
    let get = || client.get(format!("{base}/v1/registrations/{id}")).bearer_auth(&token).send();
    assert_eq!(get().await.unwrap().status(), 200);

    // The load goes on through all that follows.
    let over = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..8)
        .map(|_| {
            let (client, base, body, over) =
                (client.clone(), base.clone(), Arc::clone(&body), Arc::clone(&over));
            let (id, token) = (id.clone(), token.clone());
            actix_web::rt::spawn(async move {
                let (mut statuses, mut acknowledged) = (BTreeSet::new(), Vec::new());
                while !over.load(Ordering::Relaxed) {
                    let request = client.get(format!("{base}/v1/registrations/{id}")).bearer_auth(&token);
                    statuses.insert(request.send().await.expect("an answer").status().as_u16());
                    acknowledged.extend(register(&client, &base, &body).await);
                }
                (statuses, acknowledged)
            })
        })
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    cluster.stop();
    let mut away = 0;
    for _ in 0..3 {
        let answer = get().await.expect("an answer");
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert!(answer.headers().contains_key("retry-after"));
        away += 1;
    }
    assert_eq!(away, 3);
    assert!(register(&client, &base, &body).await.is_none());
    assert_eq!(client.get(format!("{base}/healthz")).send().await.unwrap().status(), 200);
    assert_eq!(client.get(format!("{base}/readyz")).send().await.unwrap().status(), 503);

    cluster.start();
    let started = std::time::Instant::now();
    while get().await.unwrap().status() != 200 {
        assert!(started.elapsed() < std::time::Duration::from_secs(30), "it does not recover");
    }
    assert_eq!(client.get(format!("{base}/readyz")).send().await.unwrap().status(), 200);
    register(&client, &base, &body).await.expect("a registration");
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    over.store(true, Ordering::Relaxed);
    let mut acknowledged = 0;
    for worker in load {
        let (statuses, registrations) = worker.await.unwrap();
        assert_eq!(statuses, BTreeSet::from([200, 503]), "nothing but answers and 503");
        acknowledged += registrations.len();
        for (id, token) in registrations {
            let kept = client.get(format!("{base}/v1/registrations/{id}")).bearer_auth(&token).send().await;
            assert_eq!(kept.unwrap().status(), 200, "an acknowledged registration is lost");
        }
    }
    assert!(acknowledged > 20, "{acknowledged}");
}

/// Replicas that start together on an empty database take turns to migrate it.
#[actix_web::test]
async fn replicas_that_start_together_do_not_collide() {
    for database_url in [tests::postgres::database(), String::new()] {
        let folder = tempfile::tempdir().unwrap();
        let url = if database_url.is_empty() {
            folder.path().join("x.db").to_string_lossy().into_owned()
        } else {
            database_url
        };
        let starts = (0..4).map(|_| {
            let settings = settings(folder.path(), &url);
            tokio::task::spawn_blocking(move || Process::start(&settings))
        });
        let processes = futures_util::future::join_all(starts).await;
        let client = tests::client();
        for process in &processes {
            let ready =
                client.get(format!("{}/readyz", process.as_ref().unwrap().base)).send().await.unwrap();
            assert_eq!(ready.status(), 200);
        }
    }
}

/// Everything that the process logs at its most talkative, held against every secret that went through it.
#[actix_web::test]
async fn the_log_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut settings = settings(folder.path(), &folder.path().join("x.db").to_string_lossy());
    settings.push(("GONGPAI_LOG", "json".to_owned()));
    let process = Process::start_logging(&settings, "trace", std::fs::File::create(&log).unwrap().into());
    let (base, client) = (process.base.clone(), tests::client());
    let mut body = body(&client, &base).await;
    let mobile = tests::world::mobile();
    body["administrator"]["mobile"] = json!(mobile);
    let post = |path: String, token: String, body: Value| {
        let request = client.post(format!("{base}{path}")).header("content-type", "application/json");
        let request = request.bearer_auth(token).body(body.to_string());
        async {
            serde_json::from_slice::<Value>(&request.send().await.unwrap().bytes().await.unwrap()).unwrap()
        }
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let made = post("/v1/registrations".to_owned(), String::new(), body).await;
    let token = text(&made["registration_token"]);
    let sent = client
        .get(format!("{base}/dev/outbox?wait=10&mobile={mobile}"))
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let sent: Value = serde_json::from_slice(&sent).unwrap();
    let code = text(&sent["data"][0]["code"]);
    let verify = format!("/v1/registrations/{}/verification", text(&made["id"]));
    let done = post(verify, token.clone(), json!({"code": code, "device": tests::device()})).await;
    let access = text(&done["session"]["access_token"]);
    let patch =
        client.patch(format!("{base}/v1/certification/subject")).bearer_auth(&access).header("if-match", "*");
    let patch = patch.header("content-type", "application/json");
    let subject = json!({"representative": {"id_kind": "resident_id", "id_number": "11010519491231002X"}});
    assert_eq!(patch.body(subject.to_string()).send().await.unwrap().status(), 200);
    drop(process);

    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("a message was sent to the outbox"), "{log}");
    let secrets =
        [token, access, text(&done["session"]["refresh_token"]), text(&done["session"]["device_token"])];
    for secret in secrets.iter().map(String::as_str).chain(["11010519491231002X", &mobile]) {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    let field = format!("\"{code}\"");
    assert!(!log.contains(&field) && !log.contains(&format!(" {code} ")), "the code is in the log");
}

/// A job that this version cannot read is set aside, and the others are done.
#[actix_web::test]
async fn a_job_of_another_version_holds_up_nobody() {
    let world = std::rc::Rc::new(tests::World::start(tests::Backend::Postgres).await);
    let sql = "INSERT INTO jobs (id, kind, payload, state, due_at, attempts, created_at) \
               VALUES (gen_random_uuid(), 'later', '{\"kind\":\"later\"}', 'ready', 'epoch', 0, 'epoch')";
    let psql = std::process::Command::new("psql").args(["-Xq", "-c", sql]).arg(&world.database_url).status();
    assert!(psql.unwrap().success());
    world.company("照常公司").registered().await;
    // The code was there before the end of its job was written.
    let counts = || world.service().database.job_counts(world.clock.now()).unwrap();
    for _ in 0..100 {
        if counts().ready == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!((counts().ready, counts().dead), (0, 1));
    tests::World::stop(world).await;
}

/// In production mode keys have to be given, in the forms that the compose file makes them in.
#[actix_web::test]
async fn production_runs_on_the_keys_that_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path(), &folder.path().join("x.db").to_string_lossy());
    settings.push(("GONGPAI_MODE", "production".to_owned()));
    let refused = std::process::Command::new(tests::process::binary())
        .envs(settings.iter().map(|(name, value)| (*name, value)))
        .output()
        .unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("GONGPAI_MASTER_KEYS is required"));

    settings.push(("GONGPAI_MASTER_KEYS", format!("1:{}", "0a".repeat(32))));
    // RFC 8410, 10.3, which is how openssl writes a key.
    let key = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
    settings.push(("GONGPAI_SIGNING_KEY", key.to_owned()));
    let process = Process::start(&settings);
    let client = tests::client();
    let ready = client.get(format!("{}/readyz", process.base)).send().await.unwrap();
    assert_eq!(ready.status(), 200);
    let body = body(&client, &process.base).await;
    assert!(register(&client, &process.base, &body).await.is_some());
    assert!(!folder.path().join("signing.key").exists(), "no key is made");
}
