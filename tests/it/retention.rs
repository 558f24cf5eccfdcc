//! How long documents are kept, and what is left when they are gone.

use chrono::Duration;
use serde_json::{Value, json};
use std::time::Duration as Pause;
use tests::reviewer::{blurred, prohibited};
use tests::{Company, World, both, files};

/// The kinds of documents that were erased, waiting for so many.
async fn erased(world: &World, count: usize) -> Vec<String> {
    let mut found = Vec::new();
    for _ in 0..200 {
        found = world.query("SELECT kind FROM documents WHERE erased_at IS NOT NULL ORDER BY kind");
        if found.len() >= count {
            break;
        }
        tokio::time::sleep(Pause::from_millis(50)).await;
    }
    found
}

/// That the worker has looked, and nothing was erased.
async fn nothing_erased(world: &World) {
    for _ in 0..200 {
        let due =
            format!("SELECT kind FROM jobs WHERE kind = 'erase_documents' AND due_at <= {}", now(world));
        if world.query(&due).is_empty() {
            break;
        }
        tokio::time::sleep(Pause::from_millis(50)).await;
    }
    assert_eq!(erased(world, 0).await, Vec::<String>::new());
}

fn now(world: &World) -> String {
    match world.backend {
        tests::Backend::Sqlite => world.clock.now().timestamp_micros().to_string(),
        tests::Backend::Postgres => format!("'{}'", world.clock.now().to_rfc3339()),
    }
}

/// How many files there are in the store, waiting for so few.
async fn files_left(world: &World, count: usize) -> usize {
    let mut left = 0;
    for _ in 0..100 {
        left = std::fs::read_dir(world.folder.path().join("documents"))
            .unwrap()
            .flatten()
            .map(|folder| std::fs::read_dir(folder.path()).unwrap().count())
            .sum();
        if left <= count {
            break;
        }
        tokio::time::sleep(Pause::from_millis(50)).await;
    }
    left
}

fn ids(seen: &Value) -> Vec<(String, String)> {
    let requirements = seen["application"]["requirements"].as_array().unwrap().iter();
    let documents = requirements.flat_map(|requirement| requirement["documents"].as_array().unwrap());
    documents
        .map(|one| (one["kind"].as_str().unwrap().to_owned(), one["id"].as_str().unwrap().to_owned()))
        .collect()
}

async fn upload(company: &Company) {
    company.upload(&[("kind", "business_license")], "a.jpg", &files::jpeg(900, 700)).await.expect(201);
}

both!(pictures_of_identity_documents_go_after_an_approval, |world| {
    let (company, id) = world.submitted("到期公司").await;
    let documents = ids(&company.certification().await.json);
    let reviewer = world.reviewer("reviewer").await;
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, json!({"outcome": "approve", "attempt": 1})).await.expect(200);
    let before = files_left(&world, 0).await;
    world.later(Duration::days(29));
    nothing_erased(&world).await;
    world.later(Duration::days(1) + Duration::seconds(5));
    assert_eq!(erased(&world, 2).await, ["id_document_back", "id_document_front"]);
    assert!(files_left(&world, before - 2).await <= before - 2);

    let (company, reviewer) = (company.signed_in().await, reviewer.signed_in().await);
    for (kind, document) in &documents {
        let path = format!("/v1/certification/documents/{document}/content");
        let theirs = format!("/v1/platform/reviews/{id}/documents/{document}/content");
        let (seen, reviewed) = (company.get(&path).send().await, reviewer.get(theirs).await);
        if kind == "business_license" {
            assert_eq!([seen.status, reviewed.status], [200, 200]);
        } else {
            seen.refused(404, "document_erased");
            reviewed.refused(404, "document_erased");
        }
    }
    // The certificate counts as before, and what the submission was made of is still known.
    assert_eq!(company.certification().await.text("/certificate/state"), "valid");
    assert_eq!(reviewer.case(&id).await.at("/attempts").as_array().unwrap().len(), 1);
    let entries = "SELECT actor_kind FROM journal WHERE action = 'certification.documents_erased'";
    assert_eq!(world.query(entries), ["system"]);
    // Nothing that the sweep finds is left to forget.
    assert_eq!(world.service().tidy_documents(Duration::zero()).await.unwrap(), 0);
});

both!(everything_goes_after_a_rejection_unless_somebody_goes_on, |world| {
    let (company, id) = world.submitted("未通过公司").await;
    let reviewer = world.reviewer("reviewer").await;
    reviewer.claim(&id).await.expect(200);
    let findings = json!([{"requirement": "business_license", "code": "document_blurry"}]);
    let reject = json!({"outcome": "reject", "attempt": 1, "findings": findings});
    reviewer.decide(&id, reject).await.expect(200);
    world.later(Duration::days(80));
    let company = company.signed_in().await;
    let license = ids(&company.certification().await.json)[0].1.clone();
    let fields = [("kind", "business_license"), ("replaces", license.as_str())];
    company.upload(&fields, "a.jpg", &files::jpeg(900, 700)).await.expect(201);
    world.later(Duration::days(11));
    nothing_erased(&world).await;
    world.later(Duration::days(80));
    assert_eq!(erased(&world, 4).await.len(), 4, "also the one that was replaced");
    assert_eq!(files_left(&world, 0).await, 0);
    let company = company.signed_in().await;
    let refused = company.submit().await.refused(422, "certification_incomplete");
    assert_eq!(refused.text("/findings/0/code"), "document_missing");
    upload(&company).await;
});

both!(what_nobody_answered_and_what_nobody_submitted_goes_too, |world| {
    let (_company, id) = world.submitted("无回音公司").await;
    let reviewer = world.reviewer("reviewer").await;
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, blurred(1)).await.expect(200);
    let draft = world.company("草稿公司").registered().await;
    upload(&draft).await;
    world.later(Duration::days(89));
    nothing_erased(&world).await;
    world.later(Duration::days(2));
    assert_eq!(erased(&world, 1).await, ["business_license"]);
    // The answer was waited for until the thirtieth day.
    world.later(Duration::days(30));
    assert_eq!(erased(&world, 4).await.len(), 4);
});

both!(what_is_disputed_is_kept_until_the_hold_is_lifted, |world| {
    let (_company, id) = world.submitted("争议公司").await;
    let (one, senior) = (world.reviewer("reviewer").await, world.reviewer("senior_reviewer").await);
    one.claim(&id).await.expect(200);
    one.decide(&id, prohibited(1)).await.expect(200);
    senior.confirm(&id, 1).await.expect(200);
    let path = format!("/v1/platform/reviews/{id}/hold");
    let reason = json!({"reason": "两家企业对同一执照有争议。"});
    one.post(&path, reason.clone()).await.refused(403, "forbidden");
    let lift = async |token: &str| world.delete(&path).bearer(token).send().await;
    lift(&senior.token).await.refused(409, "not_held");
    assert_eq!(senior.post(&path, reason.clone()).await.expect(201).text("/operator_id"), senior.id);
    senior.post(&path, reason).await.refused(409, "already_held");
    assert_eq!(senior.case(&id).await.text("/hold/reason"), "两家企业对同一执照有争议。");
    world.later(Duration::days(100));
    nothing_erased(&world).await;
    let senior = senior.signed_in().await;
    lift(&senior.token).await.expect(204);
    assert_eq!(erased(&world, 3).await.len(), 3);
});
