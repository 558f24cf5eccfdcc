//! A frontend that knows no rule: it draws the whole wizard from `GET /v1/certification` and follows what it says.

use serde_json::{Value, json};
use tests::{Company, both, files};

/// What people would write into a field. Which fields there are, and which choices, the service says.
fn answer(company: &Company, pointer: &str, allowed: &[Value]) -> Value {
    let text = match pointer {
        "/legal_name" => company.name.clone(),
        "/registration/number" => company.credit_code.clone(),
        "/registered_address/region" => "440305".to_owned(),
        "/registered_address/line" => "科技园路 1 号".to_owned(),
        "/representative/name" => "王小明".to_owned(),
        "/representative/mobile" => company.mobile.clone(),
        "/representative/id_number" => "11010519491231002X".to_owned(),
        pointer if pointer.ends_with("/until") => "2039-12-31".to_owned(),
        _ => return allowed.first().unwrap_or_else(|| panic!("nothing to write into {pointer}")).clone(),
    };
    json!(text)
}

/// A merge patch that writes one field.
fn patch(pointer: &str, value: &Value) -> Value {
    pointer
        .rsplit('/')
        .filter(|name| !name.is_empty())
        .fold(value.clone(), |inner, name| json!({name: inner}))
}

async fn walk(company: &Company) {
    for _round in 0..40 {
        let seen = company.certification().await;
        let application = &seen.json["application"];
        let actions = application["allowed_actions"].as_array().unwrap();
        assert!(actions.contains(&json!("edit")) && actions.contains(&json!("submit")));
        assert_eq!(application["ask_again_after_seconds"], json!(null));
        let fields = application["fields"].as_array().unwrap();
        if let Some(field) = fields.iter().find(|field| field["awaiting"] == "applicant") {
            let pointer = field["pointer"].as_str().unwrap();
            let value = answer(company, pointer, field["allowed_values"].as_array().unwrap());
            company.write(patch(pointer, &value)).await.expect(200);
            continue;
        }
        let requirements = application["requirements"].as_array().unwrap();
        if let Some(missing) = requirements.iter().find(|requirement| requirement["awaiting"] == "applicant")
        {
            let kind = missing["kind"].as_str().unwrap();
            company.upload(&[("kind", kind)], "a.pdf", &files::pdf(1)).await.expect(201);
            continue;
        }
        // Nothing that the wizard did not show stands in the way.
        assert_eq!(
            application["findings"].as_array().unwrap().iter().filter(|f| f["blocking"] == true).count(),
            0
        );
        company.submit().await.expect(201);
        let seen = company.certification().await;
        assert_eq!(seen.at("/application/ask_again_after_seconds"), 300);
        let fields = seen.at("/application/fields").as_array().unwrap();
        let required: Vec<_> = fields.iter().filter(|field| field["required"] == true).collect();
        assert!(required.iter().all(|field| field["awaiting"] == "reviewer"), "{required:#?}");
        return;
    }
    panic!("the wizard does not end: {:#}", company.certification().await.json);
}

both!(every_type_of_organization_is_walked_through, |world| {
    let types = world.get("/v1/reference/organization-types?limit=200").send().await.expect(200);
    let types = types.at("/data").as_array().unwrap().clone();
    assert_eq!(types.len(), 13);
    for kind in types {
        let code = kind["code"].as_str().unwrap();
        let mut company = world.company(&format!("{code} 公司"));
        company.kind = code.to_owned();
        if let Some(prefix) = kind["credit_code_prefixes"].as_array().unwrap().first() {
            company.credit_code = tests::company::credit_code_of(prefix.as_str().unwrap());
        }
        if code == "overseas" {
            company.credit_code = "HK-1234567".to_owned();
        }
        walk(&company.registered().await).await;
    }
});

