//! A company proves by documents that it is who it says it is.

use chrono::Duration;
use serde_json::{Value, json};
use tests::{Answer, both, files};

fn finding_codes(answer: &Answer, pointer: &str) -> Vec<String> {
    let findings = answer.at(pointer).as_array().unwrap();
    findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

fn requirement<'a>(answer: &'a Answer, kind: &str) -> &'a Value {
    let all = answer.at("/application/requirements").as_array().unwrap();
    all.iter()
        .find(|requirement| requirement["kind"] == kind)
        .unwrap_or_else(|| panic!("{kind}: {:#}", answer.json))
}

both!(a_new_company_sees_what_is_missing, |world| {
    let company = world.company("空白公司").registered().await;
    let seen = company.certification().await;
    assert_eq!(seen.text("/certificate/state"), "none");
    assert_eq!(seen.text("/application/state"), "draft");
    assert_eq!(seen.at("/application/allowed_actions"), &json!(["edit", "submit"]));
    assert_eq!(requirement(&seen, "business_license")["status"], "missing");
    assert_eq!(requirement(&seen, "business_license")["awaiting"], "applicant");
    assert!(finding_codes(&seen, "/application/findings").iter().all(|code| code.ends_with("_missing")));
    let version = seen.etag();
    company.get("/v1/certification").header("if-none-match", &version).send().await.expect(304);
});

both!(a_draft_saves_anything_and_says_what_is_wrong, |world| {
    let company = world.company("草稿公司").registered().await;
    let wrong = json!({
        "legal_name": "别的公司",
        "registration": {"kind": "credit_code", "number": "91350100M000100Y4A"},
        "registered_address": {"region": "000000"},
        "license_term": {"kind": "fixed", "until": "2020-01-01"},
        "representative": {"name": "小明", "capacity": "operator", "id_kind": "resident_id", "id_number": "110105201512310014", "id_term": {"kind": "fixed", "until": "x"}, "mobile": "123"},
        "applicant": {"is_representative": false, "name": "张三", "id_kind": "passport", "id_number": "!",
            "id_term": {"kind": "fixed", "until": "2020-01-01"}},
    });
    let saved = company.write(wrong).await.expect(200);
    let findings = saved.at("/application/findings").as_array().unwrap();
    let mut found: Vec<_> = findings
        .iter()
        .map(|f| (f["pointer"].as_str().unwrap_or("-").to_owned(), f["code"].as_str().unwrap().to_owned()))
        .collect();
    found.sort();
    let expected = [
        ("-", "authorization_missing"),
        ("-", "document_missing"),
        ("-", "document_missing"),
        ("-", "document_missing"),
        ("/applicant/id_number", "id_check_failed"),
        ("/applicant/id_term/until", "id_expired"),
        ("/legal_name", "name_mismatch"),
        ("/license_term/until", "document_expired"),
        ("/registered_address/line", "field_missing"),
        ("/registered_address/region", "field_invalid"),
        ("/registration/number", "credit_code_check_failed"),
        ("/representative/capacity", "representative_mismatch"),
        ("/representative/id_number", "id_check_failed"),
        ("/representative/id_term/until", "field_invalid"),
        ("/representative/mobile", "field_invalid"),
    ];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    assert_eq!(saved.text("/application/subject/legal_name"), "别的公司");

    // Ids are stable: the same finding has the same id.
    let again = company.certification().await;
    assert_eq!(again.at("/application/findings/0/id"), saved.at("/application/findings/0/id"));
    // Null empties a field.
    let emptied = company.write(json!({"legal_name": null, "applicant": null})).await.expect(200);
    assert_eq!(emptied.at("/application/subject/legal_name"), &Value::Null);
    assert_eq!(emptied.at("/application/subject/applicant/name"), &Value::Null);
});

both!(children_do_not_represent_companies, |world| {
    let company = world.company("未成年公司").registered().await;
    company.write(company.subject()).await.expect(200);
    let body = "11010520150101002";
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize =
        body.bytes().zip(weights).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    let number = format!("{body}{}", char::from(b"10X98765432"[sum % 11]));
    let saved = company.write(json!({"representative": {"id_number": number}})).await.expect(200);
    let finding = saved
        .at("/application/findings")
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["code"] == "id_under_age")
        .unwrap();
    assert_eq!(finding["limit"], 18.0);
});

