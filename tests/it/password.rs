//! Passwords: setting, signing in, guessing, forgetting.

use crate::people::felt;
use chrono::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use tests::world::mobile;
use tests::{Answer, Backend, Company, World, both, device};

const GOOD: &str = "mahogany cartwheel gravity";
const BETTER: &str = "seventeen purple umbrellas";

/// Sets the password of a company's owner, confirmed with their password so far, or with a code.
async fn put(company: &Company, password: &str, so_far: Option<&str>) -> Answer {
    let confirmation = match so_far {
        Some(so_far) => company.confirmed_by("set_password", json!({"password": so_far})).await,
        None => company.confirmed("set_password").await,
    };
    put_confirmed(company, password, &confirmation).await
}

async fn put_confirmed(company: &Company, password: &str, confirmation: &str) -> Answer {
    let request = company.world.request("PUT", "/v1/me/password").bearer(&company.access_token);
    request.header("x-confirmation", confirmation).json(&json!({"password": password})).send().await
}

/// A company whose owner has a password.
async fn with_password(world: &Rc<World>, name: &str) -> Company {
    let company = world.company(name).registered().await;
    put(&company, GOOD, None).await.expect(204);
    company
}

fn attempt(mobile: &str, password: &str) -> Value {
    json!({"method": "password", "mobile": mobile, "password": password, "device": device()})
}

async fn sign_in(world: &World, mobile: &str, password: &str) -> Answer {
    world.post("/v1/sessions", attempt(mobile, password)).send().await
}

both!(a_password_is_set_changed_and_used, |world| {
    let company = world.company("密码公司").registered().await;
    // Nobody sets one with a session alone.
    let missing = put_confirmed(&company, GOOD, "gpf_nothing").await.refused(403, "confirmation_required");
    assert_eq!(missing.text("/action"), "set_password");
    sign_in(&world, &company.mobile, GOOD).await.refused(401, "credentials_wrong");
    put(&company, GOOD, None).await.expect(204);
    let session = sign_in(&world, &company.mobile, GOOD).await.expect(201);
    assert_eq!(session.text("/tenant/id"), company.tenant);
    assert!(session.headers["cache-control"] == "no-store");
    // Full-width letters are the same letters.
    world.later(Duration::seconds(2));
    sign_in(&world, &company.mobile, "ｍａｈｏｇａｎｙ cartwheel gravity").await.expect(201);

    // Changing it ends every other session, and the owner is told.
    let elsewhere = session.text("/session/access_token");
    put(&company, BETTER, Some(GOOD)).await.expect(204);
    felt().await;
    world.get("/v1/me").bearer(&elsewhere).send().await.refused(401, "session_ended");
    company.get("/v1/me").send().await.expect(200);
    assert!(world.notices(&company.mobile, 2).await[0].contains("密码已更改"));
    sign_in(&world, &company.mobile, GOOD).await.refused(401, "credentials_wrong");
    sign_in(&world, &company.mobile, BETTER).await.expect(201);
    // Without a confirmation nobody learns what was used before.
    put_confirmed(&company, BETTER, "").await.refused(403, "confirmation_required");
    // One of the last is refused, also the one that is.
    let confirmation = company.confirmed_by("set_password", json!({"password": BETTER})).await;
    for used in [GOOD, BETTER] {
        let refused = put_confirmed(&company, used, &confirmation).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/password".to_owned(), "password_used_before".to_owned())]);
    }
});

both!(bad_passwords_are_refused_with_every_fault, |world| {
    let company = world.company("深圳好公司").registered().await;
    let confirmation = company.confirmed("set_password").await;
    let faults = async |password: &str| -> Vec<String> {
        let refused = put_confirmed(&company, password, &confirmation).await.refused(422, "input_invalid");
        refused.faults().into_iter().map(|(pointer, code)| format!("{pointer} {code}")).collect()
    };
    assert_eq!(faults("short").await, ["/password password_too_short", "/password password_guessable"]);
    assert_eq!(faults("woaini1314520").await, ["/password password_common"]);
    assert_eq!(faults("Password123!").await, ["/password password_common"]);
    assert_eq!(faults("我在深圳好公司上班真的很开心").await, ["/password password_has_context"]);
    assert_eq!(faults("abcabcabcabcabcd").await, ["/password password_guessable"]);
    let own = format!("cartwheel mahogany {}", company.mobile);
    assert_eq!(faults(&own).await, ["/password password_has_context"]);
    assert_eq!(faults("bell\u{7}bell bell bell").await, ["/password text_character_forbidden"]);
    assert_eq!(faults(&"长".repeat(129)).await, ["/password value_too_long"]);
});

