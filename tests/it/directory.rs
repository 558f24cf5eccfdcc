//! The directory: everybody sees everybody, but for what is hidden.

use crate::people::{at, change, department, fault, invited, member, member_id, names};
use crate::roles::{AUDITOR, DEPARTMENT_MANAGER, appoint, everywhere, only};
use serde_json::{Value, json};
use tests::{Company, both};

async fn hide(company: &Company, department: &str, hidden: bool) {
    let path = format!("/v1/departments/{department}");
    let body = json!({"hidden": hidden});
    company.world.patch(path, body).bearer(&company.access_token).send().await.expect(200);
}

/// A company with a hidden department that has a team, and an open one; in the hidden one, its team, both and the open one is somebody.
struct Hiding {
    owner: Company,
    secret: String,
    team: String,
    open: String,
    /// In the hidden department, in its team, in both, in the open one.
    people: [String; 4],
}

impl Hiding {
    async fn of(owner: Company) -> Self {
        let secret = department(&owner, "保密部").await;
        let body = json!({"name": "保密组", "parent_id": secret});
        let team = owner.post("/v1/departments", body).send().await.expect(201).text("/id");
        let open = department(&owner, "公开部").await;
        let people = [
            invited(&owner, "丁密", at(&[&secret])).await,
            invited(&owner, "丁组", at(&[&team])).await,
            invited(&owner, "丁双", at(&[&secret, &open])).await,
            invited(&owner, "丁开", at(&[&open])).await,
        ];
        let lead = owner.world.patch(format!("/v1/departments/{open}"), json!({"leader_ids": [people[2]]}));
        lead.bearer(&owner.access_token).send().await.expect(200);
        hide(&owner, &secret, true).await;
        Self { owner, secret, team, open, people }
    }
}

/// What somebody sees of the departments: those of the list, of the levels, of the tree.
async fn departments(person: &Company) -> Vec<String> {
    let listed = names(person, "/v1/departments").await;
    let root = person.get("/v1/departments/tree").send().await.expect(200).text("/root/id");
    let mut level = names(person, &format!("/v1/departments?parent_id={root}")).await;
    level.push(listed[0].clone());
    let tree = person.get("/v1/departments/tree").send().await.expect(200);
    let mut drawn = Vec::new();
    let mut nodes = vec![tree.at("/root").clone()];
    while let Some(node) = nodes.pop() {
        drawn.push(node["name"].as_str().unwrap().to_owned());
        nodes.extend(node["children"].as_array().unwrap().iter().cloned());
    }
    let (mut sorted, mut also) = (listed.clone(), drawn);
    sorted.sort();
    also.sort();
    assert_eq!(sorted, also);
    assert!(level.iter().all(|name| listed.contains(name)), "{level:?}");
    listed
}