both!(two_writers_do_not_undo_each_other, |world| {
    let company = world.company("同时公司").registered().await;
    let version = company.certification().await.etag();
    let patch = |version: Option<&str>, body: Value| {
        let request = world.patch("/v1/certification/subject", body).bearer(&company.access_token);
        match version {
            Some(version) => request.header("if-match", version).send(),
            None => request.send(),
        }
    };
    patch(None, json!({"legal_name": "甲"})).await.refused(428, "version_required");
    let first = patch(Some(&version), json!({"legal_name": "甲公司"})).await.expect(200);
    assert_ne!(first.etag(), version);
    patch(Some(&version), json!({"legal_name": "乙公司"})).await.refused(412, "version_stale");
    assert_eq!(company.certification().await.text("/application/subject/legal_name"), "甲公司");
});

both!(identity_numbers_are_masked_and_sealed, |world| {
    let company = world.company("证号公司").registered().await.filled_in().await.submitted().await;
    let seen = company.certification().await;
    assert_eq!(seen.text("/application/subject/representative/id_number_masked"), "110***********002X");
    assert!(!String::from_utf8_lossy(&seen.bytes).contains("11010519491231002X"));
    let id = company.application().await;
    let reviewer = world.operator("reviewer").await;
    let review = world.get(format!("/v1/platform/reviews/{id}")).bearer(&reviewer).send().await.expect(200);
    assert!(!String::from_utf8_lossy(&review.bytes).contains("11010519491231002X"));
    if world.backend == tests::Backend::Sqlite {
        for file in ["gongpai.db", "gongpai.db-wal"] {
            let bytes = std::fs::read(world.folder.path().join(file)).unwrap_or_default();
            assert!(!bytes.windows(18).any(|window| window == b"11010519491231002X"), "{file}");
        }
    }
});

both!(documents_are_checked_kept_and_shown, |world| {
    let company = world.company("材料公司").registered().await;
    let license = files::jpeg(900, 640);
    let uploaded =
        company.upload(&[("kind", "business_license")], "../../license.jpg", &license).await.expect(201);
    assert_eq!((uploaded.at("/width"), uploaded.at("/height")), (&json!(900), &json!(640)));
    assert_eq!(uploaded.text("/media_type"), "image/jpeg");
    assert_eq!(uploaded.at("/size"), license.len());
    let content = company.get(&uploaded.text("/content_url")).send().await.expect(200);
    assert_eq!(content.headers["content-type"], "image/jpeg");
    assert!(content.headers["content-security-policy"].contains("sandbox"));
    let tag = content.etag();
    company.get(&uploaded.text("/content_url")).header("if-none-match", &tag).send().await.expect(304);

    // The same page needs `replaces`; another page does not.
    let taken = company
        .upload(&[("kind", "business_license")], "a", &license)
        .await
        .refused(409, "document_page_taken");
    assert_eq!(taken.text("/document"), uploaded.text("/id"));
    company.upload(&[("kind", "business_license"), ("page", "2")], "a", &license).await.expect(201);
    let replaced = company
        .upload(
            &[("kind", "business_license"), ("replaces", &uploaded.text("/id"))],
            "a",
            &files::jpeg(800, 700),
        )
        .await
        .expect(201);
    let seen = company.certification().await;
    let documents = requirement(&seen, "business_license")["documents"].as_array().unwrap();
    assert_eq!(documents.len(), 2);
    company.delete(&format!("/v1/certification/documents/{}", replaced.text("/id"))).send().await.expect(204);
    company
        .delete(&format!("/v1/certification/documents/{}", replaced.text("/id")))
        .send()
        .await
        .refused(404, "not_found");

    // Another company sees none of it.
    let other = world.company("旁观公司").registered().await;
    other.get(&uploaded.text("/content_url")).send().await.refused(404, "not_found");
    let path = format!("/v1/certification/documents/{}", uploaded.text("/id"));
    other.delete(&path).send().await.refused(404, "not_found");
});

both!(an_upload_is_refused_with_measured_value_and_limit, |world| {
    let company = world.company("退件公司").registered().await;
    let small = company.upload(&[("kind", "business_license")], "a.jpg", &files::jpeg(480, 900)).await;
    let small = small.refused(422, "input_invalid");
    assert_eq!(small.faults(), [("/file".to_owned(), "document_too_small".to_owned())]);
    assert!(small.text("/errors/0/message").contains("480"));
    let file = files::pdf(1);
    for (fields, pointer, code) in [
        (vec![("kind", "sealed_letter")], "/kind", "document_kind_not_wanted"),
        (vec![("kind", "x")], "/kind", "value_not_allowed"),
        (vec![], "/kind", "field_required"),
        (vec![("kind", "id_document_front"), ("page", "2")], "/page", "document_page_invalid"),
        (vec![("kind", "business_license"), ("page", "x")], "/page", "type_wrong"),
        (vec![("kind", "business_license"), ("replaces", "x")], "/replaces", "format_invalid"),
        (vec![("kind", "business_license"), ("color", "x")], "/color", "field_unknown"),
    ] {
        let refused = company.upload(&fields, "a.pdf", &file).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [(pointer.to_owned(), code.to_owned())]);
    }
    let request = world.request("POST", "/v1/certification/documents").bearer(&company.access_token);
    let refused =
        request.form(&[("kind", "business_license")], None).send().await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/file".to_owned(), "document_missing".to_owned())]);
    let left = std::fs::read_dir(world.folder.path().join("documents")).unwrap().flatten();
    let files: usize = left.map(|folder| std::fs::read_dir(folder.path()).unwrap().count()).sum();
    assert_eq!(files, 0, "a refused upload leaves a file behind");
});

