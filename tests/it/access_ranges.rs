//! Roles that count in some departments only.

use crate::people::{at, change, department, fault, felt, invited, member_id, names};
use crate::roles::{DEPARTMENT_MANAGER, HUMAN_RESOURCES, assign, everywhere, give, only, own};
use serde_json::{Value, json};
use tests::{Company, both};

/// A company with two branches, each with a team; somebody in each, and somebody who manages the first.
struct Branches {
    owner: Company,
    manager: Company,
    north: String,
    south: String,
    team: String,
    /// In the north, in its team, in the south, and in both.
    people: [String; 4],
}

async fn below(company: &Company, parent: &str, name: &str) -> String {
    let made = company.post("/v1/departments", json!({"name": name, "parent_id": parent}));
    made.send().await.expect(201).text("/id")
}

impl Branches {
    async fn of(owner: Company) -> Self {
        let (north, south) = (department(&owner, "北方").await, department(&owner, "南方").await);
        let team = below(&owner, &north, "一组").await;
        let manager = owner.plain_member().await;
        let me = member_id(&manager).await;
        change(&owner, &me, at(&[&north])).await.expect(200);
        let people = [
            invited(&owner, "赵北", at(&[&north])).await,
            invited(&owner, "钱组", at(&[&team])).await,
            invited(&owner, "孙南", at(&[&south])).await,
            invited(&owner, "李两处", at(&[&team, &south])).await,
        ];
        assign(&owner, DEPARTMENT_MANAGER, ("member", &me), own()).await;
        felt().await;
        Self { owner, manager, north, south, team, people }
    }
}

both!(a_manager_sees_and_finds_the_people_of_their_departments, |world| {
    let branches = Branches::of(world.company("分公司").registered().await).await;
    let manager = &branches.manager;
    let everybody = names(manager, "/v1/members").await;
    assert_eq!(everybody, names(&branches.owner, "/v1/members").await);
    assert_eq!(everybody.len(), 6, "{everybody:?}");
    for (name, member) in ["赵北", "钱组", "孙南", "李两处"].iter().zip(&branches.people) {
        let number = branches.owner.get(&format!("/v1/members/{member}")).send().await.text("/mobile");
        let seen = manager.get(&format!("/v1/members/{member}")).send().await.expect(200);
        // Of those in the north they see how to reach them, and find them by that; in the south they see who they are.
        let found = names(manager, &format!("/v1/members?search={}", &number[3..])).await;
        let few = names(manager, &format!("/v1/members?search={}&state=invited", &number[3..])).await;
        let hidden: Vec<&str> =
            seen.at("/hidden_fields").as_array().unwrap().iter().filter_map(Value::as_str).collect();
        if *name == "孙南" {
            assert_eq!((found, few, seen.json.get("mobile")), (vec![], vec![], None));
            assert_eq!(hidden.len(), 9);
        } else {
            assert_eq!((&found, &few), (&vec![(*name).to_owned()], &found));
            assert_eq!((seen.text("/mobile"), hidden), (number, vec!["gender", "address"]));
        }
    }
    assert_eq!(names(manager, "/v1/members?search=zhaobei").await, ["赵北"]);
    assert_eq!(names(manager, "/v1/members?search=sunnan").await, ["孙南"]);
    assert_eq!(names(manager, &format!("/v1/members?within_id={}", branches.team)).await, ["李两处", "钱组"]);
    // From page to page nobody is left out or comes twice.
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = manager.get(&format!("/v1/members?limit=1{cursor}")).send().await.expect(200);
        paged.push(page.text("/data/0/name"));
        match page.at("/next_cursor").as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, everybody);
    let [north, ..] = &branches.people;
    // The export of who may export is that of their departments as well, and this one may not.
    manager.get("/v1/member-export?format=csv").send().await.refused(403, "forbidden");
    // Who goes where the role does not count is a stranger from then on.
    change(&branches.owner, north, at(&[&branches.south])).await.expect(200);
    let stranger = manager.get(&format!("/v1/members/{north}")).send().await.expect(200);
    assert_eq!(stranger.json.get("mobile"), None);
});

