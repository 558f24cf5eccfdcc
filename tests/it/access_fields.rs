//! What of members somebody sees, finds by and changes.

use crate::people::{change, department, fault, invited, member_id, names};
use crate::roles::{DIRECTORY_MANAGER, HUMAN_RESOURCES, appoint, everywhere, only};
use serde_json::{Value, json};
use tests::{Company, both};

const HIDDEN: [&str; 9] = [
    "mobile",
    "email",
    "telephone",
    "work_location",
    "gender",
    "address",
    "employee_number",
    "hire_date",
    "custom",
];

/// Somebody with a role of their own that shows some groups and lets change others.
async fn with(company: &Company, permissions: &[&str], read: &[&str], write: &[&str]) -> Company {
    let person = company.plain_member().await;
    let fields = json!({"read": read, "write": write});
    let name = format!("角色 {}", tests::world::mobile());
    let role = json!({"name": name, "permissions": permissions, "fields": fields});
    let role = company.post("/v1/access/roles", role).send().await.expect(201).text("/id");
    appoint(company, &role, &person, everywhere()).await;
    person
}

/// Somebody of whom everything is known.
async fn known(company: &Company) -> (String, String) {
    let mobile = tests::world::mobile();
    let body = json!({"name": "秦小鹿", "alias": "小鹿", "mobile": mobile, "email": "qin@example.com", "gender": "male",
        "telephone": "010-62345678", "work_location": "5 楼", "address": "科技路 1 号", "employee_number": "E-7",
        "hire_date": "2026-03-01", "position": "工程师", "send_invitation": false});
    (company.post("/v1/members", body).send().await.expect(201).text("/id"), mobile)
}

both!(what_is_not_seen_is_not_there_and_found_by_nobody, |world| {
    let company = world.company("字段公司").registered().await;
    let (member, mobile) = known(&company).await;
    let path = format!("/v1/members/{member}");
    let reader = with(&company, &["member:read"], &["basic"], &[]).await;
    let seen = reader.get(&path).send().await.expect(200);
    assert_eq!(seen.at("/hidden_fields"), &json!(HIDDEN));
    for field in &HIDDEN[..8] {
        assert_eq!(seen.json.get(*field), None, "{field}");
    }
    assert_eq!(seen.at("/custom"), &json!({}));
    assert_eq!((seen.text("/name").as_str(), seen.text("/position").as_str()), ("秦小鹿", "工程师"));
    let listed = reader.get("/v1/members?search=qxl").send().await.expect(200);
    assert_eq!(listed.at("/data/0"), &seen.json);
    assert!(!listed.json.to_string().contains(&mobile[3..]));
    // Nobody is found by what the reader does not see, whoever else is.
    for by in [&mobile, &mobile[mobile.len() - 4..], "qin@example", "E-7"] {
        let path = format!("/v1/members?search={by}");
        assert_eq!(names(&company, &path).await, ["秦小鹿"], "{by}");
        assert_eq!(names(&reader, &path).await, Vec::<String>::new(), "{by}");
        // Also where few are looked through.
        let few = format!("{path}&state=invited");
        assert_eq!(names(&reader, &few).await, Vec::<String>::new(), "{by}");
    }
    assert_eq!(names(&reader, "/v1/members?search=xiaolu&state=invited").await, ["秦小鹿"]);
    // Whoever sees contacts finds by them, and by nothing else.
    let caller = with(&company, &["member:read"], &["basic", "contact"], &[]).await;
    assert_eq!(names(&caller, &format!("/v1/members?search={mobile}")).await, ["秦小鹿"]);
    assert_eq!(names(&caller, "/v1/members?search=E-7").await, Vec::<String>::new());
    let seen = caller.get(&path).send().await.expect(200);
    assert_eq!(seen.at("/hidden_fields"), &json!(HIDDEN[4..]));
    assert_eq!(seen.text("/mobile"), format!("+86{mobile}"));
    // Of themselves, everybody sees everything.
    let me = reader.get(&format!("/v1/members/{}", member_id(&reader).await)).send().await.expect(200);
    assert_eq!((me.at("/hidden_fields"), me.text("/mobile")), (&json!([]), format!("+86{}", reader.mobile)));
    let whole = company.get(&path).send().await.expect(200);
    assert_eq!((whole.at("/hidden_fields"), whole.text("/employee_number").as_str()), (&json!([]), "E-7"));
});

