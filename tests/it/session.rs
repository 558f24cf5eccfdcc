//! Signing in and out.

use chrono::Duration;
use serde_json::{Value, json};
use std::time::Instant;
use tests::{Answer, World, both, device};

async fn ask_for_code(world: &World, mobile: &str) -> Answer {
    world.post("/v1/codes", json!({"purpose": "sign_in", "mobile": mobile})).send().await
}

fn sign_in_body(mobile: &str, code: &str) -> Value {
    json!({"method": "sms_code", "mobile": mobile, "code": code, "device": device()})
}

async fn refresh(world: &World, token: &str) -> Answer {
    world.post("/v1/sessions/refresh", json!({"refresh_token": token})).send().await
}

both!(a_member_signs_in_by_code, |world| {
    let company = world.company("登录公司").registered().await;
    ask_for_code(&world, &company.mobile).await.expect(202);
    let code = world.code(&company.mobile).await;
    let session = world.post("/v1/sessions", sign_in_body(&company.mobile, &code)).send().await.expect(201);
    assert_eq!(session.text("/tenant/id"), company.tenant);
    assert_eq!(session.headers["cache-control"], "no-store");
    let token = session.text("/session/access_token");
    world.get("/v1/me").bearer(&token).send().await.expect(200);
    world
        .post("/v1/sessions", sign_in_body(&company.mobile, &code))
        .send()
        .await
        .refused(422, "verification_code_expired");
});

both!(an_unknown_number_gets_the_same_answers, |world| {
    let company = world.company("保密公司").registered().await;
    let unknown = tests::world::mobile();
    let shape = |answer: &Answer| {
        let mut keys: Vec<_> = answer.json.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        (answer.status, keys)
    };
    let known_asked = ask_for_code(&world, &company.mobile).await;
    let unknown_asked = ask_for_code(&world, &unknown).await;
    assert_eq!(shape(&known_asked), shape(&unknown_asked));
    let known_code = world.code(&company.mobile).await;
    let wrong = if known_code == "000000" { "000001" } else { "000000" };
    let known = world.post("/v1/sessions", sign_in_body(&company.mobile, wrong)).send().await;
    let unknown_tried = world.post("/v1/sessions", sign_in_body(&unknown, wrong)).send().await;
    assert_eq!(known.json["code"], unknown_tried.json["code"]);
    assert_eq!(known.json["attempts_left"], unknown_tried.json["attempts_left"]);
    let sent = world.get(format!("/dev/outbox?mobile={unknown}")).send().await.expect(200);
    assert_eq!(sent.at("/data"), &json!([]));
});

both!(an_account_in_two_tenants_chooses, |world| {
    let first = world.company("甲公司").registered().await;
    world.later(Duration::seconds(61));
    let second = world.company("乙公司").with_mobile(&first.mobile).started().await;
    let code = world.code(&first.mobile).await;
    let tenant = second.verify(&code).await.expect(201).text("/tenant/id");

    ask_for_code(&world, &first.mobile).await.expect(202);
    let code = world.code(&first.mobile).await;
    let answer = world.post("/v1/sessions", sign_in_body(&first.mobile, &code)).send().await.expect(202);
    assert_eq!(answer.at("/challenge/needs"), &json!("tenant"));
    assert_eq!(answer.at("/challenge/tenants").as_array().unwrap().len(), 2);
    let path = format!("/v1/challenges/{}", answer.text("/challenge/id"));
    let token = answer.text("/challenge/token");
    let choose =
        |tenant: &str, token: &str| world.post(&path, json!({"tenant_id": tenant})).bearer(token).send();
    choose(&tenant, "gpc_wrong").await.refused(401, "unauthenticated");
    let foreign = world.company("丙公司").registered().await;
    let refused = choose(&foreign.tenant, &token).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/tenant_id".to_owned(), "tenant_not_offered".to_owned())]);
    let session = choose(&tenant, &token).await.expect(201);
    assert_eq!(session.text("/tenant/id"), tenant);
    choose(&tenant, &token).await.refused(409, "challenge_ended");

    // Naming the tenant at once needs no challenge.
    world.later(Duration::seconds(61));
    ask_for_code(&world, &first.mobile).await.expect(202);
    let code = world.code(&first.mobile).await;
    let mut body = sign_in_body(&first.mobile, &code);
    body["tenant_id"] = json!(first.tenant);
    let session = world.post("/v1/sessions", body).send().await.expect(201);
    assert_eq!(session.text("/tenant/id"), first.tenant);
});