both!(submission_asks_for_everything_first, |world| {
    let company = world.company("提交公司").registered().await;
    let refused = company.submit().await.refused(422, "certification_incomplete");
    assert!(finding_codes(&refused, "/findings").contains(&"field_missing".to_owned()));
    let company = company.filled_in().await;
    let precheck = company.post("/v1/certification/precheck", json!({})).send().await.expect(200);
    assert_eq!(precheck.at("/findings"), &json!([]));
    let body = json!({"accepted_agreements": []});
    let refused =
        company.post("/v1/certification/submission", body).send().await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/accepted_agreements".to_owned(), "agreement_missing".to_owned())]);

    let submitted = company.submit().await.expect(201);
    assert_eq!(submitted.text("/application/state"), "submitted");
    assert_eq!(submitted.at("/application/attempt"), 1);
    assert_eq!(submitted.at("/application/allowed_actions"), &json!(["withdraw"]));
    assert_eq!(requirement(&submitted, "business_license")["awaiting"], "reviewer");
    let refused = company.submit().await.refused(409, "action_not_allowed");
    assert_eq!(refused.at("/allowed_actions"), &json!(["withdraw"]));
    company.write(json!({"legal_name": "x"})).await.refused(409, "action_not_allowed");
    let upload = company.upload(&[("kind", "business_license"), ("page", "2")], "a", &files::pdf(1)).await;
    upload.refused(409, "action_not_allowed");
});

both!(what_was_withdrawn_can_be_submitted_again, |world| {
    let company = world.company("撤回公司").registered().await.filled_in().await.submitted().await;
    company.delete("/v1/certification/submission").send().await.expect(204);
    assert_eq!(company.state().await, "withdrawn");
    company.delete("/v1/certification/submission").send().await.refused(409, "action_not_allowed");
    let again = company.submit().await.expect(201);
    assert_eq!(again.at("/application/attempt"), 2);
    let history = company.get("/v1/certification/applications").send().await.expect(200);
    assert_eq!(history.at("/data/0/attempts").as_array().unwrap().len(), 2);
});

both!(anyone_with_number_and_day_looks_up, |world| {
    world.at("2026-11-23T09:00:00+08:00");
    let company = world.company("查询公司").registered().await.filled_in().await;
    let submitted = company.submit().await.expect(201);
    let number = submitted.text("/application/number");
    let day = submitted.text("/application/submitted_on");
    let look = |number: String, day: String| {
        world.get(format!("/v1/certification-status?number={number}&submitted_on={day}")).send()
    };
    let found = look(number.to_lowercase(), day.clone()).await.expect(200);
    assert_eq!((found.text("/state").as_str(), found.text("/next").as_str()), ("submitted", "review"));
    assert!(found.text("/next_message").starts_with("It is being reviewed. We mean to decide by 20"));
    assert_eq!(found.at("/next_by_provisional").as_bool(), Some(false));
    look(number.clone(), "2020-01-01".to_owned()).await.refused(404, "not_found");
    let refused = look("GP-000000000001".to_owned(), day.clone()).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("number".to_owned(), "format_invalid".to_owned())]);
    let refused =
        world.get("/v1/certification-status?number=x&color=red").send().await.refused(422, "input_invalid");
    let expected = [("color", "parameter_unknown"), ("submitted_on", "field_required")];
    assert_eq!(refused.faults(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
});

both!(a_repeated_upload_is_one_document, |world| {
    let company = world.company("重传公司").registered().await;
    let license = files::jpeg(900, 640);
    let send = |bytes: &[u8]| {
        let request = world.request("POST", "/v1/certification/documents").bearer(&company.access_token);
        request
            .header("idempotency-key", "upload-1")
            .form(&[("kind", "business_license")], Some(("a.jpg", bytes)))
            .send()
    };
    let first = send(&license).await.expect(201);
    let again = send(&license).await.expect(201);
    assert_eq!(first.bytes, again.bytes);
    company.get(&first.text("/content_url")).send().await.expect(200);
    send(&files::jpeg(800, 640)).await.refused(422, "idempotency_key_reused");
});

