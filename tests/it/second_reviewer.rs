//! What one reviewer proposes and a second one confirms.

use serde_json::json;
use tests::both;
use tests::reviewer::{operator_id, prohibited};

both!(a_rejection_for_good_needs_a_second_senior_reviewer, |world| {
    let (company, id) = world.submitted("终局公司").await;
    let (reviewer, senior) = (world.reviewer("reviewer").await, world.reviewer("senior_reviewer").await);
    reviewer.claim(&id).await.expect(200);
    let proposed = reviewer.decide(&id, prohibited(1)).await.expect(200);
    assert_eq!(proposed.text("/application/state"), "awaiting_confirmation");
    assert_eq!(proposed.text("/proposal/proposed_by"), reviewer.id);
    assert_eq!(proposed.at("/application/allowed_actions"), &json!([]));
    // Applicants see that it is reviewed, and no more; it is not over yet.
    let seen = company.certification().await;
    assert_eq!(seen.text("/application/state"), "in_review");
    assert_eq!(seen.at("/application/allowed_actions"), &json!(["withdraw"]));
    assert!(!String::from_utf8_lossy(&seen.bytes).contains("prohibited_business"));
    let refused = company.submit().await.refused(409, "action_not_allowed");
    assert_eq!(refused.text("/state"), "in_review");
    let listed = company.get("/v1/certification/applications").send().await.expect(200);
    assert_eq!(listed.text("/data/0/state"), "in_review");

    reviewer.confirm(&id, 1).await.refused(403, "forbidden");
    senior.confirm(&id, 2).await.refused(409, "attempt_mismatch");
    let queue = senior.get("/v1/platform/reviews?state=awaiting_confirmation").await.expect(200);
    assert_eq!(queue.text("/data/0/id"), id);
    let case = senior.case(&id).await;
    assert_eq!(case.at("/application/allowed_actions"), &json!(["confirm", "decline"]));
    assert_eq!(case.text("/proposal/findings/0/code"), "prohibited_business");
    let rejected = senior.confirm(&id, 1).await.expect(200);
    assert_eq!(rejected.text("/application/state"), "rejected");
    assert_eq!(rejected.at("/proposal"), &json!(null));
    let seen = company.certification().await;
    assert_eq!(seen.at("/application/retryable"), false);
    assert_eq!(seen.text("/application/findings/0/code"), "prohibited_business");
    company.submit().await.refused(409, "action_not_allowed");
    let told = world.notices(&company.mobile, 1).await;
    assert!(told[0].contains("不能重新提交"), "{told:?}");
    senior.confirm(&id, 1).await.refused(409, "action_not_allowed");
});

both!(nobody_confirms_their_own_proposal, |world| {
    let (_company, id) = world.submitted("自定公司").await;
    let (one, two) = (world.reviewer("senior_reviewer").await, world.reviewer("senior_reviewer").await);
    one.claim(&id).await.expect(200);
    one.decide(&id, prohibited(1)).await.expect(200);
    one.confirm(&id, 1).await.refused(403, "second_reviewer_required");
    one.decline(&id, 1, "改了主意").await.refused(403, "second_reviewer_required");
    two.confirm(&id, 1).await.expect(200);
});