both!(a_manager_changes_nobody_beyond_their_departments, |world| {
    let branches = Branches::of(world.company("分公司").registered().await).await;
    let manager = &branches.manager;
    let [north, team, south, two] = &branches.people;
    change(manager, north, json!({"position": "站长"})).await.expect(200);
    change(manager, team, at(&[&branches.north])).await.expect(200);
    // Who is elsewhere, be it also, is theirs to see only.
    for (gone, status) in [(two, 403), (south, 403), (&uuid::Uuid::now_v7().to_string(), 404)] {
        change(manager, gone, json!({"position": "站长"})).await.expect(status);
        let leave = json!({"successor_id": null});
        manager.post(&format!("/v1/members/{gone}/departure"), leave).send().await.expect(status);
        manager.get(&format!("/v1/members/{gone}/departure-preview")).send().await.expect(status);
        let later = json!({"effective_on": "2026-12-24", "patch": {"position": "站长"}});
        manager.post(&format!("/v1/members/{gone}/scheduled-changes"), later).send().await.expect(status);
        manager.post(&format!("/v1/members/{gone}/invitation"), json!({})).send().await.expect(status);
        let picture = tests::files::picture(64, 64, image::ImageFormat::Png);
        let upload = world.request("PUT", format!("/v1/members/{gone}/avatar")).bearer(&manager.access_token);
        upload.form(&[], Some(("me", &picture))).send().await.expect(status);
    }
    // Nobody is put beyond them, be it a known one or a new one, nor into no department at all.
    for places in
        [at(&[&branches.south]), at(&[&branches.north, &branches.south]), json!({"departments": []})]
    {
        let moved = change(manager, north, places.clone()).await.refused(422, "input_invalid");
        assert_eq!(moved.faults(), fault("/departments", "range_beyond_own"));
        let mut new = json!({"name": "新人", "mobile": tests::world::mobile(), "send_invitation": false});
        new["departments"] = places["departments"].clone();
        let come = manager.post("/v1/members", new).send().await.refused(422, "input_invalid");
        assert_eq!(come.faults(), fault("/departments", "range_beyond_own"));
    }
    // Of many, nothing happens to any, and each fault is told at its place.
    let patch = json!({"position": "组长"});
    let many: Vec<Value> =
        [north, two, south].iter().map(|id| json!({"id": id, "patch": patch.clone()})).collect();
    let bulk = manager.post("/v1/members/bulk-update", json!({"members": many})).send().await;
    let told = |codes: [(&str, &str); 2]| codes.map(|(at, code)| (at.to_owned(), code.to_owned())).to_vec();
    let expected = told([("/members/1/id", "range_beyond_own"), ("/members/2/id", "range_beyond_own")]);
    assert_eq!(bulk.refused(422, "input_invalid").faults(), expected);
    let leavers: Vec<Value> = [north, two, south].iter().map(|id| json!({"id": id})).collect();
    let body = json!({"members": leavers, "successor_id": null});
    let gone = manager.post("/v1/members/bulk-delete", body).send().await;
    assert_eq!(gone.refused(422, "input_invalid").faults(), expected);
    // What concerns everybody is for who manages everybody.
    for (method, path) in
        [("GET", "/v1/member-imports"), ("GET", "/v1/scheduled-changes"), ("GET", "/v1/invitation-links")]
    {
        world.request(method, path).bearer(&manager.access_token).send().await.refused(403, "forbidden");
    }
    // Who left is brought back by who managed them.
    manager
        .post(&format!("/v1/members/{team}/departure"), json!({"successor_id": null}))
        .send()
        .await
        .expect(201);
});

both!(a_manager_changes_no_department_beyond_theirs, |world| {
    let branches = Branches::of(world.company("分公司").registered().await).await;
    let manager = &branches.manager;
    let (north, south, team) = (&branches.north, &branches.south, &branches.team);
    let made = below(manager, team, "小队").await;
    let patch = async |id: &str, body: Value| {
        world.patch(format!("/v1/departments/{id}"), body).bearer(&manager.access_token).send().await
    };
    patch(&made, json!({"name": "突击队", "parent_id": north})).await.expect(200);
    patch(north, json!({"name": "华北"})).await.expect(200);
    for parent in [south, &String::from("root")] {
        let body = if parent == "root" {
            json!({"name": "外队"})
        } else {
            json!({"name": "外队", "parent_id": parent})
        };
        manager.post("/v1/departments", body).send().await.refused(403, "forbidden");
    }
    patch(south, json!({"name": "华南"})).await.refused(403, "forbidden");
    patch(&made, json!({"parent_id": south})).await.refused(403, "forbidden");
    manager
        .delete(&format!("/v1/departments/{south}?successor_id={north}"))
        .send()
        .await
        .refused(403, "forbidden");
    manager
        .delete(&format!("/v1/departments/{team}?successor_id={south}"))
        .send()
        .await
        .refused(403, "forbidden");
    for (into, from) in [(north, south), (south, &made)] {
        let merge = manager.post(&format!("/v1/departments/{into}/merge"), json!({"source_ids": [from]}));
        merge.send().await.refused(403, "forbidden");
    }
    let relate = |from: &str, to: &str| {
        let path = format!("/v1/departments/{from}/relations/supports/{to}");
        world.request("PUT", path).bearer(&manager.access_token).send()
    };
    relate(south, north).await.refused(403, "forbidden");
    relate(north, south).await.expect(204);
    manager.delete(&format!("/v1/departments/{made}")).send().await.expect(204);
});

