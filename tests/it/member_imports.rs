//! Importing members from spreadsheets: the dry run, its plan, carrying it out, and files that are up to no good.

use rust_xlsxwriter::{Formula, Workbook, Worksheet};
use serde_json::{Value, json};
use std::time::Duration;
use tests::world::mobile;
use tests::{Answer, Company, both};

async fn upload(company: &Company, options: &[(&str, &str)], name: &str, file: &[u8]) -> Answer {
    let request = company.world.request("POST", "/v1/member-imports").bearer(&company.access_token);
    request.form(options, Some((name, file))).send().await
}

async fn see(company: &Company, id: &str) -> Answer {
    company.get(&format!("/v1/member-imports/{id}")).send().await.expect(200)
}

/// The import when it is in one of some states.
async fn once(company: &Company, id: &str, states: &[&str]) -> Answer {
    for _ in 0..600 {
        let import = see(company, id).await;
        if states.contains(&import.text("/state").as_str()) {
            return import;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the import is never {states:?}: {}", see(company, id).await.json);
}

/// The plan of a file.
async fn planned(company: &Company, options: &[(&str, &str)], file: &str) -> Answer {
    let id = upload(company, options, "members.csv", file.as_bytes()).await.expect(201).text("/id");
    once(company, &id, &["planned", "failed"]).await
}

async fn order(company: &Company, import: &Answer, more: Value) -> Answer {
    let mut body = json!({"plan_hash": import.at("/plan/hash")});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    company.post(&format!("/v1/member-imports/{}/execution", import.text("/id")), body).send().await
}

async fn carried_out(company: &Company, import: &Answer, more: Value) -> Answer {
    let id = order(company, import, more).await.expect(202).text("/id");
    once(company, &id, &["completed", "failed"]).await
}

async fn rows(company: &Company, import: &Answer, query: &str) -> Vec<Value> {
    let path = format!("/v1/member-imports/{}/rows?limit=200&{query}", import.text("/id"));
    company.get(&path).send().await.expect(200).at("/data").as_array().unwrap().clone()
}

/// The faults of every row: row, column, field and code.
async fn faults(company: &Company, import: &Answer) -> Vec<(i64, String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let mut all = Vec::new();
    for row in rows(company, import, "action=refuse").await {
        for fault in row["faults"].as_array().unwrap() {
            assert!(!text(&fault["message"]).is_empty());
            all.push((
                row["row"].as_i64().unwrap(),
                text(&fault["column"]),
                text(&fault["field"]),
                text(&fault["code"]),
            ));
        }
    }
    all.sort();
    all
}

async fn members(company: &Company, query: &str) -> Vec<Value> {
    let page = company.get(&format!("/v1/members?limit=200&{query}")).send().await.expect(200);
    page.at("/data").as_array().unwrap().clone()
}

async fn named(company: &Company, name: &str) -> Value {
    let found = members(company, &format!("search={name}")).await;
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found[0].clone()
}

async fn change(company: &Company, id: &str, patch: Value) -> Answer {
    let request = company.world.patch(format!("/v1/members/{id}"), patch);
    request.bearer(&company.access_token).send().await
}

fn counts(import: &Answer) -> [i64; 6] {
    ["create", "update", "move", "remove", "keep", "refuse"]
        .map(|action| import.at(&format!("/plan/rows/{action}")).as_i64().unwrap())
}

const DEPARTMENTS: &[(&str, &str)] = &[("create_departments", "true")];

both!(a_spreadsheet_is_planned_and_carried_out, |world| {
    let company = world.company("导入公司").registered().await;
    let field = json!({"name": "工位", "kind": "text", "unique": true});
    company.post("/v1/member-fields", field).send().await.expect(201);
    let [one, two, three] = [mobile(), mobile(), mobile()];
    // The first rows are for people; the leader comes after whom he leads.
    let file = format!(
        "填写须知,,,\n\n姓名(必填),帐号,手机,部门,部门负责人,直属上级,性别,入职日期,工位,激活状态\n\
         赵一,zhao.yi,{one},总部/研发/平台；总部/市场,是；否,qian.er,男,2026/3/1,A-1,已激活\n\
         钱二,qian.er,{two},导入公司/总部,,,女,,A-2,\n\
         孙三,,{three},,,,,,,\n"
    );
    let import = planned(&company, DEPARTMENTS, &file).await;
    assert_eq!(import.text("/state"), "planned");
    assert_eq!(counts(&import), [3, 0, 0, 0, 0, 0]);
    assert_eq!((import.at("/rows"), import.at("/plan/departments")), (&json!(3), &json!(4)));
    let meant: Vec<_> =
        import.at("/columns").as_array().unwrap().iter().map(|one| one["field"].clone()).collect();
    assert_eq!(meant[..4], ["name", "userid", "mobile", "departments"]);
    assert!(meant[8].as_str().unwrap().starts_with("custom/") && meant[9].is_null());
    let made = company.get(&format!("/v1/member-imports/{}/departments", import.text("/id")));
    let made = made.send().await.expect(200);
    let paths: Vec<_> =
        made.at("/data").as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["总部", "总部/研发", "总部/市场", "总部/研发/平台"]);
    let plan = rows(&company, &import, "").await;
    let order: Vec<_> =
        plan.iter().map(|row| (row["row"].as_i64().unwrap(), row["name"].as_str().unwrap())).collect();
    assert_eq!(order, [(5, "钱二"), (6, "孙三"), (4, "赵一")]);
    let id = plan[2]["member_id"].as_str().unwrap();
    assert_eq!(members(&company, "").await.len(), 1, "a dry run changes nothing");

    let done = carried_out(&company, &import, json!({})).await;
    assert_eq!((done.text("/state"), done.at("/failed_rows")), ("completed".to_owned(), &json!(0)));
    assert_eq!(done.at("/progress"), &json!({"done": 7, "total": 7, "percent": 100}));
    let first = named(&company, "赵一").await;
    assert_eq!((first["id"].as_str().unwrap(), first["userid"].as_str().unwrap()), (id, "zhao.yi"));
    assert_eq!((&first["gender"], &first["hire_date"]), (&json!("male"), &json!("2026-03-01")));
    assert_eq!(first["leader_id"], named(&company, "钱二").await["id"]);
    let theirs = first["departments"].as_array().unwrap();
    assert_eq!(
        theirs.iter().map(|one| one["is_leader"].as_bool().unwrap()).collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(theirs[0]["department_id"], first["department_id"]);
    let platform = company.get(&format!("/v1/departments/{}", first["department_id"].as_str().unwrap()));
    let platform = platform.send().await.expect(200);
    assert_eq!(platform.text("/name"), "平台");
    assert_eq!(first["custom"].as_object().unwrap().values().next(), Some(&json!("A-1")));
    // Nobody is told by SMS.
    assert!(first["invited_at"].is_null());

    // The same file again changes nothing.
    let again = planned(&company, DEPARTMENTS, &file).await;
    assert_eq!((counts(&again), again.at("/plan/departments")), ([0, 0, 0, 0, 3, 0], &json!(0)));
    // Every change stands in the journal under the request that ordered it.
    let entries = world.query(&format!(
        "SELECT CAST(count(*) AS TEXT) FROM journal WHERE request_id = '{}' AND action = 'member.invited'",
        done.text("/request_id")
    ));
    assert_eq!(entries, ["3"]);
});

both!(every_fault_is_told_at_once, |world| {
    let company = world.company("问题公司").registered().await;
    let [taken, twice, good] = [mobile(), mobile(), mobile()];
    let known = json!({"name": "在册", "mobile": taken, "userid": "known", "send_invitation": false});
    company.post("/v1/members", known).send().await.expect(201);
    let file = format!(
        "姓名,帐号,手机,部门,性别,邮箱,入职日期,直属上级,部门负责人\n\
         ,a b,12345,没有的部门,不明,x@,昨天,nobody,也许\n\
         李四,li,{taken},,,,,,\n\
         王五,wang,{twice},,,,,,\n\
         王六,WANG,{twice},,,,,,\n\
         在册,known,{taken},,,,,,\n\
         在册,KNOWN,{taken},,,,,,\n\
         甲,jia,{good},,,,,yi,\n\
         乙,yi,,,,,,jia,\n\
         \"换\u{202E}行\",h,{},根//部门,,,,,\n",
        mobile()
    );
    let import = planned(&company, &[], &file).await;
    let told = faults(&company, &import).await;
    let told: Vec<(i64, &str, &str, &str)> = told
        .iter()
        .map(|(row, column, field, code)| (*row, column.as_str(), field.as_str(), code.as_str()))
        .collect();
    let wanted = [
        (2, "A", "name", "field_required"),
        (2, "B", "userid", "userid_invalid"),
        (2, "C", "mobile", "country_code_required"),
        (2, "D", "departments", "department_path_unknown"),
        (2, "E", "gender", "value_not_allowed"),
        (2, "F", "email", "email_invalid"),
        (2, "G", "hire_date", "format_invalid"),
        (2, "H", "leader_id", "member_unknown"),
        (3, "C", "mobile", "member_mobile_taken"),
        (5, "B", "userid", "userid_taken"),
        (5, "C", "mobile", "member_mobile_taken"),
        (7, "B", "userid", "field_repeated"),
        // Who leads them has faults, and does not come.
        (8, "H", "leader_id", "member_unknown"),
        (9, "C", "mobile", "field_required"),
        (10, "A", "name", "text_character_forbidden"),
        (10, "D", "departments", "value_too_short"),
    ];
    assert_eq!(told, wanted);
    order(&company, &import, json!({})).await.refused(409, "plan_has_faults");
    // What is right can be carried out.
    let done = carried_out(&company, &import, json!({"skip_refused": true})).await;
    assert_eq!(done.at("/failed_rows"), &json!(0));
    assert_eq!(named(&company, "王五").await["userid"], "wang");
    assert_eq!(members(&company, "").await.len(), 3);
});

both!(what_rows_forbid_together_is_told, |world| {
    let company = world.company("合起来公司").registered().await;
    let numbers: Vec<String> = (0..7).map(|_| mobile()).collect();
    let mut file = "name,userid,mobile,departments,leads department,reports to\n".to_owned();
    for (n, number) in numbers.iter().enumerate() {
        let leader = match n {
            0 => "u1",
            1 => "u0",
            2 => "u2",
            _ => "",
        };
        file.push_str(&format!("Name {n},u{n},{number},Lab,yes,{leader}\n"));
    }
    let import = planned(&company, DEPARTMENTS, &file).await;
    let told: Vec<_> = faults(&company, &import)
        .await
        .into_iter()
        .map(|(row, column, _, code)| (row, column, code))
        .collect();
    let circle = |row| (row, "F".to_owned(), "reporting_circular".to_owned());
    let many =
        told.iter().filter(|(_, column, code)| column == "E" && code == "leader_limit_reached").count();
    assert_eq!(many, 2, "{told:?}");
    assert!([2, 3, 4].iter().all(|row| told.contains(&circle(*row))), "{told:?}");
    assert_eq!(counts(&import)[0] + counts(&import)[5], 7);
    order(&company, &import, json!({})).await.refused(409, "plan_has_faults");
});

both!(existing_members_are_changed_moved_or_left_alone, |world| {
    let company = world.company("更新公司").registered().await;
    let number = mobile();
    let body = json!({"name": "周一", "mobile": number, "userid": "zhou", "position": "旧", "alias": "别", "send_invitation": false});
    let id = company.post("/v1/members", body).send().await.expect(201).text("/id");
    let file = |position: &str| format!("手机,职务,别名,部门\n{number},{position},,研发\n");
    let left =
        planned(&company, &[("update_existing", "false"), ("create_departments", "true")], &file("新")).await;
    assert_eq!(counts(&left), [0, 0, 0, 0, 1, 0]);
    let import = planned(&company, DEPARTMENTS, &file("新")).await;
    assert_eq!(counts(&import), [0, 0, 1, 0, 0, 0]);
    let plan = rows(&company, &import, "action=move").await;
    let fields: Vec<_> =
        plan[0]["changes"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["department_id", "departments", "position"]);
    assert_eq!(
        (&plan[0]["changes"][2]["before"], &plan[0]["changes"][2]["after"]),
        (&json!("旧"), &json!("新"))
    );
    // Somebody else changes them first; the plan does not undo that.
    change(&company, &id, json!({"position": "人事改的"})).await.expect(200);
    let done = carried_out(&company, &import, json!({})).await;
    assert_eq!((done.text("/state"), done.at("/failed_rows")), ("completed".to_owned(), &json!(1)));
    let failed = rows(&company, &import, "failed=true").await;
    assert_eq!(failed[0]["faults"][0]["code"], "version_stale");
    assert_eq!(named(&company, "周一").await["position"], "人事改的");

    let cleared =
        planned(&company, &[("clear_empty", "true"), ("create_departments", "true")], &file("")).await;
    carried_out(&company, &cleared, json!({})).await;
    let now = named(&company, "周一").await;
    assert!(now["position"].is_null() && now["alias"].is_null() && now["userid"] == "zhou");

    // An account's number is not the organization's to change.
    let person = company.plain_member().await;
    let userid =
        members(&company, "state=active&search=赵普通").await[0]["userid"].as_str().unwrap().to_owned();
    let import = planned(&company, &[], &format!("帐号,手机\n{userid},{}\n", mobile())).await;
    assert_eq!(faults(&company, &import).await[0].3, "mobile_of_account");
    drop(person);
});

both!(only_the_plan_that_was_seen_is_carried_out, |world| {
    let company = world.company("计划公司").registered().await;
    let file = || format!("姓名,手机\n李四,{}\n", mobile());
    let import = planned(&company, &[], &file()).await;
    let other = json!({"plan_hash": "0".repeat(64)});
    order(&company, &import, other).await.refused(409, "plan_differs");
    order(&company, &import, json!({"removals": 3})).await.refused(409, "removals_not_counted");
    // Another one takes its place.
    let next = planned(&company, &[], &file()).await;
    order(&company, &import, json!({})).await.refused(409, "action_not_allowed");
    let id = next.text("/id");
    let cancel = format!("/v1/member-imports/{id}/cancellation");
    assert_eq!(company.post(&cancel, json!({})).send().await.expect(200).text("/state"), "cancelled");
    company.post(&cancel, json!({})).send().await.refused(409, "action_not_allowed");
    order(&company, &next, json!({})).await.refused(409, "action_not_allowed");
    let last = planned(&company, &[], &file()).await;
    assert_eq!(carried_out(&company, &last, json!({})).await.text("/state"), "completed");
    order(&company, &last, json!({})).await.refused(409, "action_not_allowed");
    assert_eq!(members(&company, "").await.len(), 2);
    let all = company.get("/v1/member-imports?limit=1").send().await.expect(200);
    assert_eq!(all.text("/data/0/id"), last.text("/id"));

    // Nobody else's, and not for everybody.
    let stranger = world.company("别家公司").registered().await;
    let id = last.text("/id");
    for path in ["", "/rows", "/departments", "/events"] {
        stranger.get(&format!("/v1/member-imports/{id}{path}")).send().await.refused(404, "not_found");
    }
    order(&stranger, &last, json!({})).await.refused(404, "not_found");
    stranger
        .post(&format!("/v1/member-imports/{id}/cancellation"), json!({}))
        .send()
        .await
        .refused(404, "not_found");
    let plain = company.plain_member().await;
    upload(&plain, &[], "a.csv", file().as_bytes()).await.refused(403, "forbidden");

    // What was ordered is kept for a week, what was not for a day.
    let unordered = planned(&company, &[], &file()).await;
    let kept = || {
        let rows = world.query("SELECT CAST(count(*) AS TEXT) FROM member_import_rows");
        (world.query("SELECT CAST(count(*) AS TEXT) FROM member_imports"), rows)
    };
    let service = world.service();
    let sweep = || service.database.sweep(service.clock.now()).unwrap();
    sweep();
    assert_eq!(kept(), (vec!["2".to_owned()], vec!["2".to_owned()]));
    world.later(chrono::Duration::hours(25));
    sweep();
    assert_eq!(kept(), (vec!["1".to_owned()], vec!["1".to_owned()]));
    world.later(chrono::Duration::days(7));
    sweep();
    assert_eq!(kept(), (vec!["0".to_owned()], vec!["0".to_owned()]));
    drop(unordered);
});

both!(who_is_absent_leaves_and_many_have_to_be_counted, |world| {
    let company = world.company("精简公司").registered().await;
    let numbers: Vec<String> = (0..6).map(|_| mobile()).collect();
    let file = |numbers: &[String]| {
        let line = |(n, number): (usize, &String)| format!("员工{n},{number}\n");
        format!("姓名,手机\n{}", numbers.iter().enumerate().map(line).collect::<String>())
    };
    let first = planned(&company, &[], &file(&numbers)).await;
    carried_out(&company, &first, json!({})).await;
    let person = company.plain_member().await;
    let heir = named(&company, "员工0").await["id"].as_str().unwrap().to_owned();
    let lab = company.post("/v1/departments", json!({"name": "实验室"})).send().await.expect(201).text("/id");
    let plain = named(&company, "赵普通").await["id"].as_str().unwrap().to_owned();
    change(&company, &plain, json!({"departments": [{"department_id": lab, "is_leader": true}]}))
        .await
        .expect(200);

    let removing = [("remove_absent", "true"), ("successor_id", heir.as_str())];
    upload(
        &company,
        &[("successor_id", &uuid::Uuid::now_v7().to_string())],
        "a.csv",
        file(&numbers).as_bytes(),
    )
    .await
    .refused(422, "input_invalid");
    let import = planned(&company, &removing, &file(&numbers[..5])).await;
    assert_eq!(counts(&import), [0, 0, 0, 2, 5, 0]);
    assert_eq!(import.at("/plan/removes_many"), &json!(true), "two of eight");
    let gone = rows(&company, &import, "action=remove").await;
    assert!(gone.iter().all(|row| row["row"].is_null() && row["name"].is_string()));
    order(&company, &import, json!({})).await.refused(409, "removals_not_counted");
    order(&company, &import, json!({"removals": 1})).await.refused(409, "removals_not_counted");
    let done = carried_out(&company, &import, json!({"removals": 2})).await;
    assert_eq!((done.text("/state"), done.at("/failed_rows")), ("completed".to_owned(), &json!(0)));
    person.get("/v1/me").send().await.refused(401, "session_ended");
    assert_eq!(members(&company, "").await.len(), 6, "the owner stays");
    let departure = company.get(&format!("/v1/members/{plain}/departure")).send().await.expect(200);
    assert_eq!(departure.text("/leaderships/0/successor_id"), heir);
    assert_eq!(members(&company, "state=departed").await.len(), 1);

    // One of six is no fifth.
    let import = planned(&company, &removing, &file(&numbers[..4])).await;
    assert_eq!((counts(&import)[3], import.at("/plan/removes_many")), (1, &json!(false)));
    carried_out(&company, &import, json!({})).await;
    assert_eq!(members(&company, "").await.len(), 5);
});

both!(what_a_tenant_cannot_have_is_not_imported, |world| {
    let company = world.company("限额公司").registered().await;
    let mut file = "姓名,手机\n".to_owned();
    for n in 0..200 {
        file.push_str(&format!("员工{n},{}\n", mobile()));
    }
    let import = planned(&company, &[], &file).await;
    assert_eq!(import.text("/plan/problems/0/code"), "member_limit_reached");
    order(&company, &import, json!({})).await.refused(409, "member_limit_reached");
    let fits: String = file.lines().take(200).flat_map(|line| [line, "\n"]).collect();
    let import = planned(&company, &[], &fits).await;
    assert_eq!(import.at("/plan/problems"), &json!([]));
    assert_eq!(carried_out(&company, &import, json!({})).await.at("/failed_rows"), &json!(0));
});

both!(an_import_ends_with_what_it_stands_on, |world| {
    let company = world.company("中断公司").registered().await;
    // A department of the plan was made by somebody else meanwhile.
    let import = planned(&company, DEPARTMENTS, &format!("姓名,手机,部门\n李四,{},研发\n", mobile())).await;
    company.post("/v1/departments", json!({"name": "研发"})).send().await.expect(201);
    let done = carried_out(&company, &import, json!({})).await;
    assert_eq!(
        (done.text("/state"), done.text("/problem/code")),
        ("failed".to_owned(), "department_name_taken".to_owned())
    );
    assert_eq!(members(&company, "").await.len(), 1);
    // Who was to be changed is erased: nothing of them is left in the plan.
    let number = mobile();
    let body = json!({"name": "消失", "mobile": number, "send_invitation": false});
    let id = company.post("/v1/members", body).send().await.expect(201).text("/id");
    let import = planned(&company, &[], &format!("姓名,手机\n新名,{number}\n王五,{}\n", mobile())).await;
    company
        .post(&format!("/v1/members/{id}/departure"), json!({"successor_id": null}))
        .send()
        .await
        .expect(201);
    assert_eq!(world.query("SELECT document FROM member_import_rows WHERE action = 'update'").len(), 0);
    let done = carried_out(&company, &import, json!({})).await;
    assert_eq!((done.text("/state"), done.at("/progress/percent")), ("completed".to_owned(), &json!(100)));
    assert_eq!(named(&company, "王五").await["state"], "invited");
});

both!(an_import_can_be_followed, |world| {
    let company = world.company("进度公司").registered().await;
    let import = planned(&company, &[], &format!("姓名,手机\n李四,{}\n", mobile())).await;
    let path = format!("/v1/member-imports/{}/events", import.text("/id"));
    let following = company.get(&path).send();
    let ordering = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        order(&company, &import, json!({})).await.expect(202);
    };
    let (events, ()) = futures_util::join!(following, ordering);
    let events = events.expect(200);
    assert_eq!(events.headers["content-type"], "text/event-stream");
    let text = String::from_utf8(events.bytes).unwrap();
    let states: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str::<Value>(data).unwrap()["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((states.first().unwrap().as_str(), states.last().unwrap().as_str()), ("planned", "completed"));
    assert!(text.starts_with("event: import\nid: "), "{text}");
});

both!(a_template_is_filled_in_and_sent_back, |world| {
    let company = world.company("模板公司").registered().await;
    let field = json!({"name": "班次", "kind": "choice", "options": ["早班", "晚班"], "required": true});
    company.post("/v1/member-fields", field).send().await.expect(201);
    for (language, format) in [("zh-CN", "xlsx"), ("en", "xlsx"), ("zh-CN", "csv"), ("en", "csv")] {
        let template = company.get(&format!("/v1/member-import-template?format={format}"));
        let template = template.header("accept-language", language).send().await.expect(200);
        let name = template.headers["content-disposition"].as_str();
        assert_eq!(name, format!("attachment; filename=\"members.{format}\""));
        let id = upload(&company, DEPARTMENTS, "t", &template.bytes).await.expect(201).text("/id");
        let import = once(&company, &id, &["planned"]).await;
        assert_eq!(
            counts(&import),
            [2, 0, 0, 0, 0, 0],
            "{language} {format}: {:?}",
            rows(&company, &import, "").await
        );
        assert!(import.at("/columns").as_array().unwrap().iter().all(|column| column["field"].is_string()));
    }
});

fn book(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

fn heading(sheet: &mut Worksheet, row: u32) {
    for (column, text) in [(0, "姓名"), (1, "手机"), (2, "职务"), (3, "入职日期")] {
        sheet.write_string(row, column, text).unwrap();
    }
}

both!(one_spreadsheet_in_every_form_is_the_same, |world| {
    let company = world.company("编码公司").registered().await;
    let number = mobile();
    let text = format!("姓名,手机,职务,入职日期\r\n\"张,三\",{number},\"工程师\",2026-03-01\r\n");
    let wide: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.replace(',', "\t").replace("张\t三", "张,三").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let sheet = book(|sheet| {
        // What is above the headings is for people, also where it is merged.
        sheet.merge_range(0, 0, 0, 3, "填写须知", &rust_xlsxwriter::Format::new()).unwrap();
        heading(sheet, 1);
        sheet.write_string(2, 0, "张,三").unwrap();
        sheet.write_number(2, 1, number.parse::<f64>().unwrap()).unwrap();
        sheet.write_string(2, 2, "工程师").unwrap();
        let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 3, 1).unwrap();
        let style = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_datetime_with_format(2, 3, &day, &style).unwrap();
    });
    let files = [
        text.clone().into_bytes(),
        [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat(),
        encoding_rs::GB18030.encode(&text).0.into_owned(),
        wide,
        text.replace(',', ";").replace("张;三", "张,三").into_bytes(),
        sheet,
    ];
    for (n, file) in files.iter().enumerate() {
        let id = upload(&company, &[], "whatever", file).await.expect(201).text("/id");
        let import = once(&company, &id, &["planned"]).await;
        let plan = rows(&company, &import, "").await;
        let after = |field: &str| {
            let changes = plan[0]["changes"].as_array().unwrap();
            changes.iter().find(|one| one["field"] == field).unwrap()["after"].as_str().unwrap().to_owned()
        };
        let changes = ["hire_date", "mobile", "name", "position"].map(after);
        let wanted = ["2026-03-01", &format!("+86{number}"), "张,三", "工程师"];
        assert_eq!(changes, wanted, "file {n}: {}", plan[0]);
    }
});

both!(hostile_spreadsheets_are_refused_with_a_reason, |world| {
    let company = world.company("恶意公司").registered().await;
    let long = "姓名,手机\n".to_owned() + &"a,13800138000\n".repeat(100_001);
    let wide = format!("姓名,手机,{}\n", (0..998).map(|n| format!("c{n}")).collect::<Vec<_>>().join(","));
    let million = book(|sheet| {
        heading(sheet, 0);
        sheet.write_string(1_000_000, 0, "远").unwrap();
        sheet.write_string(1_000_000, 900, "远").unwrap();
    });
    // A million rows of the same byte, in a few kilobytes.
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", Vec::new(), "headings_missing"),
        ("only headings", b"name,mobile\n".to_vec(), "spreadsheet_empty"),
        ("no key", "姓名,职务\n张三,工程师\n".into(), "headings_missing"),
        ("one column", "手机\n13800138000\n".into(), "headings_missing"),
        ("twice", "姓名,手机,手机\na,1,2\n".into(), "heading_repeated"),
        ("too long", long.into_bytes(), "spreadsheet_too_large"),
        ("a thousand columns", wide.into_bytes(), "spreadsheet_too_large"),
        ("a thousand columns far down", million, "spreadsheet_too_large"),
        ("latin", b"name,mobile\nJos\xE9,1\n".to_vec(), "spreadsheet_encoding"),
        ("binary", b"name,mobile\n\0\0\0,1\n".to_vec(), "spreadsheet_unreadable"),
        ("old", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more".to_vec(), "spreadsheet_unsupported"),
        ("broken", b"PK\x03\x04 and nothing else".to_vec(), "spreadsheet_unreadable"),
        ("an image", tests::files::jpeg(64, 64), "spreadsheet_encoding"),
    ];
    for (what, file, code) in files {
        let refused = upload(&company, &[], "x.xlsx", &file).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/file".to_owned(), code.to_owned())], "{what}");
    }
    let large = vec![b'a'; 33 * 1024 * 1024];
    upload(&company, &[], "x.csv", &large).await.refused(413, "document_too_large");
    let wrong = [("clear_empty", "maybe"), ("successor_id", "x"), ("nonsense", "1")];
    let refused = upload(&company, &wrong, "x.csv", b"name,mobile\n").await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/nonsense".to_owned(), "field_unknown".to_owned())]);
    let refused =
        upload(&company, &wrong[..2], "x.csv", b"name,mobile\n").await.refused(422, "input_invalid");
    assert_eq!(refused.faults().len(), 2);

    // In cells, it is told where.
    let sheet = book(|sheet| {
        heading(sheet, 0);
        sheet
            .write_formula(1, 0, Formula::new("=HYPERLINK(\"http://x\",\"张三\")").set_result("张三"))
            .unwrap();
        sheet.write_string(1, 1, mobile()).unwrap();
        sheet.merge_range(2, 0, 3, 0, "李四", &rust_xlsxwriter::Format::new()).unwrap();
        sheet.write_string(2, 1, mobile()).unwrap();
        sheet.write_string(3, 1, mobile()).unwrap();
        // Whatever is below a heading that nobody knows does no harm.
        sheet.write_string(0, 4, "备注").unwrap();
        sheet.write_formula(4, 4, Formula::new("=1+1")).unwrap();
        sheet.write_string(4, 0, "王五").unwrap();
        sheet.write_string(4, 1, mobile()).unwrap();
    });
    let id = upload(&company, &[], "x.xlsx", &sheet).await.expect(201).text("/id");
    let import = once(&company, &id, &["planned"]).await;
    let told: Vec<_> = faults(&company, &import)
        .await
        .into_iter()
        .map(|(row, column, _, code)| (row, column, code))
        .collect();
    let wanted = [
        (2, "A", "cell_formula"),
        (3, "A", "cell_merged"),
        (4, "A", "cell_merged"),
        (4, "A", "field_required"),
    ];
    assert_eq!(told, wanted.map(|(row, column, code)| (row, column.to_owned(), code.to_owned())));
    assert_eq!(counts(&import), [1, 0, 0, 0, 0, 3]);
});

both!(two_hundred_hostile_names_are_told_of_or_kept_as_they_are, |world| {
    let company = world.company("怪名公司").registered().await;
    let bad =
        ['\u{202E}', '\u{200B}', '\u{0007}', '\u{2066}', '\u{FEFF}', '\u{00AD}', '\u{E000}', '\u{2028}'];
    let fine =
        ["=1+1", "@SUM(A1)", "-2", "+3", "O'Neil", "a\"b", "a,b", "a;b", "张😀", "Ａｎｎ", "Aпn", "Zoë"];
    let mut file = "姓名,手机\n".to_owned();
    let mut good = 0;
    for n in 0..199 {
        let name = match n % 4 {
            0 => format!("坏{}{n}", bad[n % bad.len()]),
            1 => "长".repeat(65 + n),
            _ => {
                good += 1;
                format!("{}{n}", fine[(n / 4 * 2 + n % 2) % fine.len()])
            }
        };
        file.push_str(&format!("\"{}\",{}\n", name.replace('"', "\"\""), mobile()));
    }
    let import = planned(&company, &[], &file).await;
    assert_eq!((counts(&import)[0], counts(&import)[5]), (good, 199 - good));
    let codes: std::collections::BTreeSet<String> =
        faults(&company, &import).await.into_iter().map(|fault| fault.3).collect();
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["text_character_forbidden", "value_too_long"]);
    let done = carried_out(&company, &import, json!({"skip_refused": true})).await;
    assert_eq!(done.at("/failed_rows"), &json!(0));
    let kept = members(&company, "").await;
    let begins = |text: &str| kept.iter().any(|one| one["name"].as_str().unwrap().starts_with(text));
    assert!(fine.iter().all(|name| begins(name)));
});

both!(what_is_exported_can_be_imported, |world| {
    let company = world.company("导出公司").registered().await;
    let field = json!({"name": "工位", "kind": "text"});
    let field = company.post("/v1/member-fields", field).send().await.expect(201).text("/id");
    let [one, two] = [mobile(), mobile()];
    let file = format!(
        "姓名,帐号,手机,部门,部门负责人,直属上级,性别,入职日期,工位,座机,地址\n\
         =1+1,zhao,{one},总部/研发／测试；总部,是；否,qian,男,2026/3/1,-5,0755-86001234,\"深圳,南山\"\n\
         钱二,qian,{two},总部/市场,,,女,,@x,,\n"
    );
    carried_out(&company, &planned(&company, DEPARTMENTS, &file).await, json!({})).await;
    for format in ["csv", "xlsx"] {
        let export = company.get(&format!("/v1/member-export?format={format}")).send().await.expect(200);
        assert_eq!(
            export.headers["content-disposition"],
            format!("attachment; filename=\"members.{format}\"")
        );
        let id =
            upload(&company, &[("clear_empty", "true")], "x", &export.bytes).await.expect(201).text("/id");
        let import = once(&company, &id, &["planned"]).await;
        assert_eq!(counts(&import), [0, 0, 0, 0, 3, 0], "{format}: {:?}", rows(&company, &import, "").await);
    }
    let fields = format!("name,departments,leads,custom/{field}");
    let export = company.get(&format!("/v1/member-export?format=csv&search=qian&fields={fields}"));
    let export = export.header("accept-language", "en").send().await.expect(200);
    let text = String::from_utf8(export.bytes).unwrap();
    assert_eq!(text, "\u{FEFF}Name,Departments,Leads department,工位\r\n钱二,总部/市场,no,'@x\r\n");
    let all = company.get("/v1/member-export?format=csv&fields=name").send().await.expect(200);
    assert!(String::from_utf8(all.bytes).unwrap().contains("\r\n'=1+1\r\n"));
    for (query, place) in
        [("fields=name,nothing", "fields"), ("fields=name,name", "fields"), ("format=pdf", "format")]
    {
        let refused =
            company.get(&format!("/v1/member-export?{query}")).send().await.refused(422, "input_invalid");
        assert_eq!(refused.faults()[0].0, place, "{query}");
    }
    let plain = company.plain_member().await;
    plain.get("/v1/member-export").send().await.refused(403, "forbidden");
    let entries = world.query("SELECT CAST(count(*) AS TEXT) FROM journal WHERE action = 'member.exported'");
    assert_eq!(entries, ["4"]);
});

both!(who_leads_leaves_after_who_is_led_and_nobody_named_leaves, |world| {
    let company = world.company("次序公司").registered().await;
    let numbers: Vec<String> = (0..8).map(|_| mobile()).collect();
    let mut file = "name,userid,mobile,reports to\n".to_owned();
    for (n, number) in numbers.iter().enumerate() {
        let leader = if n == 0 { String::new() } else { format!("u{}", n / 2) };
        file.push_str(&format!("Name {n},u{n},{number},{leader}\n"));
    }
    carried_out(&company, &planned(&company, &[], &file).await, json!({})).await;
    // Another userid with somebody's number is a fault, and not that they are absent.
    let wrong = format!("name,userid,mobile\nNew,new,{}\nName 0,u0,\n", numbers[7]);
    let import = planned(&company, &[("remove_absent", "true")], &wrong).await;
    assert_eq!(counts(&import), [0, 0, 0, 6, 1, 1]);
    order(&company, &import, json!({"removals": 6, "skip_refused": true}))
        .await
        .refused(409, "plan_has_faults");
    let import = planned(&company, &[("remove_absent", "true")], "name,userid\nName 0,u0\n").await;
    let leaving: Vec<String> = rows(&company, &import, "action=remove")
        .await
        .iter()
        .map(|row| row["userid"].as_str().unwrap().to_owned())
        .collect();
    let place = |n: usize| leaving.iter().position(|userid| *userid == format!("u{n}")).unwrap();
    assert!((2..8).all(|n| n / 2 == 0 || place(n) < place(n / 2)), "{leaving:?}");
    let done = carried_out(&company, &import, json!({"removals": 7})).await;
    assert_eq!((done.text("/state"), done.at("/failed_rows")), ("completed".to_owned(), &json!(0)));
    assert_eq!(members(&company, "").await.len(), 2);
});

both!(departments_are_made_only_for_rows_that_do_something, |world| {
    let company = world.company("部门公司").registered().await;
    let known = mobile();
    let body = json!({"name": "在册", "mobile": known, "userid": "known", "send_invitation": false});
    company.post("/v1/members", body).send().await.expect(201);
    let deep: String = ["层", "/"].repeat(15).concat();
    let file = format!(
        "姓名,手机,部门\n在册,{known},没用的\n坏,123,写错的\n深,{},{deep}\n好,{},有用/下面\n",
        mobile(),
        mobile()
    );
    let options = [("create_departments", "true"), ("update_existing", "false")];
    let import = planned(&company, &options, &file).await;
    assert_eq!(import.at("/plan/departments"), &json!(2));
    let told: Vec<_> = faults(&company, &import).await.into_iter().map(|fault| (fault.0, fault.3)).collect();
    assert!(told.contains(&(4, "department_too_deep".to_owned())), "{told:?}");
    carried_out(&company, &import, json!({"skip_refused": true})).await;
    let tree = company.get("/v1/departments/tree").send().await.expect(200);
    assert_eq!(tree.at("/root/children").as_array().unwrap().len(), 1);
});

both!(headings_that_look_alike_are_told_apart, |world| {
    let company = world.company("标题公司").registered().await;
    for name in ["奖金(2025)", "奖金(2026)", "岗位", "昵称"] {
        let field = json!({"name": name, "kind": "text"});
        company.post("/v1/member-fields", field).send().await.expect(201);
    }
    for format in ["csv", "xlsx"] {
        let template =
            company.get(&format!("/v1/member-import-template?format={format}")).send().await.expect(200);
        let id = upload(&company, DEPARTMENTS, "t", &template.bytes).await.expect(201).text("/id");
        let import = once(&company, &id, &["planned"]).await;
        assert_eq!(counts(&import), [2, 0, 0, 0, 0, 0]);
        let columns = import.at("/columns").as_array().unwrap();
        let custom = columns.iter().filter(|one| one["field"].as_str().unwrap().starts_with("custom/"));
        assert_eq!(custom.count(), 4);
    }
    // A row of data that looks like headings is none.
    let file = format!("姓名,手机,职务,备注\n张三,{},Manager,Manager\n", mobile());
    assert_eq!(counts(&planned(&company, &[], &file).await), [1, 0, 0, 0, 0, 0]);
});
