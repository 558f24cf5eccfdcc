//! Departments: the tree, and what happens to it.

use crate::people::fault;
use serde_json::{Value, json};
use tests::world::join;
use tests::{Answer, Company, both};

async fn create(company: &Company, body: Value) -> Answer {
    company.post("/v1/departments", body).send().await
}

/// A department below another one, or below the root.
async fn made(company: &Company, name: &str, parent: Option<&str>) -> String {
    let mut body = json!({"name": name});
    if let Some(parent) = parent {
        body["parent_id"] = parent.into();
    }
    create(company, body).await.expect(201).text("/id")
}

async fn change(company: &Company, id: &str, patch: Value) -> Answer {
    let request = company.world.patch(format!("/v1/departments/{id}"), patch);
    request.bearer(&company.access_token).send().await
}

async fn delete(company: &Company, id: &str, successor: &str) -> Answer {
    let query = if successor.is_empty() { String::new() } else { format!("?successor_id={successor}") };
    company.delete(&format!("/v1/departments/{id}{query}")).send().await
}

async fn root(company: &Company) -> String {
    company.get("/v1/departments?limit=1").send().await.expect(200).text("/data/0/id")
}

/// The names of a page.
fn names(page: &Answer) -> Vec<String> {
    let data = page.at("/data").as_array().unwrap();
    data.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// Puts a member into one more department.
async fn put(company: &Company, member: &str, department: &str) {
    let path = format!("/v1/members/{member}");
    let mut departments = company.get(&path).send().await.expect(200).at("/departments").clone();
    departments.as_array_mut().unwrap().push(json!({"department_id": department}));
    let patch = company.world.patch(path, json!({"departments": departments}));
    patch.bearer(&company.access_token).send().await.expect(200);
}

both!(a_company_has_a_tree, |world| {
    let company = world.company("部门:公司").registered().await;
    let top = root(&company).await;
    let research = create(&company, json!({"name": "研发", "english_name": "R&D"})).await.expect(201);
    assert_eq!([research.at("/parent_id"), research.at("/number")], [&json!(top), &json!(2)]);
    assert_eq!([research.at("/level"), research.at("/leaders")], [&json!(2), &json!([])]);
    let research = research.text("/id");
    let sales = made(&company, "销售", None).await;
    let platform = made(&company, "平台", Some(&research)).await;
    let storage = made(&company, "存储", Some(&platform)).await;

    // One level, in its order; one with what stands below it; all.
    change(&company, &sales, json!({"order": 1})).await.expect(200);
    let level = company.get(&format!("/v1/departments?parent_id={top}&limit=1")).send().await.expect(200);
    assert_eq!(names(&level), ["销售"]);
    let next = level.text("/next_cursor");
    let rest = company.get(&format!("/v1/departments?parent_id={top}&limit=1&cursor={next}"));
    let rest = rest.send().await.expect(200);
    assert_eq!((names(&rest), rest.at("/next_cursor")), (vec!["研发".to_owned()], &Value::Null));
    let within =
        company.get(&format!("/v1/departments?within_id={research}&limit=2")).send().await.expect(200);
    assert_eq!(names(&within), ["研发", "平台"]);
    let next = within.text("/next_cursor");
    let rest = company.get(&format!("/v1/departments?within_id={research}&limit=2&cursor={next}"));
    assert_eq!(names(&rest.send().await.expect(200)), ["存储"]);
    // The root has the organization's name, as far as a department can.
    assert_eq!(names(&company.get("/v1/departments").send().await.expect(200))[0], "部门：公司");
    company
        .get(&format!("/v1/departments?within_id={research}&parent_id={top}"))
        .send()
        .await
        .refused(422, "input_invalid");
    // A page goes on where the department was, or not at all.
    let within =
        company.get(&format!("/v1/departments?within_id={platform}&limit=1")).send().await.expect(200);
    let next = within.text("/next_cursor");
    change(&company, &platform, json!({"parent_id": sales})).await.expect(200);
    let lost = company.get(&format!("/v1/departments?within_id={platform}&limit=1&cursor={next}"));
    assert_eq!(lost.send().await.refused(422, "input_invalid").faults(), fault("cursor", "cursor_invalid"));
    change(&company, &platform, json!({"parent_id": research})).await.expect(200);

    // The way up.
    let found = company.get(&format!("/v1/departments/{storage}")).send().await.expect(200);
    let above: Vec<_> =
        found.at("/ancestors").as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(above, ["部门：公司", "研发", "平台"]);

    // The tree, its parts, and that it did not change.
    let tree = company.get("/v1/departments/tree").send().await.expect(200);
    assert_eq!(tree.text("/root/children/1/children/0/children/0/name"), "存储");
    assert_eq!(tree.text("/root/children/0/name"), "销售");
    let again = company.get("/v1/departments/tree").header("if-none-match", &tree.etag());
    again.send().await.expect(304);
    let part =
        company.get(&format!("/v1/departments/tree?root_id={research}&depth=2")).send().await.expect(200);
    assert_eq!([part.text("/root/name"), part.text("/root/children/0/name")], ["研发", "平台"]);
    assert_eq!(part.at("/root/children/0/children"), &json!([]));
    assert_eq!(part.at("/root/children/0/child_count"), &json!(1));
    change(&company, &storage, json!({"name": "存储组"})).await.expect(200);
    let again = company.get("/v1/departments/tree").header("if-none-match", &tree.etag());
    let tree = again.send().await.expect(200);
    assert_eq!(tree.text("/root/children/1/children/0/children/0/name"), "存储组");

    let chart = company.get("/v1/departments/tree.svg?depth=2").send().await.expect(200);
    let chart = String::from_utf8(chart.bytes).unwrap();
    assert!(chart.starts_with("<svg ") && chart.contains("研发") && !chart.contains("存储"));
});

both!(people_are_counted_once, |world| {
    let company = world.company("计数公司").registered().await;
    let top = root(&company).await;
    let one = made(&company, "一部", None).await;
    let below = made(&company, "一部一组", Some(&one)).await;
    let two = made(&company, "二部", None).await;
    let person = company.plain_member().await;
    let person = person.get("/v1/me").send().await.expect(200).text("/member/id");
    for department in [&below, &two, &one] {
        put(&company, &person, department).await;
    }
    let counts = |direct: u64, total: u64| json!({"direct": direct, "total": total});
    let tree = company.get("/v1/departments/tree?counts=true").send().await.expect(200);
    assert_eq!(tree.at("/root/members"), &counts(2, 2));
    assert_eq!(tree.at("/root/children/0/members"), &counts(1, 1));
    assert_eq!(tree.at("/root/children/0/children/0/members"), &counts(1, 1));
    assert_eq!(tree.at("/root/children/1/members"), &counts(1, 1));
    let level = company.get(&format!("/v1/departments?parent_id={top}&counts=true")).send().await.expect(200);
    assert_eq!([level.at("/data/0/members"), level.at("/data/1/members")], [&counts(1, 1), &counts(1, 1)]);
    let found = company.get(&format!("/v1/departments/{top}?counts=true")).send().await.expect(200);
    assert_eq!(found.at("/members"), &counts(2, 2));
    let chart = company.get("/v1/departments/tree.svg?counts=true").send().await.expect(200);
    assert!(String::from_utf8(chart.bytes).unwrap().contains(">2<"));
});

both!(whoever_closes_their_account_is_in_no_department, |world| {
    let company = world.company("离开公司").registered().await;
    let top = root(&company).await;
    let one = made(&company, "一部", None).await;
    let person = company.plain_member().await;
    let id = person.get("/v1/me").send().await.expect(200).text("/member/id");
    put(&company, &id, &one).await;
    change(&company, &one, json!({"leader_ids": [id]})).await.expect(200);
    let confirmation = person.confirmed("close_account").await;
    let closed = world.request("POST", "/v1/me/closure").bearer(&person.access_token);
    closed.header("x-confirmation", &confirmation).send().await.expect(204);
    let counts = json!({"direct": 1, "total": 1});
    let seen = company.get(&format!("/v1/departments/{top}?counts=true")).send().await.expect(200);
    assert_eq!(seen.at("/members"), &counts);
    let seen = company.get(&format!("/v1/departments/{one}")).send().await.expect(200);
    assert_eq!(seen.at("/leaders"), &json!([]));
    delete(&company, &one, "").await.expect(204);
});

both!(a_department_moves_with_all_below_it, |world| {
    let company = world.company("移动公司").registered().await;
    let top = root(&company).await;
    let one = made(&company, "一部", None).await;
    let two = made(&company, "二部", None).await;
    let group = made(&company, "组", Some(&one)).await;
    let team = made(&company, "小队", Some(&group)).await;
    let seen = company.get(&format!("/v1/departments/{group}")).send().await.expect(200);

    // Renamed and moved in one request.
    let moved = change(&company, &group, json!({"name": "新组", "parent_id": two})).await.expect(200);
    assert_eq!([moved.text("/name"), moved.text("/parent_id")], ["新组".to_owned(), two.clone()]);
    let found = company.get(&format!("/v1/departments/{team}")).send().await.expect(200);
    assert_eq!([found.text("/ancestors/1/name"), found.text("/ancestors/2/name")], ["二部", "新组"]);
    let stale = company.world.patch(format!("/v1/departments/{group}"), json!({"name": "旧组"}));
    let stale = stale.bearer(&company.access_token).header("if-match", &seen.etag());
    stale.send().await.refused(412, "version_stale");
    // What changes nothing changes nothing.
    assert_eq!(change(&company, &group, json!({"name": "新组"})).await.expect(200).json, moved.json);

    // Never below itself, and never the root.
    for target in [&group, &team] {
        let refused = change(&company, &group, json!({"parent_id": target})).await;
        assert_eq!(
            refused.refused(422, "input_invalid").faults(),
            fault("/parent_id", "department_below_itself")
        );
    }
    change(&company, &top, json!({"parent_id": one})).await.refused(409, "department_root_stays");
    change(&company, &top, json!({"name": "总部", "english_name": "HQ"})).await.expect(200);
    let plain = change(&company, &top, json!({"english_name": null})).await.expect(200);
    assert_eq!(plain.at("/english_name"), &Value::Null);
    let nobody = "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d";
    let refused = change(&company, &group, json!({"parent_id": nobody})).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/parent_id", "department_unknown"));

    // Fifteen levels, and what stands below counts.
    let mut deepest = made(&company, "深", None).await;
    let chain = deepest.clone();
    for level in 3..=15 {
        deepest = made(&company, &format!("第{level}级"), Some(&deepest)).await;
    }
    let refused = create(&company, json!({"name": "太深", "parent_id": deepest})).await;
    assert_eq!(refused.refused(422, "input_invalid").faults(), fault("/parent_id", "department_too_deep"));
    let refused = change(&company, &chain, json!({"parent_id": one})).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/parent_id", "department_too_deep"));
    assert_eq!(
        company.get(&format!("/v1/departments/{deepest}")).send().await.expect(200).at("/level"),
        &json!(15)
    );
});

both!(names_are_told_apart_by_eye, |world| {
    let company = world.company("名称公司").registered().await;
    let one = made(&company, "Ｒ＆Ｄ 中心", None).await;
    for same in ["R&D中心", "r&d 中心", " Ｒ＆Ｄ中心 "] {
        let refused = create(&company, json!({"name": same})).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), fault("/name", "department_name_taken"), "{same}");
    }
    // Elsewhere it is free, and so is one's own in another form.
    let below = made(&company, "R&D中心", Some(&one)).await;
    change(&company, &one, json!({"name": "r&d 中心"})).await.expect(200);
    let refused = change(&company, &below, json!({"parent_id": root(&company).await})).await;
    assert_eq!(refused.refused(422, "input_invalid").faults(), fault("/name", "department_name_taken"));
    let hostile = [
        "a\\b",
        "a:b",
        "a*",
        "?",
        "\"",
        "<b>",
        "a|b",
        "a\u{202E}b",
        "a\u{200B}b",
        "a\u{0}b",
        "a\nb",
        "\u{FEFF}a",
        "a\u{2066}b",
        "\u{3164}",
        "a\u{E0041}b",
        "a\u{FFF9}b",
    ];
    for name in hostile {
        let refused = create(&company, json!({"name": name})).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), fault("/name", "text_character_forbidden"), "{name:?}");
    }
    let long = create(&company, json!({"name": "长".repeat(65)})).await.refused(422, "input_invalid");
    assert_eq!(long.faults(), fault("/name", "value_too_long"));
    made(&company, &"长".repeat(64), None).await;
    made(&company, "研发/测试 🚀", None).await;
});