both!(guesses_wait_and_known_devices_do_not, |world| {
    let company = with_password(&world, "防猜公司").await;
    for _ in 0..3 {
        sign_in(&world, &company.mobile, "wrong").await.refused(401, "credentials_wrong");
    }
    let waits = sign_in(&world, &company.mobile, GOOD).await.refused(429, "guess_too_soon");
    assert_eq!(waits.headers["retry-after"], "1");
    for n in 3..10 {
        world.later(Duration::seconds(1 << (n - 3)));
        sign_in(&world, &company.mobile, "wrong").await.refused(401, "credentials_wrong");
    }
    let shut = sign_in(&world, &company.mobile, GOOD).await.refused(429, "guesses_exhausted");
    assert!(shut.at("/seconds").as_u64().unwrap() > 800);
    // The owner's own device is let in, and that opens nothing for strangers.
    let known = world.post("/v1/sessions", attempt(&company.mobile, GOOD));
    known.header("x-device-token", &company.device_token).send().await.expect(201);
    sign_in(&world, &company.mobile, GOOD).await.refused(429, "guesses_exhausted");
    // Time opens the door, and so does the owner with a code.
    world.later(Duration::minutes(15));
    sign_in(&world, &company.mobile, "wrong").await.refused(401, "credentials_wrong");
    sign_in(&world, &company.mobile, GOOD).await.refused(429, "guesses_exhausted");
    company.signed_in().await;
    let refused = world.query("SELECT personal FROM journal WHERE action = 'session.refused'");
    assert_eq!(refused.len(), 11);
    let metrics = String::from_utf8(world.get("/metrics").send().await.expect(200).bytes).unwrap();
    assert!(metrics.contains("gongpai_password_guesses_total{outcome=\"wrong\"} 11"), "{metrics}");
});

both!(fifty_guesses_at_once_are_fifty, |world| {
    let company = with_password(&world, "并发猜测").await;
    let tries = (0..50).map(|_| sign_in(&world, &company.mobile, "wrong"));
    let answers = futures_util::future::join_all(tries).await;
    let looked_at = answers.iter().filter(|answer| answer.status == 401).count();
    assert!(looked_at <= 4, "{looked_at} were looked at");
    assert!(answers.iter().all(|answer| [401, 429, 503].contains(&answer.status)));
});

both!(unknown_numbers_answer_like_known_ones, |world| {
    let company = with_password(&world, "同答公司").await;
    let without = world.company("无密公司").registered().await;
    let unknown = mobile();
    for round in 0..5 {
        let mut answers = Vec::new();
        for number in [&company.mobile, &without.mobile, &unknown] {
            let mut answer = sign_in(&world, number, "wrong").await;
            answer.json.as_object_mut().unwrap().remove("request_id");
            answers.push((answer.status, answer.json));
        }
        assert_eq!(answers[0], answers[1], "round {round}");
        assert_eq!(answers[0], answers[2], "round {round}");
    }
});

