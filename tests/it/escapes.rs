//! Ways in which others were escaped from: each is tried here. Whoever goes beyond their range among many is in `access_ranges.rs`, who looks for hidden
//! values by searching and writing in `access_fields.rs`, and every operation with another tenant's id in its path in `conformance.rs`.

use crate::people::{at, change, department, felt, invited, member_id, names};
use crate::roles::{ADMINISTRATOR, appoint, everywhere, give, only};
use serde_json::{Value, json};
use tests::{Answer, Company, both};

/// All that somebody sees of their organization.
async fn all(company: &Company) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in [
        "members?limit=100",
        "departments?limit=100",
        "tags",
        "access/roles",
        "access/assignments",
        "access/review",
    ] {
        seen.push(company.get(&format!("/v1/{path}")).send().await.expect(200).json);
    }
    seen
}

both!(another_tenants_ids_in_a_body_are_nobodys, |world| {
    let theirs = world.company("他人公司").registered().await;
    let place = department(&theirs, "他部").await;
    let person = invited(&theirs, "他人", at(&[&place])).await;
    let role =
        json!({"name": "他角", "permissions": ["member:read"], "fields": {"read": ["basic"], "write": []}});
    let role = theirs.post("/v1/access/roles", role).send().await.expect(201).text("/id");
    let tag = theirs.post("/v1/tags", json!({"name": "他签"})).send().await.expect(201).text("/id");
    let before = all(&theirs).await;

    let mine = world.company("自己公司").registered().await;
    let (own, here) = (invited(&mine, "自己", json!({})).await, department(&mine, "己部").await);
    let own_tag = mine.post("/v1/tags", json!({"name": "己签"})).send().await.expect(201).text("/id");
    let nothing = uuid::Uuid::now_v7().to_string();
    let given =
        |role: &str, holder: Value, range: Value| json!({"role_id": role, "holder": holder, "range": range});
    let holder = |kind: &str, id: &str| json!({"kind": kind, "id": id});
    // Each with their id, and with an id of nothing: the answers are the same.
    for (method, path, body) in [
        (
            "PATCH",
            format!("/v1/members/{own}"),
            Box::new(|id: &str| json!({"leader_id": id})) as Box<dyn Fn(&str) -> Value>,
        ),
        (
            "POST",
            "/v1/members/bulk-update".into(),
            Box::new(
                |id| json!({"members": [{"id": own, "patch": {"position": "甲"}}, {"id": id, "patch": {"position": "甲"}}]}),
            ),
        ),
        (
            "POST",
            "/v1/members/bulk-delete".into(),
            Box::new(|id| json!({"members": [{"id": id}], "successor_id": null})),
        ),
        ("POST", format!("/v1/members/{own}/departure"), Box::new(|id| json!({"successor_id": id}))),
        ("POST", format!("/v1/tags/{own_tag}/members"), Box::new(|id| json!({"add": [id], "remove": [id]}))),
        (
            "POST",
            "/v1/access/assignments".into(),
            Box::new(|id| given(ADMINISTRATOR, holder("member", id), everywhere())),
        ),
        (
            "POST",
            "/v1/access/explain".into(),
            Box::new(
                |id| json!({"member_id": id, "permission": "member:read", "target": {"kind": "organization"}}),
            ),
        ),
        ("POST", "/v1/organization/ownership-offer".into(), Box::new(|id| json!({"member_id": id}))),
    ] {
        let ask = async |id: &str| {
            world.request(method, &path).bearer(&mine.access_token).json(&body(id)).send().await
        };
        same(&ask(&person).await, &ask(&nothing).await, (&person, &nothing), &path);
    }
    for (method, path, body) in [
        ("PATCH", format!("/v1/members/{own}"), Box::new(|id: &str| at(&[id])) as Box<dyn Fn(&str) -> Value>),
        ("POST", "/v1/departments".into(), Box::new(|id| json!({"name": "子部", "parent_id": id}))),
        ("PATCH", format!("/v1/departments/{here}"), Box::new(|id| json!({"parent_id": id}))),
        ("POST", format!("/v1/departments/{here}/merge"), Box::new(|id| json!({"source_ids": [id]}))),
        (
            "POST",
            "/v1/access/assignments".into(),
            Box::new(|id| given(ADMINISTRATOR, holder("member", &own), only(&[id]))),
        ),
        (
            "POST",
            "/v1/access/assignments".into(),
            Box::new(|id| given(ADMINISTRATOR, holder("department", id), everywhere())),
        ),
    ] {
        let ask = async |id: &str| {
            world.request(method, &path).bearer(&mine.access_token).json(&body(id)).send().await
        };
        same(&ask(&place).await, &ask(&nothing).await, (&place, &nothing), &path);
    }
    for (id, body) in [
        (
            &role,
            Box::new(|id: &str| given(id, holder("member", &own), everywhere()))
                as Box<dyn Fn(&str) -> Value>,
        ),
        (&tag, Box::new(|id| given(ADMINISTRATOR, holder("tag", id), everywhere()))),
    ] {
        let ask = async |id: &str| mine.post("/v1/access/assignments", body(id)).send().await;
        same(&ask(id).await, &ask(&nothing).await, (id, &nothing), "/v1/access/assignments");
    }
    for (query, id) in [
        ("members?leader_id", &person),
        ("members?tag_id", &tag),
        ("members?department_id", &place),
        ("members?within_id", &place),
        ("access/assignments?member_id", &person),
        ("access/assignments?role_id", &role),
        ("access/assignments?holder_kind=department&holder_id", &place),
    ] {
        let ask = async |id: &str| mine.get(&format!("/v1/{query}={id}")).send().await;
        same(&ask(id).await, &ask(&nothing).await, (id, &nothing), query);
    }
    assert_eq!(all(&theirs).await, before);
});

