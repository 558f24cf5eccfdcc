//! Why somebody may do something, and what they may do at all.

use crate::people::{at, change, department, fault, felt, invited, member_id};
use crate::roles::{ADMINISTRATOR, DEPARTMENT_MANAGER, assign, everywhere, give, only, own};
use chrono::{Duration, SecondsFormat};
use serde_json::{Value, json};
use tests::{Answer, Company, both};

async fn ask(by: &Company, question: Value) -> Answer {
    by.post("/v1/access/explain", question).send().await
}

/// Whether it is allowed, and why.
async fn decision(by: &Company, question: Value) -> (bool, String, Answer) {
    let answer = ask(by, question).await.expect(200);
    (answer.at("/allowed") == &json!(true), answer.text("/reason"), answer)
}

fn on(kind: &str, id: &str) -> Value {
    json!({"kind": kind, "id": id})
}

both!(a_decision_is_explained, |world| {
    let owner = world.company("缘由公司").registered().await;
    let (north, south) = (department(&owner, "北方").await, department(&owner, "南方").await);
    let manager = owner.plain_member().await;
    let me = member_id(&manager).await;
    change(&owner, &me, json!({"name": "张经理", "departments": [{"department_id": north}]}))
        .await
        .expect(200);
    let (here, there) =
        (invited(&owner, "赵北", at(&[&north])).await, invited(&owner, "孙南", at(&[&south])).await);
    let both = invited(&owner, "李两处", at(&[&north, &south])).await;
    let given = assign(&owner, DEPARTMENT_MANAGER, ("member", &me), own()).await;
    felt().await;
    let manage = |target: &Value| json!({"permission": "member:manage", "target": target});
    // Each answer is what comes of trying it.
    for (who, allowed, reason, effect, status) in [
        (&here, true, "role", "allows", 200),
        (&there, false, "out_of_range", "elsewhere", 403),
        (&both, false, "out_of_range", "partly", 403),
    ] {
        let (may, why, answer) = decision(&manager, manage(&on("member", who))).await;
        assert_eq!((may, why.as_str()), (allowed, reason));
        assert_eq!(
            [answer.text("/assignments/0/effect"), answer.text("/assignments/0/assignment/id")],
            [effect, &given]
        );
        assert_eq!(change(&manager, who, json!({"position": "站长"})).await.status, status);
        assert_eq!(answer.at("/missing").is_null(), allowed);
        if !allowed {
            // The owner can give it, and nobody else.
            assert_eq!(answer.at("/grantors").as_array().unwrap().len(), 1);
            assert_eq!(answer.text("/grantors/0/member_id"), member_id(&owner).await);
        }
    }
    let (.., answer) = decision(&manager, manage(&on("member", &there))).await;
    assert_eq!(answer.at("/missing/department_ids"), &json!([south]));
    assert_eq!(answer.at("/missing/permissions"), &json!(["hidden:read", "member:manage"]));
    // To see what somebody is, one of their departments is enough; in the whole organization it is nobody's but theirs who see all.
    let contact = |target: &Value| json!({"permission": "member:read", "target": target, "field": "contact"});
    let (may, why, answer) = decision(&manager, contact(&on("member", &both))).await;
    assert_eq!((may, why.as_str(), answer.text("/assignments/0/effect").as_str()), (true, "role", "allows"));
    assert!(manager.get(&format!("/v1/members/{both}")).send().await.text("/mobile").starts_with("+86"));
    let (may, why, _) = decision(&manager, contact(&json!({"kind": "organization"}))).await;
    assert_eq!((may, why.as_str()), (false, "field_not_given"));
    let odd = json!({"permission": "department:read", "target": on("member", &both), "field": "contact"});
    assert_eq!(
        ask(&manager, odd).await.refused(422, "input_invalid").faults(),
        fault("/field", "field_unknown")
    );
    // A field of somebody whom they manage otherwise.
    let mut personal = manage(&on("member", &here));
    personal["field"] = json!("personal");
    let (may, why, answer) = decision(&manager, personal).await;
    assert_eq!(
        (may, why.as_str(), answer.text("/assignments/0/effect").as_str()),
        (false, "field_not_given", "field_not_given")
    );
    assert_eq!(
        (answer.at("/missing/permissions"), answer.at("/missing/fields")),
        (&json!([]), &json!(["personal"]))
    );
    // What is only worth something for the whole organization.
    let whole = json!({"kind": "organization"});
    let (may, why, _) = decision(&manager, json!({"permission": "policy:read", "target": whole})).await;
    assert_eq!((may, why.as_str()), (false, "not_given"));
    let own = json!({"permission": "member:read", "target": on("member", &me), "field": "personal"});
    assert_eq!(decision(&manager, own).await.1, "own_record");
    let everybody = json!({"permission": "department:read", "target": on("department", &south)});
    assert_eq!(decision(&manager, everybody).await.1, "everybody");
    // About others asks whoever may see who has which roles; and the answer is the same.
    let about =
        |id: &str| json!({"member_id": id, "permission": "member:manage", "target": on("member", &there)});
    let refused = ask(&manager, about(&member_id(&owner).await)).await.refused(403, "forbidden");
    assert_eq!(refused.text("/permission"), "access:read");
    let (may, why, answer) = decision(&owner, about(&me)).await;
    assert_eq!(
        (may, why.as_str(), answer.text("/assignments/0/effect").as_str()),
        (false, "out_of_range", "elsewhere")
    );
    assert_eq!(decision(&owner, about(&member_id(&owner).await)).await.1, "owner");
    assert_eq!(decision(&owner, about(&here)).await.1, "not_active");
    // Who could give it is told with those who have roles.
    let deputy = owner.plain_member().await;
    let deputy_id = member_id(&deputy).await;
    assign(&owner, ADMINISTRATOR, ("member", &deputy_id), everywhere()).await;
    let (.., answer) = decision(&owner, about(&me)).await;
    assert_eq!(answer.text("/grantors/1/member_id"), deputy_id);
    // What is over is told as such.
    let until = (world.clock.now() + Duration::minutes(3)).to_rfc3339_opts(SecondsFormat::Millis, true);
    let other = owner.plain_member().await;
    let other_id = member_id(&other).await;
    give(&owner, ADMINISTRATOR, ("department", &north), everywhere(), json!(until)).await.expect(201);
    change(&owner, &other_id, at(&[&north])).await.expect(200);
    let policy = json!({"member_id": other_id, "permission": "policy:manage", "target": whole});
    let (may, why, answer) = decision(&owner, policy.clone()).await;
    assert_eq!((may, why.as_str(), answer.text("/assignments/0/effect").as_str()), (true, "role", "allows"));
    world.later(Duration::minutes(4));
    let (may, why, answer) = decision(&owner, policy).await;
    assert_eq!(
        (may, why.as_str(), answer.text("/assignments/0/effect").as_str()),
        (false, "not_given", "over")
    );
});

