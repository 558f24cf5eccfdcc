//! Changes of members on a day to come.

use crate::people::{department, fault, invited, member, member_id};
use chrono::{Days, Duration, NaiveDate};
use serde_json::{Value, json};
use std::rc::Rc;
use tests::{Answer, Backend, Company, World, both};

/// The day so many days from now, where days are counted.
fn day(world: &World, days: u64) -> NaiveDate {
    let zone = chrono::FixedOffset::east_opt(8 * 3600).unwrap();
    world.clock.now().with_timezone(&zone).date_naive() + Days::new(days)
}

async fn schedule(company: &Company, member: &str, days: u64, more: Value) -> Answer {
    let mut body = json!({"effective_on": day(&company.world, days)});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    company.post(&format!("/v1/members/{member}/scheduled-changes"), body).send().await
}

async fn seen(company: &Company, id: &str) -> Answer {
    company.get(&format!("/v1/scheduled-changes/{id}")).send().await.expect(200)
}

/// The change once it has ended.
async fn ended(company: &Company, id: &str) -> Answer {
    for _ in 0..200 {
        let change = seen(company, id).await;
        if change.text("/state") != "scheduled" {
            return change;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the change waits: {}", seen(company, id).await.json);
}

both!(a_transfer_happens_on_its_day, |world| {
    let company = world.company("调岗公司").registered().await;
    let team = department(&company, "平台部").await;
    let id = invited(&company, "钱二", json!({"position": "工程师"})).await;
    let patch = json!({"position": "平台经理", "departments": [{"department_id": team, "is_leader": true}]});
    let ordered = schedule(&company, &id, 30, json!({"patch": patch, "note": "晋升"})).await.expect(201);
    let change = ordered.text("/id");
    let expected =
        [json!("scheduled"), json!(day(&world, 30)), json!("晋升"), Value::Null, patch.clone(), json!([])];
    let told = ["/state", "/effective_on", "/note", "/departure", "/patch", "/faults"];
    assert_eq!(told.map(|at| ordered.at(at).clone()), expected);
    let me = member_id(&company).await;
    assert_eq!(ordered.text("/by_id"), me);
    assert_eq!(seen(&company, &change).await.json, ordered.json);
    let other = schedule(&company, &me, 40, json!({"patch": {"position": "顾问"}})).await.expect(201);
    for (query, found) in [
        (format!("member_id={id}"), vec![&change]),
        ("state=scheduled&limit=1".to_owned(), vec![&change]),
        ("state=done".to_owned(), vec![]),
    ] {
        let page = company.get(&format!("/v1/scheduled-changes?{query}")).send().await.expect(200);
        let ids: Vec<_> =
            page.at("/data").as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids, found, "{query}");
    }
    let first = company.get("/v1/scheduled-changes?limit=1").send().await.expect(200);
    let rest = format!("/v1/scheduled-changes?limit=1&cursor={}", first.text("/next_cursor"));
    assert_eq!(company.get(&rest).send().await.expect(200).text("/data/0/id"), other.text("/id"));

    // Nothing until its day, and what is written otherwise meanwhile stays.
    world.later(Duration::days(28));
    let company = company.again().await;
    assert_eq!(member(&company, &id).await.text("/position"), "工程师");
    let renamed = world.patch(format!("/v1/members/{id}"), json!({"alias": "小钱"}));
    renamed.bearer(&company.access_token).send().await.expect(200);
    world.later(Duration::days(2));
    let company = company.again().await;
    let done = ended(&company, &change).await;
    assert_eq!((done.text("/state"), done.at("/faults")), ("done".to_owned(), &json!([])));
    assert!(done.at("/ended_at").is_string());
    let now = member(&company, &id).await;
    assert_eq!([now.text("/position"), now.text("/alias")], ["平台经理", "小钱"]);
    let placed = json!([{"department_id": team, "order": 0, "is_leader": true}]);
    assert_eq!(now.at("/departments"), &placed);
    // The request that ordered it is told with what it did.
    let told = "SELECT count(*) FROM journal WHERE action IN ('scheduled_change.created', 'member.changed', 'scheduled_change.done') AND request_id = ";
    let request =
        world.query("SELECT request_id FROM journal WHERE action = 'scheduled_change.done'").remove(0);
    assert_eq!(world.query(&format!("{told}'{request}'")), ["3"]);
    company
        .post(&format!("/v1/scheduled-changes/{change}/cancellation"), json!({}))
        .send()
        .await
        .refused(409, "action_not_allowed");
});

both!(a_departure_happens_on_its_day, |world| {
    let company = world.company("离职公司").registered().await;
    let team = department(&company, "市场部").await;
    let person = company.plain_member().await;
    let id = member_id(&person).await;
    let led = json!({"departments": [{"department_id": team, "is_leader": true}]});
    let patch = world.patch(format!("/v1/members/{id}"), led).bearer(&company.access_token);
    patch.send().await.expect(200);
    let heir = invited(&company, "继任", json!({})).await;
    let leave = json!({"departure": {"successor_id": heir}});
    let later =
        schedule(&company, &id, 5, json!({"patch": {"position": "总监"}})).await.expect(201).text("/id");
    let leaving = schedule(&company, &id, 2, leave).await.expect(201);
    let departure = json!({"successor_id": heir, "leaderships": [], "hand_over_tags": true});
    assert_eq!([leaving.at("/departure"), leaving.at("/patch")], [&departure, &Value::Null]);
    world.later(Duration::days(2));
    let company = company.again().await;
    assert_eq!(ended(&company, &leaving.text("/id")).await.text("/state"), "done");
    assert_eq!(member(&company, &id).await.text("/state"), "departed");
    let there = company.get(&format!("/v1/departments/{team}")).send().await.expect(200);
    assert_eq!(there.text("/leaders/0/id"), heir);
    // Whatever was to happen to them afterwards does not.
    assert_eq!(seen(&company, &later).await.text("/state"), "cancelled");
    let said = "SELECT count(*) FROM journal WHERE action = 'scheduled_change.cancelled'";
    assert_eq!(world.query(said), ["1"]);
    schedule(&company, &id, 3, json!({"patch": {"position": "总监"}}))
        .await
        .refused(409, "action_not_allowed");
});

both!(a_change_can_be_cancelled, |world| {
    let company = world.company("撤销公司").registered().await;
    let id = invited(&company, "孙三", json!({})).await;
    let change =
        schedule(&company, &id, 1, json!({"patch": {"position": "主管"}})).await.expect(201).text("/id");
    let cancel = |company: &Company| {
        company.post(&format!("/v1/scheduled-changes/{change}/cancellation"), json!({})).send()
    };
    let neighbour = world.company("邻居公司").registered().await;
    cancel(&neighbour).await.refused(404, "not_found");
    neighbour.get(&format!("/v1/scheduled-changes/{change}")).send().await.refused(404, "not_found");
    let theirs = neighbour.get(&format!("/v1/scheduled-changes?member_id={id}")).send().await.expect(200);
    assert_eq!(theirs.at("/data"), &json!([]));
    schedule(&neighbour, &id, 1, json!({"patch": {"position": "主管"}})).await.refused(404, "not_found");
    assert_eq!(cancel(&company).await.expect(200).text("/state"), "cancelled");
    cancel(&company).await.refused(409, "action_not_allowed");
    // Its day is free again.
    let again =
        schedule(&company, &id, 1, json!({"patch": {"position": "组长"}})).await.expect(201).text("/id");
    world.later(Duration::days(1));
    let company = company.again().await;
    assert_eq!(ended(&company, &again).await.text("/state"), "done");
    assert_eq!(member(&company, &id).await.text("/position"), "组长");
    assert_eq!(seen(&company, &change).await.text("/state"), "cancelled");
    // Three months later nothing is left of them.
    world.later(Duration::days(91));
    world.service().database.sweep(world.clock.now()).unwrap();
    assert_eq!(world.query("SELECT count(*) FROM scheduled_changes"), ["0"]);
});

both!(what_is_known_to_be_wrong_is_refused, |world| {
    let company = world.company("挑错公司").registered().await;
    let id = invited(&company, "李四", json!({})).await;
    let other = invited(&company, "王五", json!({})).await;
    let position = || json!({"patch": {"position": "主管"}});
    for days in [0, 367] {
        let refused = schedule(&company, &id, days, position()).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), fault("/effective_on", "day_out_of_range"));
    }
    let mobile_of = |answer: &Answer| answer.text("/mobile");
    let taken = mobile_of(&member(&company, &other).await);
    let nothing = "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d";
    for (more, faults) in [
        (json!({}), fault("/patch", "field_required")),
        (
            json!({"patch": {}, "departure": {"successor_id": null}}),
            fault("/departure", "parameters_exclusive"),
        ),
        (json!({"patch": {"position": ""}}), fault("/patch/position", "value_too_short")),
        (json!({"patch": {"nickname": "x"}}), fault("/patch/nickname", "field_unknown")),
        (json!({"patch": {"mobile": taken}}), fault("/patch/mobile", "member_mobile_taken")),
        (
            json!({"patch": {"departments": [{"department_id": nothing}]}}),
            fault("/patch/departments/0/department_id", "department_unknown"),
        ),
        (json!({"patch": {"leader_id": nothing}}), fault("/patch/leader_id", "member_unknown")),
        (json!({"patch": {"leader_id": id}}), fault("/patch/leader_id", "reporting_circular")),
        (json!({"departure": {"successor_id": nothing}}), fault("/departure/successor_id", "member_unknown")),
        (json!({"departure": {"successor_id": id}}), fault("/departure/successor_id", "successor_leaves")),
        (
            json!({"departure": {"successor_id": null, "leaderships": [{"department_id": nothing, "successor_id": null}]}}),
            fault("/departure/leaderships/0/department_id", "department_unknown"),
        ),
        (json!({"patch": {}, "note": ""}), fault("/note", "value_too_short")),
    ] {
        let refused = schedule(&company, &id, 1, more.clone()).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), faults, "{more}");
    }
    let me = member_id(&company).await;
    let leave = json!({"departure": {"successor_id": other}});
    schedule(&company, &me, 1, leave).await.refused(409, "owner_stays");
    let active = json!({"patch": {"state": "active"}});
    schedule(&company, &id, 1, active).await.refused(409, "action_not_allowed");
    schedule(&company, nothing, 1, position()).await.refused(404, "not_found");

    // One for each day, and twenty in all.
    for days in 1..=20 {
        schedule(&company, &id, days, position()).await.expect(201);
    }
    let taken = schedule(&company, &other, 7, position()).await.expect(201);
    assert_eq!(taken.text("/state"), "scheduled");
    let twice = schedule(&company, &other, 7, position()).await.refused(422, "input_invalid");
    assert_eq!(twice.faults(), fault("/effective_on", "scheduled_change_taken"));
    schedule(&company, &id, 21, position()).await.refused(409, "scheduled_change_limit_reached");
    // Nothing after a departure.
    let last = schedule(&company, &other, 9, json!({"departure": {"successor_id": null}})).await.expect(201);
    let after = schedule(&company, &other, 10, position()).await.refused(422, "input_invalid");
    assert_eq!(after.faults(), fault("/effective_on", "day_after_departure"));
    schedule(&company, &other, 8, position()).await.expect(201);
    let cancel = format!("/v1/scheduled-changes/{}/cancellation", last.text("/id"));
    let stale = company.post(&cancel, json!({})).header("if-match", "\"7\"");
    stale.send().await.refused(412, "version_stale");
    company.post(&cancel, json!({})).header("if-match", &last.etag()).send().await.expect(200);
    schedule(&company, &other, 10, position()).await.expect(201);
});

