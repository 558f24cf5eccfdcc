//! Operators decide.

use chrono::Duration;
use serde_json::{Value, json};
use tests::{Answer, Company, World, both, files};

async fn claim(world: &World, operator: &str, id: &str) -> Answer {
    world.request("POST", format!("/v1/platform/reviews/{id}/claim")).bearer(operator).send().await
}

async fn decide(world: &World, operator: &str, id: &str, decision: Value) -> Answer {
    world.post(format!("/v1/platform/reviews/{id}/decision"), decision).bearer(operator).send().await
}

async fn submitted(world: &std::rc::Rc<World>, name: &str) -> (Company, String) {
    let company = world.company(name).registered().await.filled_in().await.submitted().await;
    let id = company.application().await;
    (company, id)
}

both!(a_case_goes_from_the_queue_to_the_certificate, |world| {
    let (company, id) = submitted(&world, "认证公司").await;
    let reviewer = world.operator("reviewer").await;
    let queue = world.get("/v1/platform/reviews?count=true").bearer(&reviewer).send().await.expect(200);
    assert_eq!(queue.at("/total"), 1);
    assert_eq!(queue.text("/data/0/id"), id);
    assert_eq!(queue.text("/data/0/legal_name"), "认证公司");
    let case = world.get(format!("/v1/platform/reviews/{id}")).bearer(&reviewer).send().await.expect(200);
    assert_eq!(case.at("/application/allowed_actions"), &json!(["claim"]));
    let document = case.text("/application/requirements/0/documents/0/content_url");
    let content = world.get(document).bearer(&reviewer).send().await.expect(200);
    assert_eq!(content.headers["content-type"], "image/jpeg");

    let claimed = claim(&world, &reviewer, &id).await.expect(200);
    assert_eq!(claimed.text("/application/state"), "in_review");
    assert_eq!(company.state().await, "in_review");
    let approved =
        decide(&world, &reviewer, &id, json!({"outcome": "approve", "attempt": 1})).await.expect(200);
    assert_eq!(approved.text("/application/state"), "approved");
    let seen = company.certification().await;
    assert_eq!(seen.text("/certificate/state"), "valid");
    assert_eq!(seen.text("/certificate/subject/legal_name"), "认证公司");
    assert_eq!(seen.at("/application/allowed_actions"), &json!([]));
    let queue = world.get("/v1/platform/reviews").bearer(&reviewer).send().await.expect(200);
    assert_eq!(queue.at("/data"), &json!([]));
    let done = world.get("/v1/platform/reviews?state=approved").bearer(&reviewer).send().await.expect(200);
    assert_eq!(done.text("/data/0/id"), id);
});