both!(a_hidden_department_is_not_there, |world| {
    let hiding = Hiding::of(world.company("保密公司").registered().await).await;
    let (owner, plain) = (&hiding.owner, hiding.owner.plain_member().await);
    assert_eq!(departments(&plain).await.len(), 2);
    assert_eq!(departments(owner).await.len(), 4);
    for hidden in [&hiding.secret, &hiding.team] {
        let nothing = "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d";
        for path in ["", "/relations"] {
            let get = async |id: &str| plain.get(&format!("/v1/departments/{id}{path}")).send().await;
            let (there, none) = (get(hidden).await, get(nothing).await);
            assert_eq!((there.status, &there.json["detail"]), (404, &none.json["detail"]));
        }
        plain.get(&format!("/v1/departments/tree?root_id={hidden}")).send().await.refused(404, "not_found");
        for (list, place) in [
            ("departments", "within_id"),
            ("departments", "parent_id"),
            ("members", "within_id"),
            ("members", "department_id"),
        ] {
            let refused = plain.get(&format!("/v1/{list}?{place}={hidden}")).send().await;
            assert_eq!(refused.refused(422, "input_invalid").faults(), fault(place, "department_unknown"));
        }
    }
    // Nobody is there who is nowhere else, and of the others it is not told.
    let [secret, team, both, open] = &hiding.people;
    for (id, status) in [(secret, 404), (team, 404), (both, 200), (open, 200)] {
        plain.get(&format!("/v1/members/{id}")).send().await.expect(status);
    }
    for search in ["", "&search=ding", "&search=ding&state=invited", "&state=invited"] {
        let path = format!("/v1/members?limit=50{search}");
        let seen: Vec<String> =
            names(&plain, &path).await.into_iter().filter(|name| name.starts_with('丁')).collect();
        assert_eq!(seen, ["丁开", "丁双"], "{search}");
    }
    assert_eq!(names(&plain, &format!("/v1/members?within_id={}", hiding.open)).await, ["丁开", "丁双"]);
    let seen = plain.get(&format!("/v1/members/{both}")).send().await.expect(200);
    assert_eq!(seen.at("/departments").as_array().unwrap().len(), 1);
    assert_eq!(
        (seen.text("/departments/0/department_id"), seen.text("/department_id")),
        (hiding.open.clone(), hiding.open.clone())
    );
    assert_eq!(member(owner, both).await.text("/department_id"), hiding.secret);
    // Nor does anybody find by where they are what they would not see there.
    let above = department(owner, "上级部").await;
    let under = world.patch(format!("/v1/departments/{}", hiding.secret), json!({"parent_id": above}));
    under.bearer(&owner.access_token).send().await.expect(200);
    for search in ["", "&search=ding", "&state=invited", "&search=ding&state=invited"] {
        let path = format!("/v1/members?within_id={above}{search}");
        assert_eq!(names(&plain, &path).await, Vec::<String>::new(), "{search}");
        assert_eq!(names(owner, &path).await.len(), 3, "{search}");
    }
    let root = owner.get("/v1/departments").send().await.expect(200).text("/data/0/id");
    let back = world.patch(format!("/v1/departments/{}", hiding.secret), json!({"parent_id": root}));
    back.bearer(&owner.access_token).send().await.expect(200);
    owner.delete(&format!("/v1/departments/{above}")).send().await.expect(204);
    // What is counted is what is seen.
    let count =
        async |by: &Company, path: &str, at: &str| by.get(path).send().await.expect(200).at(at).clone();
    let all = "/v1/departments/tree?counts=true";
    assert_eq!(count(owner, all, "/root/members/total").await, json!(6));
    assert_eq!(count(&plain, all, "/root/members/total").await, json!(4));
    assert_eq!(count(&plain, "/v1/departments?counts=true", "/data/0/members/total").await, json!(4));
    // Nothing is new about a tree in which something is hidden, for those who do not see it; a hidden one's people see it.
    let tag = plain.get("/v1/departments/tree").send().await.expect(200).etag();
    plain.get("/v1/departments/tree").header("if-none-match", &tag).send().await.expect(304);
    change(owner, &member_id(&plain).await, at(&[&hiding.team])).await.expect(200);
    plain.get("/v1/departments/tree").header("if-none-match", &tag).send().await.expect(200);
    assert_eq!(departments(&plain).await.len(), 4);
    for id in &hiding.people {
        plain.get(&format!("/v1/members/{id}")).send().await.expect(200);
    }
    // Nothing is hidden about the root.
    let root = owner.get("/v1/departments").send().await.expect(200).text("/data/0/id");
    let top = world.patch(format!("/v1/departments/{root}"), json!({"hidden": true}));
    top.bearer(&owner.access_token).send().await.refused(409, "department_root_stays");
    hide(owner, &hiding.secret, false).await;
    let other = owner.plain_member().await;
    assert_eq!(departments(&other).await.len(), 4);
});

