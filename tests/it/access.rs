//! Who may do what: roles, who has them, and that nobody gives more than they have.

use crate::people::{change, department, fault, felt, invited, member_id, names};
use crate::roles::{
    self, ADMINISTRATOR, AUDITOR, DEPARTMENT_MANAGER, FINANCE, HUMAN_RESOURCES, MEMBER, OWNER, assign,
    everywhere, only,
};
use chrono::{Duration, SecondsFormat};
use serde_json::{Value, json};
use tests::{Answer, Company, both};

async fn role(company: &Company, name: &str, permissions: &[&str]) -> String {
    made(company, name, permissions).await.expect(201).text("/id")
}

async fn made(company: &Company, name: &str, permissions: &[&str]) -> Answer {
    let every = ["basic", "contact", "personal", "employment", "custom"];
    let fields = json!({"read": every, "write": every});
    let body = json!({"name": name, "permissions": permissions, "fields": fields});
    company.post("/v1/access/roles", body).send().await
}

/// Gives a role in the whole organization.
async fn give(company: &Company, role: &str, holder: (&str, &str)) -> Answer {
    give_until(company, role, holder, Value::Null).await
}

async fn give_until(company: &Company, role: &str, holder: (&str, &str), until: Value) -> Answer {
    roles::give(company, role, holder, everywhere(), until).await
}

async fn permissions(person: &Company) -> Vec<String> {
    let me = person.get("/v1/me").send().await.expect(200);
    serde_json::from_value(me.at("/permissions").clone()).unwrap()
}

async fn may(person: &Company, permission: &str) -> bool {
    permissions(person).await.iter().any(|held| held == permission)
}

/// Somebody who may do these things everywhere.
async fn delegate(company: &Company, name: &str, held: &[&str]) -> Company {
    let person = company.plain_member().await;
    let role = role(company, name, held).await;
    give(company, &role, ("member", &member_id(&person).await)).await.expect(201);
    felt().await;
    person
}

both!(roles_are_made_changed_and_deleted, |world| {
    let company = world.company("角色公司").registered().await;
    let known = names(&company, "/v1/access/roles").await;
    let built_ins = [
        "Owner",
        "Administrator",
        "Directory manager",
        "Human resources",
        "Finance",
        "Auditor",
        "Department manager",
        "Member",
    ];
    assert_eq!(known, built_ins);
    let chinese = company.get("/v1/access/roles").header("accept-language", "zh-CN");
    assert_eq!(chinese.send().await.expect(200).text("/data/6/name"), "部门管理员");
    let created = made(&company, "前台", &["member:read"]).await.expect(201);
    // What it is of no use without is in it.
    assert_eq!(created.at("/permissions"), &json!(["member:read", "department:read"]));
    assert_eq!(
        made(&company, " 前 台", &[]).await.refused(422, "input_invalid").faults(),
        fault("/name", "role_name_taken")
    );
    let path = format!("/v1/access/roles/{}", created.text("/id"));
    let patch = async |body: Value| world.patch(&path, body).bearer(&company.access_token).send().await;
    let changed = patch(
        json!({"description": "收发快递", "permissions": ["tag:manage"], "fields": {"write": ["contact"]}}),
    )
    .await
    .expect(200);
    let with_needs = ["member:read", "hidden:read", "department:read", "tag:read", "tag:manage"];
    assert_eq!(changed.at("/permissions"), &json!(with_needs));
    assert_eq!(changed.at("/fields/write"), &json!(["contact"]));
    assert_eq!((changed.text("/name").as_str(), changed.at("/version")), ("前台", &json!(2)));
    assert_eq!(patch(json!({"description": null})).await.expect(200).at("/description"), &Value::Null);
    for wrong in ["review:decide", "member:fly"] {
        let refused = made(&company, "越权", &["member:read", wrong]).await;
        assert_eq!(
            refused.refused(422, "input_invalid").faults(),
            fault("/permissions/1", "permission_unknown")
        );
    }
    // Built-in ones stay as they are.
    let administrators = format!("/v1/access/roles/{ADMINISTRATOR}");
    let built_in = company.get(&administrators).send().await.expect(200);
    assert_eq!(
        (built_in.text("/built_in").as_str(), built_in.at("/version")),
        ("administrator", &Value::Null)
    );
    company.delete(&administrators).send().await.refused(409, "role_built_in");
    let renamed = world.patch(&administrators, json!({"name": "老板"})).bearer(&company.access_token);
    renamed.send().await.refused(409, "role_built_in");
    // One that somebody has is not deleted.
    let member = invited(&company, "张三", json!({})).await;
    let given = give(&company, &created.text("/id"), ("member", &member)).await.expect(201);
    assert_eq!((given.text("/role/name").as_str(), given.text("/holder/name").as_str()), ("前台", "张三"));
    company.delete(&path).send().await.refused(409, "role_in_use");
    company.delete(&format!("/v1/access/assignments/{}", given.text("/id"))).send().await.expect(204);
    company.delete(&path).send().await.expect(204);
    company.get(&path).send().await.refused(404, "not_found");
    assert_eq!(names(&company, "/v1/access/roles").await, known);
});