/// That two answers are one, but for the ids that were asked about.
fn same(there: &Answer, none: &Answer, (id, nothing): (&str, &str), what: &str) {
    let plain = |answer: &Answer, id: &str| {
        let mut body = answer.json.clone();
        if let Some(body) = body.as_object_mut() {
            body.remove("request_id");
        }
        (answer.status, body.to_string().replace(id, "…"))
    };
    let (there, none) = (plain(there, id), plain(none, nothing));
    assert_eq!(there, none, "{what}");
    assert!(there.0 == 422 || there.0 == 404 || there.0 == 200, "{what}: {there:?}");
}

both!(a_header_chooses_no_tenant, |world| {
    let theirs = world.company("他人公司").registered().await;
    let mine = world.company("自己公司").registered().await;
    let own = mine.get("/v1/organization").send().await.expect(200);
    for header in ["x-tenant-id", "x-organization-id", "tenant-id", "x-tenant", "x-forwarded-host", "host"] {
        let asked = mine.get("/v1/organization").header(header, &theirs.tenant).send().await;
        assert_eq!(asked.expect(200).json, own.json, "{header}");
    }
    // What somebody confirmed is worth nothing in another's session.
    let confirmation = theirs.confirmed("dissolve_organization").await;
    let dissolve = mine.post("/v1/organization/dissolution", json!({"name": "自己公司"}));
    dissolve.header("x-confirmation", &confirmation).send().await.refused(403, "confirmation_required");
});

both!(who_waits_or_left_has_no_rights, |world| {
    let company = world.company("离任公司").registered().await;
    let admin = company.plain_member().await;
    let id = member_id(&admin).await;
    appoint(&company, ADMINISTRATOR, &admin, everywhere()).await;
    admin.get("/v1/security-policy").send().await.expect(200);
    company
        .post(&format!("/v1/members/{id}/departure"), json!({"successor_id": null}))
        .send()
        .await
        .expect(201);
    felt().await;
    admin.get("/v1/security-policy").send().await.refused(401, "session_ended");
    // The role ended with that: neither is it given to who left, nor is it there when they come back.
    let refused = give(&company, ADMINISTRATOR, ("member", &id), everywhere(), Value::Null).await;
    let refused = refused.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/holder/id".to_owned(), "member_unknown".to_owned())]);
    company.post(&format!("/v1/members/{id}/restoration"), json!({})).send().await.expect(200);
    world.later(chrono::Duration::minutes(2));
    let back = admin.again().await;
    back.get("/v1/security-policy").send().await.refused(403, "forbidden");
    // Whoever was invited with a role has it when they come, and nothing before.
    let pending = invited(&company, "未到", json!({})).await;
    let explain =
        json!({"member_id": pending, "permission": "member:read", "target": {"kind": "organization"}});
    let asked = company.post("/v1/access/explain", explain).send().await.expect(200);
    assert_eq!((asked.at("/allowed"), asked.text("/reason").as_str()), (&json!(false), "not_active"));
});

// What belongs to somebody is as hidden as they are; and to find nothing costs the database the same questions.
both!(what_is_hidden_answers_as_what_is_not_there, |world| {
    let company = world.company("隐形公司").registered().await;
    let (secret, open) = (department(&company, "密").await, department(&company, "开").await);
    let hidden = invited(&company, "密人", at(&[&secret])).await;
    let hide = world.patch(format!("/v1/departments/{secret}"), json!({"hidden": true}));
    hide.bearer(&company.access_token).send().await.expect(200);
    let manager = company.plain_member().await;
    change(&company, &member_id(&manager).await, at(&[&open])).await.expect(200);
    appoint(&company, ADMINISTRATOR, &manager, only(&[&open])).await;
    assert!(!names(&manager, "/v1/members").await.contains(&"密人".to_owned()));
    let nothing = uuid::Uuid::now_v7().to_string();
    for (method, path, body) in [
        ("GET", "members/{id}", None),
        ("PATCH", "members/{id}", Some(json!({"position": "甲"}))),
        ("GET", "members/{id}/departure", None),
        ("GET", "members/{id}/departure-preview", None),
        ("POST", "members/{id}/departure", Some(json!({"successor_id": null}))),
        ("POST", "members/{id}/invitation", Some(json!({}))),
        ("POST", "members/{id}/restoration", Some(json!({}))),
        (
            "POST",
            "members/{id}/scheduled-changes",
            Some(json!({"effective_on": "2026-12-24", "patch": {"position": "甲"}})),
        ),
        ("DELETE", "members/{id}/avatar", None),
    ] {
        let ask = async |id: &str| {
            // The session is known, so that what is heard is about this alone.
            manager.get("/v1/me").send().await.expect(200);
            world.statements.lock().unwrap().clear();
            let mut request = world.request(method, format!("/v1/{}", path.replace("{id}", id)));
            if let Some(body) = &body {
                request = request.json(body);
            }
            let answer = request.bearer(&manager.access_token).send().await;
            let heard: Vec<String> = world.statements.lock().unwrap().clone();
            // What the clock of the service asks by itself is not of this request; and which id it is about is all that differs.
            let texts = heard.iter().filter(|sql| sql.contains("members"));
            let asked: Vec<String> =
                texts.map(|sql| sql.split("-- binds").next().unwrap().to_owned()).collect();
            (answer, asked)
        };
        let ((there, one), (none, other)) = (ask(&hidden).await, ask(&nothing).await);
        same(&there, &none, (&hidden, &nothing), path);
        assert_eq!(there.status, 404, "{path}");
        assert!(!one.is_empty(), "{path}");
        assert_eq!(one, other, "{path}");
    }
});