both!(a_hidden_member_is_not_there, |world| {
    let hiding = Hiding::of(world.company("保密公司").registered().await).await;
    let (owner, plain) = (&hiding.owner, hiding.owner.plain_member().await);
    let [.., both, open] = &hiding.people;
    change(owner, open, json!({"leader_id": both})).await.expect(200);
    let led = async || names(&plain, &format!("/v1/members?leader_id={both}")).await;
    assert_eq!(led().await, ["丁开"]);
    let leaders =
        async || plain.get(&format!("/v1/departments/{}", hiding.open)).send().await.at("/leaders").clone();
    assert_eq!(leaders().await[0]["name"], "丁双");
    change(owner, both, json!({"hidden": true})).await.expect(200);
    plain.get(&format!("/v1/members/{both}")).send().await.refused(404, "not_found");
    assert_eq!(names(&plain, "/v1/members?search=ding").await, ["丁开"]);
    assert_eq!(names(&plain, &format!("/v1/members?department_id={}", hiding.open)).await, ["丁开"]);
    assert_eq!((leaders().await, led().await), (json!([]), vec![]));
    assert_eq!(
        plain.get(&format!("/v1/members/{open}")).send().await.expect(200).at("/leader_id"),
        &Value::Null
    );
    assert_eq!(member(owner, open).await.text("/leader_id"), *both);
    let count = plain.get(&format!("/v1/departments/{}?counts=true", hiding.open)).send().await.expect(200);
    assert_eq!(count.at("/members/direct"), &json!(1));
    // Whoever may see what is hidden there does, and whoever is hidden sees themselves.
    appoint(owner, DEPARTMENT_MANAGER, &plain, only(&[&hiding.open])).await;
    assert_eq!(names(&plain, &format!("/v1/members?department_id={}", hiding.open)).await, ["丁开", "丁双"]);
    let shown = plain.get(&format!("/v1/members/{both}")).send().await.expect(200);
    assert_eq!((shown.at("/hidden"), shown.at("/departments").as_array().unwrap().len()), (&json!(true), 1));
    let me = member_id(&plain).await;
    change(owner, &me, json!({"hidden": true})).await.expect(200);
    assert_eq!(plain.get(&format!("/v1/members/{me}")).send().await.expect(200).at("/hidden"), &json!(true));
    // Somebody hidden is nobody to report to, and a hidden department none to be put into, as if they were not there.
    let hidden = &hiding.people[0];
    let put = |body: Value| change(&plain, open, body);
    let led_by = put(json!({"leader_id": hidden})).await.refused(422, "input_invalid").faults();
    let nobody = put(json!({"leader_id": uuid::Uuid::now_v7()})).await.refused(422, "input_invalid").faults();
    assert_eq!(
        (led_by, nobody),
        (fault("/leader_id", "member_unknown"), fault("/leader_id", "member_unknown"))
    );
    let places = |id: &str| at(&[&hiding.open, id]);
    let into = put(places(&hiding.secret)).await.refused(422, "input_invalid").faults();
    let nowhere = put(places(&uuid::Uuid::now_v7().to_string())).await.refused(422, "input_invalid").faults();
    assert_eq!(into, nowhere);
});