both!(a_role_is_made_after_a_template, |world| {
    let company = world.company("模板公司").registered().await;
    let list =
        company.get("/v1/access/role-templates").header("accept-language", "zh-CN").send().await.expect(200);
    let templates = list.at("/data").as_array().unwrap();
    assert_eq!(templates.len(), 6);
    for template in templates {
        let mut body = template.clone();
        body.as_object_mut().unwrap().remove("template");
        let made = company.post("/v1/access/roles", body).send().await.expect(201);
        for part in ["name", "description", "permissions", "fields"] {
            assert_eq!(made.json[part], template[part], "{part}");
        }
    }
    company.plain_member().await.get("/v1/access/role-templates").send().await.refused(403, "forbidden");
});

// Whatever somebody has, their rights are one question to the database, and none while they are remembered.
both!(rights_are_loaded_by_one_query, |world| {
    let company = world.company("一问公司").registered().await;
    let person = company.plain_member().await;
    let me = member_id(&person).await;
    let office = department(&company, "办公室").await;
    let tag = company.post("/v1/tags", json!({"name": "值班"})).send().await.expect(201).text("/id");
    company.post(&format!("/v1/tags/{tag}/members"), json!({"add": [me]})).send().await.expect(200);
    change(&company, &me, json!({"departments": [{"department_id": office}]})).await.expect(200);
    for (kind, id) in [("member", &me), ("department", &office), ("tag", &tag)] {
        for role in [HUMAN_RESOURCES, FINANCE, AUDITOR] {
            give(&company, role, (kind, id)).await.expect(201);
        }
    }
    felt().await;
    let asked = async || {
        world.statements.lock().unwrap().clear();
        person.get("/v1/organization").send().await.expect(200);
        let heard = world.statements.lock().unwrap();
        heard.iter().filter(|sql| sql.contains("role_assignments")).count()
    };
    assert_eq!((asked().await, asked().await), (1, 0));
});

both!(a_role_counts_for_members_departments_and_tags, |world| {
    let company = world.company("授权公司").registered().await;
    let person = company.plain_member().await;
    let me = member_id(&person).await;
    let other = company.plain_member().await;
    let before = permissions(&person).await;
    assert_eq!(before, ["member:read", "department:read"]);
    let office = department(&company, "办公室").await;
    let below = company
        .post("/v1/departments", json!({"name": "前台", "parent_id": office}))
        .send()
        .await
        .expect(201)
        .text("/id");
    change(&company, &me, json!({"departments": [{"department_id": below}]})).await.expect(200);
    let tag = company.post("/v1/tags", json!({"name": "值班"})).send().await.expect(201).text("/id");
    company.post(&format!("/v1/tags/{tag}/members"), json!({"add": [me]})).send().await.expect(200);
    for (kind, id) in [("member", &me), ("department", &office), ("tag", &tag)] {
        let given = give(&company, ADMINISTRATOR, (kind, id)).await.expect(201);
        felt().await;
        assert!(may(&person, "policy:manage").await, "{kind}");
        assert!(!may(&person, "tenant:manage").await);
        assert_eq!(permissions(&other).await, before, "{kind}");
        let theirs = company.get(&format!("/v1/access/assignments?member_id={me}")).send().await.expect(200);
        assert_eq!(theirs.text("/data/0/holder/kind"), kind);
        person.get("/v1/security-policy").send().await.expect(200);
        company.delete(&format!("/v1/access/assignments/{}", given.text("/id"))).send().await.expect(204);
        felt().await;
        assert_eq!(permissions(&person).await, before, "{kind}");
        person.get("/v1/security-policy").send().await.refused(403, "forbidden");
    }
});

