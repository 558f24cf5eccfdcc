//! Members: who is there, and shutting somebody out.

use crate::people::{change, fault, felt, invited, member_id};
use serde_json::{Value, json};
use std::rc::Rc;
use tests::world::{join, mobile};
use tests::{Answer, Backend, Company, World, both, device};

const GOOD: &str = "mahogany cartwheel gravity";

async fn set_state(by: &Company, id: &str, state: &str) -> Answer {
    let patch = by.world.patch(format!("/v1/members/{id}"), json!({"state": state}));
    patch.bearer(&by.access_token).send().await
}

both!(administrators_see_the_members, |world| {
    let company = world.company("成员公司").registered().await;
    let (one, two) = (company.plain_member().await, company.plain_member().await);
    let [owner, one_id, two_id] = [member_id(&company).await, member_id(&one).await, member_id(&two).await];
    let page = company.get("/v1/members?limit=2").send().await.expect(200);
    assert_eq!([page.text("/data/0/id"), page.text("/data/1/id")], [owner.clone(), one_id.clone()]);
    assert_eq!([page.text("/data/0/role"), page.text("/data/0/name")], ["owner", "王小明"]);
    let rest = format!("/v1/members?limit=2&cursor={}", page.text("/next_cursor"));
    let rest = company.get(&rest).send().await.expect(200);
    assert_eq!([rest.at("/data/0/id"), rest.at("/next_cursor")], [&json!(two_id), &Value::Null]);

    let seen = company.get(&format!("/v1/members/{one_id}")).send().await.expect(200);
    assert_eq!([seen.text("/state"), seen.text("/id")], ["active".to_owned(), one_id.clone()]);
    let again = company.get(&format!("/v1/members/{one_id}")).header("if-none-match", &seen.etag());
    again.send().await.expect(304);
    set_state(&company, &one_id, "disabled").await.expect(200);
    let disabled = company.get("/v1/members?state=disabled").send().await.expect(200);
    assert_eq!(disabled.at("/data").as_array().unwrap().len(), 1);
    assert_eq!(disabled.at("/data/0"), &set_state(&company, &one_id, "disabled").await.expect(200).json);

    // Everybody sees who is there, whoever has no right changes nobody, and nobody sees another organization's.
    assert_eq!(names(&two, "").await, names(&company, "").await);
    set_state(&two, &owner, "disabled").await.refused(403, "forbidden");
    let other = world.company("邻居公司").registered().await;
    other.get(&format!("/v1/members/{one_id}")).send().await.refused(404, "not_found");
    set_state(&other, &one_id, "active").await.refused(404, "not_found");
});

both!(a_disabled_member_hears_of_their_account_alone, |world| {
    let company = world.company("停用重置公司").registered().await;
    let person = company.plain_member().await;
    let opened = person
        .post("/v1/tickets", json!({"topic": "certification", "subject": "问题", "text": "怎么办？"}))
        .send()
        .await
        .expect(201);
    set_state(&company, &member_id(&person).await, "disabled").await.expect(200);
    let support = world.operator("support").await;
    let path = format!("/v1/platform/tickets/{}/messages", opened.text("/id"));
    world.post(path, json!({"text": "请稍等。"})).bearer(&support).send().await.expect(201);
    world.later(chrono::Duration::seconds(61));
    let wanted = json!({"purpose": "reset_password", "mobile": person.mobile});
    world.post("/v1/codes", wanted).send().await.expect(202);
    let code = world.code(&person.mobile).await;
    let reset = |password: &str| {
        let body = json!({"mobile": person.mobile, "code": code, "password": password});
        world.post("/v1/password-resets", body).send()
    };
    // The rules of the organization go for them all the same.
    reset("short").await.refused(422, "input_invalid");
    reset(GOOD).await.expect(204);
    let told = world.notices(&person.mobile, 1).await;
    assert!(told.len() == 1 && told[0].contains("密码"), "{told:?}");
    let entries = world.query("SELECT count(*) FROM journal WHERE action = 'account.password_reset'");
    assert_eq!(entries, ["1"]);
    sign_in(&world, &person, &company.tenant).await.refused(403, "no_membership");
});