both!(what_is_in_a_department_goes_to_another, |world| {
    let company = world.company("接收公司").registered().await;
    let top = root(&company).await;
    let one = made(&company, "一部", None).await;
    let two = made(&company, "二部", None).await;
    let group = made(&company, "组", Some(&one)).await;
    let person = company.plain_member().await;
    let person = person.get("/v1/me").send().await.expect(200).text("/member/id");
    put(&company, &person, &one).await;
    change(&company, &one, json!({"leader_ids": [person]})).await.expect(200);

    delete(&company, &one, "").await.refused(409, "department_not_empty");
    delete(&company, &top, &two).await.refused(409, "department_root_stays");
    let refused = delete(&company, &one, &group).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("successor_id", "department_below_itself"));
    made(&company, "组", Some(&two)).await;
    let refused = delete(&company, &one, &two).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("successor_id", "department_name_taken"));
    change(&company, &group, json!({"name": "一组"})).await.expect(200);
    delete(&company, &one, &two).await.expect(204);
    company.get(&format!("/v1/departments/{one}")).send().await.refused(404, "not_found");
    let found = company.get(&format!("/v1/departments/{two}?counts=true")).send().await.expect(200);
    assert_eq!((found.at("/members/direct"), found.at("/leaders")), (&json!(1), &json!([])));
    let moved = company.get(&format!("/v1/departments/{group}")).send().await.expect(200);
    assert_eq!(moved.text("/parent_id"), two);

    // Who is in both is there once; what has the name of the one that is gone fits in its place.
    let [three, four] = [made(&company, "三部", None).await, made(&company, "四部", None).await];
    made(&company, "三部", Some(&three)).await;
    put(&company, &person, &three).await;
    put(&company, &person, &four).await;
    let merged =
        company.post(&format!("/v1/departments/{top}/merge"), json!({"source_ids": [three, four, two]}));
    let merged = merged.send().await.expect(200);
    assert_eq!(merged.text("/id"), top);
    let level = company.get(&format!("/v1/departments?parent_id={top}&counts=true")).send().await.expect(200);
    let mut there = names(&level);
    there.sort();
    assert_eq!(there, ["一组", "三部", "组"]);
    let found = company.get(&format!("/v1/departments/{top}?counts=true")).send().await.expect(200);
    assert_eq!(found.at("/members"), &json!({"direct": 2, "total": 2}));
    let refused = company.post(&format!("/v1/departments/{group}/merge"), json!({"source_ids": [three]}));
    let refused = refused.send().await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/source_ids/0", "department_unknown"));
    delete(&company, &group, "").await.expect(204);
});

