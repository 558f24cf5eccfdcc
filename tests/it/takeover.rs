//! Takeovers: an owner has vanished, and the organization proves anew who it is.

use chrono::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use std::time::Duration as Pause;
use tests::reviewer::Reviewer;
use tests::{Company, World, both};

/// A company that is certified, and another tenant that applies with the same number to take it over.
async fn contested(world: &Rc<World>, name: &str) -> (Company, Company) {
    let (old, id) = world.submitted(name).await;
    let reviewer = world.reviewer("reviewer").await;
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, json!({"outcome": "approve", "attempt": 1})).await.expect(200);
    let number = old.certification().await.at("/application/subject/registration").clone();
    let new = world.company(name).registered().await.filled_in().await;
    new.write(json!({"registration": number})).await.expect(200);
    (old, new)
}

async fn begin(company: &Company, kind: &str) -> tests::Answer {
    company.post("/v1/certification/applications", json!({"kind": kind})).send().await
}

/// Two reviewers approve.
async fn approved(world: &Rc<World>, company: &Company) -> (String, Reviewer) {
    let id = company.application().await;
    let (one, senior) = (world.reviewer("reviewer").await, world.reviewer("senior_reviewer").await);
    one.claim(&id).await.expect(200);
    let proposed = one.decide(&id, json!({"outcome": "approve", "attempt": 1})).await.expect(200);
    assert_eq!(
        proposed.text("/application/state"),
        "awaiting_confirmation",
        "one alone takes nobody's tenant"
    );
    senior.confirm(&id, 1).await.expect(200);
    (id, senior)
}

async fn role(company: &Company) -> Value {
    company.get("/v1/me").send().await.expect(200).at("/role").clone()
}

both!(whoever_proves_it_becomes_the_owner_after_a_week, |world| {
    let (old, new) = contested(&world, "失联公司").await;
    old.policy(json!({"network": {"administrators": ["127.0.0.1/32"]}})).await.expect(200);
    let seen = new.certification().await;
    assert_eq!(seen.text("/application/findings/0/code"), "duplicate_enterprise");
    assert_eq!(seen.at("/startable_kinds"), &json!(["takeover"]));
    new.submit().await.refused(422, "certification_incomplete");
    // Back and forth, and nothing that was written is lost.
    begin(&new, "takeover").await.expect(201);
    assert_eq!(begin(&new, "initial").await.expect(201).text("/application/kind"), "initial");
    let begun = begin(&new, "takeover").await.expect(201);
    assert_eq!(begun.at("/application/findings"), &json!([]));
    let new = new.submitted().await;
    let (id, _) = approved(&world, &new).await;

    // Nobody is certified by that, and the old owner is told.
    assert_eq!(new.certification().await.text("/certificate/state"), "none");
    assert!(world.notices(&old.mobile, 2).await[0].contains("接管"));
    assert!(world.notices(&new.mobile, 1).await[0].contains("异议"));
    let open = old.get("/v1/organization/takeovers").send().await.expect(200);
    assert_eq!([open.text("/data/0/id"), open.text("/data/0/state")], [id.clone(), "open".to_owned()]);
    // That they are shut out over there does not keep the owner-to-be out.
    tests::world::join(&world, &old, &new.mobile).await;
    let members = old.get("/v1/members").send().await.expect(200);
    let path = format!("/v1/members/{}", members.text("/data/1/id"));
    let shut = world.patch(path, json!({"state": "disabled"})).bearer(&old.access_token);
    shut.send().await.expect(200);
    world.later(Duration::days(6));
    let old = old.signed_in().await;
    tokio::time::sleep(Pause::from_secs(1)).await;
    assert_eq!(role(&old).await, "owner");
    world.later(Duration::days(1) + Duration::seconds(5));
    for _ in 0..200 {
        if world.query("SELECT state FROM takeovers") == ["transferred"] {
            break;
        }
        tokio::time::sleep(Pause::from_millis(50)).await;
    }
    let old = old.signed_in().await;
    assert_eq!(role(&old).await, "member");
    old.get("/v1/certification").send().await.refused(403, "forbidden");
    let late = json!({"reason": "太晚了"});
    old.post(&format!("/v1/organization/takeovers/{id}/objection"), late)
        .send()
        .await
        .refused(403, "forbidden");
    // Whoever applied has both places now, and owns the one that is certified.
    let wanted = json!({"purpose": "sign_in", "mobile": new.mobile});
    world.post("/v1/codes", wanted).send().await.expect(202);
    let code = world.code(&new.mobile).await;
    let body = json!({"method": "sms_code", "mobile": new.mobile, "code": code, "tenant_id": old.tenant, "device": tests::device()});
    let token = world.post("/v1/sessions", body).send().await.expect(201).text("/session/access_token");
    let me = world.get("/v1/me").bearer(&token).send().await.expect(200);
    assert_eq!([me.text("/role"), me.text("/tenant/id")], ["owner".to_owned(), old.tenant.clone()]);
    let held = world.get("/v1/certification").bearer(&token).send().await.expect(200);
    assert_eq!(held.text("/certificate/state"), "valid");
    // The networks of whoever has vanished do not shut the new owner out.
    let policy = world.get("/v1/security-policy").bearer(&token).send().await.expect(200);
    assert_eq!(policy.at("/settings/network/administrators"), &json!([]));
    let lifted = "SELECT count(*) FROM journal WHERE action = 'security_policy.networks_lifted'";
    assert_eq!(world.query(lifted), ["1"]);
});