both!(a_field_that_was_found_wanting_is_the_applicants_turn_again, |world| {
    let (company, id) = world.submitted("字段公司").await;
    let reviewer = world.reviewer("reviewer").await;
    reviewer.claim(&id).await.expect(200);
    assert_eq!(company.certification().await.at("/application/ask_again_after_seconds"), 60);
    let decision = json!({"outcome": "request_information", "attempt": 1,
        "findings": [{"pointer": "/registered_address/line", "code": "address_mismatch"}]});
    reviewer.decide(&id, decision).await.expect(200);
    let status = async |pointer: &str| {
        let seen = company.certification().await;
        let fields = seen.at("/application/fields").as_array().unwrap().clone();
        let field = fields.into_iter().find(|field| field["pointer"] == pointer).unwrap();
        (field["status"].as_str().unwrap().to_owned(), field["awaiting"].as_str().unwrap().to_owned())
    };
    let pair = |status: &str, awaiting: &str| (status.to_owned(), awaiting.to_owned());
    assert_eq!(status("/registered_address/line").await, pair("rejected", "applicant"));
    assert_eq!(status("/legal_name").await, pair("accepted", "none"));
    company
        .write(json!({"registered_address": {"line": "科技园路 2 号"}, "representative": {"mobile": "12"}}))
        .await
        .expect(200);
    assert_eq!(status("/registered_address/line").await, pair("filled", "none"));
    assert_eq!(status("/representative/mobile").await, pair("wrong", "applicant"));
});

both!(a_representative_who_is_somebody_else_consents_by_code, |world| {
    let company = world.company("同意公司").registered().await.filled_in().await;
    assert_eq!(company.certification().await.text("/application/consent/way"), "session");
    let other = tests::world::mobile();
    company.write(json!({"representative": {"mobile": other}})).await.expect(200);
    let seen = company.certification().await;
    assert_eq!(seen.text("/application/consent/status"), "missing");
    let refused = company.submit().await.refused(422, "certification_incomplete");
    assert_eq!(refused.text("/findings/0/code"), "consent_missing");
    assert_eq!(refused.text("/findings/0/remedy"), "ask_for_consent");

    let sent = company.post("/v1/certification/consent-codes", json!({})).send().await.expect(202);
    assert_eq!(sent.text("/mobile_masked"), seen.text("/application/consent/mobile_masked"));
    company
        .post("/v1/certification/consent-codes", json!({}))
        .send()
        .await
        .refused(429, "code_resend_too_soon");
    let code = world.code(&other).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let accepted = world.agreements("certification").await;
    let consent = "/v1/certification/consent";
    let enter = async |code: &str| {
        company.post(consent, json!({"code": code, "accepted_agreements": accepted})).send().await
    };
    let none = company.post(consent, json!({"code": code, "accepted_agreements": []})).send().await;
    assert_eq!(none.faults(), [("/accepted_agreements".to_owned(), "agreement_missing".to_owned())]);
    let refused = enter(wrong).await.refused(422, "verification_code_incorrect");
    assert_eq!(refused.at("/attempts_left"), 4);
    let given = enter(&code).await.expect(200);
    assert_eq!(given.text("/application/consent/status"), "given");
    assert_eq!(given.text("/application/consent/way"), "code");
    assert_eq!(given.at("/application/consent/agreements"), &accepted);
    enter(&code).await.refused(422, "verification_code_expired");

    // Another name is another person, whom nobody has asked.
    company.write(json!({"representative": {"name": "王大明"}})).await.expect(200);
    assert_eq!(company.certification().await.text("/application/consent/status"), "missing");
    company.upload(&[("kind", "consent_letter")], "a.pdf", &files::pdf(1)).await.expect(201);
    assert_eq!(company.certification().await.text("/application/consent/status"), "letter");
    company.submit().await.expect(201);
    company
        .post("/v1/certification/consent-codes", json!({}))
        .send()
        .await
        .refused(409, "action_not_allowed");
});

both!(a_representative_without_a_number_cannot_be_asked, |world| {
    let company = world.company("无号公司").registered().await;
    let asked = company.post("/v1/certification/consent-codes", json!({})).send().await;
    asked.refused(409, "representative_incomplete");
    let code = |code: &str| json!({"code": code, "accepted_agreements": []});
    let given = company.post("/v1/certification/consent", code("123456")).send().await;
    given.refused(409, "representative_incomplete");
    let given = company.post("/v1/certification/consent", code("12")).send().await;
    given.refused(422, "input_invalid");
});