both!(what_is_not_given_to_change_stays, |world| {
    let company = world.company("字段公司").registered().await;
    let (member, _) = known(&company).await;
    let editor = with(&company, &["member:manage"], &["basic", "contact"], &["basic"]).await;
    let answer = change(&editor, &member, json!({"position": "架构师"})).await.expect(200);
    // What they do not see is as it was.
    assert_eq!(answer.at("/hidden_fields"), &json!(HIDDEN[4..]));
    let whole = company.get(&format!("/v1/members/{member}")).send().await.expect(200);
    assert_eq!(
        (whole.text("/address").as_str(), whole.text("/position").as_str()),
        ("科技路 1 号", "架构师")
    );
    for (field, value) in [
        ("email", json!("li@example.com")),
        ("telephone", Value::Null),
        ("gender", Value::Null),
        ("address", json!("别处")),
        ("employee_number", json!("E-8")),
        ("hire_date", json!("2026-04-01")),
    ] {
        let refused = change(&editor, &member, json!({(field): value})).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), fault(&format!("/{field}"), "field_not_editable"), "{field}");
        let many = json!({"members": [{"id": member, "patch": {(field): value}}]});
        let bulk = editor.post("/v1/members/bulk-update", many).send().await.refused(422, "input_invalid");
        assert_eq!(
            bulk.faults(),
            fault(&format!("/members/0/patch/{field}"), "field_not_editable"),
            "{field}"
        );
        let later = json!({"effective_on": "2027-01-04", "patch": {(field): value}});
        let later = editor.post(&format!("/v1/members/{member}/scheduled-changes"), later).send().await;
        assert_eq!(
            later.refused(422, "input_invalid").faults(),
            fault(&format!("/patch/{field}"), "field_not_editable")
        );
    }
    // Not even what is already so: who does not see it does not find out. Nor whether somebody else has a number.
    for (field, value) in
        [("address", json!("科技路 1 号")), ("gender", json!("male")), ("mobile", json!(company.mobile))]
    {
        let refused = change(&editor, &member, json!({(field): value})).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), fault(&format!("/{field}"), "field_not_editable"), "{field}");
    }
    let new = json!({"name": "新人", "mobile": tests::world::mobile(), "send_invitation": false});
    let come = editor.post("/v1/members", new).send().await.refused(422, "input_invalid");
    assert_eq!(come.faults(), fault("/mobile", "field_not_editable"));
    // A file may say anything of anybody.
    let file = b"name,mobile\n";
    let import = world.request("POST", "/v1/member-imports").bearer(&editor.access_token);
    let refused = import.form(&[], Some(("a.csv", file))).send().await.refused(403, "beyond_own_rights");
    assert_eq!(refused.at("/fields"), &json!(["contact", "personal", "employment", "custom"]));
    // What waits is seen as its member is.
    let later = json!({"effective_on": "2027-01-05", "patch": {"address": "别处", "position": "总监"}});
    let path = format!("/v1/members/{member}/scheduled-changes");
    let later = company.post(&path, later).send().await.expect(201);
    assert_eq!(later.at("/hidden_fields"), &json!([]));
    let seen = editor.get(&format!("/v1/scheduled-changes/{}", later.text("/id"))).send().await.expect(200);
    assert_eq!(
        (seen.at("/patch"), seen.at("/hidden_fields")),
        (&json!({"position": "总监"}), &json!(["address"]))
    );
});

both!(who_manages_the_directory_imports_it, |world| {
    let company = world.company("字段公司").registered().await;
    let person = company.plain_member().await;
    appoint(&company, DIRECTORY_MANAGER, &person, everywhere()).await;
    let file = format!("name,mobile\n王五,{}\n", tests::world::mobile());
    let import = world.request("POST", "/v1/member-imports").bearer(&person.access_token);
    import.form(&[], Some(("a.csv", file.as_bytes()))).send().await.expect(201);
});

both!(an_export_has_what_its_reader_sees, |world| {
    let company = world.company("字段公司").registered().await;
    let (_, mobile) = known(&company).await;
    let reader = with(&company, &["member:export"], &["basic"], &[]).await;
    let file = reader.get("/v1/member-export?format=csv").send().await.expect(200);
    let text = String::from_utf8(file.bytes.clone()).unwrap();
    assert!(
        text.contains("秦小鹿")
            && !text.contains(&mobile)
            && !text.contains("E-7")
            && !text.contains("科技路"),
        "{text}"
    );
    let refused = reader.get("/v1/member-export?format=csv&fields=name,address").send().await;
    assert_eq!(refused.refused(422, "input_invalid").faults(), fault("fields", "value_not_allowed"));
    let found = reader.get(&format!("/v1/member-export?format=csv&search={mobile}")).send().await.expect(200);
    assert!(!String::from_utf8(found.bytes.clone()).unwrap().contains("秦小鹿"));
});

both!(more_is_seen_where_a_role_counts, |world| {
    let company = world.company("字段公司").registered().await;
    let (north, south) = (department(&company, "北方").await, department(&company, "南方").await);
    let place = |id: &str| json!({"departments": [{"department_id": id}], "address": "科技路 1 号"});
    let (near, far) =
        (invited(&company, "赵近", place(&north)).await, invited(&company, "钱远", place(&south)).await);
    let person = with(&company, &["member:read"], &["basic"], &[]).await;
    appoint(&company, HUMAN_RESOURCES, &person, only(&[&north])).await;
    let sees = async |id: &str| person.get(&format!("/v1/members/{id}")).send().await.expect(200);
    assert_eq!(sees(&near).await.at("/hidden_fields"), &json!([]));
    assert_eq!(sees(&far).await.at("/hidden_fields"), &json!(HIDDEN));
    let page = person.get("/v1/members?state=invited").send().await.expect(200);
    let hidden = |at: usize| page.at(&format!("/data/{at}/hidden_fields")).as_array().unwrap().len();
    assert_eq!((page.text("/data/0/name").as_str(), hidden(0), hidden(1)), ("钱远", 9, 0));
    // An export has cells only of whom they see that much.
    let file = person.get("/v1/member-export?format=csv").send().await.expect(200);
    let text = String::from_utf8(file.bytes.clone()).unwrap();
    assert!(text.contains("赵近") && !text.contains("钱远"), "{text}");
    change(&person, &near, json!({"address": "别处"})).await.expect(200);
    change(&person, &far, json!({"position": "站长"})).await.refused(403, "forbidden");
});
