//! What comes after the approval: the certificate's life, renewals, changes, suspension.

use chrono::Duration;
use serde_json::{Value, json};
use tests::{Answer, Company, Reviewer, both, files};

async fn certified(world: &std::rc::Rc<tests::World>, name: &str) -> (Company, Reviewer) {
    let (company, id) = world.submitted(name).await;
    let reviewer = world.reviewer("reviewer").await;
    approve(&reviewer, &id, 1).await;
    (company, reviewer)
}

async fn approve(reviewer: &Reviewer, id: &str, attempt: u32) -> Answer {
    reviewer.claim(id).await.expect(200);
    reviewer.decide(id, json!({"outcome": "approve", "attempt": attempt})).await.expect(200)
}

async fn begin(company: &Company, kind: &str) -> Answer {
    company.post("/v1/certification/applications", json!({"kind": kind})).send().await
}

/// Uploads what is asked for, and submits.
async fn sent(company: &Company) -> String {
    let seen = company.certification().await;
    for requirement in seen.at("/application/requirements").as_array().unwrap() {
        if requirement["awaiting"] == "applicant" {
            let kind = requirement["kind"].as_str().unwrap();
            company.upload(&[("kind", kind)], "a.pdf", &files::pdf(1)).await.expect(201);
        }
    }
    let answer = company.submit().await;
    answer.expect(201).text("/application/id")
}

fn days(seen: &Answer, pointer: &str) -> chrono::NaiveDate {
    seen.text(pointer).parse::<chrono::DateTime<chrono::Utc>>().unwrap().date_naive()
}

both!(a_certificate_is_renewed_by_the_clock, |world| {
    world.at("2026-11-23T09:00:00+08:00");
    let (company, _) = certified(&world, "年审公司").await;
    let seen = company.certification().await;
    assert_eq!(seen.at("/startable_kinds"), &json!(["change"]));
    assert_eq!(seen.at("/limits/members"), &Value::Null);
    let until = days(&seen, "/certificate/valid_until");
    let refused = begin(&company, "renewal").await.refused(409, "renewal_too_early");
    assert!(refused.text("/from") < seen.text("/certificate/valid_until"));

    world.later(Duration::days(336));
    let told = world.notices(&company.mobile, 2).await;
    assert!(told[0].contains("现在可以申请年审"), "{told:?}");
    let company = company.signed_in().await;
    let due = company.certification().await;
    assert_eq!(due.text("/certificate/state"), "renewal_due");
    assert_eq!(due.at("/startable_kinds"), &json!(["renewal", "change"]));
    let begun = begin(&company, "renewal").await.expect(201);
    assert_eq!([begun.text("/application/kind"), begun.text("/application/state")], ["renewal", "draft"]);
    assert_ne!(begun.at("/application/id"), seen.at("/application/id"));
    assert_eq!(begun.text("/application/subject/legal_name"), "年审公司");
    let id = sent(&company).await;
    // Under review the certificate counts as before.
    let waiting = company.certification().await;
    assert_eq!(waiting.text("/certificate/state"), "renewal_due");
    assert_eq!(waiting.at("/startable_kinds"), &json!([]));
    begin(&company, "change").await.refused(409, "application_under_way");
    let reviewer = world.reviewer("reviewer").await;
    let queue = reviewer.get("/v1/platform/reviews?kind=renewal").await.expect(200);
    assert_eq!([queue.text("/data/0/id"), queue.text("/data/0/kind")], [id.clone(), "renewal".to_owned()]);
    approve(&reviewer, &id, 1).await;
    let renewed = company.certification().await;
    assert_eq!(renewed.text("/certificate/state"), "valid");
    assert_eq!(days(&renewed, "/certificate/valid_until"), until + Duration::days(365));
    let listed = company.get("/v1/certification/applications?limit=1").send().await.expect(200);
    assert_eq!(listed.text("/data/0/kind"), "renewal");
    let next = format!("/v1/certification/applications?cursor={}", listed.text("/next_cursor"));
    let rest = company.get(&next).send().await.expect(200);
    assert_eq!([rest.text("/data/0/kind"), rest.text("/data/0/state")], ["initial", "approved"]);
    assert_eq!(rest.at("/data/0/attempts/0/attempt"), 1);
    // The first application can still be looked at and up.
    let first = rest.text("/data/0/id");
    assert_eq!(reviewer.case(&first).await.text("/application/kind"), "initial");
    let number = rest.text("/data/0/number");
    let path = format!("/v1/certification-status?number={number}&submitted_on=2026-11-23");
    assert_eq!(world.get(path).send().await.expect(200).text("/state"), "approved");
});