/// Within a second, on every replica.
async fn a_disabled_member_is_out(backend: Backend) {
    let world = Rc::new(World::start(backend).await);
    let company = world.company("停用公司").registered().await;
    let elsewhere = world.company("另一公司").registered().await;
    let person = company.plain_member().await;
    join(&world, &elsewhere, &person.mobile).await;
    world.later(chrono::Duration::seconds(61));
    let there = person.clone().signed_in_to(&elsewhere.tenant).await;
    let confirmation = {
        world.later(chrono::Duration::seconds(61));
        person.confirmed("set_password").await
    };
    let set = world.request("PUT", "/v1/me/password").bearer(&person.access_token);
    set.header("x-confirmation", &confirmation).json(&json!({"password": GOOD})).send().await.expect(204);
    let there = Company {
        access_token: sign_in(&world, &there, &elsewhere.tenant).await.text("/session/access_token"),
        ..there
    };
    // From here on either of the two may carry a message out, so nothing waits for a code.
    let replica = world.replica(&[]).await;
    replica.clock.advance(world.clock.now() - replica.clock.now());
    let me =
        async |world: &World, person: &Company| world.get("/v1/me").bearer(&person.access_token).send().await;
    me(&replica, &person).await.expect(200);
    me(&world, &person).await.expect(200);

    let (id, owner) = (member_id(&person).await, member_id(&company).await);
    let seen = company.get(&format!("/v1/members/{id}")).send().await.expect(200);
    let stale =
        world.patch(format!("/v1/members/{id}"), json!({"state": "disabled"})).header("if-match", "\"7\"");
    stale.bearer(&company.access_token).send().await.refused(412, "version_stale");
    let changed = set_state(&company, &id, "disabled").await.expect(200);
    assert_eq!(changed.at("/version").as_i64().unwrap(), seen.at("/version").as_i64().unwrap() + 1);
    me(&world, &person).await.refused(401, "session_ended");
    felt().await;
    me(&replica, &person).await.refused(401, "session_ended");
    let refresh = json!({"refresh_token": person.refresh_token});
    replica.post("/v1/sessions/refresh", refresh).send().await.refused(401, "refresh_token_invalid");
    // Elsewhere nothing changed, and only elsewhere do they get in.
    me(&replica, &there).await.expect(200);
    let refused = sign_in(&world, &person, &company.tenant).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/tenant_id".to_owned(), "tenant_not_offered".to_owned())]);
    let switch = json!({"tenant_id": company.tenant});
    let switched = replica.post("/v1/sessions/switch", switch).bearer(&there.access_token).send().await;
    switched.refused(422, "input_invalid");

    // Let in again they sign in anew: what has ended stays ended.
    set_state(&company, &id, "active").await.expect(200);
    set_state(&company, &id, "active").await.expect(200);
    me(&world, &person).await.refused(401, "session_ended");
    sign_in(&replica, &person, &company.tenant).await.expect(201);
    set_state(&company, &owner, "disabled").await.refused(409, "owner_stays");
    let entries = world.query("SELECT action FROM journal WHERE action LIKE 'member.%' ORDER BY seq");
    assert_eq!(entries, ["member.disabled", "member.enabled"]);
    World::stop(world).await;
}

async fn sign_in(world: &World, person: &Company, tenant: &str) -> Answer {
    let mut body =
        json!({"method": "password", "mobile": person.mobile, "password": GOOD, "device": device()});
    body["tenant_id"] = json!(tenant);
    world.post("/v1/sessions", body).send().await
}

#[actix_web::test]
async fn a_disabled_member_is_out_sqlite() {
    a_disabled_member_is_out(Backend::Sqlite).await;
}

#[actix_web::test]
async fn a_disabled_member_is_out_postgres() {
    a_disabled_member_is_out(Backend::Postgres).await;
}

async fn invite(company: &Company, body: Value) -> Answer {
    company.post("/v1/members", body).send().await
}

async fn department(company: &Company, name: &str, parent: Option<&str>) -> String {
    let mut body = json!({"name": name});
    if let Some(parent) = parent {
        body["parent_id"] = parent.into();
    }
    company.post("/v1/departments", body).send().await.expect(201).text("/id")
}

/// The names that a list has, page by page.
async fn names(company: &Company, query: &str) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = company.get(&format!("/v1/members?limit=2&{query}{cursor}")).send().await.expect(200);
        let data = page.at("/data").as_array().unwrap();
        names.extend(data.iter().map(|one| one["name"].as_str().unwrap().to_owned()));
        match page.at("/next_cursor").as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return names,
        }
    }
}

async fn sms_sign_in(world: &World, number: &str) -> Answer {
    world.post("/v1/codes", json!({"purpose": "sign_in", "mobile": number})).send().await.expect(202);
    let code = world.code(number).await;
    let body = json!({"method": "sms_code", "mobile": number, "code": code, "device": device()});
    world.post("/v1/sessions", body).send().await
}