both!(refresh_tokens_rotate_and_a_replay_ends_the_session, |world| {
    let company = world.company("续期公司").registered().await;
    let second = refresh(&world, &company.refresh_token).await.expect(200).text("/refresh_token");
    // The answer was lost: the first token still works while its successor is unused.
    let retried = refresh(&world, &company.refresh_token).await.expect(200).text("/refresh_token");
    assert_ne!(retried, second);
    let third = refresh(&world, &retried).await.expect(200);
    let access = third.text("/access_token");
    world.get("/v1/me").bearer(&access).send().await.expect(200);
    // The first token again, two generations old: somebody has stolen it.
    refresh(&world, &company.refresh_token).await.refused(401, "refresh_token_invalid");
    refresh(&world, &third.text("/refresh_token")).await.refused(401, "refresh_token_invalid");
    world.get("/v1/me").bearer(&access).send().await.refused(401, "session_ended");
});

both!(fifty_parallel_refreshes_leave_one_live_branch, |world| {
    let company = world.company("并发续期").registered().await;
    let tries = (0..50).map(|_| refresh(&world, &company.refresh_token));
    let answers = futures_util::future::join_all(tries).await;
    let tokens: Vec<_> =
        answers.into_iter().map(|answer| answer.expect(200).text("/refresh_token")).collect();
    let mut live = 0;
    for token in &tokens {
        let tried = refresh(&world, token).await;
        live += usize::from(tried.status == 200);
        if tried.status != 200 {
            break;
        }
    }
    assert!(live <= 1, "{live} branches live");
});

both!(foreign_and_broken_refresh_tokens_open_nothing, |world| {
    let company = world.company("伪造公司").registered().await;
    let mut forged = company.refresh_token.clone();
    let last = if forged.ends_with('A') { 'B' } else { 'A' };
    forged.replace_range(10..11, &last.to_string());
    for token in [forged.as_str(), "gpr_", "x", "gpr_AAAA"] {
        refresh(&world, token).await.refused(401, "refresh_token_invalid");
    }
    refresh(&world, &company.refresh_token).await.expect(200);
});

both!(access_tokens_end_and_sessions_idle_out, |world| {
    let company = world.company("时限公司").registered().await;
    world.later(Duration::seconds(540));
    company.get("/v1/me").send().await.expect(200);
    world.later(Duration::seconds(60));
    company.get("/v1/me").send().await.refused(401, "token_expired");
    world.later(Duration::days(7));
    refresh(&world, &company.refresh_token).await.refused(401, "refresh_token_invalid");
});

both!(signing_out_is_felt_within_a_second, |world| {
    let company = world.company("退出公司").registered().await;
    company.get("/v1/me").send().await.expect(200);
    company.delete("/v1/sessions/current").send().await.expect(204);
    company.get("/v1/me").send().await.refused(401, "session_ended");
    refresh(&world, &company.refresh_token).await.refused(401, "refresh_token_invalid");
});

#[actix_web::test]
async fn signing_out_on_one_replica_is_felt_on_the_other_within_a_second() {
    let one = std::rc::Rc::new(World::start(tests::Backend::Postgres).await);
    let other = one.replica(&[]).await;
    let company = one.company("双机公司").registered().await;
    let me = || other.get("/v1/me").bearer(&company.access_token).send();
    me().await.expect(200);
    company.delete("/v1/sessions/current").send().await.expect(204);
    let ended = Instant::now();
    while me().await.status != 401 {
        assert!(ended.elapsed() < std::time::Duration::from_secs(1), "the session lives on");
    }
}

both!(strangers_cannot_lock_a_known_device_out, |world| {
    let company = world.company("熟客公司").registered().await;
    // A stranger spends the number's codes and spoils the pending one.
    for _ in 0..5 {
        ask_for_code(&world, &company.mobile).await.expect(202);
        for _ in 0..5 {
            world.post("/v1/sessions", sign_in_body(&company.mobile, "000000")).send().await;
        }
        world.later(Duration::seconds(61));
    }
    ask_for_code(&world, &company.mobile).await.refused(403, "human_check_required");
    // The device that registered the company is known.
    let asked = world.clock.now();
    let request = world.post("/v1/codes", json!({"purpose": "sign_in", "mobile": company.mobile}));
    request.header("x-device-token", &company.device_token).send().await.expect(202);
    let code = world.code_since(&company.mobile, asked).await;
    let request = world.post("/v1/sessions", sign_in_body(&company.mobile, &code));
    let session = request.header("x-device-token", &company.device_token).send().await.expect(201);
    assert!(session.json["session"].get("device_token").is_none(), "it is known already");
});