both!(growth_stops_when_grace_is_over_and_nobody_is_locked_out, |world| {
    world.at("2026-11-23T09:00:00+08:00");
    let (company, _) = certified(&world, "宽限公司").await;
    world.later(Duration::days(366));
    let told = world.notices(&company.mobile, 3).await;
    assert!(told[0].contains("企业认证已到期") || told[1].contains("企业认证已到期"), "{told:?}");
    let company = company.signed_in().await;
    let ended = company.certification().await;
    assert_eq!(ended.text("/certificate/state"), "expired");
    assert_eq!(ended.at("/limits/external_contacts"), true);
    assert_eq!(ended.at("/startable_kinds"), &json!(["renewal"]));
    begin(&company, "change").await.refused(409, "certificate_ended");
    world.later(Duration::days(30));
    world.notices(&company.mobile, 4).await;
    let company = company.signed_in().await;
    let over = company.certification().await;
    assert_eq!(
        over.at("/limits"),
        &json!({"members": 200, "external_contacts": false, "app_publishing": false})
    );
    // A late renewal lasts from its own day.
    begin(&company, "renewal").await.expect(201);
    let id = sent(&company).await;
    let reviewer = world.reviewer("reviewer").await;
    approve(&reviewer, &id, 1).await;
    let renewed = company.certification().await;
    assert_eq!(renewed.at("/limits/external_contacts"), true);
    assert_eq!(
        days(&renewed, "/certificate/valid_until"),
        (world.clock.now() + Duration::days(365)).date_naive()
    );
});

both!(a_change_of_name_changes_the_tenant, |world| {
    let (company, reviewer) = certified(&world, "旧名公司").await;
    begin(&company, "change").await.expect(201);
    company.write(json!({"legal_name": "新名科技有限公司"})).await.expect(200);
    let id = sent(&company).await;
    let before = company.certification().await;
    assert_eq!(before.text("/certificate/subject/legal_name"), "旧名公司");
    approve(&reviewer, &id, 1).await;
    let after = company.certification().await;
    assert_eq!(after.text("/certificate/subject/legal_name"), "新名科技有限公司");
    assert_eq!(after.at("/certificate/valid_until"), before.at("/certificate/valid_until"));
    let me = company.get("/v1/me").send().await.expect(200);
    assert_eq!(me.text("/tenant/name"), "新名科技有限公司");
});

both!(a_change_of_number_frees_the_old_one_and_takes_the_new_one, |world| {
    let (first, reviewer) = certified(&world, "换号公司").await;
    let (other, _) = certified(&world, "占号公司").await;
    begin(&first, "change").await.expect(201);
    let saved = first.write(json!({"registration": {"number": other.credit_code}})).await.expect(200);
    let codes: Vec<_> =
        saved.at("/application/findings").as_array().unwrap().iter().map(|f| f["code"].clone()).collect();
    assert!(codes.contains(&json!("duplicate_enterprise")), "{codes:?}");
    let number = tests::company::credit_code();
    first.write(json!({"registration": {"number": number}})).await.expect(200);
    let id = sent(&first).await;
    approve(&reviewer, &id, 1).await;
    // The old number is free.
    let mut heir = world.company("接号公司").registered().await;
    heir.credit_code = first.credit_code.clone();
    let heir = heir.filled_in().await.submitted().await;
    approve(&reviewer, &heir.application().await, 1).await;
    assert_eq!(heir.certification().await.text("/certificate/state"), "valid");
});

