//! Tags, and who has them.

use crate::people::{fault, invited, member_id, names};
use serde_json::{Value, json};
use tests::{Answer, Backend, Company, World, both};

async fn tag(company: &Company, name: &str) -> String {
    company.post("/v1/tags", json!({"name": name})).send().await.expect(201).text("/id")
}

async fn give(company: &Company, tag: &str, members: &[&str]) -> Answer {
    company.post(&format!("/v1/tags/{tag}/members"), json!({"add": members})).send().await
}

async fn tags_of(company: &Company, member: &str) -> Vec<String> {
    names(company, &format!("/v1/members/{member}/tags")).await
}

both!(tags_are_made_renamed_and_deleted, |world| {
    let company = world.company("标签公司").registered().await;
    let created = company.post("/v1/tags", json!({"name": " 新员工 "})).send().await.expect(201);
    assert_eq!((created.text("/name").as_str(), created.at("/member_count")), ("新员工", &json!(0)));
    let id = created.text("/id");
    for name in ["党员", "ERP", "值班"] {
        tag(&company, name).await;
    }
    // By their sound, page by page.
    assert_eq!(names(&company, "/v1/tags").await, ["党员", "ERP", "新员工", "值班"]);
    let first = company.get("/v1/tags?limit=3").send().await.expect(200);
    let rest = format!("/v1/tags?limit=3&cursor={}", first.text("/next_cursor"));
    assert_eq!(names(&company, &rest).await, ["值班"]);
    assert_eq!(first.at("/data/0").get("member_count"), None);

    // Names are told apart by eye.
    for same in ["新员工", "erp", "ＥＲＰ", "新 员工"] {
        let refused = company.post("/v1/tags", json!({"name": same})).send().await;
        assert_eq!(refused.refused(422, "input_invalid").faults(), fault("/name", "tag_name_taken"));
    }
    let rename = async |name: &str, version: &str| {
        let request = world.patch(format!("/v1/tags/{id}"), json!({"name": name}));
        request.bearer(&company.access_token).header("if-match", version).send().await
    };
    let renamed = rename("2026 届", &created.etag()).await.expect(200);
    assert_eq!((renamed.text("/name").as_str(), renamed.at("/version")), ("2026 届", &json!(2)));
    rename("2027 届", &created.etag()).await.refused(412, "version_stale");
    let taken = rename("党员", &renamed.etag()).await.refused(422, "input_invalid");
    assert_eq!(taken.faults(), fault("/name", "tag_name_taken"));
    assert_eq!(rename("2026 届", &renamed.etag()).await.expect(200).json, renamed.json);
    for (name, code) in [
        ("", "value_too_short"),
        ("\u{202E}x", "text_character_forbidden"),
        (&"长".repeat(33), "value_too_long"),
    ] {
        let refused = company.post("/v1/tags", json!({"name": name})).send().await;
        assert_eq!(refused.refused(422, "input_invalid").faults(), fault("/name", code), "{name}");
    }
    let delete = || company.delete(&format!("/v1/tags/{id}"));
    delete().header("if-match", &created.etag()).send().await.refused(412, "version_stale");
    delete().send().await.expect(204);
    delete().send().await.refused(404, "not_found");
    company.get(&format!("/v1/tags/{id}")).send().await.refused(404, "not_found");
    tag(&company, "新员工").await;
});