both!(what_others_have_made_impossible_is_told, |world| {
    let company = world.company("落空公司").registered().await;
    let team = department(&company, "裁撤部").await;
    let id = invited(&company, "赵六", json!({"position": "专员"})).await;
    let patch = json!({"patch": {"position": "经理", "departments": [{"department_id": team}]}});
    let change = schedule(&company, &id, 1, patch).await.expect(201).text("/id");
    company.delete(&format!("/v1/departments/{team}")).send().await.expect(204);
    world.later(Duration::days(1));
    let company = company.again().await;
    let failed = ended(&company, &change).await;
    assert_eq!(failed.text("/state"), "failed");
    let told = json!([{"pointer": "/patch/departments/0/department_id", "code": "department_unknown",
        "message": "There is no such department."}]);
    assert_eq!(failed.at("/faults"), &told);
    // All of it or nothing.
    assert_eq!(member(&company, &id).await.text("/position"), "专员");
    let notices = world.notices(&company.mobile, 1).await;
    assert!(notices[0].contains("成员变更未能执行"), "{notices:?}");
    let inbox = company.get("/v1/inbox").send().await.expect(200);
    assert_eq!(inbox.text("/data/0/kind"), "scheduled_change_failed");
});

both!(missed_days_are_made_up_for_in_order, |world| {
    let company = world.company("补做公司").registered().await;
    let id = invited(&company, "周七", json!({})).await;
    // Ordered the other way round; the clock comes back a week later.
    let mut changes = Vec::new();
    for days in [3, 1, 2] {
        let patch = json!({"patch": {"position": format!("第{days}天")}});
        changes.push(schedule(&company, &id, days, patch).await.expect(201).text("/id"));
    }
    world.later(Duration::days(7));
    let company = company.again().await;
    for change in &changes {
        assert_eq!(ended(&company, change).await.text("/state"), "done");
    }
    assert_eq!(member(&company, &id).await.text("/position"), "第3天");
    let done = world.query("SELECT changes FROM journal WHERE action = 'scheduled_change.done'");
    assert_eq!(done.len(), 3);
});