both!(whoever_is_invited_joins_by_signing_in, |world| {
    let company = world.company("邀请公司").registered().await;
    let number = mobile();
    let body = json!({"name": "张三", "mobile": number, "userid": "Zhang.San", "alias": "三哥", "employee_number": "GP-42",
        "position": "工程师", "gender": "male", "email": "Zhang@Example.com", "telephone": "0755-86001234-801",
        "work_location": "深圳", "address": "科技路 1 号", "hire_date": "2026-03-01"});
    let made = invite(&company, body).await.expect(201);
    assert_eq!([made.text("/state"), made.text("/userid")], ["invited", "Zhang.San"]);
    assert_eq!([made.text("/email"), made.text("/telephone")], ["zhang@example.com", "075586001234x801"]);
    assert_eq!([made.at("/joined_at"), made.at("/leader_id")], [&Value::Null, &Value::Null]);
    let id = made.text("/id");
    assert_eq!(company.get(&format!("/v1/members/{id}")).send().await.expect(200).json, made.json);
    let told = world.notices(&number, 1).await;
    assert!(told[0].contains("邀请公司"), "{told:?}");

    // Not again within the hour, and not to who has come.
    let again = || company.post(&format!("/v1/members/{id}/invitation"), json!({})).send();
    let refused = again().await.refused(429, "invitation_too_soon");
    assert!(refused.headers["retry-after"].parse::<u32>().unwrap() > 3_500);
    world.later(chrono::Duration::hours(1));
    let company = company.again().await;
    company.post(&format!("/v1/members/{id}/invitation"), json!({})).send().await.expect(204);
    assert_eq!(world.notices(&number, 2).await.len(), 2);

    let session = sms_sign_in(&world, &number).await.expect(201);
    assert_eq!(
        [session.text("/tenant/id"), session.text("/member/id")],
        [company.tenant.clone(), id.clone()]
    );
    let me = world.get("/v1/me").bearer(&session.text("/session/access_token")).send().await.expect(200);
    assert_eq!([me.text("/role"), me.text("/position")], ["member", "工程师"]);
    let seen = company.get(&format!("/v1/members/{id}")).send().await.expect(200);
    assert_eq!([seen.text("/state"), seen.text("/mobile")], ["active".to_owned(), format!("+86{number}")]);
    assert!(seen.at("/joined_at").is_string());
    let again = company.post(&format!("/v1/members/{id}/invitation"), json!({})).send().await;
    again.refused(409, "action_not_allowed");
    let refused = change(&company, &id, json!({"mobile": mobile()})).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/mobile", "mobile_of_account"));
    let entries = world.query("SELECT action FROM journal WHERE action LIKE 'member.%' ORDER BY seq");
    assert_eq!(entries, ["member.invited", "member.reminded", "member.joined"]);
    assert_eq!(
        world.query("SELECT count(*) FROM journal WHERE CAST(changes AS TEXT) LIKE '%Zhang.San%'"),
        ["0"]
    );
    // What is personal stands nowhere as it is.
    assert_eq!(world.query("SELECT count(*) FROM journal WHERE CAST(changes AS TEXT) LIKE '%张三%'"), ["0"]);
});

both!(an_invitation_changes_nothing_for_who_is_at_home, |world| {
    let home = world.company("老家公司").registered().await;
    let other = world.company("新家公司").registered().await;
    let person = home.plain_member().await;
    let id = invite(&other, json!({"name": "赵普通", "mobile": person.mobile})).await.expect(201).text("/id");
    world.later(chrono::Duration::seconds(61));
    let session = sms_sign_in(&world, &person.mobile).await.expect(201);
    assert_eq!(session.text("/tenant/id"), home.tenant);
    let token = session.text("/session/access_token");
    let waiting = async || world.get("/v1/me/invitations").bearer(&token).send().await.expect(200);
    let found = waiting().await;
    assert_eq!(
        [found.text("/data/0/tenant/id"), found.text("/data/0/member_id")],
        [other.tenant.clone(), id.clone()]
    );
    // A session says nothing about the number; a code that was sent to it does.
    let switched = world.post("/v1/sessions/switch", json!({"tenant_id": other.tenant})).bearer(&token);
    let refused = switched.send().await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/tenant_id", "tenant_not_offered"));
    world.later(chrono::Duration::seconds(61));
    world.post("/v1/codes", json!({"purpose": "sign_in", "mobile": person.mobile})).send().await.expect(202);
    let code = world.code(&person.mobile).await;
    let body = json!({"method": "sms_code", "mobile": person.mobile, "code": code, "device": device(), "tenant_id": other.tenant});
    assert_eq!(world.post("/v1/sessions", body).send().await.expect(201).text("/member/id"), id);
    assert_eq!(waiting().await.at("/data"), &json!([]));
    let there = world.get("/v1/me/organizations").bearer(&token).send().await.expect(200);
    assert_eq!(there.at("/data").as_array().unwrap().len(), 2);
    // Who is there already, or was shut out, is not let in by another invitation.
    let refused = invite(&other, json!({"name": "赵普通", "mobile": person.mobile})).await;
    assert_eq!(refused.refused(422, "input_invalid").faults(), fault("/mobile", "member_mobile_taken"));
});