both!(leaders_are_members_of_it, |world| {
    let company = world.company("负责人公司").registered().await;
    let one = made(&company, "一部", None).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let person = company.plain_member().await;
        let id = person.get("/v1/me").send().await.expect(200).text("/member/id");
        put(&company, &id, &one).await;
        ids.push(id);
    }
    let led = change(&company, &one, json!({"leader_ids": [ids[2], ids[0]]})).await.expect(200);
    assert_eq!([led.text("/leaders/0/id"), led.text("/leaders/1/id")], [ids[2].clone(), ids[0].clone()]);
    let led = change(&company, &one, json!({"leader_ids": [ids[0]]})).await.expect(200);
    assert_eq!(led.at("/leaders").as_array().unwrap().len(), 1);
    let owner = company.get("/v1/me").send().await.expect(200).text("/member/id");
    for wrong in [json!([owner]), json!([ids[0], ids[0]])] {
        let refused =
            change(&company, &one, json!({"leader_ids": wrong})).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), fault("/leader_ids", "leader_not_in_department"));
    }
    let six = json!({"leader_ids": [ids[0], ids[1], ids[2], owner, one, company.tenant]});
    change(&company, &one, six).await.refused(422, "input_invalid");
});

both!(departments_are_related_beside_the_tree, |world| {
    let company = world.company("关系公司").registered().await;
    let [one, two] = [made(&company, "一部", None).await, made(&company, "二部", None).await];
    let path = |from: &str, kind: &str, to: &str| format!("/v1/departments/{from}/relations/{kind}/{to}");
    let put = |path: String| world.request("PUT", path).bearer(&company.access_token).send();
    put(path(&one, "supports", &two)).await.expect(204);
    put(path(&one, "supports", &two)).await.expect(204);
    put(path(&two, "dotted_line", &one)).await.expect(204);
    put(path(&one, "supports", &one)).await.refused(422, "department_below_itself");
    put(path(&one, "loves", &two)).await.refused(404, "not_found");
    let seen = company.get(&format!("/v1/departments/{one}/relations")).send().await.expect(200);
    let relation = |kind: &str, direction: &str| json!({"kind": kind, "direction": direction, "department_id": two, "number": 3, "name": "二部"});
    let first = company.get(&format!("/v1/departments/{one}/relations?limit=1")).send().await.expect(200);
    let next = first.text("/next_cursor");
    let rest = company.get(&format!("/v1/departments/{one}/relations?limit=1&cursor={next}"));
    assert_eq!(rest.send().await.expect(200).at("/data"), &json!([relation("dotted_line", "incoming")]));
    assert_eq!(
        seen.at("/data"),
        &json!([relation("supports", "outgoing"), relation("dotted_line", "incoming")])
    );
    company.delete(&path(&one, "supports", &two)).send().await.expect(204);
    company.delete(&path(&one, "supports", &two)).send().await.refused(404, "not_found");
    // A department that is gone is related to nothing.
    delete(&company, &two, "").await.expect(204);
    let seen = company.get(&format!("/v1/departments/{one}/relations")).send().await.expect(200);
    assert_eq!(seen.at("/data"), &json!([]));
});