both!(only_what_was_found_wanting_is_sent_again, |world| {
    let (company, id) = submitted(&world, "补件公司").await;
    let reviewer = world.operator("reviewer").await;
    claim(&world, &reviewer, &id).await.expect(200);
    let decision = json!({"outcome": "request_information", "attempt": 1, "internal_note": "内部备注", "findings": [
        {"requirement": "business_license", "code": "document_blurry", "message": "看不清", "internal_note": "只给同事看"},
        {"pointer": "/registered_address/line", "code": "address_mismatch"}]});
    decide(&world, &reviewer, &id, decision).await.expect(200);

    let asked = company.get("/v1/certification").header("accept-language", "zh-CN").send().await.expect(200);
    assert_eq!(asked.text("/application/state"), "information_requested");
    let findings = asked.at("/application/findings").as_array().unwrap();
    let messages: Vec<_> = findings.iter().map(|f| f["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["看不清", "地址与证照不一致。"]);
    assert!(!String::from_utf8_lossy(&asked.bytes).contains("只给同事看"));
    assert!(!String::from_utf8_lossy(&asked.bytes).contains("内部备注"));
    let status = |kind: &str| {
        let all = asked.at("/application/requirements").as_array().unwrap();
        all.iter().find(|r| r["kind"] == kind).unwrap()["status"].clone()
    };
    assert_eq!([status("business_license"), status("id_document_front")], ["rejected", "accepted"]);

    // Nothing changed: refused. One of the two: still refused. Both: accepted.
    company.submit().await.refused(422, "certification_incomplete");
    let license = asked.text("/application/requirements/0/documents/0/id");
    company
        .upload(&[("kind", "business_license"), ("replaces", &license)], "a", &files::jpeg(1000, 700))
        .await
        .expect(201);
    let refused = company.submit().await.refused(422, "certification_incomplete");
    assert_eq!(refused.text("/findings/0/pointer"), "/registered_address/line");
    company.write(json!({"registered_address": {"line": "科技园路 2 号"}})).await.expect(200);
    let again = company.submit().await.expect(201);
    assert_eq!(again.at("/application/attempt"), 2);
    assert_eq!(again.at("/application/findings"), &json!([]));
});

both!(a_case_has_one_holder_until_the_claim_ends, |world| {
    let (_company, id) = submitted(&world, "领取公司").await;
    let (first, second) = (world.operator("reviewer").await, world.operator("reviewer").await);
    claim(&world, &first, &id).await.expect(200);
    claim(&world, &first, &id).await.expect(200);
    claim(&world, &second, &id).await.refused(409, "review_claimed");
    let approve = json!({"outcome": "approve", "attempt": 1});
    decide(&world, &second, &id, approve.clone()).await.refused(409, "claim_lost");
    let path = format!("/v1/platform/reviews/{id}/claim");
    world.delete(&path).bearer(&second).send().await.refused(409, "claim_lost");
    world.delete(&path).bearer(&first).send().await.expect(204);
    claim(&world, &second, &id).await.expect(200);
});

both!(a_claim_ends_after_half_an_hour, |world| {
    let (_company, id) = submitted(&world, "租约公司").await;
    let refreshed = |token: String| async { token };
    let first = refreshed(world.operator("reviewer").await).await;
    claim(&world, &first, &id).await.expect(200);
    world.later(Duration::minutes(31));
    let second = world.operator("reviewer").await;
    claim(&world, &second, &id).await.expect(200);
    let mine = world.get(format!("/v1/platform/reviews/{id}")).bearer(&second).send().await.expect(200);
    assert!(mine.at("/lease/holder").is_string());
});

both!(two_reviewers_at_once_make_one_decision, |world| {
    let (company, id) = submitted(&world, "抢单公司").await;
    let (first, second) = (world.operator("reviewer").await, world.operator("reviewer").await);
    let (one, two) =
        futures_util::future::join(claim(&world, &first, &id), claim(&world, &second, &id)).await;
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let approve = json!({"outcome": "approve", "attempt": 1});
    let tries = (0..10)
        .flat_map(|_| [&first, &second])
        .map(|operator| decide(&world, operator, &id, approve.clone()));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 409)));
    assert_eq!(company.state().await, "approved");
});

both!(a_decision_is_checked, |world| {
    let (_company, id) = submitted(&world, "裁定公司").await;
    let reviewer = world.operator("reviewer").await;
    let approve = json!({"outcome": "approve", "attempt": 1});
    decide(&world, &reviewer, &id, approve.clone()).await.refused(409, "action_not_allowed");
    claim(&world, &reviewer, &id).await.expect(200);
    decide(&world, &reviewer, &id, json!({"outcome": "approve", "attempt": 2}))
        .await
        .refused(409, "attempt_mismatch");
    for (decision, pointer, code) in [
        (json!({"outcome": "reject", "attempt": 1}), "/findings", "findings_required"),
        (
            json!({"outcome": "approve", "attempt": 1, "findings": [{"pointer": "/legal_name", "code": "other"}]}),
            "/findings",
            "findings_unwanted",
        ),
        (
            json!({"outcome": "reject", "attempt": 1, "overrides": ["0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d"],
                "findings": [{"pointer": "/legal_name", "code": "other"}]}),
            "/overrides",
            "value_not_allowed",
        ),
        (
            json!({"outcome": "reject", "attempt": 1, "findings": [{"code": "other"}]}),
            "/findings/0",
            "finding_target_required",
        ),
        (
            json!({"outcome": "reject", "attempt": 1, "findings": [{"pointer": "/color", "code": "other"}]}),
            "/findings/0/pointer",
            "finding_target_required",
        ),
        (
            json!({"outcome": "reject", "attempt": 1, "findings": [{"requirement": "sealed_letter", "code": "other"}]}),
            "/findings/0/requirement",
            "finding_target_required",
        ),
    ] {
        let refused = decide(&world, &reviewer, &id, decision).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [(pointer.to_owned(), code.to_owned())]);
    }
});

