//! The security policy of an organization: reading, looking ahead, changing, and being felt.

use crate::people::felt;
use chrono::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use tests::{Answer, Backend, Company, World, both, device};

const GOOD: &str = "mahogany cartwheel gravity";

async fn preview(company: &Company, patch: Value) -> Answer {
    company.post("/v1/security-policy/preview", patch).send().await
}

async fn set_password(company: &Company, password: &str) -> Answer {
    company.world.later(Duration::seconds(61));
    let confirmation = company.confirmed("set_password").await;
    let set = company.world.request("PUT", "/v1/me/password").bearer(&company.access_token);
    set.header("x-confirmation", &confirmation).json(&json!({"password": password})).send().await
}

async fn by_password(world: &World, mobile: &str) -> Answer {
    let body = json!({"method": "password", "mobile": mobile, "password": GOOD, "device": device()});
    world.post("/v1/sessions", body).send().await
}

async fn by_sms(world: &World, mobile: &str) -> Answer {
    world.later(Duration::seconds(61));
    world.post("/v1/codes", json!({"purpose": "sign_in", "mobile": mobile})).send().await.expect(202);
    let code = world.code(mobile).await;
    let body = json!({"method": "sms_code", "mobile": mobile, "code": code, "device": device()});
    world.post("/v1/sessions", body).send().await
}

both!(a_policy_is_read_looked_at_and_changed, |world| {
    let company = world.company("策略公司").registered().await;
    let read = company.get("/v1/security-policy").send().await.expect(200);
    assert_eq!([read.at("/version"), read.at("/changed_at")], [&json!(0), &Value::Null]);
    assert_eq!(read.at("/settings/password/min_length"), &json!(12));
    assert!(read.headers["etag"].starts_with("\"0."));

    let patch = json!({"password": {"min_length": 14, "required_classes": ["digit"]}, "network": {"administrators": ["127.0.0.9/8", "2001:db8::1/32"]}});
    let seen = preview(&company, patch.clone()).await.expect(200);
    let changes: Vec<_> = seen
        .at("/changes")
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["setting"].as_str().unwrap())
        .collect();
    assert_eq!(changes, ["/password/min_length", "/password/required_classes", "/network/administrators"]);
    assert!(seen.at("/changes/0").get("warning").is_none());
    assert!(seen.text("/changes/1/warning").contains("800-63B"));
    assert_eq!(seen.at("/changes/2/after"), &json!(["127.0.0.0/8", "2001:db8::/32"]));
    assert_eq!(seen.at("/shuts_you_out"), &Value::Null);
    assert_eq!(company.get("/v1/security-policy").send().await.expect(200).at("/version"), &json!(0));

    let change = |etag: &str, confirmation: &str| {
        let change = world.patch("/v1/security-policy", patch.clone()).bearer(&company.access_token);
        change.header("if-match", etag).header("x-confirmation", confirmation).send()
    };
    let bare = world.patch("/v1/security-policy", patch.clone()).bearer(&company.access_token);
    bare.send().await.refused(428, "version_required");
    change("\"0\"", "").await.refused(403, "confirmation_required");
    let confirmation = company.confirmed("change_security_policy").await;
    change("\"7\"", &confirmation).await.refused(412, "version_stale");
    let changed = change("\"0\"", &confirmation).await.expect(200);
    assert_eq!(
        [changed.at("/version"), changed.at("/settings/password/min_length")],
        [&json!(1), &json!(14)]
    );
    change("\"0\"", &confirmation).await.refused(412, "version_stale");
    // Null brings the default back; what is as it was changes nothing.
    let back = company.policy(json!({"password": {"min_length": null}, "network": null})).await.expect(200);
    assert_eq!([back.at("/version"), back.at("/settings/password/min_length")], [&json!(2), &json!(12)]);
    assert_eq!(back.at("/settings/network/administrators"), &json!([]));
    assert_eq!(company.policy(json!({})).await.expect(200).at("/version"), &json!(2));
    let versions = company.get("/v1/security-policy/versions?limit=1").send().await.expect(200);
    assert_eq!(versions.at("/data/0/version"), &json!(2));
    let next = format!("/v1/security-policy/versions?cursor={}", versions.text("/next_cursor"));
    assert_eq!(company.get(&next).send().await.expect(200).at("/data/0/version"), &json!(1));
    let entries = world.query("SELECT action FROM journal WHERE action = 'security_policy.changed'");
    assert_eq!(entries.len(), 2);

    // Every fault at once, each at its place; and a member without rights sees nothing.
    let wrong = json!({"password": {"min_length": 7}, "sign_in": {"methods": []}, "network": {"administrators": ["192.0.2.0/33"]}});
    let refused = preview(&company, wrong).await.refused(422, "input_invalid");
    let pointers: Vec<_> = refused.faults().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/password/min_length", "/sign_in/methods", "/network/administrators/0"]);
    let member = company.plain_member().await;
    member.get("/v1/security-policy").send().await.refused(403, "forbidden");
    preview(&member, json!({})).await.refused(403, "forbidden");
});

