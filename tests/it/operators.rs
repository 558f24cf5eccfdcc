//! How operators get in: from where, and through which door.

use serde_json::json;
use std::rc::Rc;
use tests::{Backend, World, device, totp};

/// Where operators have a listener of their own, they are served there alone.
async fn operators_have_a_door_of_their_own(backend: Backend) {
    let settings = [
        ("GONGPAI_OPERATOR_LISTEN", "127.0.0.1:0"),
        ("GONGPAI_OPERATOR_NETWORKS", "198.51.100.0/24"),
        ("GONGPAI_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let world = Rc::new(World::with(backend, &settings).await);
    let own = world.at_operators_door();
    let mobile = tests::world::mobile();
    api::operator::add(world.service(), &mobile, "李审核", "reviewer", true).unwrap();
    let (inside, outside) = ("198.51.100.7", "203.0.113.7");
    let wanted = || json!({"purpose": "sign_in", "realm": "platform", "mobile": mobile});
    let ask = |at: &World, from: &str| at.post("/v1/codes", wanted()).header("x-forwarded-for", from).send();
    ask(&world, inside).await.refused(403, "network_not_allowed");
    ask(&own, outside).await.refused(403, "network_not_allowed");
    ask(&own, inside).await.expect(202);
    let code = world.code(&mobile).await;
    let body = json!({"realm": "platform", "method": "sms_code", "mobile": mobile, "code": code, "device": device()});
    let opened = own.post("/v1/sessions", body).header("x-forwarded-for", inside).send().await.expect(201);
    let token = opened.text("/session/access_token");
    let queue = |at: &World, from: &str| {
        at.get("/v1/platform/reviews").bearer(&token).header("x-forwarded-for", from).send()
    };
    queue(&own, inside).await.expect(200);
    queue(&own, outside).await.refused(403, "network_not_allowed");
    queue(&world, inside).await.refused(404, "not_found");
    // A path has many spellings, and a door one meaning.
    let spelled = format!("{}/v1/%70latform/reviews", world.base);
    let asked = tests::client().get(spelled).bearer_auth(&token).header("x-forwarded-for", inside);
    assert_eq!(asked.send().await.unwrap().status().as_u16(), 404);
    // Companies are served at the common door as ever.
    world.company("公共入口").registered().await;
}

#[actix_web::test]
async fn operators_have_a_door_of_their_own_sqlite() {
    operators_have_a_door_of_their_own(Backend::Sqlite).await;
}

#[actix_web::test]
async fn operators_have_a_door_of_their_own_postgres() {
    operators_have_a_door_of_their_own(Backend::Postgres).await;
}

/// Who has lost everything is let in again by whoever runs the installation.
#[actix_web::test]
async fn a_lost_authenticator_is_reset_on_the_command_line() {
    let world = Rc::new(World::start(Backend::Sqlite).await);
    let company = world.company("遗失公司").registered().await;
    let service = world.service();
    assert!(api::operator::reset_second_factor(service, &company.mobile, false).is_err());
    let confirmation = company.confirmed("change_second_factor").await;
    let begin = company.post("/v1/me/totp", json!({})).header("x-confirmation", &confirmation);
    let secret = begin.send().await.expect(201).text("/secret");
    let code = totp(&secret, world.clock.now());
    company.post("/v1/me/totp/confirmation", json!({"code": code})).send().await.expect(200);
    let said = api::operator::reset_second_factor(service, &company.mobile, false).unwrap();
    assert!(said.contains("without") && !said.contains(&company.mobile));
    assert_eq!(company.get("/v1/me/totp").send().await.expect(200).at("/on"), &json!(false));
    assert_eq!(world.query("SELECT action FROM journal WHERE action = 'second_factor.reset'").len(), 1);
}