both!(nobody_reviews_their_own_company, |world| {
    let (company, id) = submitted(&world, "自家公司").await;
    api::operator::add(world.service(), &company.mobile, "王小明", "reviewer", true).unwrap();
    world.later(Duration::seconds(61));
    let operator = {
        let wanted = json!({"purpose": "sign_in", "realm": "platform", "mobile": company.mobile});
        world.post("/v1/codes", wanted).send().await.expect(202);
        let code = world.code(&company.mobile).await;
        let body = json!({"realm": "platform", "method": "sms_code", "mobile": company.mobile, "code": code, "device": tests::device()});
        world.post("/v1/sessions", body).send().await.expect(201).text("/session/access_token")
    };
    claim(&world, &operator, &id).await.refused(403, "own_organization");
});

both!(a_certified_number_certifies_nobody_else, |world| {
    let (first, id) = submitted(&world, "先到公司").await;
    let mut late = world.company("后到公司").registered().await;
    late.credit_code = first.credit_code.clone();
    let late = late.filled_in().await.submitted().await;
    let reviewer = world.operator("reviewer").await;
    claim(&world, &reviewer, &id).await.expect(200);
    decide(&world, &reviewer, &id, json!({"outcome": "approve", "attempt": 1})).await.expect(200);
    let id = late.application().await;
    claim(&world, &reviewer, &id).await.expect(200);
    let refused = decide(&world, &reviewer, &id, json!({"outcome": "approve", "attempt": 1})).await;
    refused.refused(409, "credit_code_taken");
    let third = world.company("第三公司").registered().await;
    let saved = third
        .write(json!({"registration": {"kind": "credit_code", "number": first.credit_code}}))
        .await
        .expect(200);
    let codes: Vec<_> =
        saved.at("/application/findings").as_array().unwrap().iter().map(|f| f["code"].clone()).collect();
    assert!(codes.contains(&json!("duplicate_enterprise")), "{codes:?}");
});

both!(roles_see_and_decide_what_they_may, |world| {
    let (_company, id) = submitted(&world, "权限公司").await;
    for role in ["support", "platform_admin"] {
        let operator = world.operator(role).await;
        world.get("/v1/platform/reviews").bearer(&operator).send().await.expect(200);
        claim(&world, &operator, &id).await.refused(403, "forbidden");
    }
});

both!(the_queue_is_paged_in_order_of_due_time, |world| {
    for index in 0..5 {
        submitted(&world, &format!("排队公司{index}")).await;
        world.later(Duration::minutes(1));
    }
    let reviewer = world.operator("reviewer").await;
    let mut seen = Vec::new();
    let mut path = "/v1/platform/reviews?limit=2".to_owned();
    loop {
        let page = world.get(&path).bearer(&reviewer).send().await.expect(200);
        seen.extend(
            page.at("/data")
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["legal_name"].as_str().unwrap().to_owned()),
        );
        match page.at("/next_cursor").as_str() {
            Some(cursor) => path = format!("/v1/platform/reviews?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, (0..5).map(|index| format!("排队公司{index}")).collect::<Vec<_>>());
    let overdue = world.get("/v1/platform/reviews?overdue=true").bearer(&reviewer).send().await.expect(200);
    assert_eq!(overdue.at("/data"), &json!([]));
    // A cursor of one list is none of another, and a forged one is none at all.
    let page = world.get("/v1/platform/reviews?limit=2").bearer(&reviewer).send().await.expect(200);
    let cursor = page.text("/next_cursor");
    for path in [
        format!("/v1/platform/reviews?overdue=false&cursor={cursor}"),
        "/v1/platform/reviews?cursor=AAAA".to_owned(),
    ] {
        let refused = world.get(path).bearer(&reviewer).send().await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("cursor".to_owned(), "cursor_invalid".to_owned())]);
    }
});