both!(a_form_can_be_drawn_from_the_schema, |world| {
    let english =
        world.get("/v1/security-policy/schema").header("accept-language", "en").send().await.expect(200);
    let chinese =
        world.get("/v1/security-policy/schema").header("accept-language", "zh-CN").send().await.expect(200);
    let settings = english.at("/settings").as_array().unwrap();
    assert!(settings.len() >= 13);
    for (n, setting) in settings.iter().enumerate() {
        let other = chinese.at(&format!("/settings/{n}"));
        assert_eq!(setting["pointer"], other["pointer"]);
        assert_ne!(setting["title"], other["title"]);
        assert_ne!(setting["about"], other["about"]);
        assert_ne!(setting["default"], Value::Null);
    }
    let names: Vec<_> =
        english.at("/presets").as_array().unwrap().iter().map(|preset| &preset["name"]).collect();
    assert_eq!(names, ["basic", "recommended", "strict"]);
    // A preset is sent as it is.
    let company = world.company("预设公司").registered().await;
    let strict = english.at("/presets/2/settings").clone();
    let seen = preview(&company, strict).await.expect(200);
    assert_eq!(seen.text("/shuts_you_out"), "/sign_in/second_factor");
    let basic = english.at("/presets/0/settings").clone();
    assert_eq!(company.policy(basic.clone()).await.expect(200).at("/settings"), &basic);
});

both!(passwords_follow_every_organization_of_a_person, |world| {
    let one = world.company("一号公司").registered().await;
    let two = world.company("二号公司").registered().await;
    one.policy(json!({"password": {"min_length": 8, "min_score": 0, "refuse_context": false}}))
        .await
        .expect(200);
    set_password(&one, "zq8vvkxw").await.expect(204);
    tests::world::join(&world, &two, &one.mobile).await;
    two.policy(json!({"password": {"required_classes": ["upper", "digit"]}})).await.expect(200);
    let refused = set_password(&one, "zq8vvkxwp").await.refused(422, "input_invalid");
    let codes: Vec<_> = refused.faults().into_iter().map(|(_, code)| code).collect();
    assert!(
        codes.contains(&"password_too_short".to_owned())
            && codes.contains(&"password_lacks_class".to_owned()),
        "{codes:?}"
    );
    set_password(&one, "Mahogany cartwheel gravity 7").await.expect(204);
});

both!(an_old_password_has_to_be_set_anew, |world| {
    let company = world.company("过期公司").registered().await;
    set_password(&company, GOOD).await.expect(204);
    world.later(Duration::days(20));
    let company = company.signed_in().await;
    let seen = preview(&company, json!({"password": {"max_age_days": 10}})).await.expect(200);
    assert_eq!(seen.at("/affected/passwords_too_old"), &json!(1));
    company.policy(json!({"password": {"max_age_days": 10}})).await.expect(200);
    by_password(&world, &company.mobile).await.refused(403, "password_expired");
    set_password(&company, "seventeen purple umbrellas").await.expect(204);
    let body = json!({"method": "password", "mobile": company.mobile, "password": "seventeen purple umbrellas", "device": device()});
    world.post("/v1/sessions", body).send().await.expect(201);
});

both!(a_way_to_sign_in_can_be_closed, |world| {
    let company = world.company("仅密码公司").registered().await;
    let only_password = json!({"sign_in": {"methods": ["password"]}});
    let seen = preview(&company, only_password.clone()).await.expect(200);
    assert_eq!(seen.at("/affected/without_password"), &json!(1));
    assert_eq!(seen.text("/shuts_you_out"), "/sign_in/methods");
    let refused = company.policy(only_password.clone()).await.refused(409, "policy_shuts_out_author");
    assert_eq!(refused.text("/setting"), "/sign_in/methods");
    set_password(&company, GOOD).await.expect(204);
    company.policy(only_password).await.expect(200);
    let refused = by_sms(&world, &company.mobile).await.refused(403, "sign_in_method_not_allowed");
    assert_eq!(refused.text("/allowed"), "password");
    by_password(&world, &company.mobile).await.expect(201);
});