both!(an_objection_is_decided_by_a_senior_reviewer, |world| {
    for (name, transfer, state) in [("异议甲公司", false, "dismissed"), ("异议乙公司", true, "transferred")]
    {
        let (old, new) = contested(&world, name).await;
        begin(&new, "takeover").await.expect(201);
        let new = new.submitted().await;
        let (id, senior) = approved(&world, &new).await;
        let path = format!("/v1/organization/takeovers/{id}/objection");
        let reason = json!({"reason": "我一直都在。"});
        new.post(&path, reason.clone()).send().await.refused(404, "not_found");
        old.post(&path, reason.clone()).send().await.expect(201);
        old.post(&path, reason).send().await.refused(409, "takeover_not_open");
        world.later(Duration::days(8));
        let senior = senior.signed_in().await;
        tokio::time::sleep(Pause::from_secs(1)).await;
        let waiting = senior.get("/v1/platform/takeovers").await.expect(200);
        assert_eq!(
            [waiting.text("/data/0/id"), waiting.text("/data/0/objection")],
            [id.as_str(), "我一直都在。"]
        );
        let decision = format!("/v1/platform/takeovers/{id}/decision");
        let reviewer = world.reviewer("reviewer").await;
        reviewer.post(&decision, json!({"transfer": transfer})).await.refused(403, "forbidden");
        let insider = world.operator_with("senior_reviewer", &old.mobile).await;
        let theirs = world.post(&decision, json!({"transfer": transfer})).bearer(&insider);
        theirs.send().await.refused(403, "own_organization");
        let seen = world.get("/v1/platform/takeovers").bearer(&insider).send().await.expect(200);
        assert_eq!(seen.at("/data"), &json!([]));
        let decided = senior.post(&decision, json!({"transfer": transfer})).await.expect(200);
        assert_eq!(decided.text("/state"), state);
        senior.post(&decision, json!({"transfer": true})).await.refused(409, "takeover_not_objected");
        let old = old.signed_in().await;
        assert_eq!(role(&old).await, if transfer { "member" } else { "owner" });
        // What was dismissed is the applicant's again.
        let new = new.signed_in().await;
        let startable = new.certification().await.at("/startable_kinds").clone();
        assert_eq!(startable, if transfer { json!([]) } else { json!(["initial"]) });
        assert!(!world.query("SELECT name FROM takeovers").is_empty());
    }
    assert!(
        world.query("SELECT objection_sealed FROM takeovers").iter().all(|sealed| !sealed.contains("我"))
    );
});

