//! Tickets: who asks, who answers, who sees what, and how they end.

use chrono::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use tests::reviewer::Reviewer;
use tests::world::plain_member;
use tests::{Answer, Company, World, both, files};

fn help(text: &str) -> Value {
    json!({"topic": "certification", "subject": "执照照片上传不了", "text": text})
}

/// A company and the id of a ticket that it opened.
async fn asked(world: &Rc<World>, name: &str) -> (Company, String) {
    let company = world.company(name).registered().await;
    let opened = company.post("/v1/tickets", help("提示不清晰")).send().await.expect(201);
    (company, opened.text("/id"))
}

async fn answer(operator: &Reviewer, id: &str, body: Value) -> Answer {
    operator.post(format!("/v1/platform/tickets/{id}/messages"), body).await
}

async fn update(operator: &Reviewer, id: &str, version: &str, body: Value) -> Answer {
    let request = operator.world.patch(format!("/v1/platform/tickets/{id}"), body);
    request.bearer(&operator.token).header("if-match", version).send().await
}

async fn state(company: &Company, id: &str) -> String {
    company.get(&format!("/v1/tickets/{id}")).send().await.expect(200).text("/state")
}

both!(a_conversation_goes_back_and_forth, |world| {
    let (company, id) = asked(&world, "求助公司").await;
    let messages = format!("/v1/tickets/{id}/messages");
    let support = world.reviewer("support").await;
    let queue = support.get("/v1/platform/tickets").await.expect(200);
    let seen = queue.at("/data/0");
    assert_eq!([&seen["id"], &seen["organization"], &seen["requester"]], [&id, "求助公司", "王小明"]);
    assert_eq!(seen["assignee_id"], Value::Null);

    answer(&support, &id, json!({"text": "先查一下日志", "internal": true})).await.expect(201);
    assert_eq!(state(&company, &id).await, "open");
    let said = answer(&support, &id, json!({"text": "请在自然光下拍摄"})).await.expect(201);
    assert_eq!(said.at("/operator_id"), &json!(support.id));
    assert_eq!(state(&company, &id).await, "answered");
    assert_eq!(world.notices(&company.mobile, 1).await, ["您的工单有新回复，请登录查看。"]);
    let inbox = company.get("/v1/inbox").send().await.expect(200);
    assert_eq!([inbox.text("/data/0/kind"), inbox.text("/data/0/params/ticket")], ["ticket_answered", &id]);

    // The note is not for whoever asked, nor is which operator answered.
    let read = company.get(&messages).send().await.expect(200);
    let texts: Vec<_> = read.at("/data").as_array().unwrap().iter().map(|one| &one["text"]).collect();
    assert_eq!(texts, ["提示不清晰", "请在自然光下拍摄"]);
    assert!(!String::from_utf8_lossy(&read.bytes).contains(&support.id));
    let whole = support.get(format!("/v1/platform/tickets/{id}/messages?limit=2")).await.expect(200);
    assert_eq!(
        [whole.at("/data/1/internal"), whole.at("/data/0/author")],
        [&json!(true), &json!("requester")]
    );
    let next = whole.text("/next_cursor");
    let rest = support.get(format!("/v1/platform/tickets/{id}/messages?cursor={next}")).await.expect(200);
    assert_eq!(rest.text("/data/0/text"), "请在自然光下拍摄");

    company.post(&messages, json!({"text": "还是不行"})).send().await.expect(201);
    assert_eq!(state(&company, &id).await, "open");
    let seen = support.get(format!("/v1/platform/tickets/{id}")).await.expect(200);
    assert_eq!(seen.text("/assignee_id"), support.id, "whoever answers first looks after it");
    // What it says is readable nowhere in the database.
    for sql in ["SELECT hex(card_sealed) FROM tickets", "SELECT hex(text_sealed) FROM ticket_messages"] {
        if world.backend == tests::Backend::Sqlite {
            assert!(world.query(sql).iter().all(|sealed| sealed.starts_with("01")));
        }
    }
});

