//! Members: who is there, and shutting somebody out.

use serde_json::{Value, json};
use std::rc::Rc;
use tests::world::join;
use tests::{Answer, Backend, Company, World, both, device};

const GOOD: &str = "mahogany cartwheel gravity";

/// The id of whoever is signed in.
async fn member_id(person: &Company) -> String {
    person.get("/v1/me").send().await.expect(200).text("/member/id")
}

async fn set_state(by: &Company, id: &str, state: &str) -> Answer {
    let patch = by.world.patch(format!("/v1/members/{id}"), json!({"state": state}));
    patch.bearer(&by.access_token).send().await
}

both!(administrators_see_the_members, |world| {
    let company = world.company("成员公司").registered().await;
    let (one, two) = (company.plain_member().await, company.plain_member().await);
    let [owner, one_id, two_id] = [member_id(&company).await, member_id(&one).await, member_id(&two).await];
    let page = company.get("/v1/members?limit=2").send().await.expect(200);
    assert_eq!([page.text("/data/0/id"), page.text("/data/1/id")], [owner.clone(), one_id.clone()]);
    assert_eq!([page.text("/data/0/role"), page.text("/data/0/name")], ["owner", "王小明"]);
    let rest = format!("/v1/members?limit=2&cursor={}", page.text("/next_cursor"));
    let rest = company.get(&rest).send().await.expect(200);
    assert_eq!([rest.at("/data/0/id"), rest.at("/next_cursor")], [&json!(two_id), &Value::Null]);

    let seen = company.get(&format!("/v1/members/{one_id}")).send().await.expect(200);
    assert_eq!([seen.text("/state"), seen.text("/id")], ["active".to_owned(), one_id.clone()]);
    let again = company.get(&format!("/v1/members/{one_id}")).header("if-none-match", &seen.etag());
    again.send().await.expect(304);
    set_state(&company, &one_id, "disabled").await.expect(200);
    let disabled = company.get("/v1/members?state=disabled").send().await.expect(200);
    assert_eq!(disabled.at("/data").as_array().unwrap().len(), 1);
    assert_eq!(disabled.at("/data/0"), &set_state(&company, &one_id, "disabled").await.expect(200).json);

    // Whoever has no right sees nobody, and nobody sees another organization's.
    two.get("/v1/members").send().await.refused(403, "forbidden");
    set_state(&two, &owner, "disabled").await.refused(403, "forbidden");
    let other = world.company("邻居公司").registered().await;
    other.get(&format!("/v1/members/{one_id}")).send().await.refused(404, "not_found");
    set_state(&other, &one_id, "active").await.refused(404, "not_found");
});

both!(a_disabled_member_hears_of_their_account_alone, |world| {
    let company = world.company("停用重置公司").registered().await;
    let person = company.plain_member().await;
    let opened = person
        .post("/v1/tickets", json!({"topic": "certification", "subject": "问题", "text": "怎么办？"}))
        .send()
        .await
        .expect(201);
    set_state(&company, &member_id(&person).await, "disabled").await.expect(200);
    let support = world.operator("support").await;
    let path = format!("/v1/platform/tickets/{}/messages", opened.text("/id"));
    world.post(path, json!({"text": "请稍等。"})).bearer(&support).send().await.expect(201);
    world.later(chrono::Duration::seconds(61));
    let wanted = json!({"purpose": "reset_password", "mobile": person.mobile});
    world.post("/v1/codes", wanted).send().await.expect(202);
    let code = world.code(&person.mobile).await;
    let reset = |password: &str| {
        let body = json!({"mobile": person.mobile, "code": code, "password": password});
        world.post("/v1/password-resets", body).send()
    };
    // The rules of the organization go for them all the same.
    reset("short").await.refused(422, "input_invalid");
    reset(GOOD).await.expect(204);
    let told = world.notices(&person.mobile, 1).await;
    assert!(told.len() == 1 && told[0].contains("密码"), "{told:?}");
    let entries = world.query("SELECT count(*) FROM journal WHERE action = 'account.password_reset'");
    assert_eq!(entries, ["1"]);
    sign_in(&world, &person, &company.tenant).await.refused(403, "no_membership");
});

