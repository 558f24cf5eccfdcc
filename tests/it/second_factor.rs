//! The second factor: authenticators, recovery codes, and the challenge that asks for them.

use crate::people::felt;
use chrono::Duration;
use serde_json::{Value, json};
use tests::{Answer, Backend, Company, World, both, device, totp};

const GOOD: &str = "mahogany cartwheel gravity";

/// Sets an authenticator up, and gives its secret and the recovery codes.
async fn set_up(company: &Company) -> (String, Vec<String>) {
    let confirmation = company.confirmed("change_second_factor").await;
    let begin = company.post("/v1/me/totp", json!({})).header("x-confirmation", &confirmation);
    let secret = begin.send().await.expect(201).text("/secret");
    let code = totp(&secret, company.world.clock.now());
    let on = company.post("/v1/me/totp/confirmation", json!({"code": code})).send().await.expect(200);
    let codes = on.at("/recovery_codes").as_array().unwrap();
    (secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn set_password(company: &Company) {
    let confirmation = company.confirmed("set_password").await;
    let set = company.world.request("PUT", "/v1/me/password").bearer(&company.access_token);
    set.header("x-confirmation", &confirmation).json(&json!({"password": GOOD})).send().await.expect(204);
}

/// Begins to sign in with a code by SMS.
async fn by_sms(company: &Company) -> Answer {
    company.world.later(Duration::seconds(61));
    let wanted = json!({"purpose": "sign_in", "mobile": company.mobile});
    company.world.post("/v1/codes", wanted).send().await.expect(202);
    let code = company.world.code(&company.mobile).await;
    let body = json!({"method": "sms_code", "mobile": company.mobile, "code": code, "device": device()});
    company.world.post("/v1/sessions", body).send().await
}

async fn by_password(company: &Company) -> Answer {
    let body = json!({"method": "password", "mobile": company.mobile, "password": GOOD, "device": device()});
    company.world.post("/v1/sessions", body).send().await
}

/// A challenge that somebody got.
struct Challenge<'a> {
    world: &'a World,
    path: String,
    token: String,
}

impl<'a> Challenge<'a> {
    fn of(world: &'a World, answer: &Answer) -> Self {
        let path = format!("/v1/challenges/{}", answer.text("/challenge/id"));
        Self { world, path, token: answer.text("/challenge/token") }
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.world.post(format!("{}{path}", self.path), body).bearer(&self.token).send().await
    }

    async fn answer(&self, body: Value) -> Answer {
        self.post("", body).await
    }
}

async fn ask_of(company: &Company, whom: &str) {
    company.policy(json!({"sign_in": {"second_factor": whom}})).await.expect(200);
}

both!(an_authenticator_is_asked_for_when_it_is_on, |world| {
    let company = world.company("动态码公司").registered().await;
    company.post("/v1/me/totp", json!({})).send().await.refused(403, "confirmation_required");
    company
        .post("/v1/me/totp/confirmation", json!({"code": "000000"}))
        .send()
        .await
        .refused(409, "totp_not_begun");
    let off = company.get("/v1/me/totp").send().await.expect(200);
    assert_eq!(off.json, json!({"on": false, "since": null, "recovery_codes_left": 0}));

    let confirmation = company.confirmed("change_second_factor").await;
    let begin = company.post("/v1/me/totp", json!({})).header("x-confirmation", &confirmation);
    let begun = begin.send().await.expect(201);
    assert!(
        begun.text("/uri").starts_with("otpauth://totp/Gongpai:") && begun.text("/qr_svg").contains("<svg")
    );
    assert!(!begun.text("/uri").contains(&company.mobile));
    let confirm =
        async |code: &str| company.post("/v1/me/totp/confirmation", json!({"code": code})).send().await;
    for _ in 0..3 {
        let refused = confirm("000000").await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/code".to_owned(), "totp_incorrect".to_owned())]);
    }
    confirm("000000").await.refused(429, "guess_too_soon");
    world.later(Duration::seconds(1));
    let code = totp(&begun.text("/secret"), world.clock.now());
    let on = confirm(&code).await.expect(200);
    assert_eq!(on.at("/recovery_codes").as_array().unwrap().len(), 10);
    confirm(&code).await.refused(409, "totp_already_on");
    assert!(world.notices(&company.mobile, 1).await[0].contains("两步验证"));
    let view = company.get("/v1/me/totp").send().await.expect(200);
    assert_eq!([view.at("/on"), view.at("/recovery_codes_left")], [&json!(true), &json!(10)]);

    // The session in which it was shown goes on; the next one needs it, whatever the policy says.
    company.get("/v1/me").send().await.expect(200);
    let asked = by_sms(&company).await.expect(202);
    assert_eq!(asked.text("/challenge/needs"), "second_factor");
    assert_eq!(asked.at("/challenge/factors"), &json!(["totp", "recovery_code"]));
    let challenge = Challenge::of(&world, &asked);
    let read = world.get(&challenge.path).bearer(&challenge.token).send().await.expect(200);
    assert_eq!(read.at("/factors"), &json!(["totp", "recovery_code"]));
    world.get(&challenge.path).bearer("gpc_wrong").send().await.refused(401, "unauthenticated");
    for (answer, pointer) in [
        (json!({"sms_code": "123456"}), "/sms_code"),
        (json!({"password": GOOD}), "/password"),
        (json!({"tenant_id": company.tenant}), "/tenant_id"),
    ] {
        let refused = challenge.answer(answer).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [(pointer.to_owned(), "answer_not_needed".to_owned())]);
    }
    for none in [json!({}), json!({"totp": "123456", "recovery_code": "x"})] {
        challenge.answer(none).await.refused(422, "input_invalid");
    }
    challenge.post("/codes", json!({})).await.refused(409, "sms_code_not_needed");
    challenge.post("/totp", json!({})).await.refused(409, "totp_already_on");
    let refused = challenge.answer(json!({"totp": "000000"})).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/totp".to_owned(), "totp_incorrect".to_owned())]);
    let code = totp(&begun.text("/secret"), world.clock.now());
    let session = challenge.answer(json!({"totp": code})).await.expect(201);
    assert_eq!(session.text("/tenant/id"), company.tenant);
    assert!(session.json.get("recovery_codes").is_none());
    challenge.answer(json!({"totp": code})).await.refused(409, "challenge_ended");

    // A code that was taken is not taken again, also not in the time in which it is shown.
    let again = by_sms(&company).await.expect(202);
    world.later(Duration::seconds(60));
    let code = totp(&begun.text("/secret"), world.clock.now());
    Challenge::of(&world, &again).answer(json!({"totp": code})).await.expect(201);
    let replay = by_sms(&company).await.expect(202);
    let old = totp(&begun.text("/secret"), world.clock.now() - Duration::seconds(61));
    Challenge::of(&world, &replay).answer(json!({"totp": old})).await.refused(422, "input_invalid");
});