both!(a_resolved_ticket_opens_again_for_a_week, |world| {
    let (company, id) = asked(&world, "解决公司").await;
    let (messages, resolution) =
        (format!("/v1/tickets/{id}/messages"), format!("/v1/tickets/{id}/resolution"));
    company.post(&resolution, json!({})).send().await.expect(200);
    assert_eq!(company.post(&resolution, json!({})).send().await.expect(200).text("/state"), "resolved");
    company.post(&messages, json!({"text": "又出现了"})).send().await.expect(201);
    assert_eq!(state(&company, &id).await, "open");
    company.post(&resolution, json!({})).send().await.expect(200);
    world.later(Duration::days(7));
    let company = company.signed_in().await;
    assert_eq!(state(&company, &id).await, "closed");
    for (state, count) in [("closed", 1), ("resolved", 0), ("open", 0)] {
        let found = company.get(&format!("/v1/tickets?state={state}")).send().await.expect(200);
        assert_eq!(found.at("/data").as_array().unwrap().len(), count, "{state}");
    }
    company.post(&messages, json!({"text": "还在吗"})).send().await.refused(409, "ticket_closed");
    company.post(&resolution, json!({})).send().await.refused(409, "ticket_closed");
    let support = world.reviewer("support").await;
    answer(&support, &id, json!({"text": "在"})).await.refused(409, "ticket_closed");
    update(&support, &id, "*", json!({"resolved": false})).await.refused(409, "ticket_closed");
});