both!(a_role_ends_when_it_was_to, |world| {
    let company = world.company("限期公司").registered().await;
    let person = company.plain_member().await;
    let me = member_id(&person).await;
    let until = (world.clock.now() + Duration::minutes(3)).to_rfc3339_opts(SecondsFormat::Millis, true);
    let given = give_until(&company, ADMINISTRATOR, ("member", &me), json!(until)).await.expect(201);
    felt().await;
    assert!(may(&person, "device:manage").await);
    // What ends is not given on for longer, and not to oneself either.
    let refused = give(&person, AUDITOR, ("member", &me)).await.refused(403, "beyond_own_rights");
    assert!(refused.at("/permissions").as_array().unwrap().contains(&json!("policy:read")));
    give_until(&person, AUDITOR, ("member", &me), json!(until)).await.expect(201);
    world.later(Duration::minutes(4));
    felt().await;
    assert_eq!(permissions(&person).await, ["member:read", "department:read"]);
    let over = company.get("/v1/access/assignments").send().await.expect(200);
    assert_eq!(over.at("/data").as_array().unwrap().len(), 2);
    let ended = company.get(&format!("/v1/access/assignments?member_id={me}")).send().await.expect(200);
    assert_eq!(ended.at("/data"), &json!([]));
    company.delete(&format!("/v1/access/assignments/{}", given.text("/id"))).send().await.expect(204);
    let past = give_until(&company, AUDITOR, ("member", &me), json!(until)).await;
    assert_eq!(past.refused(422, "input_invalid").faults(), fault("/until", "moment_past"));
});

both!(nobody_gives_what_they_do_not_have, |world| {
    let company = world.company("越权公司").registered().await;
    let person = delegate(&company, "授权员", &["access:manage", "tag:read"]).await;
    let me = member_id(&person).await;
    // Neither a role that has more, nor a new one with more, nor more in a role that somebody has.
    for role in [ADMINISTRATOR, HUMAN_RESOURCES] {
        give(&person, role, ("member", &me)).await.refused(403, "beyond_own_rights");
    }
    let refused = made(&person, "大权", &["policy:manage"]).await.refused(403, "beyond_own_rights");
    assert_eq!(refused.at("/permissions"), &json!(["policy:read", "policy:manage"]));
    let small = role(&person, "小权", &["tag:read"]).await;
    give(&person, &small, ("member", &me)).await.expect(201);
    let raise = json!({"permissions": ["member:manage"]});
    let raised = world.patch(format!("/v1/access/roles/{small}"), raise).bearer(&person.access_token);
    raised.send().await.refused(403, "beyond_own_rights");
    // Nor do they take away, change or delete what is more than theirs.
    let other = company.plain_member().await;
    let given = give(&company, ADMINISTRATOR, ("member", &member_id(&other).await)).await.expect(201);
    let path = format!("/v1/access/assignments/{}", given.text("/id"));
    person.delete(&path).send().await.refused(403, "beyond_own_rights");
    let big = role(&company, "大权", &["policy:manage"]).await;
    person.delete(&format!("/v1/access/roles/{big}")).send().await.refused(403, "beyond_own_rights");
    let lower = world.patch(format!("/v1/access/roles/{big}"), json!({"permissions": []}));
    lower.bearer(&person.access_token).send().await.refused(403, "beyond_own_rights");
    // Neither the owner's place nor everybody's is given.
    for role in [OWNER, MEMBER] {
        let refused = give(&company, role, ("member", &me)).await;
        assert_eq!(refused.refused(422, "input_invalid").faults(), fault("/role_id", "role_not_assignable"));
    }
    // Who may give nothing is told so.
    let plain = company.plain_member().await;
    give(&plain, &small, ("member", &me)).await.refused(403, "forbidden");
    assert!(!may(&person, "policy:manage").await);
});