/// Changes who ordered whatever waits, around the service.
fn ordered_by(world: &World, member: &str) {
    let id = match world.backend {
        Backend::Sqlite => format!("X'{}'", member.replace('-', "")),
        Backend::Postgres => format!("'{member}'::uuid"),
    };
    let account = format!("(SELECT account_id FROM members WHERE id = {id})");
    let set = format!("SET by_member = {id}, by_account = {account}");
    world.query(&format!("UPDATE scheduled_changes {set} WHERE state = 'scheduled'"));
}

both!(whoever_ordered_a_change_has_to_have_the_right_on_its_day, |world| {
    let company = world.company("失权公司").registered().await;
    let id = invited(&company, "吴八", json!({})).await;
    let promoted = json!({"patch": {"position": "主管"}});
    let first = schedule(&company, &id, 1, promoted.clone()).await.expect(201).text("/id");
    let second = schedule(&company, &id, 2, promoted).await.expect(201).text("/id");
    let plain = company.plain_member().await;
    let other = member_id(&plain).await;
    ordered_by(&world, &other);
    world.later(Duration::days(1));
    let company = company.again().await;
    let failed = ended(&company, &first).await;
    let fault = failed.at("/faults/0").clone();
    assert_eq!([&fault["code"], &fault["pointer"]], ["orderer_without_right", ""]);
    assert!(!fault["message"].as_str().unwrap().contains('{'));
    // The owner is told, and not who cannot see it; nobody inherits orders with what else somebody leaves.
    assert_eq!(
        company.get("/v1/inbox").send().await.expect(200).text("/data/0/kind"),
        "scheduled_change_failed"
    );
    let leave = json!({"successor_id": null});
    company.post(&format!("/v1/members/{other}/departure"), leave).send().await.expect(201);
    world.later(Duration::days(1));
    let company = company.again().await;
    assert_eq!(ended(&company, &second).await.text("/faults/0/code"), "orderer_without_right");
    assert_eq!(member(&company, &id).await.at("/position"), &Value::Null);
});