both!(a_forgotten_password_is_reset_with_a_code, |world| {
    let company = with_password(&world, "忘记公司").await;
    let ask =
        |mobile: &str| world.post("/v1/codes", json!({"purpose": "reset_password", "mobile": mobile})).send();
    let reset = |mobile: &str, code: &str, password: &str| {
        let body = json!({"mobile": mobile, "code": code, "password": password});
        world.post("/v1/password-resets", body).send()
    };
    let unknown = mobile();
    let keys = |answer: &Answer| answer.json.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let (known_asked, unknown_asked) =
        (ask(&company.mobile).await.expect(202), ask(&unknown).await.expect(202));
    assert_eq!(keys(&known_asked), keys(&unknown_asked));
    let code = world.code(&company.mobile).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for number in [&company.mobile, &unknown] {
        reset(number, wrong, BETTER).await.refused(422, "verification_code_incorrect");
    }
    // A password that is no good costs no code.
    let bad = reset(&company.mobile, &code, "忘记公司的密码就在这里了哦").await.refused(422, "input_invalid");
    assert_eq!(bad.faults(), [("/password".to_owned(), "password_has_context".to_owned())]);
    let used = reset(&company.mobile, &code, GOOD).await.refused(422, "input_invalid");
    assert_eq!(used.faults(), [("/password".to_owned(), "password_used_before".to_owned())]);
    reset(&company.mobile, &code, BETTER).await.expect(204);
    reset(&company.mobile, &code, "another good long one").await.refused(422, "verification_code_expired");
    felt().await;
    company.get("/v1/me").send().await.refused(401, "session_ended");
    sign_in(&world, &company.mobile, BETTER).await.expect(201);
    let operators = json!({"purpose": "reset_password", "realm": "platform", "mobile": company.mobile});
    world.post("/v1/codes", operators).send().await.refused(422, "input_invalid");
});

both!(a_password_opens_no_door_of_the_platform, |world| {
    let company = with_password(&world, "平台公司").await;
    let mut body = attempt(&company.mobile, GOOD);
    body["realm"] = json!("platform");
    let refused = world.post("/v1/sessions", body).send().await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/method".to_owned(), "value_not_allowed".to_owned())]);
    let mut both = attempt(&company.mobile, GOOD);
    both["code"] = json!("123456");
    let refused = world.post("/v1/sessions", both).send().await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/code".to_owned(), "field_unknown".to_owned())]);
    let none = json!({"method": "password", "mobile": company.mobile, "device": device()});
    let refused = world.post("/v1/sessions", none).send().await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/password".to_owned(), "field_required".to_owned())]);
});

both!(nothing_of_a_password_is_kept_in_the_clear, |world| {
    let company = with_password(&world, "密文公司").await;
    let body = attempt(&company.mobile, GOOD);
    let keyed = || world.post("/v1/sessions", body.clone()).header("idempotency-key", "once").send();
    let first = keyed().await.expect(201);
    assert_eq!(keyed().await.expect(201).bytes, first.bytes);
    let digest = |text: &str| {
        let script = format!("printf '%s' '{text}' | sha256sum");
        let sum = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        String::from_utf8(sum.stdout).unwrap()[..64].to_owned()
    };
    let hex = |column: &str| match world.backend {
        Backend::Sqlite => format!("hex({column})"),
        Backend::Postgres => format!("encode({column}, 'hex')"),
    };
    let records = world.query(&format!("SELECT {} FROM idempotency_records", hex("fingerprint")));
    let hashes = world.query(&format!("SELECT {} FROM passwords", hex("hashes_sealed")));
    let kept = (records.concat() + &hashes.concat()).to_lowercase();
    let argon = data_encoding::HEXLOWER.encode(b"$argon2id");
    assert!(!kept.is_empty() && !kept.contains(&argon) && !kept.contains(&digest(&body.to_string())));
});

// Whoever closes the account takes the password along.
both!(a_closed_account_leaves_no_password, |world| {
    let company = with_password(&world, "注销密码").await;
    let member = company.plain_member().await;
    put(&member, GOOD, None).await.expect(204);
    assert_eq!(world.query("SELECT account_id FROM passwords").len(), 2);
    world.later(Duration::seconds(61));
    let confirmation = member.confirmed_by("close_account", json!({"password": GOOD})).await;
    let close = member.post("/v1/me/closure", json!({})).header("x-confirmation", &confirmation);
    close.send().await.expect(204);
    assert_eq!(world.query("SELECT account_id FROM passwords").len(), 1);
});