both!(tags_departments_and_places_give_no_more_than_their_giver_has, |world| {
    let company = world.company("绕道公司").registered().await;
    let held = ["member:manage", "department:manage", "tag:manage"];
    let person = delegate(&company, "通讯录", &held).await;
    let me = member_id(&person).await;
    let friend = invited(&company, "朋友", json!({})).await;
    let (powerful, ordinary) = (department(&company, "总办").await, department(&company, "仓库").await);
    let tag = company.post("/v1/tags", json!({"name": "管理员"})).send().await.expect(201).text("/id");
    give(&company, ADMINISTRATOR, ("department", &powerful)).await.expect(201);
    give(&company, ADMINISTRATOR, ("tag", &tag)).await.expect(201);
    // A tag, given or handed over.
    let add = json!({"add": [me]});
    person.post(&format!("/v1/tags/{tag}/members"), add).send().await.refused(403, "beyond_own_rights");
    let tagged = invited(&company, "有标签的人", json!({})).await;
    company.post(&format!("/v1/tags/{tag}/members"), json!({"add": [tagged]})).send().await.expect(200);
    let leave = |to: Value| {
        person.post(
            &format!("/v1/members/{tagged}/departure"),
            json!({"successor_id": to, "hand_over_tags": true}),
        )
    };
    leave(json!(me)).send().await.refused(403, "beyond_own_rights");
    // A department: by moving oneself, a friend or somebody new there.
    let there = json!({"departments": [{"department_id": powerful}]});
    for member in [&me, &friend] {
        let moved = change(&person, member, there.clone()).await.refused(422, "input_invalid");
        assert_eq!(moved.faults(), fault("/departments", "beyond_own_rights"), "{member}");
    }
    let bulk = json!({"members": [{"id": friend, "patch": there}]});
    let many = person.post("/v1/members/bulk-update", bulk).send().await.refused(422, "input_invalid");
    assert_eq!(many.faults(), fault("/members/0/patch/departments", "beyond_own_rights"));
    let new = json!({"name": "新人", "mobile": tests::world::mobile(), "send_invitation": false, "departments": [{"department_id": powerful}]});
    let come = person.post("/v1/members", new).send().await.refused(422, "input_invalid");
    assert_eq!(come.faults(), fault("/departments", "beyond_own_rights"));
    // Or by moving or merging the department that they are in.
    let below = world.patch(format!("/v1/departments/{ordinary}"), json!({"parent_id": powerful}));
    below.bearer(&person.access_token).send().await.refused(403, "beyond_own_rights");
    let merged = person.post(&format!("/v1/departments/{powerful}/merge"), json!({"source_ids": [ordinary]}));
    merged.send().await.refused(403, "beyond_own_rights");
    let gone = person.delete(&format!("/v1/departments/{ordinary}?successor_id={powerful}"));
    gone.send().await.refused(403, "beyond_own_rights");
    assert!(!may(&person, "policy:manage").await);
    // What gives nothing new is theirs to do, and everything is the owner's.
    let at = json!({"departments": [{"department_id": ordinary}]});
    change(&person, &friend, at).await.expect(200);
    change(&company, &friend, there).await.expect(200);
    change(&person, &friend, json!({"position": "助理"})).await.expect(200);
    company.delete(&format!("/v1/departments/{ordinary}?successor_id={powerful}")).send().await.expect(204);
    leave(Value::Null).send().await.expect(201);
});

both!(roles_end_with_what_they_hang_on, |world| {
    let company = world.company("善后公司").registered().await;
    let left = async || {
        let page = company.get("/v1/access/assignments").send().await.expect(200);
        page.at("/data").as_array().unwrap().len()
    };
    let (member, place) = (invited(&company, "张三", json!({})).await, department(&company, "总办").await);
    let tag = company.post("/v1/tags", json!({"name": "值班"})).send().await.expect(201).text("/id");
    for holder in [("member", member.as_str()), ("department", place.as_str()), ("tag", tag.as_str())] {
        give(&company, ADMINISTRATOR, holder).await.expect(201);
    }
    let other = department(&company, "分部").await;
    let ranged = async |departments: &[&str]| {
        assign(&company, DEPARTMENT_MANAGER, ("tag", &tag), only(departments)).await
    };
    let (both, one) = (ranged(&[&place, &other]).await, ranged(&[&place]).await);
    assert_eq!(left().await, 5);
    company
        .post(&format!("/v1/members/{member}/departure"), json!({"successor_id": null}))
        .send()
        .await
        .expect(201);
    assert_eq!(left().await, 4);
    company.delete(&format!("/v1/departments/{place}")).send().await.expect(204);
    let there = company.get(&format!("/v1/access/assignments/{both}")).send().await.expect(200);
    assert_eq!(there.at("/range/department_ids"), &json!([other]));
    company.get(&format!("/v1/access/assignments/{one}")).send().await.refused(404, "not_found");
    assert_eq!(left().await, 2);
    company.delete(&format!("/v1/tags/{tag}")).send().await.expect(204);
    assert_eq!(left().await, 0);
    let told = world.query("SELECT action FROM journal WHERE action = 'role.withdrawn'");
    assert_eq!(told.len(), 5);
});