both!(a_recovery_code_is_good_once_and_can_be_renewed, |world| {
    let company = world.company("恢复码公司").registered().await;
    let (secret, codes) = set_up(&company).await;
    let asked = by_sms(&company).await.expect(202);
    let typed = codes[0].to_uppercase().replace('-', " ");
    Challenge::of(&world, &asked).answer(json!({"recovery_code": typed})).await.expect(201);
    let asked = by_sms(&company).await.expect(202);
    let challenge = Challenge::of(&world, &asked);
    let refused = challenge.answer(json!({"recovery_code": codes[0]})).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/recovery_code".to_owned(), "totp_incorrect".to_owned())]);
    challenge.answer(json!({"recovery_code": codes[1]})).await.expect(201);
    let left = company.get("/v1/me/totp").send().await.expect(200);
    assert_eq!(left.at("/recovery_codes_left"), &json!(8));

    // Other codes, and giving it up, need the authenticator itself: a stolen number is no way around.
    world.later(Duration::seconds(61));
    let action = "change_second_factor";
    company.post("/v1/me/confirmation-codes", json!({"action": action})).send().await.expect(202);
    let code = world.code(&company.mobile).await;
    let weak = company.post("/v1/me/confirmations", json!({"action": action, "code": code}));
    weak.send().await.refused(409, "authenticator_needed");
    let strong = json!({"totp": totp(&secret, world.clock.now())});
    let confirmation = company.confirmed_by(action, strong).await;
    let renewed = company.post("/v1/me/recovery-codes", json!({})).header("x-confirmation", &confirmation);
    let renewed = renewed.send().await.expect(201);
    let asked = by_sms(&company).await.expect(202);
    let challenge = Challenge::of(&world, &asked);
    challenge.answer(json!({"recovery_code": codes[2]})).await.refused(422, "input_invalid");
    challenge.answer(json!({"recovery_code": renewed.text("/recovery_codes/0")})).await.expect(201);

    let forget =
        |confirmation: String| company.delete("/v1/me/totp").header("x-confirmation", &confirmation).send();
    forget(String::new()).await.refused(403, "confirmation_required");
    let with_code = json!({"recovery_code": renewed.text("/recovery_codes/1")});
    let confirmation = company.confirmed_by(action, with_code).await;
    forget(confirmation.clone()).await.expect(204);
    forget(confirmation).await.refused(409, "totp_not_begun");
    by_sms(&company).await.expect(201);
});