both!(a_tag_is_given_to_whoever_can_have_it, |world| {
    let company = world.company("打标公司").registered().await;
    let id = tag(&company, "新员工").await;
    let [one, two, three] = [
        invited(&company, "甲一", json!({})).await,
        invited(&company, "乙二", json!({})).await,
        invited(&company, "丙三", json!({})).await,
    ];
    let person = company.plain_member().await;
    let left = member_id(&person).await;
    let departure = json!({"successor_id": null});
    company.post(&format!("/v1/members/{left}/departure"), departure).send().await.expect(201);
    let neighbour = world.company("隔壁公司").registered().await;
    let theirs = invited(&neighbour, "外人", json!({})).await;

    let given = give(&company, &id, &[&one, &theirs, &two, &left, &one]).await.expect(200);
    assert_eq!([given.at("/added"), given.at("/removed"), given.at("/version")], [2, 0, 2]);
    let rejected = given.at("/rejected").as_array().unwrap();
    let told: Vec<_> = rejected
        .iter()
        .map(|one| (one["member_id"].as_str().unwrap(), one["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(theirs.as_str(), "member_unknown"), (left.as_str(), "member_unknown")]);
    assert!(rejected.iter().all(|one| !one["message"].as_str().unwrap().is_empty()));
    // The same again changes nothing.
    let again = give(&company, &id, &[&one, &two]).await.expect(200);
    assert_eq!([again.at("/added"), again.at("/version")], [0, 2]);
    assert_eq!(company.get(&format!("/v1/tags/{id}")).send().await.expect(200).at("/member_count"), 2);

    // One goes as another comes, and whoever stands on both sides is a mistake.
    let body = json!({"add": [three], "remove": [one, theirs]});
    let changed = company.post(&format!("/v1/tags/{id}/members"), body.clone());
    changed.header("if-match", &given.etag()).send().await.expect(200);
    let stale = company.post(&format!("/v1/tags/{id}/members"), body);
    stale.header("if-match", &given.etag()).send().await.refused(412, "version_stale");
    let both = json!({"add": [one, two], "remove": [three, two]});
    let refused = company.post(&format!("/v1/tags/{id}/members"), both).send().await;
    assert_eq!(refused.refused(422, "input_invalid").faults(), fault("/remove/1", "field_repeated"));
    assert_eq!(names(&company, &format!("/v1/members?tag_id={id}")).await, ["丙三", "乙二"]);
    assert_eq!(tags_of(&company, &two).await, ["新员工"]);
    assert_eq!(tags_of(&company, &one).await, [""; 0]);
    let counted = company.get("/v1/tags?counts=true").send().await.expect(200);
    assert_eq!(counted.at("/data/0/member_count"), 2);
    let said = world.query("SELECT changes FROM journal WHERE action = 'tag.members_changed' ORDER BY id");
    assert!(said.len() == 2 && said[1].contains(&three) && said[1].contains(&one), "{said:?}");

    // Another organization's tags and members are nothing here.
    let foreign = neighbour.post(&format!("/v1/tags/{id}/members"), json!({"remove": [two]}));
    foreign.send().await.refused(404, "not_found");
    neighbour.get(&format!("/v1/tags/{id}")).send().await.refused(404, "not_found");
    neighbour.delete(&format!("/v1/tags/{id}")).send().await.refused(404, "not_found");
    neighbour.get(&format!("/v1/members/{two}/tags")).send().await.refused(404, "not_found");
    let unknown = neighbour.get(&format!("/v1/members?tag_id={id}")).send().await;
    assert_eq!(unknown.refused(422, "input_invalid").faults(), fault("tag_id", "tag_unknown"));
    // With the tag, it is gone from its members.
    company.delete(&format!("/v1/tags/{id}")).send().await.expect(204);
    assert_eq!(world.query("SELECT CAST(count(*) AS TEXT) FROM taggings"), ["0"]);
});

both!(members_are_found_by_tag_and_everything_else, |world| {
    let company = world.company("筛选公司").registered().await;
    let id = tag(&company, "值班").await;
    let above = company.post("/v1/departments", json!({"name": "研发"})).send().await.expect(201).text("/id");
    let below = json!({"name": "平台", "parent_id": above});
    let below = company.post("/v1/departments", below).send().await.expect(201).text("/id");
    let there = json!({"departments": [{"department_id": below}]});
    let chief = invited(&company, "陈总", json!({})).await;
    let led = json!({"leader_id": chief, "departments": [{"department_id": below}]});
    let [wang, li] = [invited(&company, "王五", there.clone()).await, invited(&company, "李四", led).await];
    let zhao = invited(&company, "赵六", there).await;
    give(&company, &id, &[&wang, &li, &chief]).await.expect(200);
    for (query, expected) in [
        (String::new(), vec!["陈总", "李四", "王五"]),
        (format!("within_id={above}"), vec!["李四", "王五"]),
        (format!("department_id={below}"), vec!["李四", "王五"]),
        (format!("department_id={above}"), vec![]),
        (format!("leader_id={chief}"), vec!["李四"]),
        ("search=wang".to_owned(), vec!["王五"]),
        ("search=zhao".to_owned(), vec![]),
        (format!("search=l&within_id={above}"), vec!["李四"]),
        ("state=invited".to_owned(), vec!["陈总", "李四", "王五"]),
        ("state=active".to_owned(), vec![]),
    ] {
        let found = names(&company, &format!("/v1/members?tag_id={id}&{query}")).await;
        assert_eq!(found, expected, "{query}");
    }
    let first = company.get(&format!("/v1/members?tag_id={id}&limit=2")).send().await.expect(200);
    let rest = format!("/v1/members?tag_id={id}&limit=2&cursor={}", first.text("/next_cursor"));
    assert_eq!(names(&company, &rest).await, ["王五"]);
    let export = company.get(&format!("/v1/member-export?format=csv&fields=name&tag_id={id}"));
    let export = String::from_utf8(export.send().await.expect(200).bytes).unwrap();
    assert_eq!(export.lines().skip(1).collect::<Vec<_>>(), ["陈总", "李四", "王五"]);
    assert!(tags_of(&company, &zhao).await.is_empty());
});

both!(tags_go_to_who_takes_over_and_come_back, |world| {
    let company = world.company("标签交接").registered().await;
    let [one, two, three] = [tag(&company, "甲").await, tag(&company, "乙").await, tag(&company, "丙").await];
    let person = company.plain_member().await;
    let id = member_id(&person).await;
    let heir = invited(&company, "继任", json!({})).await;
    for tag in [&one, &two, &three] {
        give(&company, tag, &[&id]).await.expect(200);
    }
    give(&company, &two, &[&heir]).await.expect(200);
    let preview = company.get(&format!("/v1/members/{id}/departure-preview")).send().await.expect(200);
    assert_eq!(
        [preview.text("/tags/0/name"), preview.text("/tags/2/tag_id")],
        ["丙".to_owned(), two.clone()]
    );
    let leave = json!({"successor_id": heir});
    let left = company.post(&format!("/v1/members/{id}/departure"), leave).send().await.expect(201);
    assert_eq!((left.text("/tags_to_id"), left.at("/tags").as_array().unwrap().len()), (heir.clone(), 3));
    assert_eq!(tags_of(&company, &heir).await, ["丙", "甲", "乙"]);
    assert_eq!(tags_of(&company, &id).await, [""; 0]);
    // Whoever comes back has those that are still there; what was handed over stays as well.
    company.delete(&format!("/v1/tags/{one}")).send().await.expect(204);
    company.post(&format!("/v1/members/{id}/restoration"), json!({})).send().await.expect(200);
    assert_eq!(tags_of(&company, &id).await, ["丙", "乙"]);
    assert_eq!(tags_of(&company, &heir).await, ["丙", "乙"]);

    // Where they are not to be handed over, nobody has them.
    let second = invited(&company, "旁人", json!({})).await;
    let leave = json!({"successor_id": second, "hand_over_tags": false});
    let left = company.post(&format!("/v1/members/{id}/departure"), leave).send().await.expect(201);
    assert_eq!(left.at("/tags_to_id"), &Value::Null);
    assert_eq!(tags_of(&company, &second).await, [""; 0]);
    // Whoever comes back has theirs, also where a tag is full by now.
    company.post(&format!("/v1/members/{id}/restoration"), json!({})).send().await.expect(200);
    let restored = world.query("SELECT changes FROM journal WHERE action = 'member.restored' ORDER BY id");
    assert!(restored[1].contains(&two) && restored[1].contains(&three), "{restored:?}");
    // Many at once, who never came: their tags go with them.
    give(&company, &three, &[&second]).await.expect(200);
    let leave = json!({"successor_id": null, "members": [{"id": second}, {"id": heir}, {"id": id}]});
    company.post("/v1/members/bulk-delete", leave).send().await.expect(200);
    assert_eq!(world.query("SELECT CAST(count(*) AS TEXT) FROM taggings"), ["0"]);
});

/// Adds rows around the service: so many, each with a new id.
fn fill(world: &World, into: &str, columns: &[&str], count: u32) {
    let (id, numbers) = match world.backend {
        Backend::Sqlite => (
            "randomblob(16)",
            format!(
                "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) SELECT n FROM c)"
            ),
        ),
        Backend::Postgres => ("gen_random_uuid()", format!("generate_series(1, {count}) AS c(n)")),
    };
    let columns = columns.join(", ").replace("NEW", id);
    world.query(&format!("INSERT INTO {into} SELECT {columns} FROM {numbers}"));
}

fn id_of(world: &World, id: &str) -> String {
    match world.backend {
        Backend::Sqlite => format!("X'{}'", id.replace('-', "")),
        Backend::Postgres => format!("'{id}'::uuid"),
    }
}

both!(there_are_so_many_tags_and_so_many_who_have_one, |world| {
    let company = world.company("标签上限").registered().await;
    let (one, tenant) = (tag(&company, "满").await, id_of(&world, &company.tenant));
    fill(&world, "taggings", &[&tenant, &id_of(&world, &one), "NEW"], 29_999);
    let [first, second] =
        [invited(&company, "末位", json!({})).await, invited(&company, "多余", json!({})).await];
    let given = give(&company, &one, &[&first, &second]).await.expect(200);
    assert_eq!([given.at("/added"), given.at("/rejected/0/code")], [&json!(1), &json!("tag_full")]);
    // Who goes makes room for who comes.
    let swap = json!({"add": [second], "remove": [first]});
    let swapped = company.post(&format!("/v1/tags/{one}/members"), swap).send().await.expect(200);
    assert_eq!([swapped.at("/added"), swapped.at("/removed")], [1, 1]);
    let path = format!("/v1/members?tag_id={one}");
    assert_eq!(names(&company, &path).await, ["多余"]);

    // Nobody is given more than a hundred.
    let third = invited(&company, "满身", json!({})).await;
    fill(&world, "taggings", &[&tenant, "NEW", &id_of(&world, &third)], 100);
    let given = give(&company, &one, &[&third]).await.expect(200);
    assert_eq!(given.at("/rejected/0/code"), "member_tag_limit_reached");

    let now = if world.backend == Backend::Sqlite { "0" } else { "now()" };
    let name = "CAST(n AS TEXT)";
    fill(&world, "tags", &[&tenant, "NEW", name, name, name, now, "1"], 2_998);
    tag(&company, "最后").await;
    company.post("/v1/tags", json!({"name": "多了"})).send().await.refused(409, "tag_limit_reached");
});
