//! A company joins.

use chrono::Duration;
use serde_json::json;
use tests::{both, device};

both!(a_company_registers, |world| {
    let company = world.company("深圳市工牌科技有限公司").registered().await;
    let me = company.get("/v1/me").send().await.expect(200);
    assert_eq!(me.text("/tenant/id"), company.tenant);
    assert_eq!(me.text("/member/userid"), "owner");
    assert_eq!(
        me.at("/permissions"),
        &json!([
            "certification:read",
            "certification:manage",
            "tenant:manage",
            "organization:manage",
            "policy:read",
            "policy:manage",
            "member:read",
            "hidden:read",
            "member:manage",
            "member:export",
            "department:read",
            "department:manage",
            "tag:read",
            "tag:manage",
            "access:read",
            "access:manage",
            "device:read",
            "device:manage"
        ])
    );

    let path = format!("/v1/registrations/{}", company.registration);
    let registration = world.get(path).bearer(&company.registration_token).send().await.expect(200);
    assert_eq!(registration.text("/state"), "completed");
    assert_eq!(registration.text("/tenant_id"), company.tenant);
    assert!(registration.json.get("registration_token").is_none());
});

both!(every_fault_of_a_registration_comes_at_once, |world| {
    let body = json!({
        "organization": {"name": "工", "type": "nothing", "industry": "I99", "staff_size": "3", "color": "red",
            "address": {"region": "999999", "line": ""}, "phone": "12345"},
        "administrator": {"position": "x", "mobile": 5, "is_legal_representative": "yes"},
        "accepted_agreements": "all",
    });
    let shape = world.post("/v1/registrations", body).send().await.refused(422, "input_invalid");
    let expected = [
        ("/accepted_agreements", "type_wrong"),
        ("/administrator/is_legal_representative", "type_wrong"),
        ("/administrator/mobile", "type_wrong"),
        ("/administrator/name", "field_required"),
        ("/organization/address/line", "value_too_short"),
        ("/organization/color", "field_unknown"),
        ("/organization/name", "value_too_short"),
        ("/organization/staff_size", "value_not_allowed"),
    ];
    assert_eq!(shape.faults(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));

    let mut body = world.company("工牌").registration_body().await;
    body["organization"]["type"] = json!("nothing");
    body["organization"]["industry"] = json!("I99");
    body["organization"]["address"]["region"] = json!("999999");
    body["organization"]["phone"] = json!("12345");
    body["organization"]["name"] = json!("工\u{202e}牌");
    body["administrator"]["mobile"] = json!("91234567");
    let meaning = world.post("/v1/registrations", body).send().await.refused(422, "input_invalid");
    let expected = [
        ("/organization/name", "text_character_forbidden"),
        ("/organization/type", "organization_type_unknown"),
        ("/organization/industry", "industry_unknown"),
        ("/organization/address/region", "region_unknown"),
        ("/organization/phone", "phone_invalid"),
        ("/administrator/mobile", "country_code_required"),
    ];
    assert_eq!(meaning.faults(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
});

both!(stale_and_missing_agreements_are_refused, |world| {
    let company = world.company("协议公司");
    let mut body = company.registration_body().await;
    body["accepted_agreements"][0]["version"] = json!("2020-01-01");
    body["accepted_agreements"].as_array_mut().unwrap().pop();
    let refused = world.post("/v1/registrations", body).send().await.refused(422, "input_invalid");
    let codes: Vec<_> = refused.faults().into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["agreement_stale", "agreement_missing"]);
});

both!(wrong_codes_cost_attempts_that_stay_spent, |world| {
    let company = world.company("试错公司").started().await;
    let code = world.code(&company.mobile).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for left in [4, 3, 2, 1] {
        let refused = company.verify(wrong).await.refused(422, "verification_code_incorrect");
        assert_eq!(refused.at("/attempts_left"), left);
    }
    company.verify(wrong).await.refused(422, "verification_code_exhausted");
    company.verify(&code).await.refused(422, "verification_code_exhausted");

    world.later(Duration::seconds(61));
    let path = format!("/v1/registrations/{}/codes", company.registration);
    world.request("POST", &path).bearer(&company.registration_token).send().await.expect(202);
    let next = world.code(&company.mobile).await;
    company.verify(&next).await.expect(201);
    company.verify(&next).await.refused(409, "registration_not_waiting");
});

both!(a_code_ends_after_five_minutes, |world| {
    let company = world.company("过期公司").started().await;
    let code = world.code(&company.mobile).await;
    world.later(Duration::seconds(301));
    company.verify(&code).await.refused(422, "verification_code_expired");
});

both!(a_registration_ends_after_a_day, |world| {
    let company = world.company("隔日公司").started().await;
    world.later(Duration::hours(24));
    let path = format!("/v1/registrations/{}", company.registration);
    let seen = world.get(&path).bearer(&company.registration_token).send().await.expect(200);
    assert_eq!(seen.text("/state"), "expired");
    company.verify("123456").await.refused(409, "registration_expired");
});

both!(codes_are_limited_per_number, |world| {
    let company = world.company("多次公司").started().await;
    let path = format!("/v1/registrations/{}/codes", company.registration);
    let again = || world.request("POST", &path).bearer(&company.registration_token).send();
    let refused = again().await.refused(429, "code_resend_too_soon");
    let seconds: u64 = refused.headers["retry-after"].parse().unwrap();
    assert!((1..=60).contains(&seconds));
    for _ in 0..4 {
        world.later(Duration::seconds(61));
        again().await.expect(202);
    }
    world.later(Duration::seconds(61));
    again().await.refused(403, "human_check_required");
    world.later(Duration::hours(24));
    again().await.refused(409, "registration_expired");
});

both!(what_waits_can_be_corrected, |world| {
    let company = world.company("更正公司").started().await;
    let path = format!("/v1/registrations/{}", company.registration);
    let old_code = world.code(&company.mobile).await;
    let mobile = tests::world::mobile();
    let patch = json!({"organization": {"name": "更正后公司"}, "administrator": {"mobile": mobile}});
    let corrected = world.patch(&path, patch).bearer(&company.registration_token).send().await.expect(200);
    assert_eq!(corrected.text("/organization/name"), "更正后公司");
    assert_eq!(corrected.text("/organization/industry"), "I65");

    let code = world.code(&mobile).await;
    if code != old_code {
        company.verify(&old_code).await.refused(422, "verification_code_incorrect");
    }
    let completed = company.verify(&code).await.expect(201);
    assert_eq!(completed.text("/tenant/name"), "更正后公司");
    let patch = json!({"organization": {"name": "太晚公司"}});
    let late = world.patch(&path, patch).bearer(&company.registration_token).send().await;
    late.refused(409, "registration_not_waiting");
});

both!(only_the_token_opens_a_registration, |world| {
    let company = world.company("私密公司").started().await;
    let other = world.company("旁人公司").started().await;
    let path = format!("/v1/registrations/{}", company.registration);
    world.get(&path).send().await.refused(401, "unauthenticated");
    world.get(&path).bearer(&other.registration_token).send().await.refused(401, "unauthenticated");
    let unknown = "/v1/registrations/0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d";
    world.get(unknown).bearer(&company.registration_token).send().await.refused(401, "unauthenticated");
});

both!(fifty_parallel_verifications_make_one_tenant, |world| {
    let company = world.company("并发公司").started().await;
    let code = world.code(&company.mobile).await;
    let tries = (0..50).map(|_| company.verify(&code));
    let answers = futures_util::future::join_all(tries).await;
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(
        made.len(),
        1,
        "{:?}",
        answers.iter().map(|a| (a.status, a.json["code"].clone())).collect::<Vec<_>>()
    );
    let rest = answers.iter().filter(|answer| answer.status != 201);
    assert!(
        rest.clone().all(|answer| answer.json["code"] == "registration_not_waiting"),
        "{:?}",
        rest.map(|a| a.json["code"].clone()).collect::<Vec<_>>()
    );
});

both!(a_repeated_request_gets_the_first_answer, |world| {
    let company = world.company("重试公司");
    let body = company.registration_body().await;
    let send = |body: serde_json::Value| {
        world.post("/v1/registrations", body).header("idempotency-key", "key-1").send()
    };
    let first = send(body.clone()).await.expect(201);
    let again = send(body.clone()).await.expect(201);
    assert_eq!(first.bytes, again.bytes);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let mut other = body.clone();
    other["organization"]["name"] = json!("另一家公司");
    send(other).await.refused(422, "idempotency_key_reused");
    // Answers with tokens are forgotten after ten minutes.
    world.later(Duration::minutes(11));
    let fresh = send(body).await.expect(201);
    assert_ne!(fresh.text("/id"), first.text("/id"));
});

both!(one_name_can_register_twice_and_one_person_can_own_both, |world| {
    let first = world.company("同名公司").registered().await;
    world.later(Duration::seconds(61));
    let second = world.company("同名公司").with_mobile(&first.mobile).started().await;
    let code = world.code(&first.mobile).await;
    let body = json!({"code": code, "device": device()});
    let path = format!("/v1/registrations/{}/verification", second.registration);
    let request = world.post(path, body).bearer(&second.registration_token);
    // The device is known for this number, though the code was asked for without saying so.
    let completed = request.header("x-device-token", &first.device_token).send().await.expect(201);
    assert!(completed.json["session"].get("device_token").is_none(), "it is known already");
    assert_ne!(completed.text("/tenant/id"), first.tenant);
});

both!(many_register_at_once, |world| {
    let bodies = futures_util::future::join_all((0..40).map(|index| {
        let company = world.company(&format!("高峰公司{index}"));
        async move { company.registration_body().await }
    }))
    .await;
    let answers = bodies.into_iter().map(|body| world.post("/v1/registrations", body).send());
    for answer in futures_util::future::join_all(answers).await {
        answer.expect(201);
    }
});

both!(parallel_requests_get_one_code_for_a_number, |world| {
    let company = world.company("抢码公司");
    let body = company.registration_body().await;
    let tries = (0..20).map(|_| world.post("/v1/registrations", body.clone()).send());
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(
        answers
            .iter()
            .filter(|answer| answer.status != 201)
            .all(|answer| answer.json["code"] == "code_resend_too_soon")
    );
});

both!(a_phone_with_an_extension_is_kept_and_read_again, |world| {
    let company = world.company("分机公司");
    let mut body = company.registration_body().await;
    body["organization"]["phone"] = json!("0755-86001234-801");
    let made = world.post("/v1/registrations", body).send().await.expect(201);
    assert_eq!(made.text("/organization/phone"), "075586001234x801");
    let path = format!("/v1/registrations/{}", made.text("/id"));
    let seen = world.get(&path).bearer(&made.text("/registration_token")).send().await.expect(200);
    assert_eq!(seen.text("/organization/phone"), "075586001234x801");
});

both!(a_code_of_the_number_before_opens_nothing, |world| {
    let company = world.company("换号公司").started().await;
    let code = world.code(&company.mobile).await;
    let other = tests::world::mobile();
    let path = format!("/v1/registrations/{}", company.registration);
    let patch = world.patch(&path, json!({"administrator": {"mobile": other}}));
    patch.bearer(&company.registration_token).send().await.expect(200);
    let refused = company.verify(&code).await;
    assert_eq!(refused.status, 422, "{:#}", refused.json);
    let code = world.code(&other).await;
    company.verify(&code).await.expect(201);
});

both!(nothing_of_a_registration_can_be_taken_away, |world| {
    let company = world.company("清空公司").started().await;
    let path = format!("/v1/registrations/{}", company.registration);
    let patch = json!({"organization": {"address": {"line": null}}, "administrator": {"name": null}});
    let refused = world.patch(&path, patch).bearer(&company.registration_token).send().await;
    let refused = refused.refused(422, "input_invalid");
    let pointers: Vec<_> = refused.faults().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/administrator/name", "/organization/address/line"]);
});

both!(strangers_do_not_share_idempotency_keys, |world| {
    let world = tests::World::with(world.backend, &[("GONGPAI_TRUSTED_PROXIES", "127.0.0.0/8")]).await;
    let world = std::rc::Rc::new(world);
    let send = |address: &'static str, body: serde_json::Value| {
        let request = world.post("/v1/registrations", body).header("idempotency-key", "1");
        request.header("x-forwarded-for", address).send()
    };
    let first = send("192.0.2.1", world.company("甲公司").registration_body().await).await.expect(201);
    let other = send("192.0.2.2", world.company("乙公司").registration_body().await).await.expect(201);
    assert_ne!(first.text("/id"), other.text("/id"));
    tests::World::stop(world).await;
});