both!(operators_order_and_hand_out_tickets, |world| {
    let (_a, first) = asked(&world, "甲公司").await;
    world.later(Duration::minutes(1));
    let (b, second) = asked(&world, "乙公司").await;
    let (one, two) = (world.reviewer("support").await, world.reviewer("reviewer").await);
    let order = async |query: &str| -> Vec<String> {
        let found = one.get(format!("/v1/platform/tickets{query}")).await.expect(200);
        found
            .at("/data")
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(order("").await, [first.clone(), second.clone()], "who waits longest comes first");
    let seen = one.get(format!("/v1/platform/tickets/{second}")).await.expect(200);
    let version = seen.headers["etag"].clone();
    let changed = update(&one, &second, &version, json!({"priority": "urgent", "assignee_id": two.id})).await;
    assert_eq!(changed.expect(200).text("/priority"), "urgent");
    update(&one, &second, &version, json!({"priority": "low"})).await.refused(412, "version_stale");
    one.world
        .patch(format!("/v1/platform/tickets/{second}"), json!({"priority": "low"}))
        .bearer(&one.token)
        .send()
        .await
        .refused(428, "version_required");
    assert_eq!(order("").await, [second.clone(), first.clone()], "what is pressing comes before");
    assert_eq!(order(&format!("?assignee={}", two.id)).await, std::slice::from_ref(&second));
    assert_eq!(order("?unassigned=true").await, std::slice::from_ref(&first));
    assert_eq!(order("?priority=urgent&topic=certification").await, std::slice::from_ref(&second));
    let page = one.get("/v1/platform/tickets?limit=1").await.expect(200);
    let rest = order(&format!("?limit=1&cursor={}", page.text("/next_cursor"))).await;
    assert_eq!(rest, std::slice::from_ref(&first));
    update(&one, &second, "*", json!({"assignee_id": null})).await.expect(200);
    assert_eq!(order("?unassigned=true").await.len(), 2);
    let nobody = json!({"assignee_id": "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d"});
    let refused = update(&one, &second, "*", nobody).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/assignee_id".to_owned(), "assignee_not_possible".to_owned())]);
    assert_eq!(
        update(&one, &first, "*", json!({"resolved": true})).await.expect(200).text("/state"),
        "resolved"
    );
    assert_eq!(
        update(&one, &first, "*", json!({"resolved": false})).await.expect(200).text("/state"),
        "open"
    );

    // Nobody hears what their own company says, nor is it handed to them.
    let insider = world.operator_with("support", &b.mobile).await;
    world
        .get(format!("/v1/platform/tickets/{second}"))
        .bearer(&insider)
        .send()
        .await
        .refused(403, "own_organization");
    let seen = world.get("/v1/platform/tickets").bearer(&insider).send().await.expect(200);
    assert_eq!(seen.at("/data").as_array().unwrap().len(), 1, "nor is it in their list");
    let refused = world
        .post(format!("/v1/platform/tickets/{second}/messages"), json!({"text": "自己人"}))
        .bearer(&insider)
        .send()
        .await;
    refused.refused(403, "own_organization");
});

both!(a_ticket_names_a_certification_of_its_own_company, |world| {
    let (company, application) = world.submitted("编号公司").await;
    let number = company.certification().await.text("/application/number");
    let naming = |number: &str| {
        let mut body = help("什么时候审核？");
        body["certification_number"] = json!(number);
        body
    };
    let lower = number.to_lowercase();
    let opened = company.post("/v1/tickets", naming(&lower)).send().await.expect(201);
    assert_eq!(opened.text("/certification_number"), number);
    let support = world.reviewer("support").await;
    let found = support.get(format!("/v1/platform/tickets?certification_number={number}")).await.expect(200);
    assert_eq!(found.text("/data/0/application_id"), application);

    let other = world.company("他人公司").registered().await;
    for (number, code) in [
        (number.as_str(), "certification_number_unknown"),
        ("GP-1S39QN9SEJHP", "certification_number_unknown"),
        ("GP-1", "format_invalid"),
    ] {
        let refused = other.post("/v1/tickets", naming(number)).send().await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/certification_number".to_owned(), code.to_owned())]);
    }
});

both!(nobody_sees_the_tickets_of_others, |world| {
    let (company, id) = asked(&world, "隐私公司").await;
    let other = world.company("邻居公司").registered().await;
    let member = plain_member(&world, &company).await;
    for token in [&other.access_token, &member] {
        for path in ["", "/messages", "/attachments/0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d/content"] {
            world.get(format!("/v1/tickets/{id}{path}")).bearer(token).send().await.refused(404, "not_found");
        }
        let write = world.post(format!("/v1/tickets/{id}/messages"), json!({"text": "偷看"})).bearer(token);
        write.send().await.refused(404, "not_found");
        let attach = world.request("POST", format!("/v1/tickets/{id}/attachments")).bearer(token);
        attach.form(&[], Some(("a.pdf", &files::pdf(1)))).send().await.refused(404, "not_found");
        let mine = world.get("/v1/tickets").bearer(token).send().await.expect(200);
        assert_eq!(mine.at("/data"), &json!([]));
    }
    // A member asks for themselves; the owner does not read it, unless it names the certification.
    let number = company.certification().await.text("/application/number");
    for (number, seen) in [(None, 1), (Some(number), 2)] {
        let mut body = help("员工的问题");
        body["certification_number"] = json!(number);
        world.post("/v1/tickets", body).bearer(&member).send().await.expect(201);
        let owners = company.get("/v1/tickets").send().await.expect(200);
        assert_eq!(owners.at("/data").as_array().unwrap().len(), seen);
    }
    world.get("/v1/tickets").bearer("gpg_unknown").send().await.refused(401, "unauthenticated");
    let operator = world.operator("support").await;
    world.get("/v1/tickets").bearer(&operator).send().await.refused(401, "unauthenticated");
});

both!(who_registers_can_ask_and_keeps_the_answer, |world| {
    let company = world.company("注册中公司").started().await;
    let token = company.registration_token.clone();
    let ask = || world.post("/v1/tickets", help("收不到验证码")).bearer(&token);
    let id = ask().send().await.expect(201).text("/id");
    let named =
        json!({"topic": "other", "subject": "问", "text": "问", "certification_number": "GP-1S39QN9SEJHP"});
    world.post("/v1/tickets", named).bearer(&token).send().await.refused(422, "input_invalid");
    let support = world.reviewer("support").await;
    let seen = support.get(format!("/v1/platform/tickets/{id}")).await.expect(200);
    assert_eq!(seen.at("/tenant_id"), &json!(null));
    assert_eq!(seen.text("/organization"), "注册中公司");
    answer(&support, &id, json!({"text": "请检查拦截短信"})).await.expect(201);
    let messages = format!("/v1/tickets/{id}/messages");
    let read = world.get(&messages).bearer(&token).send().await.expect(200);
    assert_eq!(read.text("/data/1/text"), "请检查拦截短信");
    for _ in 0..2 {
        ask().send().await.expect(201);
    }
    // Settling one makes no room: who has proved nothing yet has these and no more.
    let settled = world.post(format!("/v1/tickets/{id}/resolution"), json!({})).bearer(&token);
    settled.send().await.expect(200);
    let refused = ask().send().await.refused(409, "too_many_tickets");
    assert_eq!(refused.at("/limit"), 3);
    // Another registration's token opens nothing of it.
    let other = world.company("另一注册").started().await;
    world.get(&messages).bearer(&other.registration_token).send().await.refused(404, "not_found");

    // With the tenant, the tickets go over to its owner, and the token opens nothing any more.
    let company = company.verified().await;
    let read = company.get(&messages).send().await.expect(200);
    assert_eq!(read.text("/data/0/text"), "收不到验证码");
    world.get(&messages).bearer(&token).send().await.refused(401, "unauthenticated");
    answer(&support, &id, json!({"text": "已开通"})).await.expect(201);
    assert_eq!(world.notices(&company.mobile, 1).await.len(), 1);
});

both!(files_are_messages, |world| {
    let (company, id) = asked(&world, "截图公司").await;
    let attach = |fields: &'static [(&str, &str)], content: Vec<u8>| {
        let request =
            world.request("POST", format!("/v1/tickets/{id}/attachments")).bearer(&company.access_token);
        async move { request.form(fields, Some(("screen.jpg", &content))).send().await }
    };
    // A screenshot need not be large or sharp.
    let sent = attach(&[("text", "截图")], files::jpeg(320, 200)).await.expect(201);
    assert_eq!([sent.at("/text"), sent.at("/attachment/width")], [&json!("截图"), &json!(320)]);
    let shown = company.get(&sent.text("/attachment/content_url")).send().await.expect(200);
    assert!(shown.bytes.starts_with(b"\xFF\xD8\xFF"));
    let support = world.reviewer("support").await;
    let read = support.get(format!("/v1/platform/tickets/{id}/messages")).await.expect(200);
    support.get(read.text("/data/1/attachment/content_url")).await.expect(200);
    let views = "SELECT actor_kind FROM journal WHERE action = 'ticket.attachment_viewed' ORDER BY seq";
    assert_eq!(world.query(views), ["member", "operator"]);

    let refused = attach(&[], b"MZ no document".to_vec()).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/file".to_owned(), "document_type_unsupported".to_owned())]);
    attach(&[("word", "x")], files::pdf(1)).await.refused(422, "input_invalid");
    let answered = world
        .request("POST", format!("/v1/platform/tickets/{id}/attachments"))
        .bearer(&support.token)
        .form(&[], Some(("guide.pdf", &files::pdf(2))))
        .send()
        .await
        .expect(201);
    assert_eq!(answered.at("/attachment/pages"), 2);
    assert_eq!(state(&company, &id).await, "answered");
    for _ in 2..20 {
        attach(&[], files::pdf(1)).await.expect(201);
    }
    attach(&[], files::pdf(1)).await.refused(409, "ticket_full");
    // What was refused has left nothing behind.
    let folder = world.folder.path().join("documents/tickets");
    let views = std::fs::read_dir(folder).unwrap().flatten().filter(|file| file.path().extension().is_none());
    assert_eq!(views.count(), 20);
    world.service().database.reseal().expect("nothing to seal anew");
});