both!(who_may_see_what_is_hidden_sees_it, |world| {
    let hiding = Hiding::of(world.company("保密公司").registered().await).await;
    let (owner, auditor) = (&hiding.owner, hiding.owner.plain_member().await);
    appoint(owner, AUDITOR, &auditor, everywhere()).await;
    assert_eq!(departments(&auditor).await.len(), 4);
    // Who left is hidden as well.
    let gone = &member_id(&owner.plain_member().await).await;
    change(owner, gone, json!({"name": "丁走", "departments": [{"department_id": hiding.open}]}))
        .await
        .expect(200);
    owner
        .post(&format!("/v1/members/{gone}/departure"), json!({"successor_id": null}))
        .send()
        .await
        .expect(201);
    let plain = owner.plain_member().await;
    for (person, seen) in [(owner, 1), (&auditor, 1), (&plain, 0)] {
        assert_eq!(names(person, "/v1/members?state=departed").await.len(), seen);
        person.get(&format!("/v1/members/{gone}")).send().await.expect(if seen == 1 { 200 } else { 404 });
    }
    // Managers of where they were find those who left.
    appoint(owner, DEPARTMENT_MANAGER, &plain, only(&[&hiding.open])).await;
    assert_eq!(names(&plain, "/v1/members?state=departed").await, ["丁走"]);
    // A department that shares its people is not hidden from those whom it shares them with.
    let reader = owner.plain_member().await;
    change(owner, &member_id(&reader).await, at(&[&hiding.open])).await.expect(200);
    assert_eq!(departments(&reader).await.len(), 2);
    let share = |by: &Company| {
        let path = format!("/v1/departments/{}/relations/shares_directory/{}", hiding.open, hiding.team);
        world.request("PUT", path).bearer(&by.access_token).send()
    };
    // Nobody shares what they do not see; nor what they see and do not manage.
    share(&plain).await.refused(404, "not_found");
    change(owner, &member_id(&plain).await, at(&[&hiding.team])).await.expect(200);
    share(&plain).await.refused(403, "forbidden");
    share(owner).await.expect(204);
    // They see that one, and what is below it, and not what it is in.
    let seen = departments(&reader).await;
    assert!(seen.len() == 3 && seen.contains(&"保密组".to_owned()), "{seen:?}");
    let shared = reader.get(&format!("/v1/departments/{}", hiding.team)).send().await.expect(200);
    assert_eq!(
        (shared.at("/parent_id"), shared.at("/ancestors").as_array().unwrap().len()),
        (&Value::Null, 1)
    );
    reader.get(&format!("/v1/departments/{}", hiding.secret)).send().await.refused(404, "not_found");
    let people: Vec<String> = names(&reader, "/v1/members?search=ding").await;
    assert!(people.contains(&"丁组".to_owned()) && !people.contains(&"丁密".to_owned()), "{people:?}");
    let tree = reader.get("/v1/departments/tree?counts=true").send().await.expect(200);
    let root =
        tree.at("/root/children").as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap());
    assert!(root.collect::<Vec<_>>().contains(&"保密组"), "{}", tree.json);
    assert_eq!(departments(&owner.plain_member().await).await.len(), 2);
});

both!(a_visible_field_is_seen_by_everybody, |world| {
    let company = world.company("字段公司").registered().await;
    let field = async |name: &str, visible: bool| {
        let body = json!({"name": name, "kind": "text", "visible": visible});
        company.post("/v1/member-fields", body).send().await.expect(201).text("/id")
    };
    let (shown, kept) = (field("爱好", true).await, field("工资卡", false).await);
    let custom = json!({"custom": {(&shown): "围棋", (&kept): "6222"}});
    let one = invited(&company, "丁一", custom.clone()).await;
    let plain = company.plain_member().await;
    let seen = plain.get(&format!("/v1/members/{one}")).send().await.expect(200);
    assert_eq!(seen.at("/custom"), &json!({(&shown): "围棋"}));
    assert!(seen.at("/hidden_fields").as_array().unwrap().contains(&json!("custom")));
    assert_eq!(member(&company, &one).await.at("/custom"), &custom["custom"]);
    // In an export, too: a role that shows nothing of it takes out what everybody sees.
    let role = json!({"name": "导出员", "permissions": ["member:export"], "fields": {"read": ["basic"], "write": []}});
    let role = company.post("/v1/access/roles", role).send().await.expect(201).text("/id");
    appoint(&company, &role, &plain, everywhere()).await;
    let file = plain.get("/v1/member-export?format=csv").send().await.expect(200);
    let text = String::from_utf8(file.bytes.clone()).unwrap();
    assert!(text.contains("爱好") && text.contains("围棋"), "{text}");
    assert!(!text.contains("工资卡") && !text.contains("6222"), "{text}");
});
