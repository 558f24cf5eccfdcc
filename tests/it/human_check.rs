//! Strangers past the limit of codes prove to be people, to a provider that is asked over HTTP.

use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer, web};
use chrono::Duration;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use tests::{Answer, Backend, World, both};

/// What a provider was asked.
type Asked = Arc<Mutex<Vec<String>>>;

/// Speaks as Turnstile, hCaptcha and reCAPTCHA do: `good-…` was solved, and is good once.
fn provider() -> (String, Asked) {
    let asked = Asked::default();
    let kept = Arc::clone(&asked);
    let server = HttpServer::new(move || {
        App::new().app_data(Data::new(Arc::clone(&kept))).route("/siteverify", web::post().to(verdict))
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    (format!("http://{address}/siteverify"), asked)
}

async fn verdict(body: Bytes, asked: Data<Asked>) -> HttpResponse {
    let text = String::from_utf8(body.to_vec()).unwrap();
    let mut asked = asked.lock().unwrap();
    let again = asked.contains(&text);
    asked.push(text.clone());
    let field = |name: &str| {
        text.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap_or_default().to_owned()
    };
    if field("secret") != "the-secret" {
        let no = json!({"success": false, "error-codes": ["invalid-input-secret"]});
        return HttpResponse::Ok().json(no);
    }
    match field("response").as_str() {
        "broken" => HttpResponse::InternalServerError().finish(),
        good if good.starts_with("good-") && !again => HttpResponse::Ok().json(json!({"success": true})),
        _ => HttpResponse::Ok().json(json!({"success": false, "error-codes": ["invalid-input-response"]})),
    }
}

async fn ask(world: &World, mobile: &str, answer: Option<&str>) -> Answer {
    world.later(Duration::seconds(61));
    let mut ask = world.post("/v1/codes", json!({"purpose": "sign_in", "mobile": mobile}));
    if let Some(answer) = answer {
        ask = ask.header("x-human-check", answer);
    }
    ask.send().await
}

async fn a_provider_lets_a_person_ask_again(backend: Backend) {
    let (url, asked) = provider();
    let settings = [
        ("GONGPAI_HUMAN_CHECK", "siteverify"),
        ("GONGPAI_HUMAN_CHECK_URL", &*url),
        ("GONGPAI_HUMAN_CHECK_SITE_KEY", "the-site"),
        ("GONGPAI_HUMAN_CHECK_SECRET", "the-secret"),
    ];
    let world = Rc::new(World::with(backend, &settings).await);
    let meta = world.get("/v1/meta").send().await.expect(200);
    assert_eq!(meta.at("/human_check"), &json!({"verified_by": url, "site_key": "the-site"}));
    let mobile = tests::world::mobile();
    for n in 0..5 {
        // Within the limit nobody is bothered, and the provider is not asked.
        ask(&world, &mobile, (n == 4).then_some("good-early")).await.expect(202);
    }
    assert!(asked.lock().unwrap().is_empty());
    ask(&world, &mobile, None).await.refused(403, "human_check_required");
    ask(&world, &mobile, Some("bad")).await.refused(403, "human_check_failed");
    ask(&world, &mobile, Some("broken")).await.refused(503, "unavailable");
    ask(&world, &mobile, Some("good-1")).await.expect(202);
    ask(&world, &mobile, Some("good-1")).await.refused(403, "human_check_failed");
    for n in 2..=5 {
        ask(&world, &mobile, Some(&format!("good-{n}"))).await.expect(202);
    }
    // A person gets twice as many, and then the number is left in peace.
    ask(&world, &mobile, Some("good-6")).await.refused(429, "code_daily_limit");
    let asked: HashSet<_> = asked.lock().unwrap().iter().cloned().collect();
    assert!(asked.contains("secret=the-secret&response=good-1&remoteip=127.0.0.1"), "{asked:?}");
}

#[actix_web::test]
async fn a_provider_lets_a_person_ask_again_sqlite() {
    a_provider_lets_a_person_ask_again(Backend::Sqlite).await;
}

#[actix_web::test]
async fn a_provider_lets_a_person_ask_again_postgres() {
    a_provider_lets_a_person_ask_again(Backend::Postgres).await;
}

both!(without_a_provider_a_stranger_waits, |world| {
    let mobile = tests::world::mobile();
    assert_eq!(world.get("/v1/meta").send().await.expect(200).at("/human_check"), &Value::Null);
    for _ in 0..5 {
        ask(&world, &mobile, None).await.expect(202);
    }
    ask(&world, &mobile, Some("person")).await.refused(403, "human_check_required");
});

/// The check of development takes one word.
#[actix_web::test]
async fn development_has_a_check_of_its_own() {
    let world = Rc::new(World::with(Backend::Sqlite, &[("GONGPAI_HUMAN_CHECK", "test")]).await);
    let mobile = tests::world::mobile();
    for _ in 0..5 {
        ask(&world, &mobile, None).await.expect(202);
    }
    ask(&world, &mobile, Some("robot")).await.refused(403, "human_check_failed");
    ask(&world, &mobile, Some("person")).await.expect(202);
}

/// A secret that the provider does not know is a fault of the installation, and is not said to be the stranger's.
#[actix_web::test]
async fn a_wrong_secret_is_nobodys_fault() {
    let (url, _) = provider();
    let settings = [
        ("GONGPAI_HUMAN_CHECK", "siteverify"),
        ("GONGPAI_HUMAN_CHECK_URL", &*url),
        ("GONGPAI_HUMAN_CHECK_SITE_KEY", "the-site"),
        ("GONGPAI_HUMAN_CHECK_SECRET", "another"),
    ];
    let world = Rc::new(World::with(Backend::Sqlite, &settings).await);
    let mobile = tests::world::mobile();
    for _ in 0..5 {
        ask(&world, &mobile, None).await.expect(202);
    }
    ask(&world, &mobile, Some("good-1")).await.refused(503, "unavailable");
}