both!(roles_are_given_on_within_a_range_and_nowhere_else, |world| {
    let branches = Branches::of(world.company("分公司").registered().await).await;
    let (owner, manager) = (&branches.owner, &branches.manager);
    let every = ["basic", "contact", "employment", "custom"];
    let deputy =
        json!({"name": "代理", "permissions": ["access:manage"], "fields": {"read": every, "write": every}});
    let deputy = owner.post("/v1/access/roles", deputy).send().await.expect(201).text("/id");
    let me = member_id(manager).await;
    let [north, team, south, _] = &branches.people;
    assign(owner, &deputy, ("member", &me), only(&[&branches.north])).await;
    felt().await;
    let give =
        async |role, member: &str, range| give(manager, role, ("member", member), range, Value::Null).await;
    let given = give(DEPARTMENT_MANAGER, team, only(&[&branches.team])).await.expect(201).text("/id");
    let own = give(DEPARTMENT_MANAGER, north, own()).await.expect(201).text("/id");
    for range in [only(&[&branches.south]), only(&[&branches.team, &branches.south]), everywhere()] {
        let refused = give(DEPARTMENT_MANAGER, team, range).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), fault("/range", "range_beyond_own"));
    }
    change(owner, south, json!({"hidden": true})).await.expect(200);
    let unseen = give(DEPARTMENT_MANAGER, south, only(&[&branches.team])).await;
    assert_eq!(unseen.refused(422, "input_invalid").faults(), fault("/holder/id", "member_unknown"));
    // Human resources see what is personal, which this manager does not.
    let more = give(HUMAN_RESOURCES, team, only(&[&branches.team])).await;
    let more = more.refused(403, "beyond_own_rights");
    assert_eq!(more.at("/fields"), &json!(["personal"]));
    // They see what counts in their departments and nowhere else, and take that away alone.
    let ids = |page: &tests::Answer| -> Vec<String> {
        page.at("/data")
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let wide =
        assign(owner, DEPARTMENT_MANAGER, ("member", team), only(&[&branches.team, &branches.south])).await;
    let all = ids(&owner.get("/v1/access/assignments").send().await.expect(200));
    assert_eq!(all.len(), 5);
    let seen = ids(&manager.get("/v1/access/assignments").send().await.expect(200));
    // Their own among them, which counts where they are.
    assert_eq!(seen, [all[0].clone(), all[1].clone(), given.clone(), own.clone()]);
    manager.delete(&format!("/v1/access/assignments/{own}")).send().await.expect(204);
    for hidden in [&wide] {
        manager.get(&format!("/v1/access/assignments/{hidden}")).send().await.refused(404, "not_found");
        manager.delete(&format!("/v1/access/assignments/{hidden}")).send().await.refused(404, "not_found");
    }
    manager.delete(&format!("/v1/access/assignments/{given}")).send().await.expect(204);
    // Nobody comes to be where they are reached by moving there what is elsewhere.
    let small = below(owner, &branches.south, "班").await;
    let move_in = world.patch(format!("/v1/departments/{small}"), json!({"parent_id": branches.north}));
    move_in.bearer(&manager.access_token).send().await.refused(403, "forbidden");
});

