//! Confirmations: what nobody does with a session alone.

use chrono::Duration;
use serde_json::{Value, json};
use tests::{Answer, Company, both};

async fn confirm(company: &Company, evidence: Value) -> Answer {
    company.post("/v1/me/confirmations", evidence).send().await
}

both!(one_evidence_confirms_one_action, |world| {
    let company = world.company("确认公司").registered().await;
    for evidence in [json!({}), json!({"code": "123456", "password": "mahogany cartwheel gravity"})] {
        let mut body = evidence;
        body["action"] = json!("close_account");
        let refused = confirm(&company, body).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/code".to_owned(), "proof_missing".to_owned())]);
    }
    let action = |evidence: &str, given: &str| json!({"action": "close_account", evidence: given});
    confirm(&company, action("code", "000000")).await.refused(422, "verification_code_expired");
    confirm(&company, action("password", "whatever it is")).await.refused(409, "password_not_set");

    let wanted = json!({"action": "close_account"});
    company.post("/v1/me/confirmation-codes", wanted).send().await.expect(202);
    let code = world.code(&company.mobile).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    confirm(&company, action("code", wrong)).await.refused(422, "verification_code_incorrect");
    // A code for one action is none for another, and it is good once.
    let other = json!({"action": "set_password", "code": code});
    confirm(&company, other).await.refused(422, "verification_code_expired");
    let given = confirm(&company, action("code", &code)).await.expect(201);
    assert_eq!(given.text("/action"), "close_account");
    assert!(given.text("/token").starts_with("gpf_") && given.headers["cache-control"] == "no-store");
    confirm(&company, action("code", &code)).await.refused(422, "verification_code_expired");
    assert_eq!(world.query("SELECT action FROM journal WHERE action = 'account.confirmed'").len(), 1);
});

both!(a_confirmation_is_not_forged_and_a_refusal_not_remembered, |world| {
    let company = world.company("伪造公司").registered().await;
    let set = |confirmation: String, key: &'static str| {
        let request = world.request("PUT", "/v1/me/password").bearer(&company.access_token);
        let body = json!({"password": "mahogany cartwheel gravity"});
        request.header("x-confirmation", &confirmation).header("idempotency-key", key).json(&body).send()
    };
    let good = company.confirmed("set_password").await;
    let mut forged = good.clone().into_bytes();
    let last = forged.len() - 2;
    forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
    for bad in
        [String::from_utf8(forged).unwrap(), good[..20].to_owned(), "gpf_".to_owned(), "\u{e9}".to_owned()]
    {
        set(bad, "one").await.refused(403, "confirmation_required");
    }
    // The missing confirmation is brought along, under the same key.
    let dissolve = |confirmation: String| {
        let ask = company.post("/v1/organization/dissolution", json!({"name": "伪造公司"}));
        ask.header("x-confirmation", &confirmation).header("idempotency-key", "same").send()
    };
    dissolve(good.clone()).await.refused(403, "confirmation_required");
    world.later(Duration::seconds(61));
    dissolve(company.confirmed("dissolve_organization").await).await.expect(202);
    set(good, "two").await.expect(204);
});

both!(passwords_are_guessed_no_faster_inside, |world| {
    let company = world.company("会话猜测").registered().await;
    let good = "mahogany cartwheel gravity";
    let confirmation = company.confirmed("set_password").await;
    let set = world.request("PUT", "/v1/me/password").bearer(&company.access_token);
    set.header("x-confirmation", &confirmation).json(&json!({"password": good})).send().await.expect(204);
    let guess = async |password: &str| {
        confirm(&company, json!({"action": "close_account", "password": password})).await
    };
    for _ in 0..3 {
        let refused = guess("wrong wrong wrong").await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/password".to_owned(), "password_wrong".to_owned())]);
    }
    guess(good).await.refused(429, "guess_too_soon");
    world.later(Duration::seconds(1));
    guess(good).await.expect(201);
    guess(good).await.expect(201);
    assert_eq!(
        world.query("SELECT action FROM journal WHERE action = 'account.confirmation_refused'").len(),
        3
    );
});