both!(tokens_of_one_realm_open_nothing_in_the_other, |world| {
    let company = world.company("界限公司").registered().await;
    let operator = world.operator("reviewer").await;
    world
        .get("/v1/platform/reviews")
        .bearer(&company.access_token)
        .send()
        .await
        .refused(401, "unauthenticated");
    world.get("/v1/me").bearer(&operator).send().await.refused(401, "unauthenticated");
    world.get("/v1/platform/reviews").bearer(&operator).send().await.expect(200);
});

both!(forged_access_tokens_open_nothing, |world| {
    let company = world.company("签名公司").registered().await;
    let parts: Vec<&str> = company.access_token.split('.').collect();
    let encode = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
    let none = encode(r#"{"alg":"none","typ":"at+jwt"}"#);
    let hs256 = encode(r#"{"alg":"HS256","typ":"at+jwt"}"#);
    let kid = encode(r#"{"alg":"EdDSA","typ":"at+jwt","kid":"elsewhere"}"#);
    let header =
        String::from_utf8(data_encoding::BASE64URL_NOPAD.decode(parts[0].as_bytes()).unwrap()).unwrap();
    let plain = encode(&header.replace("at+jwt", "JWT"));
    for token in [
        format!("{none}.{}.", parts[1]),
        format!("{hs256}.{}.{}", parts[1], parts[2]),
        format!("{kid}.{}.{}", parts[1], parts[2]),
        format!("{plain}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], "AAAA"),
        "x.y.z".to_owned(),
        String::new(),
    ] {
        world
            .get("/v1/me")
            .header("authorization", &format!("Bearer {token}"))
            .send()
            .await
            .refused(401, "unauthenticated");
    }
    world.get("/v1/me").send().await.refused(401, "unauthenticated");
    world.get("/v1/me").header("authorization", "Basic eDp5").send().await.refused(401, "unauthenticated");
});

both!(strangers_cannot_lock_an_operator_out, |world| {
    let mobile = tests::world::mobile();
    let token = world.operator_with("reviewer", &mobile).await;
    assert!(!token.is_empty());
    for _ in 0..5 {
        ask_for_code(&world, &mobile).await.expect(202);
        world.later(Duration::seconds(61));
    }
    ask_for_code(&world, &mobile).await.refused(403, "human_check_required");
    // Codes for companies are counted apart from those for operators.
    world.sign_in_operator(&mobile).await;
});

both!(an_operators_device_is_known_again, |world| {
    let mobile = tests::world::mobile();
    world.operator_with("reviewer", &mobile).await;
    world.later(Duration::seconds(61));
    let platform = |world: &World| {
        world.post("/v1/codes", json!({"purpose": "sign_in", "realm": "platform", "mobile": mobile}))
    };
    platform(&world).send().await.expect(202);
    let code = world.code(&mobile).await;
    let mut body = sign_in_body(&mobile, &code);
    body["realm"] = json!("platform");
    let signed_in = world.post("/v1/sessions", body).send().await.expect(201);
    let device = signed_in.text("/session/device_token");
    for _ in 0..4 {
        world.later(Duration::seconds(61));
        platform(&world).send().await;
    }
    platform(&world).send().await.refused(403, "human_check_required");
    platform(&world).header("x-device-token", &device).send().await.expect(202);
});

both!(what_strangers_spend_does_not_hold_up_a_known_device, |world| {
    let world = World::with(world.backend, &[("GONGPAI_CODES_PER_HOUR", "3")]).await;
    let world = std::rc::Rc::new(world);
    let company = world.company("预算公司").registered().await;
    world.later(Duration::seconds(61));
    for _ in 0..2 {
        ask_for_code(&world, &tests::world::mobile()).await.expect(202);
    }
    ask_for_code(&world, &tests::world::mobile()).await.refused(429, "code_budget_spent");
    let request = world.post("/v1/codes", json!({"purpose": "sign_in", "mobile": company.mobile}));
    request.header("x-device-token", &company.device_token).send().await.expect(202);
    World::stop(world).await;
});

both!(a_known_device_may_enter_the_code_that_it_asked_for_as_a_stranger, |world| {
    let company = world.company("忘带令牌公司").registered().await;
    world.later(Duration::seconds(61));
    ask_for_code(&world, &company.mobile).await.expect(202);
    let code = world.code(&company.mobile).await;
    let request = world.post("/v1/sessions", sign_in_body(&company.mobile, &code));
    request.header("x-device-token", &company.device_token).send().await.expect(201);
});

both!(sessions_are_listed_and_ended_by_their_owner, |world| {
    let company = world.company("会话公司").registered().await;
    let other =
        company.world.company("会话公司").with_mobile(&company.mobile).signed_in_to(&company.tenant).await;
    let sessions = company.get("/v1/me/sessions").send().await.expect(200);
    let listed = sessions.at("/data").as_array().unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!([&listed[0]["current"], &listed[1]["current"]], [false, true]);
    assert_eq!(listed[0]["device"]["name"], "测试浏览器");
    assert_eq!(listed[0]["tenant"]["name"], "会话公司");
    assert_eq!(listed[0]["used_from"], "127.0.0.1");
    let page = company.get("/v1/me/sessions?limit=1").send().await.expect(200);
    let next = format!("/v1/me/sessions?limit=1&cursor={}", page.text("/next_cursor"));
    assert_eq!(company.get(&next).send().await.expect(200).at("/data/0/current"), true);
    // Nobody else sees or ends them.
    let stranger = world.company("别的公司").registered().await;
    let path = format!("/v1/me/sessions/{}", listed[0]["id"].as_str().unwrap());
    stranger.delete(&path).send().await.refused(404, "not_found");
    other.get("/v1/me").send().await.expect(200);
    company.delete(&path).send().await.expect(204);
    other.get("/v1/me").send().await.refused(401, "session_ended");
    company.delete(&path).send().await.expect(204);
    // All the others at once.
    world.later(Duration::seconds(61));
    let third =
        company.world.company("会话公司").with_mobile(&company.mobile).signed_in_to(&company.tenant).await;
    company.delete("/v1/me/sessions").send().await.expect(204);
    third.get("/v1/me").send().await.refused(401, "session_ended");
    let left = company.get("/v1/me/sessions").send().await.expect(200);
    assert_eq!(left.at("/data").as_array().unwrap().len(), 1);
});

both!(an_account_goes_on_in_another_tenant, |world| {
    let first = world.company("此公司").registered().await;
    world.later(Duration::seconds(61));
    let second = world.company("彼公司").with_mobile(&first.mobile).registered().await;
    let foreign = world.company("他公司").registered().await;
    let switch = |tenant: &str| first.post("/v1/sessions/switch", json!({"tenant_id": tenant})).send();
    let refused = switch(&foreign.tenant).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/tenant_id".to_owned(), "tenant_not_offered".to_owned())]);
    let offered = first.get("/v1/me/organizations?limit=1").send().await.expect(200);
    assert_eq!(
        [offered.at("/data/0/tenant/name"), offered.at("/data/0/current")],
        [&json!("此公司"), &json!(true)]
    );
    let next = format!("/v1/me/organizations?cursor={}", offered.text("/next_cursor"));
    let offered = first.get(&next).send().await.expect(200);
    assert_eq!(offered.at("/data/0/tenant/id"), &json!(second.tenant));
    assert_eq!(offered.at("/next_cursor"), &Value::Null);
    world.later(Duration::seconds(300));
    let there = switch(&second.tenant).await.expect(201);
    assert_eq!(there.text("/tenant/id"), second.tenant);
    let token = there.text("/session/access_token");
    assert_eq!(world.get("/v1/me").bearer(&token).send().await.expect(200).text("/tenant/name"), "彼公司");
    first.get("/v1/me").send().await.expect(200);
    // It lives no longer than the one it came from.
    let listed = first.get("/v1/me/sessions").send().await.expect(200);
    let ends = |id: &str| {
        let listed = listed.at("/data").as_array().unwrap().iter();
        listed.filter(|one| one["id"] == *id).map(|one| one["expires_at"].clone()).next().unwrap()
    };
    let current = listed.at("/data").as_array().unwrap().iter().find(|one| one["current"] == true).unwrap();
    assert_eq!(ends(&there.text("/session/id")), current["expires_at"]);
});