both!(what_is_no_longer_needed_is_no_longer_asked_for, |world| {
    let company = world.company("代办公司").registered().await.filled_in().await;
    let applicant = json!({"applicant": {"is_representative": false, "name": "李经办", "id_kind": "passport", "id_number": "E12345678", "id_term": {"kind": "long_term"}}});
    company.write(applicant).await.expect(200);
    let page = files::jpeg(900, 700);
    company.upload(&[("kind", "authorization_letter")], "a.jpg", &page).await.expect(201);
    company.submit().await.expect(201);
    let id = company.application().await;
    let reviewer = world.operator("reviewer").await;
    claim(&world, &reviewer, &id).await.expect(200);
    let decision = json!({"outcome": "request_information", "attempt": 1, "findings": [
        {"requirement": "authorization_letter", "code": "document_blurry"}]});
    decide(&world, &reviewer, &id, decision).await.expect(200);
    company.submit().await.refused(422, "certification_incomplete");
    // The representative applies after all, so no letter is needed.
    company.write(json!({"applicant": {"is_representative": true}})).await.expect(200);
    company.submit().await.expect(201);
});

both!(the_queue_knows_what_time_has_done, |world| {
    let (company, id) = submitted(&world, "过期公司").await;
    let reviewer = world.operator("reviewer").await;
    claim(&world, &reviewer, &id).await.expect(200);
    let decision = json!({"outcome": "request_information", "attempt": 1, "findings": [
        {"requirement": "business_license", "code": "document_blurry"}]});
    decide(&world, &reviewer, &id, decision).await.expect(200);
    let listed = async |token: &str, state: &str| {
        let path = format!("/v1/platform/reviews?state={state}");
        let list = world.get(path).bearer(token).send().await.expect(200);
        let items = list.at("/data").as_array().unwrap().clone();
        items.iter().map(|item| item["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&reviewer, "information_requested").await, ["information_requested"]);
    assert!(listed(&reviewer, "expired").await.is_empty());
    world.later(Duration::days(31));
    let reviewer = world.operator("reviewer").await;
    assert!(listed(&reviewer, "information_requested").await.is_empty());
    assert_eq!(listed(&reviewer, "expired").await, ["expired"]);
    drop(company);
});

both!(a_draft_is_nobody_elses_affair, |world| {
    let company = world.company("未交公司").registered().await.filled_in().await;
    company.submit().await.expect(201);
    let id = company.application().await;
    let reviewer = world.operator("reviewer").await;
    claim(&world, &reviewer, &id).await.expect(200);
    let decision = json!({"outcome": "request_information", "attempt": 1, "findings": [
        {"requirement": "business_license", "code": "document_blurry"}]});
    decide(&world, &reviewer, &id, decision).await.expect(200);
    let page = files::jpeg(900, 700);
    let fields = [("kind", "business_license"), ("page", "2")];
    let document = company.upload(&fields, "a.jpg", &page).await.expect(201).text("/id");
    let path = format!("/v1/platform/reviews/{id}/documents/{document}/content");
    world.get(&path).bearer(&reviewer).send().await.refused(404, "not_found");
    company.submit().await.expect(201);
    world.get(&path).bearer(&reviewer).send().await.expect(200);
});