both!(an_overdue_review_gets_a_ticket_by_itself, |world| {
    world.at("2026-11-23T09:00:00+08:00");
    let (company, application) = world.submitted("超时公司").await;
    let seen = company.certification().await;
    assert_eq!(seen.at("/application/ticket_id"), &json!(null));
    world.later(Duration::hours(73));
    world.notices(&company.mobile, 2).await;
    let company = company.signed_in().await;
    let ticket = company.certification().await.text("/application/ticket_id");
    let opened = company.get(&format!("/v1/tickets/{ticket}")).send().await.expect(200);
    assert_eq!([opened.text("/priority"), opened.text("/state")], ["high", "open"]);
    let read = company.get(&format!("/v1/tickets/{ticket}/messages")).send().await.expect(200);
    assert_eq!(read.text("/data/0/author"), "system");
    assert!(read.text("/data/0/text").contains("未能在 2026-11-26 前审核完毕"));
    let reviewer = world.reviewer("senior_reviewer").await;
    assert_eq!(reviewer.case(&application).await.text("/application/ticket_id"), ticket);
});

both!(old_tickets_are_forgotten_with_their_files, |world| {
    let (company, id) = asked(&world, "旧工单公司").await;
    let request =
        world.request("POST", format!("/v1/tickets/{id}/attachments")).bearer(&company.access_token);
    request.form(&[], Some(("a.pdf", &files::pdf(1)))).send().await.expect(201);
    world.later(Duration::days(366));
    let database = world.service().database.clone();
    let now = world.clock.now();
    tokio::task::spawn_blocking(move || database.sweep(now)).await.unwrap().unwrap();
    let company = company.signed_in().await;
    company.get(&format!("/v1/tickets/{id}")).send().await.refused(404, "not_found");
    assert_eq!(world.query("SELECT id FROM ticket_messages"), Vec::<String>::new());
    assert_eq!(world.service().tidy_documents(Duration::hours(1)).await.unwrap(), 1);
});

