//! The email address of an account: proved before it signs anyone in, and where warnings go.

use chrono::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use tests::daemon::mail_server;
use tests::process::Process;
use tests::world::mobile;
use tests::{Answer, Backend, Company, World, both, device};

const GOOD: &str = "mahogany cartwheel gravity";

/// A mailbox that no other test has.
fn mailbox() -> String {
    format!("wang.{}@example.com", mobile())
}

/// Sets the password and gives what confirms another address.
async fn prepared(company: &Company) -> String {
    let confirmation = company.confirmed("set_password").await;
    let set = company.world.request("PUT", "/v1/me/password").bearer(&company.access_token);
    set.header("x-confirmation", &confirmation).json(&json!({"password": GOOD})).send().await.expect(204);
    company.confirmed_by("change_email", json!({"password": GOOD})).await
}

async fn ask(company: &Company, confirmation: &str, email: &str) -> Answer {
    let ask = company.post("/v1/me/email/codes", json!({"email": email}));
    ask.header("x-confirmation", confirmation).send().await
}

async fn put(company: &Company, confirmation: &str, email: &str, code: &str) -> Answer {
    let put = company.world.request("PUT", "/v1/me/email").bearer(&company.access_token);
    put.header("x-confirmation", confirmation).json(&json!({"email": email, "code": code})).send().await
}

async fn sign_in(world: &World, who: Value, password: &str) -> Answer {
    let mut body = json!({"method": "password", "password": password, "device": device()});
    body.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
    world.post("/v1/sessions", body).send().await
}

both!(an_address_is_proved_before_it_signs_anyone_in, |world| {
    let company = world.company("邮箱公司").registered().await;
    let email = mailbox();
    ask(&company, "", &email).await.refused(403, "confirmation_required");
    let confirmation = prepared(&company).await;
    assert_eq!(company.get("/v1/me").send().await.expect(200).at("/email_masked"), &Value::Null);
    for wrong in ["wang", "wang@localhost", "wang@example.com\r\nBcc: li@example.com", "王@example.com"] {
        let refused = ask(&company, &confirmation, wrong).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/email".to_owned(), "email_invalid".to_owned())], "{wrong}");
    }
    let sent = ask(&company, &confirmation, &email.to_uppercase()).await.expect(202);
    assert_eq!(sent.text("/email_masked"), "w***@example.com");
    let code = world.code(&email).await;
    sign_in(&world, json!({"email": email}), GOOD).await.refused(401, "credentials_wrong");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    put(&company, &confirmation, &email, wrong).await.refused(422, "verification_code_incorrect");
    put(&company, &confirmation, &mailbox(), &code).await.refused(422, "verification_code_expired");
    put(&company, "", &email, &code).await.refused(403, "confirmation_required");
    put(&company, &confirmation, &email, &code).await.expect(204);
    put(&company, &confirmation, &email, &code).await.refused(422, "verification_code_expired");
    assert_eq!(company.get("/v1/me").send().await.expect(200).text("/email_masked"), "w***@example.com");
    assert!(world.notices(&company.mobile, 2).await[0].contains("邮箱"));

    world.later(Duration::seconds(61));
    let opened = sign_in(&world, json!({"email": email.to_uppercase()}), GOOD).await.expect(201);
    assert_eq!(opened.text("/tenant/id"), company.tenant);
    // It is known to the address as to the number.
    let token = opened.text("/session/device_token");
    let body = json!({"method": "password", "email": email, "password": GOOD, "device": device()});
    let known = world.post("/v1/sessions", body).header("x-device-token", &token).send().await.expect(201);
    assert!(known.json["session"].get("device_token").is_none());

    // Nobody reads another's address, and only who does learns that it is somebody's.
    let other = world.company("同邮箱公司").registered().await;
    let theirs = prepared(&other).await;
    ask(&other, &theirs, &email).await.expect(202);
    let code = world.code(&email).await;
    put(&other, &theirs, &email, &code).await.refused(409, "email_taken");

    let kept = company.get("/v1/me/data").send().await.expect(200);
    assert_eq!(kept.text("/email"), email);
    let entries = world.query("SELECT changes FROM journal WHERE action = 'account.email_changed'");
    assert_eq!(entries.len(), 1);
    assert!(!entries[0].contains(&email), "an address is personal");

    let gone =
        |confirmation: &str| company.delete("/v1/me/email").header("x-confirmation", confirmation).send();
    gone("").await.refused(403, "confirmation_required");
    let confirmation = company.confirmed_by("change_email", json!({"password": GOOD})).await;
    gone(&confirmation).await.expect(204);
    gone(&confirmation).await.refused(404, "not_found");
    assert!(world.notices(&email, 1).await[0].contains("邮箱"));
    sign_in(&world, json!({"email": email}), GOOD).await.refused(401, "credentials_wrong");
    sign_in(&world, json!({"mobile": company.mobile}), GOOD).await.expect(201);
});