both!(a_draft_of_one_kind_gives_way_to_another, |world| {
    let (company, _) = certified(&world, "改主意公司").await;
    begin(&company, "change").await.expect(201);
    company.write(json!({"legal_name": "半途公司"})).await.expect(200);
    // A draft of the same kind is kept: a double click loses nothing.
    begin(&company, "change").await.refused(409, "application_under_way");
    let seen = company.certification().await;
    assert_eq!(seen.text("/application/subject/legal_name"), "半途公司");
    world.later(Duration::days(300));
    let company = company.signed_in().await;
    company.upload(&[("kind", "business_license")], "a.pdf", &files::pdf(1)).await.expect(201);
    world.later(Duration::days(40));
    let company = company.signed_in().await;
    let renewal = begin(&company, "renewal").await.expect(201);
    assert_eq!(renewal.text("/application/subject/legal_name"), "改主意公司");
    assert_eq!(renewal.at("/application/id"), seen.at("/application/id"));
    assert_eq!(renewal.at("/application/requirements/0/documents/0/page"), 1);
    let uncertified = world.company("未认证公司").registered().await;
    begin(&uncertified, "renewal").await.refused(409, "certificate_missing");
    assert_eq!(uncertified.certification().await.at("/startable_kinds"), &json!([]));
    begin(&company, "initial").await.refused(409, "already_certified");
    begin(&company, "nothing").await.refused(422, "input_invalid");
});

both!(a_senior_operator_suspends_and_reinstates, |world| {
    let (company, reviewer) = certified(&world, "暂停公司").await;
    let senior = world.reviewer("senior_reviewer").await;
    let path = format!("/v1/platform/certificates/{}/suspension", company.tenant);
    let reason = json!({"reason": "登记机关列为经营异常。"});
    reviewer.post(&path, reason.clone()).await.refused(403, "forbidden");
    senior.post(&path, json!({"reason": " "})).await.refused(422, "input_invalid");
    let suspended = senior.post(&path, reason.clone()).await.expect(200);
    assert_eq!(suspended.text("/state"), "suspended");
    senior.post(&path, reason).await.refused(409, "certificate_suspended");
    let seen = company.certification().await;
    assert_eq!(seen.text("/certificate/suspension/reason"), "登记机关列为经营异常。");
    assert_eq!(seen.at("/limits/members"), 200);
    begin(&company, "change").await.refused(409, "certificate_suspended");
    let told = world.notices(&company.mobile, 2).await;
    assert!(told[0].contains("经营异常"), "{told:?}");
    let back = world.delete(&path).bearer(&senior.token).send().await.expect(200);
    assert_eq!([back.at("/state"), back.at("/suspension")], [&json!("valid"), &Value::Null]);
    world.delete(&path).bearer(&senior.token).send().await.refused(409, "certificate_not_suspended");
    let nobody = "/v1/platform/certificates/0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d/suspension";
    senior.post(nobody, json!({"reason": "x"})).await.refused(404, "not_found");
});

both!(what_was_rejected_for_good_is_not_begun_again, |world| {
    let (company, reviewer) = certified(&world, "再拒公司").await;
    let senior = world.reviewer("senior_reviewer").await;
    begin(&company, "change").await.expect(201);
    let id = sent(&company).await;
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, tests::reviewer::prohibited(1)).await.expect(200);
    senior.confirm(&id, 1).await.expect(200);
    begin(&company, "change").await.refused(409, "rejected_finally");
    assert_eq!(company.certification().await.at("/startable_kinds"), &json!([]));
    // The certificate is another matter, and can be renewed in its time.
    world.later(Duration::days(340));
    let company = company.signed_in().await;
    begin(&company, "renewal").await.expect(201);
    begin(&company, "change").await.refused(409, "rejected_finally");
});