both!(every_code_opens_as_a_page_that_helps, |world| {
    let page =
        world.get("/errors/document_blurry").header("accept-language", "zh-CN").send().await.expect(200);
    let page = String::from_utf8(page.bytes).unwrap();
    assert!(page.contains("<html lang=\"zh-CN\">") && page.contains("<h2>上传材料</h2>"), "{page}");
    let body = page.split_once("</style>").unwrap().1;
    assert!(!body.contains('{') && body.contains('…'), "a place that nothing fills: {page}");
    assert!(page.find("上传材料").unwrap() < page.find("Uploading documents").unwrap());
    // Codes that findings alone have are explained too.
    let page = world.get("/errors/name_mismatch").send().await.expect(200);
    assert!(String::from_utf8(page.bytes).unwrap().contains("<html lang=\"en\">"));
    let found = world.get("/v1/errors/name_mismatch").send().await.expect(200);
    assert_eq!([found.at("/status"), found.at("/remedy")], [&json!(null), &json!("correct_field")]);
    assert_eq!(found.at("/articles"), &json!(["filling-in"]));
    world.get("/errors/nothing").send().await.refused(404, "not_found");
    let articles = world.get("/v1/help-articles?code=consent_missing").send().await.expect(200);
    assert_eq!(articles.text("/data/0/slug"), "consent");
    let chinese = world.get("/v1/help-articles/consent").header("accept-language", "zh-CN");
    assert_eq!(chinese.send().await.expect(200).text("/title"), "代表人的同意");
    world.get("/v1/help-articles/nothing").send().await.refused(404, "not_found");
    let finding = world.company("帮助公司").registered().await.certification().await;
    let url = finding.text("/application/findings/0/help_url");
    world.get(url).send().await.expect(200);
});