both!(members_see_the_tree_and_others_do_not, |world| {
    let company = world.company("可见公司").registered().await;
    let one = made(&company, "一部", None).await;
    let person = company.plain_member().await;
    person.get("/v1/departments/tree").send().await.expect(200);
    person.get(&format!("/v1/departments/{one}")).send().await.expect(200);
    create(&person, json!({"name": "二部"})).await.refused(403, "forbidden");
    change(&person, &one, json!({"name": "二部"})).await.refused(403, "forbidden");
    delete(&person, &one, "").await.refused(403, "forbidden");

    let other = world.company("邻居公司").registered().await;
    other.get(&format!("/v1/departments/{one}")).send().await.refused(404, "not_found");
    other.get(&format!("/v1/departments/tree?root_id={one}")).send().await.refused(404, "not_found");
    other.get(&format!("/v1/departments/{one}/relations")).send().await.refused(404, "not_found");
    for parameter in ["parent_id", "within_id"] {
        let refused = other.get(&format!("/v1/departments?{parameter}={one}")).send().await;
        assert_eq!(refused.refused(422, "input_invalid").faults(), fault(parameter, "department_unknown"));
    }
    // Both trees have the same version, and neither stands for the other.
    made(&other, "一部", None).await;
    let [ours, theirs] =
        [company.get("/v1/departments/tree").send().await, other.get("/v1/departments/tree").send().await];
    assert_eq!(ours.at("/version"), theirs.at("/version"));
    assert!(ours.headers["vary"].contains("authorization"), "{:?}", ours.headers);
    let shown =
        other.get("/v1/departments/tree").header("if-none-match", &ours.etag()).send().await.expect(200);
    assert_eq!(shown.json, theirs.json);
    let part = other.get("/v1/departments/tree?depth=1").header("if-none-match", &theirs.etag());
    assert_eq!(part.send().await.expect(200).at("/root/children"), &json!([]));
    let part = company.get(&format!("/v1/departments/tree?root_id={}", theirs.text("/root/id")));
    part.header("if-none-match", &ours.etag()).send().await.refused(404, "not_found");
    let refused =
        create(&other, json!({"name": "三部", "parent_id": one})).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/parent_id", "department_unknown"));
    change(&other, &one, json!({"name": "三部"})).await.refused(404, "not_found");
    delete(&other, &one, "").await.refused(404, "not_found");
});

both!(a_page_asks_few_questions, |world| {
    let company = world.company("查询公司").registered().await;
    let top = root(&company).await;
    for n in 0..20 {
        made(&company, &format!("{n}部"), None).await;
    }
    join(&world, &company, "+8613912340000").await;
    for (path, most) in [
        (format!("/v1/departments?parent_id={top}&counts=true"), 5),
        ("/v1/departments/tree".to_owned(), 2),
        ("/v1/departments/tree?counts=true".to_owned(), 5),
        (format!("/v1/departments/{top}"), 2),
    ] {
        world.statements.lock().unwrap().clear();
        company.get(&path).send().await.expect(200);
        let statements = world.statements.lock().unwrap().clone();
        // What is swept every minute is no question of the request.
        let tables = ["departments", "placements", "members", "member_"];
        let asked = statements.iter().filter(|sql| tables.iter().any(|table| sql.contains(table))).count();
        assert!(asked <= most, "{path}: {statements:#?}");
    }
});