both!(changes_of_a_day_that_only_fit_together_happen, |world| {
    let company = world.company("互换公司").registered().await;
    let team = department(&company, "五人组").await;
    let leads = |leads: bool| json!({"departments": [{"department_id": team, "is_leader": leads}]});
    let mut leaders = Vec::new();
    for name in ["甲", "乙", "丙", "丁", "戊"] {
        leaders.push(invited(&company, name, leads(true)).await);
    }
    let next = invited(&company, "己", leads(false)).await;
    // The sixth leader is ordered before the fifth stops, and somebody takes over who takes over that day themselves.
    let comes = schedule(&company, &next, 2, json!({"patch": leads(true)})).await.expect(201).text("/id");
    let goes =
        schedule(&company, &leaders[0], 2, json!({"patch": leads(false)})).await.expect(201).text("/id");
    let heir = json!({"departure": {"successor_id": leaders[2]}});
    let late = schedule(&company, &leaders[2], 4, json!({"departure": {"successor_id": leaders[3]}}));
    let late = late.await.expect(201).text("/id");
    let early = schedule(&company, &leaders[1], 3, heir).await.expect(201).text("/id");
    world.later(Duration::days(7));
    let company = company.again().await;
    // Whoever never came is forgotten as they leave, with what was planned for them.
    for (change, member) in [(&early, &leaders[1]), (&late, &leaders[2])] {
        for _ in 0..200 {
            if company.get(&format!("/v1/members/{member}")).send().await.status == 404 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        company.get(&format!("/v1/members/{member}")).send().await.refused(404, "not_found");
        company.get(&format!("/v1/scheduled-changes/{change}")).send().await.refused(404, "not_found");
    }
    for change in [&comes, &goes] {
        let ended = ended(&company, change).await;
        assert_eq!(ended.text("/state"), "done", "{}", ended.json);
    }
    let led = company.get(&format!("/v1/departments/{team}")).send().await.expect(200);
    let ids: Vec<_> = led.at("/leaders").as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert!(
        ids.contains(&json!(next)) && ids.contains(&json!(leaders[3])) && !ids.contains(&json!(leaders[2]))
    );

    // What stays impossible fails, and one notice says so however many they are.
    let mut failing = Vec::new();
    let gone = department(&company, "将撤").await;
    for id in [&next, &leaders[3], &leaders[4]] {
        let there = json!({"patch": {"departments": [{"department_id": gone}]}});
        failing.push(schedule(&company, id, 1, there).await.expect(201).text("/id"));
    }
    company.delete(&format!("/v1/departments/{gone}")).send().await.expect(204);
    world.later(Duration::days(1));
    let company = company.again().await;
    for change in &failing {
        assert_eq!(ended(&company, change).await.text("/faults/0/code"), "department_unknown");
    }
    let told = world.query("SELECT count(*) FROM notices WHERE kind = 'scheduled_change_failed'");
    assert_eq!(told, ["1"]);
});

both!(a_change_whose_job_was_lost_is_found_again, |world| {
    let company = world.company("捡漏公司").registered().await;
    let id = invited(&company, "郑九", json!({})).await;
    let change =
        schedule(&company, &id, 1, json!({"patch": {"position": "主管"}})).await.expect(201).text("/id");
    world.query("DELETE FROM jobs WHERE kind = 'strike_changes'");
    world.query("UPDATE scheduled_changes SET effective_on = '2026-01-01'");
    // A server looks for such when it starts, and every minute.
    let other = Rc::new(world.replica(&[]).await);
    assert_eq!(ended(&company, &change).await.text("/state"), "done");
    World::stop(other).await;
});