both!(every_fault_of_a_member_comes_at_once, |world| {
    let company = world.company("错误公司").registered().await;
    let taken = mobile();
    invite(&company, json!({"name": "一", "mobile": taken, "userid": "one", "email": "one@example.com"}))
        .await
        .expect(201);
    let wrong = json!({"userid": "-x", "name": "a\u{202E}b", "mobile": "12", "email": "x", "telephone": "1",
        "departments": [{"department_id": company.tenant}, {"department_id": company.tenant}], "department_id": "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d"});
    let faults = invite(&company, wrong).await.refused(422, "input_invalid").faults();
    let pointers: Vec<_> = faults.iter().map(|(pointer, _)| pointer.as_str()).collect();
    for pointer in [
        "/userid",
        "/name",
        "/mobile",
        "/email",
        "/telephone",
        "/departments/1/department_id",
        "/department_id",
    ] {
        assert!(pointers.contains(&pointer), "{pointer}: {faults:?}");
    }
    let wrong = json!({"name": "二", "mobile": format!("+86 {taken}"), "userid": "ONE", "email": "One@example.com",
        "leader_id": company.tenant, "departments": [{"department_id": company.tenant}]});
    let mut faults = invite(&company, wrong).await.refused(422, "input_invalid").faults();
    faults.sort();
    let expected = [
        ("/departments/0/department_id", "department_unknown"),
        ("/email", "member_email_taken"),
        ("/leader_id", "member_unknown"),
        ("/mobile", "member_mobile_taken"),
        ("/userid", "userid_taken"),
    ];
    assert_eq!(faults, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    // The owner's number is taken too, though it stands with the account.
    let refused = invite(&company, json!({"name": "二", "mobile": company.mobile})).await;
    assert_eq!(refused.refused(422, "input_invalid").faults(), fault("/mobile", "member_mobile_taken"));
    let lone = json!({"name": "二", "mobile": mobile(), "department_id": company.tenant});
    let refused = invite(&company, lone).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/department_id", "main_department_missing"));
    let missing = invite(&company, json!({"userid": "two"})).await.refused(422, "input_invalid").faults();
    assert_eq!(missing.len(), 2, "{missing:?}");
});

both!(members_are_found_sorted_and_filtered, |world| {
    let company = world.company("查找公司").registered().await;
    let research = department(&company, "研发", None).await;
    let platform = department(&company, "平台", Some(&research)).await;
    let sales = department(&company, "销售", None).await;
    let place = |id: &str| json!({"departments": [{"department_id": id}]});
    let boss = invited(
        &company,
        "李四",
        json!({"departments": [{"department_id": research, "is_leader": true}], "employee_number": "A-77"}),
    )
    .await;
    invited(
        &company,
        "张三",
        json!({"departments": [{"department_id": platform, "order": 2}], "leader_id": boss}),
    )
    .await;
    invited(&company, "单雄信", json!({"departments": [{"department_id": platform, "order": 1}, {"department_id": sales}], "leader_id": boss})).await;
    let anna = invited(&company, "Anna Weiß", place(&sales)).await;
    change(&company, &anna, json!({"alias": "安娜"})).await.expect(200);

    assert_eq!(names(&company, "").await, ["Anna Weiß", "李四", "单雄信", "王小明", "张三"]);
    assert_eq!(names(&company, &format!("within_id={research}")).await, ["李四", "单雄信", "张三"]);
    assert_eq!(names(&company, &format!("department_id={platform}")).await, ["单雄信", "张三"]);
    assert_eq!(names(&company, &format!("department_id={sales}")).await, ["Anna Weiß", "单雄信"]);
    assert_eq!(names(&company, &format!("leader_id={boss}")).await, ["单雄信", "张三"]);
    assert_eq!(names(&company, &format!("leader_id={boss}&department_id={sales}")).await, ["单雄信"]);
    assert_eq!(names(&company, &format!("within_id={research}&state=active")).await, [""; 0]);
    assert_eq!(names(&company, "state=active").await, ["王小明"]);
    for (search, found) in [
        ("zhang", vec!["张三"]),
        ("zs", vec!["张三"]),
        ("三", vec!["张三"]),
        ("Ｚｈａｎｇ san", vec!["张三"]),
        ("shanxiong", vec!["单雄信"]),
        ("danxiong", vec!["单雄信"]),
        ("a-7", vec!["李四"]),
        ("安", vec!["Anna Weiß"]),
        ("an", vec!["Anna Weiß"]),
        ("weiß", vec!["Anna Weiß"]),
        ("owner", vec!["王小明"]),
        ("s", vec!["张三", "单雄信", "李四"]),
        ("%25", vec![]),
        ("_", vec![]),
    ] {
        let mut by_name = names(&company, &format!("search={search}")).await;
        by_name.sort();
        let mut found: Vec<_> = found.into_iter().map(str::to_owned).collect();
        found.sort();
        assert_eq!(by_name, found, "{search}");
    }
    assert_eq!(names(&company, &format!("search=s&department_id={sales}")).await, ["单雄信"]);
    assert_eq!(names(&company, &format!("search=s&within_id={research}&leader_id={boss}")).await.len(), 2);
    let last = &company.mobile[company.mobile.len() - 4..];
    assert!(names(&company, &format!("search={last}")).await.contains(&"王小明".to_owned()));
    // Under another name they are found by that alone.
    change(&company, &anna, json!({"name": "Berta", "alias": null})).await.expect(200);
    assert_eq!(names(&company, "search=an").await, [""; 0]);
    assert_eq!(names(&company, &format!("department_id={sales}")).await, ["Berta", "单雄信"]);

    let wrong = company.get(&format!("/v1/members?department_id={sales}&within_id={sales}")).send().await;
    assert_eq!(wrong.refused(422, "input_invalid").faults(), fault("within_id", "parameters_exclusive"));
    let wrong = company.get("/v1/members?search=%20").send().await.refused(422, "input_invalid");
    assert_eq!(wrong.faults(), fault("search", "value_too_short"));
    let other = world.company("别家公司").registered().await;
    assert_eq!(names(&other, "search=zhang").await, [""; 0]);
    let wrong = other.get(&format!("/v1/members?within_id={sales}")).send().await;
    assert_eq!(wrong.refused(422, "input_invalid").faults(), fault("within_id", "department_unknown"));
});

both!(a_member_is_in_several_departments, |world| {
    let company = world.company("多部门公司").registered().await;
    let [one, two] = [department(&company, "一部", None).await, department(&company, "二部", None).await];
    let id = invited(&company, "张三", json!({"departments": [{"department_id": one}]})).await;
    let placed = json!([{"department_id": two, "order": 5, "is_leader": true}, {"department_id": one}]);
    let changed = change(&company, &id, json!({"departments": placed})).await.expect(200);
    // The main one stays, and comes first.
    assert_eq!(
        [changed.text("/department_id"), changed.text("/departments/0/department_id")],
        [one.clone(), one.clone()]
    );
    assert_eq!(changed.at("/departments/1"), &json!({"department_id": two, "order": 5, "is_leader": true}));
    let led = company.get(&format!("/v1/departments/{two}")).send().await.expect(200);
    assert_eq!(led.text("/leaders/0/id"), id);
    let changed = change(&company, &id, json!({"department_id": two})).await.expect(200);
    assert_eq!(changed.text("/department_id"), two);
    let refused = change(&company, &id, json!({"department_id": company.tenant})).await;
    assert_eq!(
        refused.refused(422, "input_invalid").faults(),
        fault("/department_id", "main_department_missing")
    );
    let changed = change(&company, &id, json!({"departments": [{"department_id": one}]})).await.expect(200);
    assert_eq!(changed.text("/department_id"), one);
    let led = company.get(&format!("/v1/departments/{two}")).send().await.expect(200);
    assert_eq!(led.at("/leaders"), &json!([]));
    let root = change(&company, &id, json!({"departments": []})).await.expect(200);
    assert_eq!(root.at("/departments").as_array().unwrap().len(), 1);
    let same = change(&company, &id, json!({"departments": []})).await.expect(200);
    assert_eq!(same.at("/version"), root.at("/version"));

    let lone = json!({"departments": [], "department_id": two});
    let refused = change(&company, &id, lone).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/department_id", "main_department_missing"));
    // A fault stands where it was written, whichever department is the main one.
    let unknown = json!({"departments": [{"department_id": two}, {"department_id": company.tenant}], "department_id": two});
    let refused = change(&company, &id, unknown).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/departments/1/department_id", "department_unknown"));

    // Five lead, and no sixth.
    for n in 0..5 {
        invited(
            &company,
            &format!("组长{n}"),
            json!({"departments": [{"department_id": one, "is_leader": true}]}),
        )
        .await;
    }
    let leads = json!({"departments": [{"department_id": one, "is_leader": true}]});
    let refused = change(&company, &id, leads).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/departments/0/is_leader", "leader_limit_reached"));
    // Whoever is in a department that is merged is in the other one.
    change(&company, &id, json!({"departments": [{"department_id": two}]})).await.expect(200);
    company.delete(&format!("/v1/departments/{two}?successor_id={one}")).send().await.expect(204);
    let seen = company.get(&format!("/v1/members/{id}")).send().await.expect(200);
    assert_eq!(seen.text("/department_id"), one);
});

both!(nobody_reports_to_themselves, |world| {
    let company = world.company("汇报公司").registered().await;
    let mut line = vec![invited(&company, "甲", json!({})).await];
    for name in ["乙", "丙", "丁"] {
        let above = line.last().unwrap().clone();
        line.push(invited(&company, name, json!({"leader_id": above})).await);
    }
    for at in 0..4 {
        let refused = change(&company, &line[0], json!({"leader_id": line[at]})).await;
        assert_eq!(refused.refused(422, "input_invalid").faults(), fault("/leader_id", "reporting_circular"));
    }
    // Two who turn about at once, in one request, and a circle that only both make.
    let both = json!({"members": [{"id": line[0], "patch": {"leader_id": line[1]}}, {"id": line[1], "patch": {"leader_id": null}}]});
    company.post("/v1/members/bulk-update", both).send().await.expect(200);
    // One who does not change himself stands between.
    let between = json!({"members": [{"id": line[2], "patch": {"position": "x"}}, {"id": line[1], "patch": {"leader_id": line[3]}}]});
    let refused = company.post("/v1/members/bulk-update", between).send().await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/members/1/patch/leader_id", "reporting_circular"));
    let circle = json!({"members": [{"id": line[1], "patch": {"leader_id": line[3]}}, {"id": line[3], "patch": {"leader_id": line[0]}}]});
    let refused = company.post("/v1/members/bulk-update", circle).send().await.refused(422, "input_invalid");
    let faults = refused.faults();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert_eq!(faults[0], ("/members/0/patch/leader_id".to_owned(), "reporting_circular".to_owned()));
});

both!(many_members_change_or_none, |world| {
    let company = world.company("批量公司").registered().await;
    let mut ids = Vec::new();
    for n in 0..20 {
        ids.push(invited(&company, &format!("成员{n}"), json!({})).await);
    }
    let sales = department(&company, "销售", None).await;
    let one = |id: &String| json!({"id": id, "patch": {"position": "顾问", "departments": [{"department_id": sales}]}});
    let all: Vec<_> = ids.iter().map(one).collect();
    let changed = company.post("/v1/members/bulk-update", json!({"members": all})).send().await.expect(200);
    assert_eq!(
        [changed.text("/members/0/id"), changed.text("/members/19/position")],
        [ids[0].clone(), "顾问".to_owned()]
    );
    assert_eq!(names(&company, &format!("department_id={sales}")).await.len(), 20);

    let wrong = json!({"members": [
        {"id": ids[0], "patch": {"position": "经理"}},
        {"id": ids[0], "patch": {}},
        {"id": company.tenant, "patch": {}},
        {"id": ids[1], "version": 1, "patch": {}},
        {"id": ids[2], "patch": {"state": "active"}},
        {"id": ids[3], "patch": {"email": "x", "userid": "owner"}},
        {"id": ids[4], "patch": {"email": "same@example.com"}},
        {"id": ids[5], "patch": {"email": "same@example.com", "name": null}},
    ]});
    let refused = company.post("/v1/members/bulk-update", wrong).send().await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/members/7/patch/name", "type_wrong"));
    let wrong = json!({"members": [
        {"id": ids[0], "patch": {"position": "经理"}},
        {"id": ids[0], "patch": {}},
        {"id": company.tenant, "patch": {}},
        {"id": ids[1], "version": 1, "patch": {}},
        {"id": ids[2], "patch": {"state": "active"}},
        {"id": ids[3], "patch": {"email": "x"}},
        {"id": ids[4], "patch": {"email": "same@example.com"}},
        {"id": ids[5], "patch": {"email": "same@example.com"}},
        {"id": ids[6], "patch": {"userid": "owner"}},
    ]});
    let refused = company.post("/v1/members/bulk-update", wrong).send().await.refused(422, "input_invalid");
    let expected = [
        ("/members/1/id", "field_repeated"),
        ("/members/2/id", "member_unknown"),
        ("/members/3/version", "version_stale"),
        ("/members/4/patch/state", "action_not_allowed"),
        ("/members/5/patch/email", "email_invalid"),
        ("/members/7/patch/email", "member_email_taken"),
        ("/members/8/patch/userid", "userid_taken"),
    ];
    assert_eq!(refused.faults(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let seen = company.get(&format!("/v1/members/{}", ids[0])).send().await.expect(200);
    assert_eq!(seen.text("/position"), "顾问");
    let plain = company.plain_member().await;
    let body = json!({"members": [{"id": ids[0], "patch": {}}]});
    plain.post("/v1/members/bulk-update", body).send().await.refused(403, "forbidden");
});

both!(an_uncertified_organization_has_two_hundred, |world| {
    let company = world.company("上限公司").registered().await;
    let tenant: uuid::Uuid = company.tenant.parse().unwrap();
    let database = world.service().database.clone();
    let now = world.clock.now();
    let fill = move || {
        use domain::department::DepartmentStore;
        use domain::member::{Details, Member, MemberStore};
        use domain::phone::MobileNumber;
        use domain::tenant::TenantScope;
        use domain::text::PersonName;
        database.write(|tx| {
            tx.enter(tenant.into());
            let root = tx.root_department()?;
            let member = |n: u32| {
                let mobile = MobileNumber::parse(&format!("138{:08}", 10_000_000 + n)).unwrap();
                let details = Details::new(PersonName::parse(&format!("员工{n}")).unwrap(), mobile);
                Member::new(tenant.into(), uuid::Uuid::now_v7().into(), details, root, now)
            };
            tx.insert_members(&(0..198).map(member).collect::<Vec<_>>())
        })
    };
    tokio::task::spawn_blocking(fill).await.unwrap().unwrap();
    let last = mobile();
    invite(&company, json!({"name": "最后", "mobile": last})).await.expect(201);
    let refused = invite(&company, json!({"name": "多余", "mobile": mobile()})).await;
    assert_eq!(refused.refused(409, "member_limit_reached").at("/max"), &json!(200));
});

both!(filters_hold_together_where_a_department_has_many, |world| {
    let company = world.company("大部门公司").registered().await;
    let [many, few] = [department(&company, "大部", None).await, department(&company, "小部", None).await];
    let boss = invited(&company, "上级", json!({"departments": [{"department_id": few}]})).await;
    let one = |id: &str| json!({"departments": [{"department_id": id}], "leader_id": boss});
    invited(&company, "大部下属", one(&many)).await;
    invited(&company, "小部下属", one(&few)).await;
    let (tenant, at): (uuid::Uuid, uuid::Uuid) = (company.tenant.parse().unwrap(), many.parse().unwrap());
    let (database, now) = (world.service().database.clone(), world.clock.now());
    let fill = move || {
        use domain::department::{Placement, PlacementStore};
        use domain::member::{Details, Member, MemberStore};
        use domain::phone::MobileNumber;
        use domain::tenant::TenantScope;
        use domain::text::PersonName;
        database.write(|tx| {
            tx.enter(tenant.into());
            let member = |n: u32| {
                let mobile = MobileNumber::parse(&format!("137{:08}", 10_000_000 + n)).unwrap();
                let details = Details::new(PersonName::parse(&format!("员工{n}")).unwrap(), mobile);
                Member::new(tenant.into(), uuid::Uuid::now_v7().into(), details, at.into(), now)
            };
            let all: Vec<Member> = (0..1_001).map(member).collect();
            tx.insert_members(&all)?;
            let here = [Placement { department: at.into(), order: 0, leads: false }];
            tx.replace_placements(&all.iter().map(|member| (member, &here[..])).collect::<Vec<_>>())
        })
    };
    tokio::task::spawn_blocking(fill).await.unwrap().unwrap();
    assert_eq!(names(&company, &format!("within_id={many}&leader_id={boss}")).await, ["大部下属"]);
    assert_eq!(names(&company, &format!("department_id={many}&leader_id={boss}")).await, ["大部下属"]);
    assert_eq!(names(&company, &format!("within_id={many}&leader_id={boss}&search=xs")).await, ["大部下属"]);
    assert_eq!(names(&company, &format!("within_id={many}&state=active")).await, [""; 0]);
    let page = company.get(&format!("/v1/members?limit=200&within_id={many}")).send().await.expect(200);
    assert_eq!(page.at("/data").as_array().unwrap().len(), 200);
    assert_eq!(names(&company, &format!("within_id={many}&search=10000777")).await, [""; 0]);
    assert_eq!(names(&company, &format!("within_id={many}&search=13710000777")).await, ["员工777"]);
});

both!(lists_of_members_ask_few_questions, |world| {
    let company = world.company("少问公司").registered().await;
    let sales = department(&company, "销售", None).await;
    for n in 0..12 {
        invited(&company, &format!("成员{n}"), json!({"departments": [{"department_id": sales}]})).await;
    }
    for (query, most) in
        [("", 4), ("search=cheng", 4), ("state=invited", 4), ("within", 6), ("department", 5)]
    {
        let query = match query {
            "within" => format!("within_id={sales}"),
            "department" => format!("department_id={sales}"),
            query => query.to_owned(),
        };
        world.statements.lock().unwrap().clear();
        let page = company.get(&format!("/v1/members?limit=10&{query}")).send().await.expect(200);
        assert_eq!(page.at("/data").as_array().unwrap().len(), 10);
        let statements = world.statements.lock().unwrap().clone();
        // What is swept every minute is no question of the request.
        let tables = ["departments", "placements", "members", "member_"];
        let asked = statements.iter().filter(|sql| tables.iter().any(|table| sql.contains(table))).count();
        assert!(asked <= most, "{query}: {statements:#?}");
    }
});

both!(an_organization_adds_fields, |world| {
    let company = world.company("字段公司").registered().await;
    let field = async |body: Value| company.post("/v1/member-fields", body).send().await;
    let color = field(json!({"name": "颜色", "kind": "choice", "options": ["蓝", "绿"], "required": true}))
        .await
        .expect(201);
    let badge =
        field(json!({"name": "工牌号", "kind": "number", "unique": true})).await.expect(201).text("/id");
    let refused = field(json!({"name": " 颜 色", "kind": "text", "options": ["x"]}))
        .await
        .refused(422, "input_invalid");
    let expected = [("/name", "member_field_name_taken"), ("/options", "value_too_long")];
    assert_eq!(refused.faults(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let wrong = field(json!({"name": "尺码", "kind": "choice", "options": ["S", "S", " "]})).await;
    assert_eq!(wrong.refused(422, "input_invalid").faults(), fault("/options/2", "value_too_short"));
    let color_id = color.text("/id");

    let missing =
        invite(&company, json!({"name": "张三", "mobile": mobile()})).await.refused(422, "input_invalid");
    assert_eq!(missing.faults(), fault(&format!("/custom/{color_id}"), "field_required"));
    let one = invited(&company, "张三", json!({"custom": {&color_id: "蓝", &badge: "007.0"}})).await;
    let seen = company.get(&format!("/v1/members/{one}")).send().await.expect(200);
    assert_eq!(seen.at("/custom"), &json!({&color_id: "蓝", &badge: "7"}));
    let two = invited(&company, "李四", json!({"custom": {&color_id: "绿"}})).await;
    let wrong = json!({"custom": {&color_id: "红", &badge: "七", company.tenant.clone(): "x"}});
    let mut faults = change(&company, &two, wrong).await.refused(422, "input_invalid").faults();
    faults.sort();
    let mut expected = vec![
        (format!("/custom/{color_id}"), "value_not_allowed".to_owned()),
        (format!("/custom/{badge}"), "format_invalid".to_owned()),
        (format!("/custom/{}", company.tenant), "field_unknown".to_owned()),
    ];
    expected.sort();
    assert_eq!(faults, expected);
    let taken = change(&company, &two, json!({"custom": {&badge: "7"}})).await.refused(422, "input_invalid");
    assert_eq!(taken.faults(), fault(&format!("/custom/{badge}"), "custom_value_taken"));
    let emptied = change(&company, &one, json!({"custom": {badge.to_uppercase(): null}})).await.expect(200);
    assert_eq!(emptied.at("/custom"), &json!({&color_id: "蓝"}));
    change(&company, &two, json!({"custom": {&badge: "7"}})).await.expect(200);
    let refused = change(&company, &one, json!({"custom": {&color_id: null}})).await;
    assert_eq!(
        refused.refused(422, "input_invalid").faults(),
        fault(&format!("/custom/{color_id}"), "field_required")
    );

    // What was chosen stays, and what has not changed is not looked at again.
    let path = format!("/v1/member-fields/{color_id}");
    let stale = world.patch(&path, json!({"options": ["绿"]})).bearer(&company.access_token);
    stale.header("if-match", "\"9\"").send().await.refused(412, "version_stale");
    let less = world.patch(&path, json!({"options": ["绿"], "order": 9})).bearer(&company.access_token);
    let less = less.send().await.expect(200);
    assert_eq!((less.at("/options"), less.at("/version")), (&json!(["绿"]), &json!(2)));
    let listed = company.get("/v1/member-fields").send().await.expect(200);
    assert_eq!([listed.text("/data/0/id"), listed.text("/data/1/id")], [badge.clone(), color_id.clone()]);
    change(&company, &one, json!({"position": "顾问"})).await.expect(200);

    company.delete(&path).send().await.expect(204);
    company.delete(&path).send().await.refused(404, "not_found");
    let seen = company.get(&format!("/v1/members/{one}")).send().await.expect(200);
    assert_eq!(seen.at("/custom"), &json!({}));
    let plain = company.plain_member().await;
    plain.get("/v1/member-fields").send().await.expect(200);
    plain.delete(&format!("/v1/member-fields/{badge}")).send().await.refused(403, "forbidden");
    let other = world.company("别家字段公司").registered().await;
    other.delete(&format!("/v1/member-fields/{badge}")).send().await.refused(404, "not_found");
    assert_eq!(other.get("/v1/member-fields").send().await.expect(200).at("/data"), &json!([]));
});

both!(a_number_gets_few_invitations, |world| {
    let number = mobile();
    let body = json!({"name": "张三", "mobile": number});
    let mut companies = Vec::new();
    for n in 0..4 {
        companies.push(world.company(&format!("邀请{n}公司")).registered().await);
    }
    let company = &companies[0];
    // To forget whom it was for does not forget that it was sent.
    let id = invite(company, body.clone()).await.expect(201).text("/id");
    world.notices(&number, 1).await;
    company
        .post(&format!("/v1/members/{id}/departure"), json!({"successor_id": null}))
        .send()
        .await
        .expect(201);
    invite(company, body.clone()).await.refused(429, "invitation_too_soon");
    for company in &companies[1..3] {
        invite(company, body.clone()).await.expect(201);
    }
    let refused = invite(&companies[3], body.clone()).await.refused(429, "invitation_too_soon");
    assert!(refused.at("/seconds").as_i64().unwrap() > 80_000);
    let silent = json!({"name": "张三", "mobile": number, "send_invitation": false});
    invite(&companies[3], silent).await.expect(201);
    assert_eq!(world.notices(&number, 3).await.len(), 3);
});

both!(one_who_takes_the_number_of_an_invitation_is_there_once, |world| {
    let company = world.company("换号公司").registered().await;
    let person = company.plain_member().await;
    let number = mobile();
    let invited = invited(&company, "同一人", json!({"mobile": number})).await;
    world.later(chrono::Duration::seconds(61));
    let confirmation = person.confirmed("change_mobile").await;
    let asked = world.post("/v1/me/mobile/codes", json!({"mobile": number})).bearer(&person.access_token);
    asked.header("x-confirmation", &confirmation).send().await.expect(202);
    let code = world.code(&number).await;
    let changed = world.request("PUT", "/v1/me/mobile").bearer(&person.access_token);
    let changed =
        changed.header("x-confirmation", &confirmation).json(&json!({"mobile": number, "code": code}));
    changed.send().await.expect(204);
    company.get(&format!("/v1/members/{invited}")).send().await.refused(404, "not_found");
    let found = names(&company, &format!("search={number}")).await;
    assert_eq!(found, ["赵普通"]);
    let old = person.mobile.trim_start_matches("+86").to_owned();
    assert_eq!(names(&company, &format!("search={old}")).await, [""; 0]);
});
