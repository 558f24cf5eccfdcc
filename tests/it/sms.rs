//! SMS through carriers: a stand-in checks every request with the carriers' official SDKs.

use chrono::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use tests::daemon::{Daemon, carriers};
use tests::world::mobile;
use tests::{Answer, Backend, World};

/// A world with carriers, in an order.
struct Wired {
    world: Rc<World>,
    stand_in: Daemon,
    client: reqwest::Client,
}

fn templates() -> Value {
    let purposes = [
        "register",
        "sign_in",
        "reset_password",
        "change_mobile",
        "transfer_ownership",
        "confirm_representation",
        "confirm_sensitive",
    ];
    let ids = |prefix: &str| -> Value {
        let ids = purposes.map(|purpose| {
            (
                purpose.to_owned(),
                json!({"zh-CN": format!("{prefix}_{purpose}"), "en": format!("{prefix}_{purpose}_en")}),
            )
        });
        Value::Object(ids.into_iter().collect())
    };
    json!({"aliyun": ids("SMS"), "tencent": ids("T")})
}

async fn wired(backend: Backend, order: &str, more: &[(&'static str, &str)]) -> Wired {
    let stand_in = carriers();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), templates().to_string()).unwrap();
    let endpoint = format!("http://127.0.0.1:{}", stand_in.port);
    let path = file.path().to_string_lossy().into_owned();
    let mut settings = vec![
        ("GONGPAI_SMS_CARRIERS", order),
        ("GONGPAI_SMS_SIGN_NAME", "工牌"),
        ("GONGPAI_SMS_TEMPLATES", &path),
        ("GONGPAI_SMS_SECONDS", "1"),
        ("GONGPAI_PUBLIC_URL", "https://gongpai.test"),
        ("GONGPAI_ALIYUN_ENDPOINT", &endpoint),
        ("GONGPAI_ALIYUN_ACCESS_KEY_ID", "ali-id"),
        ("GONGPAI_ALIYUN_ACCESS_KEY_SECRET", "ali-secret"),
        ("GONGPAI_TENCENT_ENDPOINT", &endpoint),
        ("GONGPAI_TENCENT_SECRET_ID", "ten-id"),
        ("GONGPAI_TENCENT_SECRET_KEY", "ten-secret"),
        ("GONGPAI_TENCENT_APP_ID", "1400000000"),
        ("GONGPAI_TWILIO_ENDPOINT", &endpoint),
        ("GONGPAI_TWILIO_ACCOUNT_SID", "AC1"),
        ("GONGPAI_TWILIO_AUTH_TOKEN", "twi-token"),
        ("GONGPAI_TWILIO_FROM", "+15005550006"),
        ("GONGPAI_CODES_PER_HOUR", "0"),
        ("GONGPAI_CODES_PER_HOUR_AND_PREFIX", "0"),
    ];
    settings.extend_from_slice(more);
    let world = Rc::new(World::with(backend, &settings).await);
    Wired { world, stand_in, client: tests::client() }
}

impl Wired {
    async fn ask(&self, path: &str, body: Value) -> Value {
        let url = format!("http://127.0.0.1:{}{path}", self.stand_in.port);
        let request = self.client.post(url).header("content-type", "application/json").body(body.to_string());
        serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap()
    }

    async fn answers(&self, carrier: &str, how: &str) {
        self.ask("/answers", json!({carrier: how})).await;
    }