/// Sessions become shorter, and networks closed, within a second on every replica.
async fn a_change_is_felt(backend: Backend) {
    let world = Rc::new(World::with(backend, &[("GONGPAI_TRUSTED_PROXIES", "127.0.0.1")]).await);
    let company = world.company("即时公司").registered().await;
    set_password(&company, GOOD).await.expect(204);
    let member = company.plain_member().await;
    // From here on either of the two may carry a message out, so nothing waits for a code.
    let replica = world.replica(&[("GONGPAI_TRUSTED_PROXIES", "127.0.0.1")]).await;
    replica.clock.advance(world.clock.now() - replica.clock.now());
    let confirmation = company.confirmed_by("change_security_policy", json!({"password": GOOD})).await;
    let me = async |world: &World, person: &Company, address: &str| {
        world.get("/v1/me").bearer(&person.access_token).header("x-forwarded-for", address).send().await
    };
    me(&replica, &company, "198.51.100.1").await.expect(200);
    let refused =
        company.policy_with(&confirmation, json!({"network": {"administrators": ["198.51.100.0/24"]}})).await;
    assert_eq!(refused.refused(409, "policy_shuts_out_author").text("/setting"), "/network/administrators");
    let both = json!({"network": {"administrators": ["198.51.100.0/24", "127.0.0.1/32"]}});
    company.policy_with(&confirmation, both).await.expect(200);
    felt().await;
    me(&replica, &company, "198.51.100.1").await.expect(200);
    me(&replica, &company, "203.0.113.1").await.refused(403, "network_not_allowed");
    me(&replica, &member, "203.0.113.1").await.expect(200);
    let body = json!({"method": "password", "mobile": company.mobile, "password": GOOD, "device": device()});
    let outside = || world.post("/v1/sessions", body.clone()).header("x-forwarded-for", "203.0.113.1").send();
    outside().await.refused(403, "network_not_allowed");
    // Whoever runs the installation lets in again who locked themselves out.
    let tenant = company.tenant.parse().unwrap();
    let lift = || api::operator::lift_allow_list(world.service(), tenant).unwrap();
    assert_eq!(lift(), "administrators come from any network\n");
    assert_eq!(lift(), "there was no allow-list\n");
    assert!(api::operator::lift_allow_list(world.service(), uuid::Uuid::nil()).is_err());
    felt().await;
    outside().await.expect(201);
    me(&replica, &company, "203.0.113.1").await.expect(200);

    // A session that is older than the policy bears ends, although it was opened for longer.
    replica.later(Duration::hours(2));
    let seen = preview(&company, json!({"session": {"absolute_hours": 1}})).await.expect(200);
    assert_eq!(seen.at("/affected/sessions_ending"), &json!(0));
    let shorter = json!({"session": {"absolute_hours": 1, "idle_hours": 1}});
    company.policy_with(&confirmation, shorter).await.expect(200);
    felt().await;
    let refresh = json!({"refresh_token": company.refresh_token});
    replica.post("/v1/sessions/refresh", refresh.clone()).send().await.refused(401, "refresh_token_invalid");
    world.post("/v1/sessions/refresh", refresh).send().await.expect(200);
    me(&world, &company, "198.51.100.1").await.expect(200);
}

#[actix_web::test]
async fn a_change_is_felt_sqlite() {
    a_change_is_felt(Backend::Sqlite).await;
}

#[actix_web::test]
async fn a_change_is_felt_postgres() {
    a_change_is_felt(Backend::Postgres).await;
}

both!(two_who_change_at_once_do_not_undo_each_other, |world| {
    let company = world.company("并发策略").registered().await;
    let confirmation = company.confirmed("change_security_policy").await;
    let changes = (0..8).map(|n| {
        let patch = json!({"password": {"min_length": 13 + n}});
        let change = world.patch("/v1/security-policy", patch).bearer(&company.access_token);
        change.header("if-match", "\"0\"").header("x-confirmation", &confirmation).send()
    });
    let answers = futures_util::future::join_all(changes).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().all(|answer| [200, 412, 503].contains(&answer.status)));
    assert_eq!(world.query("SELECT version FROM security_policies").len(), 1);
});

both!(a_policy_asks_for_confirmations, |world| {
    let company = world.company("确认策略").registered().await;
    company.get("/v1/me/data").send().await.expect(200);
    company.policy(json!({"confirmation": {"actions": ["export_my_data"]}})).await.expect(200);
    company.get("/v1/me/data").send().await.refused(403, "confirmation_required");
    world.later(Duration::seconds(61));
    let confirmation = company.confirmed("export_my_data").await;
    company.get("/v1/me/data").header("x-confirmation", &confirmation).send().await.expect(200);
    // What is not on the list any more needs none.
    let change =
        world.patch("/v1/security-policy", json!({"password": {"history": 6}})).bearer(&company.access_token);
    change.header("if-match", "\"1\"").send().await.expect(200);
});

// A policy that was tightened to throw people out does not let them in again when it is relaxed.
both!(a_session_that_a_policy_ended_stays_ended, |world| {
    let company = world.company("收紧公司").registered().await;
    world.later(Duration::hours(2));
    let fresh = company.again().await;
    let seen = preview(&fresh, json!({"session": {"absolute_hours": 1}})).await.expect(200);
    assert_eq!(seen.at("/affected/sessions_ending"), &json!(1));
    fresh.policy(json!({"session": {"absolute_hours": 1}})).await.expect(200);
    fresh.policy(json!({"session": {"absolute_hours": null}})).await.expect(200);
    let refresh = json!({"refresh_token": company.refresh_token});
    world.post("/v1/sessions/refresh", refresh).send().await.refused(401, "refresh_token_invalid");
    world
        .post("/v1/sessions/refresh", json!({"refresh_token": fresh.refresh_token}))
        .send()
        .await
        .expect(200);
});
