//! Leaving an organization: what is handed over, what ends, and coming back.

use crate::people::{change, department, fault, felt, invited, member, member_id, names};
use chrono::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use tests::world::mobile;
use tests::{Answer, Backend, Company, World, both};

async fn depart(company: &Company, id: &str, body: Value) -> Answer {
    company.post(&format!("/v1/members/{id}/departure"), body).send().await
}

both!(what_somebody_had_in_hand_goes_to_others, |world| {
    let company = world.company("交接公司").registered().await;
    let [one, two, three] = [
        department(&company, "一部").await,
        department(&company, "二部").await,
        department(&company, "三部").await,
    ];
    let person = company.plain_member().await;
    let id = member_id(&person).await;
    let chief = invited(&company, "总监", json!({})).await;
    let leads = |ids: [&String; 3]| -> Value {
        ids.iter().map(|id| json!({"department_id": id, "is_leader": true})).collect()
    };
    change(&company, &id, json!({"departments": leads([&one, &two, &three]), "leader_id": chief}))
        .await
        .expect(200);
    let heir =
        invited(&company, "继任", json!({"leader_id": id, "departments": [{"department_id": one}]})).await;
    let deputy = invited(&company, "副手", json!({"leader_id": heir})).await;
    let report = invited(&company, "下属", json!({"leader_id": id})).await;

    let preview = company.get(&format!("/v1/members/{id}/departure-preview")).send().await.expect(200);
    assert_eq!(preview.at("/report_count"), &json!(2));
    assert_eq!(preview.text("/leaderships/2/name"), "三部");

    let wrong = json!({"successor_id": id, "leaderships": [{"department_id": company.tenant, "successor_id": company.tenant}]});
    let mut faults = depart(&company, &id, wrong).await.refused(422, "input_invalid").faults();
    faults.sort();
    let expected = [
        ("/leaderships/0/department_id", "department_unknown"),
        ("/leaderships/0/successor_id", "member_unknown"),
        ("/successor_id", "successor_leaves"),
    ];
    assert_eq!(faults, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let missing = depart(&company, &id, json!({})).await.refused(422, "input_invalid");
    assert_eq!(missing.faults(), fault("/successor_id", "field_required"));
    let stale = company.post(&format!("/v1/members/{id}/departure"), json!({"successor_id": null}));
    stale.header("if-match", "\"1\"").send().await.refused(412, "version_stale");

    let body = json!({"successor_id": heir, "leaderships": [
        {"department_id": two, "successor_id": deputy}, {"department_id": three, "successor_id": null}]});
    let left = depart(&company, &id, body).await.expect(201);
    assert_eq!([left.at("/report_count"), left.at("/reports_to_id")], [&json!(2), &json!(heir)]);
    assert_eq!(
        [left.at("/leaderships/1/successor_id"), left.at("/leaderships/2/successor_id")],
        [&json!(deputy), &Value::Null]
    );
    assert_eq!(company.get(&format!("/v1/members/{id}/departure")).send().await.expect(200).json, left.json);
    for (department, leader) in [(&one, Some(&heir)), (&two, Some(&deputy)), (&three, None)] {
        let found = company.get(&format!("/v1/departments/{department}")).send().await.expect(200);
        let leaders = found.at("/leaders").as_array().unwrap();
        assert_eq!(leaders.first().map(|leader| leader["id"].as_str().unwrap()), leader.map(String::as_str));
        assert!(leaders.len() <= 1);
    }
    // The successor reports where the leaver did, everybody else to the successor.
    assert_eq!(member(&company, &heir).await.text("/leader_id"), chief);
    assert_eq!(member(&company, &report).await.text("/leader_id"), heir);
    let gone = member(&company, &id).await;
    assert_eq!((gone.text("/state"), gone.at("/departments")), ("departed".to_owned(), &json!([])));
    assert!(!names(&company, "/v1/members").await.contains(&"赵普通".to_owned()));
    assert_eq!(names(&company, "/v1/members?state=departed").await, ["赵普通"]);
    assert_eq!(names(&company, "/v1/members?search=zhao").await, [""; 0]);
    depart(&company, &id, json!({"successor_id": null})).await.refused(409, "action_not_allowed");
    change(&company, &id, json!({"position": "顾问"})).await.refused(409, "action_not_allowed");
    let refused = change(&company, &report, json!({"leader_id": id})).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/leader_id", "member_unknown"));
    let owner = member_id(&company).await;
    depart(&company, &owner, json!({"successor_id": null})).await.refused(409, "owner_stays");
    let other = world.company("旁观公司").registered().await;
    depart(&other, &report, json!({"successor_id": null})).await.refused(404, "not_found");
    other.get(&format!("/v1/members/{id}/departure")).send().await.refused(404, "not_found");
    let plain = company.plain_member().await;
    depart(&plain, &report, json!({"successor_id": null})).await.refused(403, "forbidden");
});

/// Within a second, on every replica.
async fn who_left_is_out(backend: Backend) {
    let world = Rc::new(World::start(backend).await);
    let company = world.company("离职公司").registered().await;
    let person = company.plain_member().await;
    let replica = world.replica(&[]).await;
    replica.clock.advance(world.clock.now() - replica.clock.now());
    let me = async |world: &World| world.get("/v1/me").bearer(&person.access_token).send().await;
    me(&replica).await.expect(200);
    me(&world).await.expect(200);
    let id = member_id(&person).await;
    depart(&company, &id, json!({"successor_id": null})).await.expect(201);
    me(&world).await.refused(401, "session_ended");
    felt().await;
    me(&replica).await.refused(401, "session_ended");
    let refresh = json!({"refresh_token": person.refresh_token});
    replica.post("/v1/sessions/refresh", refresh).send().await.refused(401, "refresh_token_invalid");
    let devices = company.get(&format!("/v1/devices?member_id={id}")).send().await.expect(200);
    assert_eq!(devices.at("/data"), &json!([]));
    World::stop(world).await;
}

#[actix_web::test]
async fn who_left_is_out_sqlite() {
    who_left_is_out(Backend::Sqlite).await;
}

#[actix_web::test]
async fn who_left_is_out_postgres() {
    who_left_is_out(Backend::Postgres).await;
}

both!(who_left_can_come_back_for_a_while, |world| {
    let company = world.company("恢复公司").registered().await;
    let one = department(&company, "一部").await;
    let two = department(&company, "二部").await;
    let chief = invited(&company, "总监", json!({})).await;
    let person = company.plain_member().await;
    let id = member_id(&person).await;
    let placed = json!({"departments": [{"department_id": one, "is_leader": true}, {"department_id": two, "order": 3}], "leader_id": chief});
    let before = change(&company, &id, placed).await.expect(200);
    depart(&company, &id, json!({"successor_id": null})).await.expect(201);
    // What they had stays theirs.
    let again = json!({"name": "赵普通", "mobile": person.mobile, "userid": before.text("/userid")});
    let mut faults = company.post("/v1/members", again).send().await.refused(422, "input_invalid").faults();
    faults.sort();
    assert_eq!(faults, [fault("/mobile", "held_by_departed"), fault("/userid", "held_by_departed")].concat());
    company.delete(&format!("/v1/departments/{one}")).send().await.expect(204);
    let restore =
        |company: &Company| company.post(&format!("/v1/members/{id}/restoration"), json!({})).send();
    let back = restore(&company).await.expect(200);
    assert_eq!([back.text("/state"), back.text("/department_id")], ["active".to_owned(), two.clone()]);
    assert_eq!(back.at("/departments"), &json!([{"department_id": two, "order": 3, "is_leader": false}]));
    assert_eq!(back.text("/leader_id"), chief);
    assert_eq!(names(&company, "/v1/members?search=zhao").await, ["赵普通"]);
    restore(&company).await.refused(409, "action_not_allowed");
    company.get(&format!("/v1/members/{id}/departure")).send().await.refused(404, "not_found");
    world.later(Duration::seconds(61));
    person.clone().signed_in().await;

    // After thirty days nothing is left of them but an id.
    depart(&company, &id, json!({"successor_id": null})).await.expect(201);
    world.later(Duration::days(30) + Duration::seconds(1));
    let company = company.again().await;
    for _ in 0..100 {
        if company.get(&format!("/v1/members/{id}")).send().await.status == 404 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    company.get(&format!("/v1/members/{id}")).send().await.refused(404, "not_found");
    restore(&company).await.refused(404, "not_found");
    let left = world.query("SELECT count(*) FROM journal WHERE action = 'member.erased'");
    assert_eq!(left, ["1"]);
    let tables = ["members", "member_terms", "placements", "departures", "accounts", "person_keys"];
    let counts = tables.map(|table| world.query(&format!("SELECT count(*) FROM {table}")).remove(0));
    // The owner and the chief, who has no account.
    assert_eq!([&counts[0], &counts[2], &counts[3], &counts[4]], ["2", "2", "0", "1"]);
    // They are somebody new.
    let again = json!({"name": "赵普通", "mobile": person.mobile});
    company.post("/v1/members", again).send().await.expect(201);
});

both!(whoever_never_came_is_forgotten_at_once, |world| {
    let company = world.company("撤回公司").registered().await;
    let number = mobile();
    let body = json!({"name": "张三", "mobile": number, "send_invitation": false});
    let id = company.post("/v1/members", body.clone()).send().await.expect(201).text("/id");
    let left = depart(&company, &id, json!({"successor_id": null})).await.expect(201);
    assert_eq!(left.at("/restorable_until"), &Value::Null);
    company.get(&format!("/v1/members/{id}")).send().await.refused(404, "not_found");
    company.post("/v1/members", body).send().await.expect(201);
});

both!(many_leave_or_none, |world| {
    let company = world.company("批量离职公司").registered().await;
    let heir = invited(&company, "继任", json!({})).await;
    let people = [company.plain_member().await, company.plain_member().await];
    let ids = [member_id(&people[0]).await, member_id(&people[1]).await];
    change(&company, &ids[1], json!({"leader_id": ids[0]})).await.expect(200);
    let report = invited(&company, "下属", json!({"leader_id": ids[1]})).await;
    let owner = member_id(&company).await;
    let bulk = |body: Value| company.post("/v1/members/bulk-delete", body).send();
    let wrong = json!({"members": [{"id": ids[0]}, {"id": ids[0]}, {"id": owner}, {"id": company.tenant}, {"id": ids[1], "version": 1}], "successor_id": ids[0]});
    let refused = bulk(wrong).await.refused(422, "input_invalid");
    let expected = [
        ("/members/1/id", "field_repeated"),
        ("/members/2/id", "owner_stays"),
        ("/members/3/id", "member_unknown"),
        ("/members/4/version", "version_stale"),
        ("/successor_id", "successor_leaves"),
    ];
    assert_eq!(refused.faults(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    assert_eq!(member(&company, &ids[0]).await.text("/state"), "active");
    let left =
        bulk(json!({"members": [{"id": ids[0]}, {"id": ids[1]}], "successor_id": heir})).await.expect(200);
    assert_eq!([left.text("/departures/0/member_id"), left.text("/departures/1/member_id")], ids);
    assert_eq!(member(&company, &report).await.text("/leader_id"), heir);
    people[1].get("/v1/me").send().await.refused(401, "session_ended");
    assert_eq!(names(&company, "/v1/members?state=departed").await.len(), 2);
});