both!(a_policy_asks_for_a_second_factor, |world| {
    let company = world.company("两步公司").registered().await;
    // Asking it of oneself needs a session that has it.
    let refused = company.policy(json!({"sign_in": {"second_factor": "all"}})).await;
    assert_eq!(refused.refused(409, "policy_shuts_out_author").text("/setting"), "/sign_in/second_factor");
    world.later(Duration::seconds(61));
    set_up(&company).await;
    let member = company.plain_member().await;
    ask_of(&company, "all").await;
    felt().await;
    member.get("/v1/me").send().await.refused(401, "session_ended");
    company.get("/v1/me").send().await.expect(200);

    // Who has nothing else sets an authenticator up on the way in.
    let asked = by_sms(&member).await.expect(202);
    assert_eq!(asked.at("/challenge/factors"), &json!(["new_totp"]));
    let challenge = Challenge::of(&world, &asked);
    challenge.answer(json!({"totp": "000000"})).await.refused(422, "input_invalid");
    let begun = challenge.post("/totp", json!({})).await.expect(201);
    let code = totp(&begun.text("/secret"), world.clock.now());
    let session = challenge.answer(json!({"totp": code})).await.expect(201);
    assert_eq!(session.at("/recovery_codes").as_array().unwrap().len(), 10);
    let asked = by_sms(&member).await.expect(202);
    assert_eq!(asked.at("/challenge/factors"), &json!(["totp", "recovery_code"]));
});

// Two things that people have without an app: the password and their number.
both!(a_password_and_a_code_by_sms_are_two_factors, |world| {
    let company = world.company("双证公司").registered().await;
    set_up(&company).await;
    let member = company.plain_member().await;
    set_password(&member).await;
    ask_of(&company, "all").await;

    let asked = by_password(&member).await.expect(202);
    assert_eq!(asked.at("/challenge/factors"), &json!(["sms_code"]));
    let challenge = Challenge::of(&world, &asked);
    world.later(Duration::seconds(61));
    challenge.post("/codes", json!({})).await.expect(202);
    let code = world.code(&member.mobile).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    challenge.answer(json!({"sms_code": wrong})).await.refused(422, "verification_code_incorrect");
    challenge.answer(json!({"sms_code": code})).await.expect(201);

    let asked = by_sms(&member).await.expect(202);
    assert_eq!(asked.at("/challenge/factors"), &json!(["password"]));
    let challenge = Challenge::of(&world, &asked);
    let refused = challenge.answer(json!({"password": "wrong"})).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/password".to_owned(), "password_wrong".to_owned())]);
    challenge.answer(json!({"password": GOOD})).await.expect(201);
});