both!(what_is_not_there_or_anothers_is_not_given, |world| {
    let company = world.company("甲公司").registered().await;
    let other = world.company("乙公司").registered().await;
    let theirs = invited(&other, "张三", json!({})).await;
    let (place, tag) = (
        department(&other, "总办").await,
        other.post("/v1/tags", json!({"name": "值班"})).send().await.expect(201).text("/id"),
    );
    for (kind, id, code) in [
        ("member", &theirs, "member_unknown"),
        ("department", &place, "department_unknown"),
        ("tag", &tag, "tag_unknown"),
    ] {
        let refused = give(&company, ADMINISTRATOR, (kind, id)).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), fault("/holder/id", code));
    }
    let foreign = role(&other, "外人", &["tag:read"]).await;
    let own = invited(&company, "李四", json!({})).await;
    let refused = give(&company, &foreign, ("member", &own)).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/role_id", "role_unknown"));
    let range = |range: Value| {
        let body = json!({"role_id": ADMINISTRATOR, "holder": {"kind": "member", "id": own}, "range": range});
        company.post("/v1/access/assignments", body)
    };
    for (given, pointer, code) in [
        (
            json!({"kind": "departments", "department_ids": [place]}),
            "/range/department_ids/0",
            "department_unknown",
        ),
        (json!({"kind": "departments"}), "/range/department_ids", "field_required"),
        (json!({"kind": "own", "department_ids": [place]}), "/range/department_ids", "field_unknown"),
        (
            json!({"kind": "departments", "department_ids": [place, place]}),
            "/range/department_ids",
            "field_repeated",
        ),
        (json!({"kind": "departments", "department_ids": []}), "/range/department_ids", "value_too_short"),
        (json!({"kind": "nowhere"}), "/range/kind", "value_not_allowed"),
    ] {
        let refused = range(given).send().await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), fault(pointer, code));
    }
    let given = give(&other, ADMINISTRATOR, ("member", &theirs)).await.expect(201).text("/id");
    let path = format!("/v1/access/assignments/{given}");
    company.get(&path).send().await.refused(404, "not_found");
    company.delete(&path).send().await.refused(404, "not_found");
    company.get(&format!("/v1/access/roles/{foreign}")).send().await.refused(404, "not_found");
    assert_eq!(company.get("/v1/access/assignments").send().await.expect(200).at("/data"), &json!([]));
});

both!(what_is_over_keeps_nobody_from_anything, |world| {
    let company = world.company("过期公司").registered().await;
    let person = delegate(&company, "通讯录", &["member:manage", "department:manage", "tag:manage"]).await;
    let (powerful, friend) = (department(&company, "总办").await, invited(&company, "朋友", json!({})).await);
    let until = (world.clock.now() + Duration::minutes(2)).to_rfc3339_opts(SecondsFormat::Millis, true);
    give_until(&company, ADMINISTRATOR, ("department", &powerful), json!(until)).await.expect(201);
    let there = json!({"departments": [{"department_id": powerful}]});
    change(&person, &friend, there.clone()).await.refused(422, "input_invalid");
    world.later(Duration::minutes(3));
    change(&person, &friend, there).await.expect(200);
});

both!(a_link_lets_nobody_in_whom_its_maker_could_not_invite, |world| {
    let company = world.company("链接公司").registered().await;
    let person = company.plain_member().await;
    let inviting = role(&company, "招聘", &["member:manage"]).await;
    let given =
        give(&company, &inviting, ("member", &member_id(&person).await)).await.expect(201).text("/id");
    felt().await;
    let place = department(&company, "总办").await;
    let link = person.post("/v1/invitation-links", json!({"department_id": place, "needs_approval": false}));
    let token = link.send().await.expect(201).text("/token");
    let waits = async || {
        let seen = world.get(format!("/v1/invitations/{token}")).send().await.expect(200);
        seen.at("/needs_approval").clone()
    };
    assert_eq!(waits().await, false);
    let powerful = give(&company, ADMINISTRATOR, ("department", &place)).await.expect(201).text("/id");
    assert_eq!(waits().await, true);
    company.delete(&format!("/v1/access/assignments/{powerful}")).send().await.expect(204);
    assert_eq!(waits().await, false);
    company.delete(&format!("/v1/access/assignments/{given}")).send().await.expect(204);
    assert_eq!(waits().await, true);
});

both!(whoever_is_shown_at_all_is_shown_as_who_they_are, |world| {
    let company = world.company("名录公司").registered().await;
    let fields = json!({"read": [], "write": []});
    let looking = json!({"name": "名录", "permissions": ["member:read"], "fields": fields});
    let made = company.post("/v1/access/roles", looking).send().await.expect(201);
    assert_eq!(made.at("/fields/read"), &json!(["basic"]));
    let path = format!("/v1/access/roles/{}", made.text("/id"));
    let changed = world.patch(path, json!({"fields": {"read": ["contact"]}})).bearer(&company.access_token);
    assert_eq!(changed.send().await.expect(200).at("/fields/read"), &json!(["basic", "contact"]));
});