/// Within a second, on every replica.
async fn a_disabled_member_is_out(backend: Backend) {
    let world = Rc::new(World::start(backend).await);
    let company = world.company("停用公司").registered().await;
    let elsewhere = world.company("另一公司").registered().await;
    let person = company.plain_member().await;
    join(&world, &elsewhere, &person.mobile).await;
    world.later(chrono::Duration::seconds(61));
    let there = person.clone().signed_in_to(&elsewhere.tenant).await;
    let confirmation = {
        world.later(chrono::Duration::seconds(61));
        person.confirmed("set_password").await
    };
    let set = world.request("PUT", "/v1/me/password").bearer(&person.access_token);
    set.header("x-confirmation", &confirmation).json(&json!({"password": GOOD})).send().await.expect(204);
    let there = Company {
        access_token: sign_in(&world, &there, &elsewhere.tenant).await.text("/session/access_token"),
        ..there
    };
    // From here on either of the two may carry a message out, so nothing waits for a code.
    let replica = world.replica(&[]).await;
    replica.clock.advance(world.clock.now() - replica.clock.now());
    let me =
        async |world: &World, person: &Company| world.get("/v1/me").bearer(&person.access_token).send().await;
    me(&replica, &person).await.expect(200);
    me(&world, &person).await.expect(200);

    let (id, owner) = (member_id(&person).await, member_id(&company).await);
    let seen = company.get(&format!("/v1/members/{id}")).send().await.expect(200);
    let stale =
        world.patch(format!("/v1/members/{id}"), json!({"state": "disabled"})).header("if-match", "\"7\"");
    stale.bearer(&company.access_token).send().await.refused(412, "version_stale");
    let changed = set_state(&company, &id, "disabled").await.expect(200);
    assert_eq!(changed.at("/version").as_i64().unwrap(), seen.at("/version").as_i64().unwrap() + 1);
    me(&world, &person).await.refused(401, "session_ended");
    tokio::time::sleep(std::time::Duration::from_millis(900)).await;
    me(&replica, &person).await.refused(401, "session_ended");
    let refresh = json!({"refresh_token": person.refresh_token});
    replica.post("/v1/sessions/refresh", refresh).send().await.refused(401, "refresh_token_invalid");
    // Elsewhere nothing changed, and only elsewhere do they get in.
    me(&replica, &there).await.expect(200);
    let refused = sign_in(&world, &person, &company.tenant).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/tenant_id".to_owned(), "tenant_not_offered".to_owned())]);
    let switch = json!({"tenant_id": company.tenant});
    let switched = replica.post("/v1/sessions/switch", switch).bearer(&there.access_token).send().await;
    switched.refused(422, "input_invalid");

    // Let in again they sign in anew: what has ended stays ended.
    set_state(&company, &id, "active").await.expect(200);
    set_state(&company, &id, "active").await.expect(200);
    me(&world, &person).await.refused(401, "session_ended");
    sign_in(&replica, &person, &company.tenant).await.expect(201);
    set_state(&company, &owner, "disabled").await.refused(409, "owner_stays");
    let entries = world.query("SELECT action FROM journal WHERE action LIKE 'member.%' ORDER BY seq");
    assert_eq!(entries, ["member.disabled", "member.enabled"]);
    World::stop(world).await;
}

async fn sign_in(world: &World, person: &Company, tenant: &str) -> Answer {
    let mut body =
        json!({"method": "password", "mobile": person.mobile, "password": GOOD, "device": device()});
    body["tenant_id"] = json!(tenant);
    world.post("/v1/sessions", body).send().await
}

#[actix_web::test]
async fn a_disabled_member_is_out_sqlite() {
    a_disabled_member_is_out(Backend::Sqlite).await;
}

#[actix_web::test]
async fn a_disabled_member_is_out_postgres() {
    a_disabled_member_is_out(Backend::Postgres).await;
}