both!(codes_of_authenticators_are_guessed_slowly, |world| {
    let company = world.company("猜动态码").registered().await;
    let (secret, _) = set_up(&company).await;
    let asked = by_sms(&company).await.expect(202);
    let challenge = Challenge::of(&world, &asked);
    for _ in 0..3 {
        challenge.answer(json!({"totp": "000000"})).await.refused(422, "input_invalid");
    }
    let right = || json!({"totp": totp(&secret, world.clock.now())});
    challenge.answer(right()).await.refused(429, "guess_too_soon");
    world.later(Duration::seconds(1));
    challenge.answer(right()).await.expect(201);
    // Another challenge is no way around.
    let asked = by_sms(&company).await.expect(202);
    let one = Challenge::of(&world, &asked);
    for _ in 0..3 {
        one.answer(json!({"totp": "000000"})).await.refused(422, "input_invalid");
    }
    let asked = by_sms(&company).await.expect(202);
    let other = Challenge::of(&world, &asked);
    other.answer(json!({"totp": "000000"})).await.refused(422, "input_invalid");
    other.answer(right()).await.refused(429, "guess_too_soon");
});

both!(a_second_organization_asks_for_its_own, |world| {
    let strict = world.company("严格公司").registered().await;
    set_up(&strict).await;
    ask_of(&strict, "all").await;
    let easy = world.company("宽松公司").registered().await;
    tests::world::join(&world, &strict, &easy.mobile).await;
    world.later(Duration::seconds(61));
    let into_easy = easy.again().await;
    let switch = |tenant: &str| into_easy.post("/v1/sessions/switch", json!({"tenant_id": tenant})).send();
    // A session alone sets no authenticator up: whoever has it has not shown who they are.
    switch(&strict.tenant).await.refused(403, "sign_in_anew");
    let asked = by_sms(&into_easy).await.expect(202);
    let chosen = Challenge::of(&world, &asked).answer(json!({"tenant_id": strict.tenant})).await.expect(202);
    assert_eq!(chosen.at("/challenge/factors"), &json!(["new_totp"]));
    let challenge = Challenge::of(&world, &asked);
    let begun = challenge.post("/totp", json!({})).await.expect(201);
    let code = totp(&begun.text("/secret"), world.clock.now());
    let there = challenge.answer(json!({"totp": code})).await.expect(201);
    assert_eq!(there.text("/tenant/id"), strict.tenant);
    assert!(world.notices(&easy.mobile, 1).await[0].contains("两步验证"));
    // From there the session with two factors goes on anywhere, and the one with one needs the code.
    assert_eq!(
        switch(&strict.tenant).await.expect(202).at("/challenge/factors"),
        &json!(["totp", "recovery_code"])
    );
    // Choosing comes first, and what the chosen one asks for after that.
    let asked = by_sms(&into_easy).await.expect(202);
    assert_eq!(asked.text("/challenge/needs"), "tenant");
    let challenge = Challenge::of(&world, &asked);
    let next = challenge.answer(json!({"tenant_id": strict.tenant})).await.expect(202);
    assert_eq!(next.text("/challenge/needs"), "second_factor");
    assert!(next.json["challenge"].get("token").is_none());
    world.later(Duration::seconds(30));
    let code = totp(&begun.text("/secret"), world.clock.now());
    challenge.answer(json!({"totp": code})).await.expect(201);
});

