//! The desk of a reviewer: handing on, filters, counts, notes, replies, comparison, statistics.

use chrono::Duration;
use serde_json::{Value, json};
use tests::reviewer::{blurred, prohibited};
use tests::{Reviewer, both, files};

both!(a_case_is_handed_on_by_its_holder_and_handed_out_by_a_senior, |world| {
    let (_company, id) = world.submitted("转交公司").await;
    let (one, two) = (world.reviewer("reviewer").await, world.reviewer("reviewer").await);
    let (senior, support) = (world.reviewer("senior_reviewer").await, world.reviewer("support").await);
    one.assign(&id, &two.id).await.refused(409, "claim_lost");
    let given = senior.assign(&id, &one.id).await.expect(200);
    assert_eq!(given.text("/lease/holder"), one.id);
    assert_eq!(given.text("/application/state"), "in_review");
    two.claim(&id).await.refused(409, "review_claimed");
    for nobody in [&support.id, "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d"] {
        let refused = one.assign(&id, nobody).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/operator_id".to_owned(), "assignee_not_possible".to_owned())]);
    }
    one.assign(&id, &two.id).await.expect(200);
    one.decide(&id, json!({"outcome": "approve", "attempt": 1})).await.refused(409, "claim_lost");
    two.decide(&id, json!({"outcome": "approve", "attempt": 1})).await.expect(200);
    senior.assign(&id, &one.id).await.refused(409, "action_not_allowed");
    let operators = one.get("/v1/platform/operators").await.expect(200);
    let roles: Vec<_> =
        operators.at("/data").as_array().unwrap().iter().map(|o| o["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["reviewer", "reviewer", "senior_reviewer", "support"]);
});

async fn names(reviewer: &Reviewer, filter: &str) -> Vec<String> {
    let page = reviewer.get(format!("/v1/platform/reviews?{filter}")).await.expect(200);
    let items = page.at("/data").as_array().unwrap();
    items.iter().map(|item| item["legal_name"].as_str().unwrap().to_owned()).collect()
}

both!(the_queue_is_filtered_and_counted, |world| {
    // A Monday, so that what is due does not depend on the day of the test.
    world.at("2026-11-23T09:00:00+08:00");
    let reviewer = world.reviewer("reviewer").await;
    let (_first, id) = world.submitted("南山一号").await;
    world.later(Duration::minutes(5));
    let (second, second_id) = world.submitted("南山二号").await;
    let (_third, third_id) = world.submitted("福田三号").await;
    reviewer.claim(&second_id).await.expect(200);
    reviewer.claim(&third_id).await.expect(200);
    reviewer.decide(&third_id, prohibited(1)).await.expect(200);

    assert_eq!(names(&reviewer, "search=南山").await, ["南山一号", "南山二号"]);
    assert_eq!(names(&reviewer, "search=山").await, Vec::<String>::new());
    let number = second.certification().await.text("/application/number").to_lowercase();
    assert_eq!(names(&reviewer, &format!("search={number}")).await, ["南山二号"]);
    assert_eq!(names(&reviewer, "unassigned=true").await, ["南山一号", "福田三号"]);
    assert_eq!(names(&reviewer, "unassigned=false").await, ["南山二号"]);
    assert_eq!(names(&reviewer, &format!("assignee={}", reviewer.id)).await, ["南山二号"]);
    assert_eq!(names(&reviewer, "organization_type=enterprise").await.len(), 3);
    assert_eq!(names(&reviewer, "organization_type=government").await.len(), 0);
    assert_eq!(names(&reviewer, "submitted_until=2026-11-23T01:03:00Z").await, ["南山一号"]);
    assert_eq!(names(&reviewer, "submitted_from=2026-11-23T01:03:00Z").await.len(), 2);
    assert_eq!(names(&reviewer, "overdue=true").await.len(), 0);

    let counts = reviewer.get("/v1/platform/review-counts").await.expect(200);
    let expected = json!({"submitted": 1, "in_review": 1, "awaiting_confirmation": 1, "information_requested": 0,
        "overdue": 0, "unassigned": 2, "calendar_known_until": "2026-12-31"});
    assert_eq!(counts.json, expected);
    let page = reviewer.get(format!("/v1/platform/reviews?search={number}")).await.expect(200);
    assert_eq!(page.text("/data/0/urgency"), "on_time");
    world.later(Duration::hours(37));
    let reviewer = reviewer.signed_in().await;
    assert_eq!(reviewer.case(&id).await.text("/urgency"), "due_soon");
    world.later(Duration::hours(36));
    let reviewer = reviewer.signed_in().await;
    assert_eq!(reviewer.case(&id).await.text("/urgency"), "overdue");
    assert_eq!(names(&reviewer, "overdue=true").await.len(), 3);
    // The claim has ended meanwhile.
    let counts = reviewer.get("/v1/platform/review-counts").await.expect(200);
    assert_eq!([counts.at("/overdue"), counts.at("/unassigned")], [3, 3]);
});

both!(notes_stay_among_operators, |world| {
    let (company, id) = world.submitted("备注公司").await;
    let (reviewer, support) = (world.reviewer("reviewer").await, world.reviewer("support").await);
    let path = format!("/v1/platform/reviews/{id}/notes");
    for (text, code) in
        [("", "value_too_short"), ("  ", "value_too_short"), ("a\u{202E}b", "text_character_forbidden")]
    {
        let refused = reviewer.post(&path, json!({"text": text})).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/text".to_owned(), code.to_owned())]);
    }
    reviewer.post(&path, json!({"text": "第一条\n两行"})).await.expect(201);
    let note = reviewer.post(&path, json!({"text": "第二条"})).await.expect(201);
    assert_eq!(note.text("/operator_id"), reviewer.id);
    support.post(&path, json!({"text": "x"})).await.refused(403, "forbidden");
    let case = support.case(&id).await;
    let texts: Vec<_> = case.at("/notes").as_array().unwrap().iter().map(|n| n["text"].clone()).collect();
    assert_eq!(texts, ["第二条", "第一条\n两行"]);
    let seen = company.certification().await;
    assert!(!String::from_utf8_lossy(&seen.bytes).contains("第二条"));
    let nothing = "/v1/platform/reviews/0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d/notes";
    reviewer.post(nothing, json!({"text": "x"})).await.refused(404, "not_found");
});

both!(replies_are_saved_for_all_reviewers, |world| {
    let (one, two) = (world.reviewer("reviewer").await, world.reviewer("reviewer").await);
    let path = "/v1/platform/saved-replies";
    let blurry = json!({"title": "执照模糊", "code": "document_blurry", "message": "请在光线充足处重拍。"});
    let saved = one.post(path, blurry).await.expect(201);
    one.post(path, json!({"title": "通用", "message": "请补充说明。"})).await.expect(201);
    let listed = async |filter: &str| {
        let page = two.get(format!("{path}?{filter}")).await.expect(200);
        let replies = page.at("/data").as_array().unwrap().clone();
        replies.iter().map(|reply| reply["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await.len(), 2);
    assert_eq!(listed("code=document_blurry").await.len(), 2);
    assert_eq!(listed("code=name_mismatch").await, ["通用"]);
    let reply = format!("{path}/{}", saved.text("/id"));
    let put = async |token: &str, version: Option<&str>, body: Value| {
        let request = world.request("PUT", &reply).bearer(token).json(&body);
        let request = match version {
            Some(version) => request.header("if-match", version),
            None => request,
        };
        request.send().await
    };
    let better = json!({"title": "执照看不清", "message": "请重拍，四角完整。", "remedy": "upload_again"});
    put(&two.token, None, better.clone()).await.refused(428, "version_required");
    let changed = put(&two.token, Some(&saved.etag()), better.clone()).await.expect(200);
    assert_eq!(
        [changed.text("/title"), changed.text("/changed_by")],
        ["执照看不清".to_owned(), two.id.clone()]
    );
    assert_eq!(changed.at("/code"), &json!(null));
    put(&one.token, Some(&saved.etag()), better).await.refused(412, "version_stale");
    world.delete(&reply).bearer(&one.token).send().await.expect(204);
    world.delete(&reply).bearer(&one.token).send().await.refused(404, "not_found");
    assert_eq!(listed("").await, ["通用"]);
    let wrong = one.post(path, json!({"title": "a\nb", "message": ""})).await.refused(422, "input_invalid");
    assert_eq!(wrong.faults().len(), 1);
});

both!(a_submission_is_compared_with_the_one_before, |world| {
    let (company, id) = world.submitted("对比公司").await;
    let reviewer = world.reviewer("reviewer").await;
    let path = format!("/v1/platform/reviews/{id}/comparison");
    let first = reviewer.get(&path).await.expect(200);
    assert_eq!([first.at("/attempt"), first.at("/with")], [&json!(1), &json!(null)]);
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, blurred(1)).await.expect(200);
    let license = company.certification().await.text("/application/requirements/0/documents/0/id");
    let fields = [("kind", "business_license"), ("replaces", license.as_str())];
    company.upload(&fields, "a.jpg", &files::jpeg(1100, 800)).await.expect(201);
    company.write(json!({"registered_address": {"line": "科技园路 2 号"}, "representative": {"id_kind": "passport", "id_number": "E87654321"}})).await.expect(200);
    company.submit().await.expect(201);

    let second = reviewer.get(format!("{path}?attempt=2")).await.expect(200);
    assert_eq!([second.at("/attempt"), second.at("/with")], [2, 1]);
    let changed: Vec<_> = second
        .at("/fields")
        .as_array()
        .unwrap()
        .iter()
        .filter(|field| field["changed"] == true)
        .map(|field| field["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(changed, ["/registered_address/line", "/representative/id_kind", "/representative/id_number"]);
    let text = String::from_utf8_lossy(&second.bytes);
    assert!(!text.contains("11010519491231002X") && !text.contains("E87654321"), "{text}");
    let documents = second.at("/documents").as_array().unwrap();
    let pages: Vec<_> = documents.iter().filter(|page| page["changed"] == true).collect();
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0]["before"]["id"], license);
    // Both can be looked at.
    for side in ["before", "after"] {
        let url = pages[0][side]["content_url"].as_str().unwrap();
        reviewer.get(url).await.expect(200);
    }
    reviewer.get(format!("{path}?attempt=3")).await.refused(404, "not_found");
});

both!(what_reviewers_did_is_counted, |world| {
    world.at("2026-11-23T09:00:00+08:00");
    let (one, two) = (world.reviewer("reviewer").await, world.reviewer("senior_reviewer").await);
    let (_a, first) = world.submitted("统计一号").await;
    let (_b, second) = world.submitted("统计二号").await;
    world.later(Duration::minutes(5));
    for id in [&first, &second] {
        one.claim(id).await.expect(200);
    }
    one.decide(&first, json!({"outcome": "approve", "attempt": 1})).await.expect(200);
    one.decide(&second, prohibited(1)).await.expect(200);
    world.later(Duration::days(4));
    let two = two.signed_in().await;
    two.decline(&second, 1, "再看看").await.expect(200);
    let span = "from=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z";
    let found = two.get(format!("/v1/platform/review-statistics?{span}")).await.expect(200);
    let seen = found.at("/reviewers");
    assert_eq!(seen[0]["operator_id"], one.id);
    assert_eq!([&seen[0]["approved"], &seen[0]["proposed"], &seen[0]["late"]], [1, 1, 0]);
    let average = seen[0]["average_working_seconds"].as_i64().unwrap();
    assert!((290..=330).contains(&average), "{average}");
    assert_eq!([&seen[1]["declined"], &seen[1]["late"]], [1, 1]);
    let before = "from=2026-10-01T00:00:00Z&until=2026-11-01T00:00:00Z";
    let found = two.get(format!("/v1/platform/review-statistics?{before}")).await.expect(200);
    assert_eq!(found.at("/reviewers"), &json!([]));
    for wrong in [
        "",
        "from=2026-10-01T00:00:00Z&until=2026-10-01T00:00:00Z",
        "from=2020-01-01T00:00:00Z&until=2026-10-01T00:00:00Z",
    ] {
        two.get(format!("/v1/platform/review-statistics?{wrong}")).await.refused(422, "input_invalid");
    }
});