both!(what_is_hidden_is_explained_to_nobody, |world| {
    let owner = world.company("缘由公司").registered().await;
    let secret = department(&owner, "保密部").await;
    let hidden = invited(&owner, "丁密", at(&[&secret])).await;
    let hide = world.patch(format!("/v1/departments/{secret}"), json!({"hidden": true}));
    hide.bearer(&owner.access_token).send().await.expect(200);
    let plain = owner.plain_member().await;
    let nothing = uuid::Uuid::now_v7().to_string();
    for (kind, id, code) in
        [("member", &hidden, "member_unknown"), ("department", &secret, "department_unknown")]
    {
        let about = |id: &str| json!({"permission": "department:read", "target": on(kind, id)});
        let there = ask(&plain, about(id)).await.refused(422, "input_invalid");
        let none = ask(&plain, about(&nothing)).await.refused(422, "input_invalid");
        assert_eq!(
            (there.faults(), &there.json["errors"]),
            (fault("/target/id", code), &none.json["errors"])
        );
        // Whoever sees it hears that the other does not.
        let mut asked = about(id);
        asked["member_id"] = json!(member_id(&plain).await);
        let (may, why, answer) = decision(&owner, asked).await;
        assert_eq!(
            (may, why.as_str(), answer.at("/missing/permissions")),
            (false, "hidden", &json!(["hidden:read"]))
        );
    }
    let of = ask(
        &owner,
        json!({"member_id": nothing, "permission": "member:read", "target": {"kind": "organization"}}),
    );
    assert_eq!(of.await.refused(422, "input_invalid").faults(), fault("/member_id", "member_unknown"));
    for (question, at, code) in [
        (
            json!({"permission": "review:read", "target": {"kind": "organization"}}),
            "/permission",
            "permission_unknown",
        ),
        (
            json!({"permission": "fly", "target": {"kind": "organization"}}),
            "/permission",
            "permission_unknown",
        ),
        (json!({"permission": "member:read", "target": {"kind": "member"}}), "/target/id", "field_required"),
        (
            json!({"permission": "member:read", "target": {"kind": "organization", "id": nothing}}),
            "/target/id",
            "field_unknown",
        ),
    ] {
        assert_eq!(ask(&plain, question).await.refused(422, "input_invalid").faults(), fault(at, code));
    }
});

both!(a_frontend_begins_with_one_answer, |world| {
    let owner = world.company("起步公司").registered().await;
    let north = department(&owner, "北方").await;
    let person = owner.plain_member().await;
    let plain = person.get("/v1/me/permissions").send().await.expect(200);
    let names = |answer: &Answer| -> Vec<String> {
        let all = answer.at("/permissions").as_array().unwrap();
        all.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&plain), ["member:read", "department:read"]);
    assert_eq!(
        plain.at("/fields/0"),
        &json!({"group": "basic", "read": {"everywhere": true, "department_ids": []}, "write": {"everywhere": false, "department_ids": []}})
    );
    let id = member_id(&person).await;
    let given = assign(&owner, DEPARTMENT_MANAGER, ("member", &id), only(&[&north])).await;
    let before = person.get("/v1/me/bootstrap").send().await.expect(200);
    felt().await;
    let mine = person.get("/v1/me/permissions").send().await.expect(200);
    let manage =
        mine.at("/permissions").as_array().unwrap().iter().find(|one| one["name"] == "member:manage");
    assert_eq!(
        manage,
        Some(&json!({"name": "member:manage", "everywhere": false, "department_ids": [north]}))
    );
    assert_eq!(mine.text("/assignments/0/id"), given);
    assert_eq!(mine.at("/fields/1/write"), &json!({"everywhere": false, "department_ids": [north]}));
    // One answer has all of it, and says by its tag when something of it is new.
    let begin =
        person.get("/v1/me/bootstrap").header("if-none-match", &before.etag()).send().await.expect(200);
    assert_eq!(begin.at("/access"), &mine.json);
    assert_eq!(begin.at("/me"), &person.get("/v1/me").send().await.expect(200).json);
    assert_eq!(begin.at("/organization"), &person.get("/v1/organization").send().await.expect(200).json);
    assert_eq!(begin.at("/limits/members"), &json!(200));
    assert_eq!(begin.headers["cache-control"], "private, no-cache");
    person.get("/v1/me/bootstrap").header("if-none-match", &begin.etag()).send().await.expect(304);
    let whole = owner.get("/v1/me/permissions").send().await.expect(200);
    assert_eq!((whole.at("/is_owner"), whole.at("/assignments")), (&json!(true), &json!([])));
    assert_eq!(names(&whole).len(), 18);
});