both!(an_organization_learns_what_it_needs_before_it_begins, |world| {
    let assess = |body: serde_json::Value| world.post("/v1/assessments", body).send();
    let needs = json!(["calendar", "external_contacts"]);
    let body = json!({"type": "enterprise", "staff_size": "50_199", "needs": needs});
    let small = assess(body).await.expect(200);
    assert_eq!(small.at("/eligibility/can_register"), true);
    assert_eq!(small.at("/eligibility/usable_uncertified"), false);
    assert_eq!(small.at("/eligibility/needs_certification"), &json!(["external_contacts"]));
    let materials = json!(["business_license", "id_document_front", "id_document_back"]);
    assert_eq!(small.at("/materials"), &materials);
    assert!(small.at("/recommendations/modules").as_array().unwrap().contains(&json!("calendar")));
    let large =
        assess(json!({"type": "government", "staff_size": "5000_plus", "needs": []})).await.expect(200);
    assert_eq!(large.at("/eligibility/usable_uncertified"), false);
    assert_eq!(large.text("/recommendations/security_preset"), "strict");
    let wrong = assess(json!({"type": "guild", "staff_size": "1_49", "needs": ["calendar", "magic"]})).await;
    let wrong = wrong.refused(422, "input_invalid");
    assert_eq!(wrong.faults()[0].0, "/needs/1");
});