    /// What the carriers have taken, waiting for so much.
    async fn taken(&self, count: usize) -> Vec<Value> {
        let url = format!("http://127.0.0.1:{}/", self.stand_in.port);
        for _ in 0..400 {
            let taken = self.client.get(&url).send().await.unwrap().bytes().await.unwrap();
            let taken: Vec<Value> = serde_json::from_slice(&taken).unwrap();
            if taken.len() >= count {
                return taken;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{count} messages do not come");
    }

    async fn register(&self, mobile: &str, language: &str) -> Answer {
        let company = self.world.company("短信公司").with_mobile(mobile);
        let body = company.registration_body().await;
        self.world.post("/v1/registrations", body).header("accept-language", language).send().await
    }

    /// What an operator sees of a number, waiting until there is something.
    async fn seen(&self, operator: &str, mobile: &str) -> Value {
        let path = format!("/v1/platform/sms-messages?mobile={}", mobile.replace('+', "%2B"));
        for _ in 0..100 {
            let seen = self.world.get(&path).bearer(operator).send().await.expect(200);
            if seen.json["data"][0].is_object() {
                return seen.json["data"].clone();
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("nothing is seen of {mobile}");
    }

    /// An operator signs in with the code that a carrier took.
    async fn operator(&self) -> String {
        let number = mobile();
        api::operator::add(self.world.service(), &number, "李客服", "support", true).unwrap();
        let before = self.taken(0).await.len();
        let wanted = json!({"purpose": "sign_in", "realm": "platform", "mobile": number});
        self.world.post("/v1/codes", wanted).send().await.expect(202);
        let taken = self.taken(before + 1).await;
        let code = taken[before]["values"]["code"].as_str().unwrap();
        let body = json!({"realm": "platform", "method": "sms_code", "mobile": number, "code": code, "device": tests::device()});
        self.world.post("/v1/sessions", body).send().await.expect(201).text("/session/access_token")
    }
}

#[actix_web::test]
async fn carriers_take_what_the_official_sdks_would_sign() {
    let wired = wired(Backend::Sqlite, "aliyun,tencent", &[]).await;
    let (chinese, foreign) = (mobile(), "+85261234567");
    wired.register(&chinese, "zh-CN").await.expect(201);
    wired.register(foreign, "en").await.expect(201);
    let taken = wired.taken(2).await;
    let to = |number: &str| taken.iter().find(|one| one["to"] == number).unwrap().clone();
    let first = to(&chinese);
    assert_eq!([&first["carrier"], &first["template"], &first["sign"]], ["aliyun", "SMS_register", "工牌"]);
    assert_eq!(first["values"]["minutes"], "5");
    assert_eq!(first["values"]["code"].as_str().unwrap().len(), 6);
    assert_eq!(to("85261234567")["template"], "SMS_register_en");
    // The right code came: with it the registration is completed.
    wired.answers("aliyun", "isv.BUSINESS_LIMIT_CONTROL").await;
    let company = wired.world.company("腾讯公司").with_mobile(&mobile()).started().await;
    let taken = wired.taken(3).await;
    assert_eq!([&taken[2]["carrier"], &taken[2]["template"]], ["tencent", "T_register_en"]);
    let code = taken[2]["values"][0].as_str().unwrap().to_owned();
    company.verify(&code).await.expect(201);
}

/// In bulk: each of two hundred requests is checked by the SDK of its carrier.
#[actix_web::test]
async fn two_hundred_signatures_of_each_carrier_are_right() {
    for (carrier, order) in [("aliyun", "aliyun"), ("tencent", "tencent")] {
        let wired = wired(Backend::Sqlite, order, &[]).await;
        let tries = (0..200).map(|_| async { wired.register(&mobile(), "zh-CN").await.expect(201) });
        futures_util::future::join_all(tries).await;
        let taken = wired.taken(200).await;
        assert!(taken.iter().all(|one| one["carrier"] == carrier));
        assert_eq!(taken.len(), 200, "{carrier}");
    }
}

#[actix_web::test]
async fn another_carrier_stands_in_and_one_that_keeps_failing_rests() {
    let wired = wired(Backend::Sqlite, "aliyun,tencent", &[]).await;
    let mut count = 0;
    for how in ["hang", "500", "SignatureDoesNotMatch"] {
        wired.answers("aliyun", how).await;
        wired.register(&mobile(), "zh-CN").await.expect(201);
        count += 1;
        let taken = wired.taken(count).await;
        assert_eq!(taken.last().unwrap()["carrier"], "tencent", "{how}");
    }
    // By now it rests, although it would work again.
    wired.answers("aliyun", "ok").await;
    wired.register(&mobile(), "zh-CN").await.expect(201);
    assert_eq!(wired.taken(count + 1).await.last().unwrap()["carrier"], "tencent");
    let metrics = String::from_utf8(wired.world.get("/metrics").send().await.expect(200).bytes).unwrap();
    assert!(metrics.contains("gongpai_sms_carrier_rests{carrier=\"aliyun\"} 1"), "{metrics}");
    assert!(metrics.contains("gongpai_sms_total{carrier=\"aliyun\",outcome=\"unavailable\"} 2"), "{metrics}");
    // When all others fail too, whoever rests is asked all the same.
    wired.answers("tencent", "500").await;
    wired.register(&mobile(), "zh-CN").await.expect(201);
    assert_eq!(wired.taken(count + 2).await.last().unwrap()["carrier"], "aliyun");
}

#[actix_web::test]
async fn mainland_numbers_do_not_go_abroad_unless_that_is_meant() {
    for (more, carrier) in [(&[][..], "aliyun"), (&[("GONGPAI_TWILIO_MAINLAND", "1")][..], "twilio")] {
        let wired = wired(Backend::Sqlite, "twilio,aliyun", more).await;
        wired.register(&mobile(), "zh-CN").await.expect(201);
        assert_eq!(wired.taken(1).await[0]["carrier"], carrier);
        wired.register("+85291234567", "en").await.expect(201);
        let taken = wired.taken(2).await;
        let foreign = taken.iter().find(|one| one["to"] == "+85291234567").unwrap();
        assert_eq!(foreign["carrier"], "twilio");
        assert!(foreign["text"].as_str().unwrap().contains("is your code to register an organization"));
    }
}

async fn what_became_of_messages(backend: Backend) {
    let wired = wired(backend, "aliyun,tencent,twilio", &[]).await;
    let world = &wired.world;
    let support = wired.operator().await;
    let key = api::sms::to_register(world.service());
    let key = key.split("/aliyun/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();

    // A number that does not exist is not tried with another carrier, and nobody is told.
    let wrong = mobile();
    wired.answers("aliyun", "isv.MOBILE_NUMBER_ILLEGAL").await;
    wired.register(&wrong, "zh-CN").await.expect(201);
    let seen = wired.seen(&support, &wrong).await;
    assert_eq!(
        [&seen[0]["carrier"], &seen[0]["delivery"], &seen[0]["failure"]],
        ["aliyun", "failed", "number_invalid"]
    );
    assert!(seen[0]["mobile_masked"].as_str().unwrap().contains("****"));
    wired.answers("aliyun", "ok").await;

    // Alibaba Cloud reports in lists, at an address that has a key.
    let number = mobile();
    let before = wired.taken(0).await.len();
    wired.register(&number, "zh-CN").await.expect(201);
    let reference = wired.taken(before + 1).await[before]["reference"].clone();
    assert_eq!(wired.seen(&support, &number).await[0]["delivery"], "accepted");
    let report = json!([{"biz_id": reference, "success": true, "err_code": "DELIVERED", "phone_number": number},
        {"biz_id": "unknown^0", "success": false, "err_code": "X"}]);
    world.post("/v1/sms-receipts/aliyun/wrong", report.clone()).send().await.refused(404, "not_found");
    world.post(format!("/v1/sms-receipts/aliyun/{key}"), report).send().await.expect(200);
    let seen = wired.seen(&support, &number).await;
    assert_eq!([&seen[0]["delivery"], &seen[0]["failure"]], [&json!("delivered"), &Value::Null]);
    // A later report of another fate changes nothing.
    let again = json!([{"biz_id": reference, "success": false, "err_code": "X"}]);
    world.post(format!("/v1/sms-receipts/aliyun/{key}"), again).send().await.expect(200);
    assert_eq!(wired.seen(&support, &number).await[0]["delivery"], "delivered");

    // Tencent Cloud.
    wired.answers("aliyun", "500").await;
    let number = mobile();
    let before = wired.taken(0).await.len();
    wired.register(&number, "zh-CN").await.expect(201);
    let reference = wired.taken(before + 1).await[before]["reference"].clone();
    wired.seen(&support, &number).await;
    let report = json!([{"sid": reference, "report_status": "FAIL", "errmsg": "MK:0001", "mobile": number}]);
    world.post(format!("/v1/sms-receipts/tencent/{key}"), report).send().await.expect(200);
    let seen = wired.seen(&support, &number).await;
    assert_eq!([&seen[0]["delivery"], &seen[0]["failure"]], ["failed", "undelivered"]);
    world
        .post(format!("/v1/sms-receipts/tencent/{key}"), json!({"sid": 1}))
        .send()
        .await
        .refused(400, "malformed_json");

    // Twilio signs; its own library made this signature.
    wired.answers("tencent", "500").await;
    let number = "+85267654321";
    let before = wired.taken(0).await.len();
    wired.register(number, "en").await.expect(201);
    let taken = wired.taken(before + 1).await[before].clone();
    let url = taken["report_to"].as_str().unwrap();
    assert_eq!(url, "https://gongpai.test/v1/sms-receipts/twilio");
    wired.seen(&support, number).await;
    let form = json!({"MessageSid": taken["reference"], "MessageStatus": "undelivered", "ErrorCode": "30003", "To": number});
    let signature =
        wired.ask("/sign", json!({"url": url, "form": form})).await["signature"].as_str().unwrap().to_owned();
    let text = format!(
        "MessageSid={}&MessageStatus=undelivered&ErrorCode=30003&To=%2B85267654321",
        taken["reference"].as_str().unwrap()
    );
    let post = |signature: &str| {
        let request = world.request("POST", "/v1/sms-receipts/twilio");
        let request = request.bytes("application/x-www-form-urlencoded", text.clone().into_bytes());
        request.header("x-twilio-signature", signature).send()
    };
    post("bm9ib2R5").await.refused(401, "unauthenticated");
    post(&signature).await.expect(204);
    let seen = wired.seen(&support, number).await;
    assert_eq!([&seen[0]["delivery"], &seen[0]["failure"]], ["failed", "undelivered"]);

    // Members see nothing of it, and looking numbers up is journalled.
    let path = format!("/v1/platform/sms-messages?mobile={number}");
    world.get(&path).send().await.refused(401, "unauthenticated");
    world
        .get("/v1/platform/sms-messages?mobile=1")
        .bearer(&support)
        .send()
        .await
        .refused(422, "input_invalid");
    let looked = world.query("SELECT changes FROM journal WHERE action = 'sms.looked_up'");
    assert!(looked.len() > 3 && looked.iter().all(|entry| entry.contains("****")), "{looked:?}");

    // After a month nothing is left.
    let database = world.service().database.clone();
    let later = world.clock.now() + Duration::days(31);
    tokio::task::spawn_blocking(move || database.sweep(later)).await.unwrap().unwrap();
    assert_eq!(world.query("SELECT id FROM sms_messages"), Vec::<String>::new());
}

#[actix_web::test]
async fn what_became_of_messages_sqlite() {
    what_became_of_messages(Backend::Sqlite).await;
}

#[actix_web::test]
async fn what_became_of_messages_postgres() {
    what_became_of_messages(Backend::Postgres).await;
}

#[actix_web::test]
async fn messages_wait_while_no_carrier_takes_them() {
    let wired = wired(Backend::Sqlite, "aliyun", &[]).await;
    wired.answers("aliyun", "500").await;
    wired.register(&mobile(), "zh-CN").await.expect(201);
    let waiting = || wired.world.query("SELECT id FROM jobs WHERE last_error IS NOT NULL").len();
    for _ in 0..100 {
        if waiting() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(waiting(), 1);
    wired.answers("aliyun", "ok").await;
    wired.world.later(Duration::seconds(60));
    assert_eq!(wired.taken(1).await.len(), 1);
}

/// What members of one organization cause has a budget of its own.
async fn a_tenant_has_a_budget(backend: Backend) {
    let world = Rc::new(World::with(backend, &[("GONGPAI_CODES_PER_HOUR_AND_TENANT", "1")]).await);
    let ask = |token: String| {
        let wanted = json!({"action": "close_account"});
        world.post("/v1/me/confirmation-codes", wanted).bearer(&token).send()
    };
    let company = world.company("预算公司").registered().await;
    let member = tests::world::plain_member(&world, &company).await;
    ask(company.access_token.clone()).await.expect(202);
    ask(member).await.refused(429, "code_budget_spent");
    let other = world.company("别家公司").registered().await;
    ask(other.access_token.clone()).await.expect(202);
    let metrics = String::from_utf8(world.get("/metrics").send().await.expect(200).bytes).unwrap();
    assert!(metrics.contains("gongpai_codes_refused_total{reason=\"tenant\"} 1"), "{metrics}");
}

#[actix_web::test]
async fn a_tenant_has_a_budget_sqlite() {
    a_tenant_has_a_budget(Backend::Sqlite).await;
}

#[actix_web::test]
async fn a_tenant_has_a_budget_postgres() {
    a_tenant_has_a_budget(Backend::Postgres).await;
}