both!(an_approval_against_the_precheck_is_confirmed_or_declined, |world| {
    // A name that differs from the profile is left to the reviewer: an approval has to override it.
    let company = world.company("简称公司").registered().await.filled_in().await;
    company.write(json!({"legal_name": "简称公司（集团）"})).await.expect(200);
    company.submit().await.expect(201);
    let id = company.application().await;
    let (reviewer, senior) = (world.reviewer("reviewer").await, world.reviewer("senior_reviewer").await);
    let case = reviewer.claim(&id).await.expect(200);
    let finding = case.text("/application/findings/0/id");
    let approve = json!({"outcome": "approve", "attempt": 1});
    let refused = reviewer.decide(&id, approve).await.refused(409, "blocking_findings");
    assert_eq!(refused.at("/finding_ids"), &json!([finding]));
    let unknown =
        json!({"outcome": "approve", "attempt": 1, "overrides": ["0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d"]});
    let refused = reviewer.decide(&id, unknown).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/overrides/0".to_owned(), "finding_unknown".to_owned())]);

    let approve = json!({"outcome": "approve", "attempt": 1, "overrides": [finding]});
    reviewer.decide(&id, approve.clone()).await.expect(200);
    assert_eq!(company.certification().await.text("/certificate/state"), "none");
    senior.decline(&id, 1, "").await.refused(422, "input_invalid");
    let declined = senior.decline(&id, 1, "请先电话核实集团名称。").await.expect(200);
    assert_eq!(declined.text("/application/state"), "in_review");
    assert_eq!(declined.text("/notes/0/text"), "请先电话核实集团名称。");
    assert_eq!(declined.at("/proposal"), &json!(null));
    senior.confirm(&id, 1).await.refused(409, "action_not_allowed");

    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, approve).await.expect(200);
    senior.confirm(&id, 1).await.expect(200);
    assert_eq!(company.certification().await.text("/certificate/state"), "valid");
});

both!(two_seniors_at_once_confirm_once, |world| {
    let (company, id) = world.submitted("双签公司").await;
    let reviewer = world.reviewer("reviewer").await;
    let (one, two) = (world.reviewer("senior_reviewer").await, world.reviewer("senior_reviewer").await);
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, prohibited(1)).await.expect(200);
    let (first, second) =
        futures_util::future::join(one.confirm(&id, 1), two.decline(&id, 1, "不同意")).await;
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let state = company.state().await;
    assert_eq!(state, if first.status == 200 { "rejected" } else { "in_review" });
});

both!(what_waits_for_confirmation_can_be_withdrawn_and_sent_again, |world| {
    let (company, id) = world.submitted("撤回公司").await;
    let (reviewer, senior) = (world.reviewer("reviewer").await, world.reviewer("senior_reviewer").await);
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, prohibited(1)).await.expect(200);
    company.delete("/v1/certification/submission").send().await.expect(204);
    senior.confirm(&id, 1).await.refused(409, "action_not_allowed");
    company.submit().await.expect(201);
    let case = senior.case(&id).await;
    assert_eq!(case.at("/proposal"), &json!(null));
    assert_eq!(case.text("/application/state"), "submitted");
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, json!({"outcome": "approve", "attempt": 2})).await.expect(200);
    assert_eq!(company.certification().await.text("/certificate/state"), "valid");
});

both!(nobody_has_a_say_in_their_own_company, |world| {
    let (company, id) = world.submitted("自家公司").await;
    let reviewer = world.reviewer("reviewer").await;
    let me = operator_id(&world, "senior_reviewer", &company.mobile);
    world.later(chrono::Duration::seconds(61));
    let insider = world.sign_in_operator(&company.mobile).await;
    let post = async |path: &str, body: serde_json::Value| {
        world.post(format!("/v1/platform/reviews/{id}/{path}"), body).bearer(&insider).send().await
    };
    post("claim", json!({})).await.refused(403, "own_organization");
    post("assignee", json!({"operator_id": reviewer.id})).await.refused(403, "own_organization");
    reviewer.claim(&id).await.expect(200);
    let refused = reviewer.assign(&id, &me).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/operator_id".to_owned(), "assignee_not_possible".to_owned())]);
    reviewer.decide(&id, prohibited(1)).await.expect(200);
    post("confirmation", json!({"attempt": 1})).await.refused(403, "own_organization");
    post("declination", json!({"attempt": 1, "note": "x"})).await.refused(403, "own_organization");
    // What is proposed against their company, or said of it, is not for them either.
    post("notes", json!({"text": "x"})).await.refused(403, "own_organization");
    let seen = world.get(format!("/v1/platform/reviews/{id}")).bearer(&insider).send().await;
    seen.refused(403, "own_organization");
    let suspension = format!("/v1/platform/certificates/{}/suspension", company.tenant);
    let suspended = world.post(&suspension, json!({"reason": "x"})).bearer(&insider).send().await;
    suspended.refused(403, "own_organization");
});