both!(there_has_to_be_something_to_take_over, |world| {
    let company = world.company("无可接管公司").registered().await.filled_in().await;
    begin(&company, "takeover").await.refused(409, "not_certified");
    begin(&company, "initial").await.refused(409, "application_under_way");
    let (old, new) = contested(&world, "有主公司").await;
    begin(&old, "takeover").await.refused(409, "already_certified");
    begin(&new, "takeover").await.expect(201);
    // With another number nobody is certified, and a takeover says so.
    let number = json!({"kind": "credit_code", "number": tests::company::credit_code()});
    new.write(json!({"registration": number})).await.expect(200);
    let refused = new.submit().await.refused(422, "certification_incomplete");
    assert_eq!(refused.text("/findings/0/code"), "nobody_certified");
});

both!(two_do_not_take_over_at_once, |world| {
    let (_old, first) = contested(&world, "争抢公司").await;
    let number = first.certification().await.at("/application/subject/registration").clone();
    let second = world.company("争抢公司").registered().await.filled_in().await;
    second.write(json!({"registration": number})).await.expect(200);
    for company in [&first, &second] {
        begin(company, "takeover").await.expect(201);
        company.submit().await.expect(201);
    }
    approved(&world, &first).await;
    let id = second.application().await;
    let (one, senior) = (world.reviewer("reviewer").await, world.reviewer("senior_reviewer").await);
    one.claim(&id).await.expect(200);
    one.decide(&id, json!({"outcome": "approve", "attempt": 1})).await.expect(200);
    senior.confirm(&id, 1).await.refused(409, "takeover_under_way");
});

both!(who_belongs_to_the_old_tenant_does_not_approve, |world| {
    let (old, new) = contested(&world, "回避公司").await;
    begin(&new, "takeover").await.expect(201);
    let new = new.submitted().await;
    let id = new.application().await;
    let insider = world.operator_with("senior_reviewer", &old.mobile).await;
    let post = |path: &str, body: Value| world.post(format!("/v1/platform/reviews/{id}{path}"), body);
    post("/claim", json!({})).bearer(&insider).send().await.refused(403, "own_organization");
    post("/notes", json!({"text": "听说了"})).bearer(&insider).send().await.refused(403, "own_organization");
    world
        .get(format!("/v1/platform/reviews/{id}"))
        .bearer(&insider)
        .send()
        .await
        .refused(403, "own_organization");
    // Nor do they see its documents.
    let seen = new.certification().await;
    let document = seen.text("/application/requirements/0/documents/0/id");
    let content = format!("/v1/platform/reviews/{id}/documents/{document}/content");
    world.get(&content).bearer(&insider).send().await.refused(403, "own_organization");
    let link = format!("/documents/{document}/links");
    post(&link, json!({})).bearer(&insider).send().await.refused(403, "own_organization");
});

both!(what_is_disputed_is_not_dissolved_and_another_number_is_not_taken, |world| {
    let (old, new) = contested(&world, "争议期公司").await;
    begin(&new, "takeover").await.expect(201);
    let new = new.submitted().await;
    approved(&world, &new).await;
    for company in [&old, &new] {
        let asked = company.post("/v1/organization/dissolution", json!({"name": "争议期公司"}));
        asked.send().await.refused(409, "organization_disputed");
    }
    // Meanwhile the certificate comes to say another number: that is not what was proved.
    begin(&old, "change").await.expect(201);
    let number = json!({"kind": "credit_code", "number": tests::company::credit_code()});
    old.write(json!({"registration": number})).await.expect(200);
    for (kind, file) in
        [("business_license", "a.pdf"), ("id_document_front", "b.pdf"), ("id_document_back", "c.pdf")]
    {
        old.upload(&[("kind", kind)], file, &tests::files::pdf(1)).await.expect(201);
    }
    old.submit().await.expect(201);
    let id = old.application().await;
    let reviewer = world.reviewer("reviewer").await;
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, json!({"outcome": "approve", "attempt": 1})).await.expect(200);
    world.later(Duration::days(7) + Duration::seconds(5));
    for _ in 0..200 {
        if world.query("SELECT state FROM takeovers") == ["dismissed"] {
            break;
        }
        tokio::time::sleep(Pause::from_millis(50)).await;
    }
    assert_eq!(world.query("SELECT state FROM takeovers"), ["dismissed"]);
    assert_eq!(role(&old.signed_in().await).await, "owner");
});