both!(a_range_of_many_departments_is_one, |world| {
    let owner = world.company("多部门公司").registered().await;
    let manager = owner.plain_member().await;
    let (mut held, mut inside) = (Vec::new(), Vec::new());
    let deep = department(&owner, "深").await;
    for index in 0..40 {
        let parent = if index % 2 == 0 { None } else { Some(&deep) };
        let name = format!("部门{index}");
        let id = match parent {
            Some(parent) => below(&owner, parent, &name).await,
            None => department(&owner, &name).await,
        };
        let member = format!("成员{index:02}");
        invited(&owner, &member, at(&[&id])).await;
        if index % 3 == 0 {
            held.push(id);
            inside.push(member);
        }
    }
    let range = json!({"kind": "departments", "department_ids": held});
    assign(&owner, DEPARTMENT_MANAGER, ("member", &member_id(&manager).await), range).await;
    felt().await;
    assert_eq!(names(&manager, "/v1/members?managed=true").await, inside);
    assert_eq!(names(&manager, "/v1/members?managed=true&search=chengyuan").await, inside);
    let of_deep = format!("/v1/members?managed=true&within_id={deep}");
    let there: Vec<String> = inside.iter().skip(1).step_by(2).cloned().collect();
    assert_eq!(names(&manager, &of_deep).await, there);
});

both!(handing_over_gives_no_more_than_who_leaves_is_seen_off_by, |world| {
    let branches = Branches::of(world.company("交接公司").registered().await).await;
    let (owner, manager) = (&branches.owner, &branches.manager);
    let [north, team, south, _] = &branches.people;
    let lead = world.patch(format!("/v1/departments/{}", branches.team), json!({"leader_ids": [team]}));
    lead.bearer(&owner.access_token).send().await.expect(200);
    let leave =
        |to: &str| manager.post(&format!("/v1/members/{team}/departure"), json!({"successor_id": to}));
    // Nobody is named who is not there for them or not theirs to place, and nobody gets into a department that gives what they could not give.
    for (hidden, code) in [(false, "range_beyond_own"), (true, "member_unknown")] {
        change(owner, south, json!({"hidden": hidden})).await.expect(200);
        let refused = leave(south).send().await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), fault("/successor_id", code));
    }
    assign(owner, HUMAN_RESOURCES, ("department", &branches.team), everywhere()).await;
    let refused = leave(north).send().await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/successor_id", "beyond_own_rights"));
    // Whoever has a role that they could not give is neither seen off nor shut out by them, nor given another number before they come.
    assign(owner, HUMAN_RESOURCES, ("member", north), own()).await;
    let off = manager.post(&format!("/v1/members/{north}/departure"), json!({"successor_id": null}));
    off.send().await.refused(403, "beyond_own_rights");
    let renumbered = change(manager, north, json!({"mobile": tests::world::mobile()})).await;
    assert_eq!(renumbered.refused(422, "input_invalid").faults(), fault("/mobile", "beyond_own_rights"));
    change(owner, north, json!({"mobile": tests::world::mobile()})).await.expect(200);
});

both!(who_left_comes_back_only_where_their_manager_may_put_them, |world| {
    let branches = Branches::of(world.company("返聘公司").registered().await).await;
    let (owner, manager) = (&branches.owner, &branches.manager);
    let person = owner.plain_member().await;
    let id = member_id(&person).await;
    change(owner, &id, at(&[&branches.north, &branches.south])).await.expect(200);
    let leave = || owner.post(&format!("/v1/members/{id}/departure"), json!({"successor_id": null}));
    leave().send().await.expect(201);
    let back = |by: &Company| by.post(&format!("/v1/members/{id}/restoration"), json!({}));
    back(manager).send().await.refused(403, "forbidden");
    back(owner).send().await.expect(200);
    change(owner, &id, at(&[&branches.north])).await.expect(200);
    leave().send().await.expect(201);
    back(manager).send().await.expect(200);
});

both!(a_department_that_goes_up_in_another_gives_nothing_new, |world| {
    let owner = world.company("合并公司").registered().await;
    let (north, south) = (department(&owner, "北方").await, department(&owner, "南方").await);
    let manager = owner.plain_member().await;
    let me = member_id(&manager).await;
    change(&owner, &me, at(&[&north])).await.expect(200);
    assign(&owner, HUMAN_RESOURCES, ("member", &me), only(&[&north])).await;
    for place in [&north, &south] {
        assign(&owner, DEPARTMENT_MANAGER, ("member", &me), only(&[place])).await;
    }
    assign(&owner, HUMAN_RESOURCES, ("department", &south), own()).await;
    felt().await;
    let merge = manager.post(&format!("/v1/departments/{south}/merge"), json!({"source_ids": [north]}));
    merge.send().await.refused(403, "beyond_own_rights");
    assert_eq!(names(&manager, &format!("/v1/members?within_id={south}")).await, Vec::<String>::new());
});