both!(an_unanswered_request_expires, |world| {
    let company = world.company("逾期公司").registered().await.filled_in().await.submitted().await;
    let id = company.application().await;
    let reviewer = world.operator("reviewer").await;
    let path = format!("/v1/platform/reviews/{id}");
    world.request("POST", format!("{path}/claim")).bearer(&reviewer).send().await.expect(200);
    let decision = json!({"outcome": "request_information", "attempt": 1,
        "findings": [{"requirement": "business_license", "code": "document_blurry"}]});
    world.post(format!("{path}/decision"), decision).bearer(&reviewer).send().await.expect(200);
    world.later(Duration::days(6));
    let tokens = world
        .post("/v1/sessions/refresh", json!({"refresh_token": company.refresh_token}))
        .send()
        .await
        .expect(200);
    let asked = world.get("/v1/certification").bearer(&tokens.text("/access_token")).send().await.expect(200);
    assert_eq!(asked.text("/application/state"), "information_requested");
    let number = asked.text("/application/number");
    let day = asked.text("/application/submitted_on");
    world.later(Duration::days(25));
    let status = world
        .get(format!("/v1/certification-status?number={number}&submitted_on={day}"))
        .send()
        .await
        .expect(200);
    assert_eq!((status.text("/state").as_str(), status.text("/next").as_str()), ("expired", "submit_again"));
});

both!(a_document_is_replaced_by_one_of_its_kind, |world| {
    let company = world.company("替换公司").registered().await.filled_in().await;
    let seen = company.certification().await;
    let front = requirement(&seen, "id_document_front")["documents"][0]["id"].as_str().unwrap().to_owned();
    let page = files::jpeg(900, 700);
    let fields = [("kind", "business_license"), ("page", "2"), ("replaces", front.as_str())];
    let refused = company.upload(&fields, "a.jpg", &page).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/replaces".to_owned(), "document_not_replaceable".to_owned())]);
    let seen = company.certification().await;
    assert_eq!(requirement(&seen, "id_document_front")["status"], "uploaded");
});

both!(the_tag_of_an_answer_is_that_of_its_language, |world| {
    let company = world.company("双语公司").registered().await;
    let asked = |language: &str| company.get("/v1/certification").header("accept-language", language);
    let english = asked("en").send().await.expect(200);
    assert!(english.headers["vary"].contains("accept-language"));
    let chinese = asked("zh-CN").header("if-none-match", &english.etag()).send().await.expect(200);
    assert_ne!(chinese.etag(), english.etag());
    asked("en").header("if-none-match", &english.etag()).send().await.expect(304);
    // Both name the version that a change has to name.
    let patch = world.patch("/v1/certification/subject", json!({"legal_name": "双语公司"}));
    patch.bearer(&company.access_token).header("if-match", &chinese.etag()).send().await.expect(200);
});

both!(the_folder_of_documents_tells_nothing, |world| {
    let company = world.company("密存公司").registered().await;
    let page = files::jpeg(900, 700);
    let made = company.upload(&[("kind", "business_license")], "a.jpg", &page).await.expect(201);
    let path = world.folder.path().join("documents").join(&company.tenant).join(made.text("/id"));
    let kept = std::fs::read(&path).unwrap();
    assert!(
        kept.len() > 1000 && !kept.windows(4).any(|bytes| bytes == b"JFIF" || bytes == b"\xFF\xD8\xFF\xE0")
    );
    let url = made.text("/content_url");
    let shown = company.get(&url).send().await.expect(200);
    assert!(shown.bytes.starts_with(b"\xFF\xD8\xFF"));
    // Neither a changed file nor another document's is taken for it.
    let other = company.upload(&[("kind", "id_document_front")], "b.jpg", &page).await.expect(201);
    std::fs::copy(path.with_file_name(other.text("/id")), &path).unwrap();
    company.get(&url).send().await.refused(500, "internal");
    std::fs::write(&path, &kept).unwrap();
    company.get(&url).send().await.expect(200);
});

both!(a_blurred_image_is_refused_with_its_value, |world| {
    let company = world.company("模糊公司").registered().await;
    let fields = [("kind", "business_license")];
    let refused = company.upload(&fields, "a.jpg", &files::blurred_jpeg(1200, 900)).await;
    let refused = refused.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/file".to_owned(), "document_blurry".to_owned())]);
    assert_eq!(refused.at("/errors/0/limit"), 20);
    assert!(refused.at("/errors/0/measured").as_u64().unwrap() < 20);
    let sharp = company.upload(&fields, "a.jpg", &files::jpeg(1200, 900)).await.expect(201);
    assert!(sharp.at("/sharpness").as_u64().unwrap() > 60, "{}", sharp.at("/sharpness"));
});