/// When hashing becomes dearer, passwords are hashed anew as they are used.
async fn hashes_follow_the_cost(backend: Backend) {
    let cheap = [("GONGPAI_ARGON2_KIB", "64"), ("GONGPAI_ARGON2_PASSES", "1")];
    let world = Rc::new(World::with(backend, &cheap).await);
    let company = with_password(&world, "升级公司").await;
    let before = world.query("SELECT version FROM passwords");
    sign_in(&world, &company.mobile, GOOD).await.expect(201);
    assert_eq!(world.query("SELECT version FROM passwords"), before);
    let dearer = world.replica(&[("GONGPAI_ARGON2_KIB", "128"), ("GONGPAI_ARGON2_PASSES", "1")]).await;
    sign_in(&dearer, &company.mobile, GOOD).await.expect(201);
    assert_ne!(dearer.query("SELECT version FROM passwords"), before);
    sign_in(&dearer, &company.mobile, GOOD).await.expect(201);
}

#[actix_web::test]
async fn hashes_follow_the_cost_sqlite() {
    hashes_follow_the_cost(Backend::Sqlite).await;
}

#[actix_web::test]
async fn hashes_follow_the_cost_postgres() {
    hashes_follow_the_cost(Backend::Postgres).await;
}

/// A thousand guesses from a hundred addresses: few are looked at, and the owner's device is not locked out.
async fn a_thousand_guesses(backend: Backend) {
    let settings = [
        ("GONGPAI_TRUSTED_PROXIES", "127.0.0.1"),
        ("GONGPAI_GUESSES_PER_HOUR_AND_ADDRESS", "0"),
        ("GONGPAI_GUESSES_PER_HOUR_AND_PREFIX", "0"),
        ("GONGPAI_ARGON2_KIB", "64"),
    ];
    let world = Rc::new(World::with(backend, &settings).await);
    let company = with_password(&world, "千次公司").await;
    let mut looked_at = 0;
    for n in 0..1000 {
        let guess = world.post("/v1/sessions", attempt(&company.mobile, &format!("guess {n}")));
        let answer = guess.header("x-forwarded-for", &format!("198.51.100.{}", n % 100)).send().await;
        looked_at += usize::from(answer.status == 401);
        world.later(Duration::seconds(2));
    }
    assert!((10..=100).contains(&looked_at), "{looked_at}");
    let known = world.post("/v1/sessions", attempt(&company.mobile, GOOD));
    known.header("x-device-token", &company.device_token).send().await.expect(201);
}

#[actix_web::test]
async fn a_thousand_guesses_sqlite() {
    a_thousand_guesses(Backend::Sqlite).await;
}

#[actix_web::test]
async fn a_thousand_guesses_postgres() {
    a_thousand_guesses(Backend::Postgres).await;
}

/// Of one address, or of a neighbourhood of them, only so many are looked at, whichever numbers they are for.
#[actix_web::test]
async fn networks_are_counted_over_all_numbers() {
    let settings = [
        ("GONGPAI_TRUSTED_PROXIES", "127.0.0.1"),
        ("GONGPAI_GUESSES_PER_HOUR_AND_ADDRESS", "5"),
        ("GONGPAI_GUESSES_PER_HOUR_AND_PREFIX", "8"),
        ("GONGPAI_ARGON2_KIB", "64"),
    ];
    let world = Rc::new(World::with(Backend::Sqlite, &settings).await);
    let guess = async |address: &str| {
        let guess = world.post("/v1/sessions", attempt(&mobile(), "wrong"));
        guess.header("x-forwarded-for", address).send().await
    };
    for _ in 0..5 {
        guess("198.51.100.1").await.refused(401, "credentials_wrong");
    }
    guess("198.51.100.1").await.refused(429, "guesses_exhausted");
    for _ in 0..3 {
        guess("198.51.100.2").await.refused(401, "credentials_wrong");
    }
    guess("198.51.100.3").await.refused(429, "guesses_exhausted");
    guess("203.0.113.1").await.refused(401, "credentials_wrong");
    world.later(Duration::hours(1));
    guess("198.51.100.1").await.refused(401, "credentials_wrong");
}
