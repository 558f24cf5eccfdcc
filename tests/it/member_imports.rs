//! Importing members: the dry run, its plan, and carrying it out.

use crate::importing::{
    DEPARTMENTS, carried_out, change, counts, faults, members, named, order, planned, rows, upload,
};
use serde_json::{Value, json};
use std::time::Duration;
use tests::both;
use tests::world::mobile;

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