// An account is more than the tenant that it registers: its authenticator is asked for there too.
both!(registering_asks_for_the_authenticator_too, |world| {
    let company = world.company("再注册公司").registered().await;
    let (secret, _) = set_up(&company).await;
    world.later(Duration::seconds(61));
    let second = world.company("第二家公司").with_mobile(&company.mobile).started().await;
    let code = world.code(&company.mobile).await;
    let verify = async |totp: Option<&str>| {
        let mut body = json!({"code": code, "device": device()});
        if let Some(totp) = totp {
            body["totp"] = json!(totp);
        }
        let path = format!("/v1/registrations/{}/verification", second.registration);
        world.post(path, body).bearer(&second.registration_token).send().await
    };
    let refused = verify(None).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/totp".to_owned(), "field_required".to_owned())]);
    let refused = verify(Some("000000")).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/totp".to_owned(), "totp_incorrect".to_owned())]);
    verify(Some(&totp(&secret, world.clock.now()))).await.expect(201);
});

/// Operators need an authenticator outside of development.
async fn operators_need_one(backend: Backend) {
    let world = std::rc::Rc::new(World::with(backend, &[("GONGPAI_OPERATOR_TOTP", "required")]).await);
    let mobile = tests::world::mobile();
    api::operator::add(world.service(), &mobile, "李审核", "reviewer", true).unwrap();
    let begin = async || {
        world.later(Duration::seconds(61));
        let wanted = json!({"purpose": "sign_in", "realm": "platform", "mobile": mobile});
        world.post("/v1/codes", wanted).send().await.expect(202);
        let code = world.code(&mobile).await;
        let body = json!({"realm": "platform", "method": "sms_code", "mobile": mobile, "code": code, "device": device()});
        world.post("/v1/sessions", body).send().await.expect(202)
    };
    let asked = begin().await;
    assert_eq!(asked.at("/challenge/factors"), &json!(["new_totp"]));
    let challenge = Challenge::of(&world, &asked);
    let begun = challenge.post("/totp", json!({})).await.expect(201);
    let code = totp(&begun.text("/secret"), world.clock.now());
    let session = challenge.answer(json!({"totp": code})).await.expect(201);
    assert_eq!(session.at("/recovery_codes").as_array().unwrap().len(), 10);
    world.get("/v1/platform/reviews").bearer(&session.text("/session/access_token")).send().await.expect(200);
    let asked = begin().await;
    assert_eq!(asked.at("/challenge/factors"), &json!(["totp", "recovery_code"]));
}

#[actix_web::test]
async fn operators_need_one_sqlite() {
    operators_need_one(Backend::Sqlite).await;
}

#[actix_web::test]
async fn operators_need_one_postgres() {
    operators_need_one(Backend::Postgres).await;
}

// What was proved before a password was set anew opens nothing after it.
both!(a_sign_in_under_way_ends_with_the_sessions, |world| {
    let company = world.company("中途公司").registered().await;
    set_password(&company).await;
    let second = world.company("中途二号").registered().await;
    tests::world::join(&world, &second, &company.mobile).await;
    let asked = by_password(&company).await.expect(202);
    let challenge = Challenge::of(&world, &asked);
    world.later(Duration::seconds(61));
    world
        .post("/v1/codes", json!({"purpose": "reset_password", "mobile": company.mobile}))
        .send()
        .await
        .expect(202);
    let code = world.code(&company.mobile).await;
    let body = json!({"mobile": company.mobile, "code": code, "password": "seventeen purple umbrellas"});
    world.post("/v1/password-resets", body).send().await.expect(204);
    challenge.answer(json!({"tenant_id": company.tenant})).await.refused(409, "challenge_ended");
});

// A session that has just ended is believed to live for a moment, but opens no other one.
both!(an_ended_session_opens_no_other_one, |world| {
    let company = world.company("刚刚结束").registered().await;
    let second = world.company("另一企业").registered().await;
    tests::world::join(&world, &second, &company.mobile).await;
    world.later(Duration::seconds(61));
    let other = company.again().await;
    let replica = world.replica(&[]).await;
    replica.clock.advance(world.clock.now() - replica.clock.now());
    company.get("/v1/me").send().await.expect(200);
    let end = replica.delete("/v1/me/sessions").bearer(&other.access_token).send();
    end.await.expect(204);
    let switch = company.post("/v1/sessions/switch", json!({"tenant_id": second.tenant})).send();
    switch.await.refused(401, "session_ended");
});
