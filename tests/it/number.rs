//! The number of an account: changing it, and numbers that may have a new owner.

use crate::people::felt;
use chrono::Duration;
use serde_json::{Value, json};
use tests::world::mobile;
use tests::{Answer, Company, World, both, device};

const GOOD: &str = "mahogany cartwheel gravity";

async fn set_password(company: &Company) {
    let confirmation = company.confirmed("set_password").await;
    let set = company.world.request("PUT", "/v1/me/password").bearer(&company.access_token);
    set.header("x-confirmation", &confirmation).json(&json!({"password": GOOD})).send().await.expect(204);
}

async fn by_sms(world: &World, mobile: &str, device_token: &str) -> Answer {
    world.later(Duration::seconds(61));
    let ask = world.post("/v1/codes", json!({"purpose": "sign_in", "mobile": mobile}));
    ask.header("x-device-token", device_token).send().await.expect(202);
    let code = world.code(mobile).await;
    let body = json!({"method": "sms_code", "mobile": mobile, "code": code, "device": device()});
    world.post("/v1/sessions", body).header("x-device-token", device_token).send().await
}

both!(a_number_is_changed_with_both_numbers, |world| {
    let company = world.company("换号公司").registered().await;
    set_password(&company).await;
    world.later(Duration::seconds(61));
    let elsewhere = company.again().await;
    let other = world.company("占号公司").registered().await;
    let next = mobile();
    let ask = |number: &str, confirmation: &str| {
        let ask = company.post("/v1/me/mobile/codes", json!({"mobile": number}));
        ask.header("x-confirmation", confirmation).send()
    };
    let put = |number: &str, code: &str, confirmation: &str| {
        let put = world.request("PUT", "/v1/me/mobile").bearer(&company.access_token);
        put.header("x-confirmation", confirmation).json(&json!({"mobile": number, "code": code})).send()
    };
    ask(&next, "").await.refused(403, "confirmation_required");
    // A password does not prove the number so far.
    let weak = json!({"action": "change_mobile", "password": GOOD});
    company.post("/v1/me/confirmations", weak).send().await.refused(409, "password_not_enough");
    world.later(Duration::seconds(61));
    let confirmation = company.confirmed("change_mobile").await;
    ask(&next, &confirmation).await.expect(202);
    let code = world.code(&next).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    put(&next, wrong, &confirmation).await.refused(422, "verification_code_incorrect");
    put(&mobile(), &code, &confirmation).await.refused(422, "verification_code_expired");
    put(&next, &code, "").await.refused(403, "confirmation_required");
    put(&next, &code, &confirmation).await.expect(204);
    put(&next, &code, &confirmation).await.refused(422, "verification_code_expired");

    company.get("/v1/me").send().await.expect(200);
    felt().await;
    elsewhere.get("/v1/me").send().await.refused(401, "session_ended");
    // Both numbers are told: the old one may have been taken from its owner.
    assert!(world.notices(&next, 1).await[0].contains("手机号"));
    assert!(world.notices(&company.mobile, 2).await[0].contains("手机号"));
    by_sms(&world, &next, "none").await.expect(201);
    let old = json!({"method": "password", "mobile": company.mobile, "password": GOOD, "device": device()});
    world.post("/v1/sessions", old).send().await.refused(401, "credentials_wrong");
    // Only who holds a number learns that it is somebody else's.
    world.later(Duration::seconds(61));
    let now = Company { mobile: next.clone(), ..company.clone() };
    let confirmation = now.confirmed("change_mobile").await;
    ask(&other.mobile, &confirmation).await.expect(202);
    let code = world.code(&other.mobile).await;
    put(&other.mobile, &code, &confirmation).await.refused(409, "mobile_taken");
    let entries = world.query("SELECT changes FROM journal WHERE action = 'account.mobile_changed'");
    assert_eq!(entries.len(), 1);
    assert!(!entries[0].contains(&next), "a number is personal");
});

both!(a_number_that_was_idle_for_long_proves_nothing_by_itself, |world| {
    let company = world.company("闲置公司").registered().await;
    let guarded = world.company("有密公司").registered().await;
    set_password(&guarded).await;
    world.later(Duration::days(89));
    by_sms(&world, &company.mobile, "none").await.expect(201);
    world.later(Duration::days(89));
    by_sms(&world, &company.mobile, "none").await.expect(201);
    world.later(Duration::days(90));
    by_sms(&world, &company.mobile, "none").await.refused(403, "number_idle");
    // The same after a new password by SMS, or a registration, which would be ways around.
    world.later(Duration::seconds(61));
    let ask = json!({"purpose": "reset_password", "mobile": company.mobile});
    world.post("/v1/codes", ask).send().await.expect(202);
    let code = world.code(&company.mobile).await;
    let reset = |code: &str| {
        let body = json!({"mobile": company.mobile, "code": code, "password": GOOD});
        world.post("/v1/password-resets", body).send()
    };
    let wrong = if code == "000000" { "000001" } else { "000000" };
    reset(wrong).await.refused(422, "verification_code_incorrect");
    reset(&code).await.refused(403, "number_idle");
    let again = world.company("冒名公司").with_mobile(&company.mobile).started().await;
    let code = world.code(&company.mobile).await;
    again.verify(&code).await.refused(403, "number_idle");
    // A device that was used before is what a new owner of the number does not have.
    by_sms(&world, &company.mobile, &company.device_token).await.expect(201);
    by_sms(&world, &company.mobile, "none").await.expect(201);

    // So is a password.
    let asked = by_sms(&world, &guarded.mobile, "none").await.expect(202);
    assert_eq!(asked.at("/challenge/factors"), &json!(["password"]));
    let path = format!("/v1/challenges/{}", asked.text("/challenge/id"));
    let answer = |body: Value| world.post(&path, body).bearer(&asked.text("/challenge/token")).send();
    answer(json!({"password": "wrong"})).await.refused(422, "input_invalid");
    answer(json!({"password": GOOD})).await.expect(201);
    by_sms(&world, &guarded.mobile, "none").await.expect(201);

    // And whoever runs the installation can vouch for somebody.
    world.later(Duration::days(91));
    by_sms(&world, &company.mobile, "none").await.refused(403, "number_idle");
    api::operator::vouch_for_number(world.service(), &company.mobile).unwrap();
    by_sms(&world, &company.mobile, "none").await.expect(201);
    assert!(api::operator::vouch_for_number(world.service(), &mobile()).is_err());
});