/// A company whose owner has an address and a password.
async fn with_address(world: &Rc<World>, name: &str) -> (Company, String) {
    let (company, email) = (world.company(name).registered().await, mailbox());
    let confirmation = prepared(&company).await;
    ask(&company, &confirmation, &email).await.expect(202);
    put(&company, &confirmation, &email, &world.code(&email).await).await.expect(204);
    (company, email)
}

both!(what_somebody_signs_in_as_is_one_thing, |world| {
    let (company, email) = with_address(&world, "猜测公司").await;
    let faults = |answer: Answer| answer.refused(422, "input_invalid").faults();
    let fault = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    let both = json!({"mobile": company.mobile, "email": email});
    assert_eq!(faults(sign_in(&world, both, GOOD).await), fault("/email", "proof_missing"));
    assert_eq!(faults(sign_in(&world, json!({}), GOOD).await), fault("/mobile", "field_required"));
    // A mailbox proves nothing by itself: no code goes there to sign in.
    let by_code = json!({"method": "sms_code", "email": email, "code": "123456", "device": device()});
    let refused = world.post("/v1/sessions", by_code).send().await;
    let [unknown, missing] = [fault("/email", "field_unknown"), fault("/mobile", "field_required")];
    assert_eq!(faults(refused), [unknown, missing].concat());

    // The answer is the same for whoever nobody knows; and whoever guesses has no more guesses for knowing two names.
    let [unknown, known] = [mailbox(), email.clone()].map(|email| json!({"email": email}));
    let [unknown, known] = [sign_in(&world, unknown, "wrong").await, sign_in(&world, known, "wrong").await];
    let body = |answer: Answer| {
        let mut body = answer.refused(401, "credentials_wrong").json;
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    assert_eq!(body(unknown), body(known));
    let number = json!({"mobile": company.mobile});
    sign_in(&world, number.clone(), "wrong").await.refused(401, "credentials_wrong");
    sign_in(&world, json!({"email": email}), "wrong").await.refused(401, "credentials_wrong");
    sign_in(&world, number, "wrong").await.refused(429, "guess_too_soon");
    sign_in(&world, json!({"email": email}), GOOD).await.refused(429, "guess_too_soon");
});

both!(warnings_go_to_the_address_too, |world| {
    let (company, email) = with_address(&world, "提醒公司").await;
    world.later(Duration::seconds(61));
    let first = world.notices(&email, 1).await;
    assert!(first[0].contains("邮箱"), "{first:?}");
    // The words of the person are not for their password.
    let confirmation = company.confirmed_by("set_password", json!({"password": GOOD})).await;
    let set = |password: String| {
        let set = world.request("PUT", "/v1/me/password").bearer(&company.access_token);
        set.header("x-confirmation", &confirmation).json(&json!({"password": password})).send()
    };
    let local = email.split('@').next().unwrap();
    let refused = set(format!("{local} and more words")).await.refused(422, "input_invalid");
    assert!(refused.faults().contains(&("/password".to_owned(), "password_has_context".to_owned())));
    set("velvet lantern umbrella".to_owned()).await.expect(204);
    assert!(world.notices(&email, 2).await[0].contains("密码"));
});

/// A world with a mail server.
async fn posted(backend: Backend, port: u16) -> Rc<World> {
    let url = format!("smtp://127.0.0.1:{port}");
    let from = "工牌 <no-reply@gongpai.test>";
    let settings = [("GONGPAI_SMTP_URL", url.as_str()), ("GONGPAI_SMTP_FROM", from)];
    Rc::new(World::with(backend, &settings).await)
}

async fn a_mail_server_takes_what_is_sent(backend: Backend) {
    let mut server = mail_server(false);
    let world = posted(backend, server.port).await;
    let company = world.company("邮件公司").registered().await;
    let confirmation = prepared(&company).await;
    let email = mailbox();
    let asked = company.post("/v1/me/email/codes", json!({"email": email}));
    asked.header("x-confirmation", &confirmation).header("accept-language", "en").send().await.expect(202);
    let message = server.mail(&email, 1).await.remove(0);
    assert_eq!(
        (message["from"].as_str(), message["subject"].as_str()),
        (Some("no-reply@gongpai.test"), Some("Your verification code"))
    );
    assert_eq!(message["headers"]["auto-submitted"], "auto-generated");
    assert!(message["headers"]["from"].as_str().unwrap().contains("工牌"));
    assert_eq!(message["defects"], json!([]));
    let code = message["text"].as_str().unwrap()[..6].to_owned();
    put(&company, &confirmation, &email, &code).await.expect(204);
    let warned = server.mail(&email, 2).await.remove(1);
    assert_eq!((warned["subject"].as_str(), warned["to"].clone()), (Some("账号变更提醒"), json!([email])));
    assert!(warned["text"].as_str().unwrap().contains("邮箱已更改"));

    // A mailbox that does not exist is given up; a server that is busy is asked again.
    world.later(Duration::seconds(61));
    let gone = |name: &str| format!("{name}@example.com");
    ask(&company, &confirmation, &gone("nobody")).await.expect(202);
    until_metric(&world, "gongpai_email_total{outcome=\"refused\"} 1").await;
    ask(&company, &confirmation, &gone("later")).await.expect(202);
    until_metric(&world, "gongpai_email_total{outcome=\"unavailable\"} 1").await;
    world.later(Duration::seconds(3));
    let late = server.mail(&gone("later"), 1).await.remove(0);
    let code: String = late["text"].as_str().unwrap().chars().filter(char::is_ascii_digit).take(6).collect();
    put(&company, &confirmation, &gone("later"), &code).await.expect(204);

    // What nobody takes, however often, is set aside, and forgotten after a month: it names a mailbox.
    server.mail(&gone("later"), 2).await;
    server.mail(&email, 3).await;
    server.kill();
    let confirmation = company.confirmed_by("set_password", json!({"password": GOOD})).await;
    let set = world.request("PUT", "/v1/me/password").bearer(&company.access_token);
    let set =
        set.header("x-confirmation", &confirmation).json(&json!({"password": "velvet lantern umbrella"}));
    set.send().await.expect(204);
    let aside = || world.query("SELECT count(*) FROM jobs WHERE state = 'dead'").remove(0);
    for _ in 0..200 {
        if aside() == "1" {
            break;
        }
        world.later(Duration::seconds(301));
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    until_metric(&world, "gongpai_email_total{outcome=\"unavailable\"} 9").await;
    let sweep = || world.service().database.sweep(world.clock.now()).unwrap();
    sweep();
    assert_eq!(aside(), "1");
    world.later(Duration::days(31));
    sweep();
    assert_eq!(aside(), "0");
    World::stop(world).await;
}

async fn until_metric(world: &World, line: &str) {
    for _ in 0..200 {
        if String::from_utf8_lossy(&world.get("/metrics").send().await.expect(200).bytes).contains(line) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{line} does not come");
}

#[actix_web::test]
async fn a_mail_server_takes_what_is_sent_sqlite() {
    a_mail_server_takes_what_is_sent(Backend::Sqlite).await;
}

#[actix_web::test]
async fn a_mail_server_takes_what_is_sent_postgres() {
    a_mail_server_takes_what_is_sent(Backend::Postgres).await;
}

/// A server that takes a connection and says nothing holds up no code by SMS.
#[actix_web::test]
async fn a_mail_server_that_says_nothing_holds_nothing_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", silent.local_addr().unwrap());
    let from = "no-reply@gongpai.test";
    let settings =
        [("GONGPAI_SMTP_URL", url.as_str()), ("GONGPAI_SMTP_FROM", from), ("GONGPAI_SMTP_SECONDS", "1")];
    let world = Rc::new(World::with(Backend::Sqlite, &settings).await);
    let company = world.company("静默公司").registered().await;
    let confirmation = prepared(&company).await;
    ask(&company, &confirmation, &mailbox()).await.expect(202);
    until_metric(&world, "gongpai_email_total{outcome=\"unavailable\"} 1").await;
    world.company("不等公司").registered().await;
    World::stop(world).await;
}

#[actix_web::test]
async fn without_a_mail_server_nothing_is_promised() {
    let carried = [
        ("GONGPAI_SMS_CARRIERS", "twilio"),
        ("GONGPAI_TWILIO_ACCOUNT_SID", "AC1"),
        ("GONGPAI_TWILIO_AUTH_TOKEN", "twi-token"),
        ("GONGPAI_TWILIO_FROM", "+15005550006"),
    ];
    let world = Rc::new(World::start(Backend::Sqlite).await);
    let company = world.company("无邮件公司").registered().await;
    let confirmation = prepared(&company).await;
    let other = world.replica(&carried).await;
    let asked = other.post("/v1/me/email/codes", json!({"email": mailbox()})).bearer(&company.access_token);
    asked.header("x-confirmation", &confirmation).send().await.refused(409, "email_off");
    let can = |meta: Answer| meta.at("/capabilities").as_array().unwrap().contains(&json!("email"));
    assert!(!can(other.get("/v1/meta").send().await.expect(200)));
    assert!(can(world.get("/v1/meta").send().await.expect(200)));
}

/// The way to a mail server that asks for TLS and a password, whose certificate is vouched for, or not.
#[actix_web::test]
async fn the_way_to_a_mail_server_is_sealed() {
    let server = mail_server(true);
    let (data, client) = (tempfile::tempdir().unwrap(), tests::client());
    let url = format!("smtp://gongpai:a%20word%2Fof%3A%20its%20own@localhost:{}?tls=required", server.port);
    let settings = [
        ("GONGPAI_DATA_DIR", data.path().display().to_string()),
        ("GONGPAI_SMTP_URL", url),
        ("GONGPAI_SMTP_FROM", "no-reply@gongpai.test".to_owned()),
    ];
    let trusting = ("SSL_CERT_FILE", server.file("certificate.pem").display().to_string());
    let email = mailbox();
    let ask = async |settings: &[(&str, String)]| {
        let process = Process::start(settings);
        let token = process.registered(&client).await;
        let post = async |path: &str, confirmation: &str, body: Value| {
            let request = client.post(format!("{}{path}", process.base)).bearer_auth(&token);
            let request =
                request.header("content-type", "application/json").header("x-confirmation", confirmation);
            let answer = request.body(body.to_string()).send().await.unwrap();
            serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).unwrap()
        };
        let get = async |path: &str| {
            let answer = client.get(format!("{}{path}", process.base)).send().await.unwrap();
            answer.text().await.unwrap()
        };
        post("/v1/me/confirmation-codes", "", json!({"action": "change_email"})).await;
        let code = loop {
            let sent: Value = serde_json::from_str(&get("/dev/outbox?kind=code&limit=1").await).unwrap();
            if sent["data"][0]["purpose"] == "confirm_sensitive" {
                break sent["data"][0]["code"].clone();
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        };
        let confirmed =
            post("/v1/me/confirmations", "", json!({"action": "change_email", "code": code})).await;
        let confirmation = confirmed["token"].as_str().unwrap();
        let sent = post("/v1/me/email/codes", confirmation, json!({"email": email})).await;
        assert_eq!(sent["email_masked"], "w***@example.com");
        for _ in 0..200 {
            let metrics = get("/metrics").await;
            let said = metrics.lines().find(|line| line.starts_with("gongpai_email_total{"));
            if let Some(said) = said {
                return (said.to_owned(), process);
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("nothing was said of the message");
    };
    let (said, process) = ask(&settings).await;
    assert_eq!(said, "gongpai_email_total{outcome=\"unavailable\"} 1", "nobody vouches for the certificate");
    drop(process);
    std::fs::remove_file(data.path().join("gongpai.db")).unwrap();
    let (said, _process) = ask(&[&settings[..], &[trusting]].concat()).await;
    assert_eq!(said, "gongpai_email_total{outcome=\"accepted\"} 1");
    let message = server.mail(&email, 1).await.remove(0);
    assert_eq!((message["tls"].clone(), message["user"].clone()), (json!(true), json!("gongpai")));
}
