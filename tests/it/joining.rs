//! Joining by a link of invitation.

use crate::people::fault;
use chrono::Duration;
use serde_json::{Value, json};
use tests::world::mobile;
use tests::{Answer, Company, World, both, device};

async fn link(company: &Company, body: Value) -> Answer {
    company.post("/v1/invitation-links", body).send().await
}

async fn ask(world: &World, token: &str, name: &str, number: &str) -> Answer {
    world.post("/v1/join-requests", json!({"token": token, "name": name, "mobile": number})).send().await
}

async fn decide(company: &Company, id: &str, action: &str) -> Answer {
    company.post(&format!("/v1/join-requests/{id}/{action}"), json!({})).send().await
}

async fn waiting(company: &Company) -> Vec<Value> {
    company.get("/v1/join-requests").send().await.expect(200).at("/data").as_array().unwrap().clone()
}

async fn sign_in(world: &World, number: &str) -> Answer {
    world.post("/v1/codes", json!({"purpose": "sign_in", "mobile": number})).send().await.expect(202);
    let code = world.code(number).await;
    let body = json!({"method": "sms_code", "mobile": number, "code": code, "device": device()});
    world.post("/v1/sessions", body).send().await
}

both!(an_administrator_lets_people_in, |world| {
    let company = world.company("链接公司").registered().await;
    let sales = company.post("/v1/departments", json!({"name": "销售"})).send().await.expect(201).text("/id");
    let made = link(&company, json!({"department_id": sales})).await.expect(201);
    let token = made.text("/token");
    assert!(made.text("/url").ends_with(&format!("/v1/invitations/{token}")));
    let seen = world.get(format!("/v1/invitations/{token}")).send().await.expect(200);
    assert_eq!(
        (seen.text("/organization"), seen.at("/needs_approval")),
        ("链接公司".to_owned(), &json!(true))
    );

    let number = mobile();
    let asked = ask(&world, &token, "张三", &number).await.expect(202);
    assert_eq!(asked.json, json!({"waits_for_approval": true}));
    // Again is once, and who is here already is told the same.
    ask(&world, &token, "张小三", &format!("+86 {number}")).await.expect(202);
    assert_eq!(ask(&world, &token, "王小明", &company.mobile).await.expect(202).json, asked.json);
    let other = mobile();
    ask(&world, &token, "李四", &other).await.expect(202);
    let requests = waiting(&company).await;
    assert_eq!([&requests[0]["name"], &requests[1]["name"]], ["张小三", "李四"]);
    assert_eq!(
        [&requests[0]["department_id"], &requests[0]["mobile"]],
        [&json!(sales), &json!(format!("+86{number}"))]
    );
    // Whoever decides is told once while somebody waits.
    let told = world.notices(&company.mobile, 1).await;
    assert!(told.len() == 1 && told[0].contains("加入"), "{told:?}");

    let id = requests[0]["id"].as_str().unwrap();
    let member = decide(&company, id, "approval").await.expect(201);
    assert_eq!([member.text("/state"), member.text("/department_id")], ["invited".to_owned(), sales.clone()]);
    decide(&company, id, "approval").await.refused(404, "not_found");
    assert!(world.notices(&number, 1).await[0].contains("链接公司"));
    let session = sign_in(&world, &number).await.expect(201);
    assert_eq!(session.text("/member/id"), member.text("/id"));
    let refused = requests[1]["id"].as_str().unwrap();
    decide(&company, refused, "refusal").await.expect(204);
    decide(&company, refused, "refusal").await.refused(404, "not_found");
    assert_eq!(waiting(&company).await, [] as [Value; 0]);

    // Into the root where the department is gone meanwhile; what was invited otherwise meanwhile stays.
    ask(&world, &token, "李四", &other).await.expect(202);
    let late = mobile();
    ask(&world, &token, "赵五", &late).await.expect(202);
    let root = company.get("/v1/departments?limit=1").send().await.expect(200).text("/data/0/id");
    company.delete(&format!("/v1/departments/{sales}?successor_id={root}")).send().await.expect(204);
    company.post("/v1/members", json!({"name": "李四", "mobile": other})).send().await.expect(201);
    let requests = waiting(&company).await;
    let taken = decide(&company, requests[0]["id"].as_str().unwrap(), "approval").await;
    assert_eq!(taken.refused(422, "input_invalid").faults(), fault("/mobile", "member_mobile_taken"));
    let member = decide(&company, requests[1]["id"].as_str().unwrap(), "approval").await.expect(201);
    assert_eq!(member.text("/department_id"), root);
});

both!(a_link_may_let_people_in_by_itself, |world| {
    let company = world.company("直入公司").registered().await;
    let token = link(&company, json!({"needs_approval": false})).await.expect(201).text("/token");
    let number = mobile();
    let asked = ask(&world, &token, "张三", &number).await.expect(202);
    assert_eq!(asked.json, json!({"waits_for_approval": false}));
    assert_eq!(ask(&world, &token, "张三", &number).await.expect(202).json, asked.json);
    let session = sign_in(&world, &number).await.expect(201);
    assert_eq!(session.text("/tenant/id"), company.tenant);
    // What is required of members, somebody has to fill in.
    let field = json!({"name": "工位", "kind": "text", "required": true});
    let field = company.post("/v1/member-fields", field).send().await.expect(201).text("/id");
    let asked = ask(&world, &token, "李四", &mobile()).await.expect(202);
    assert_eq!(asked.json, json!({"waits_for_approval": true}));
    let id = waiting(&company).await[0]["id"].as_str().unwrap().to_owned();
    let refused = decide(&company, &id, "approval").await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault(&format!("/custom/{field}"), "field_required"));
    let body = json!({"custom": {field: "A-1"}});
    company.post(&format!("/v1/join-requests/{id}/approval"), body).send().await.expect(201);
});

both!(a_link_ends, |world| {
    let company = world.company("失效公司").registered().await;
    let made = link(&company, json!({"valid_days": 1})).await.expect(201);
    let other = link(&company, json!({})).await.expect(201);
    let path = |made: &Answer| format!("/v1/invitation-links/{}", made.text("/id"));
    let svg = company.get(&format!("{}/qr.svg", path(&made))).send().await.expect(200);
    assert_eq!(svg.headers["content-type"], "image/svg+xml");
    let png = company.get(&format!("{}/qr.png", path(&made))).send().await.expect(200);
    // What a telephone would read of it.
    let image = image::load_from_memory(&png.bytes).unwrap().to_luma8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    let shade = |x: usize, y: usize| image.as_raw()[y * width + x];
    let mut grids = rqrr::PreparedImage::prepare_from_greyscale(width, height, shade);
    let (_, read) = grids.detect_grids()[0].decode().unwrap();
    assert_eq!(read, made.text("/url"));

    company.delete(&path(&other)).send().await.expect(204);
    company.delete(&path(&other)).send().await.refused(404, "not_found");
    for token in [other.text("/token"), "gpi_x".to_owned(), "%00".to_owned(), "x'--".to_owned()] {
        world.get(format!("/v1/invitations/{token}")).send().await.refused(404, "link_invalid");
    }
    ask(&world, &other.text("/token"), "张三", &mobile()).await.refused(404, "link_invalid");
    ask(&world, "'--", "张三", &mobile()).await.refused(404, "link_invalid");
    let requests = ask(&world, &made.text("/token"), "张三", &mobile()).await.expect(202);
    assert_eq!(requests.json, json!({"waits_for_approval": true}));
    let id = waiting(&company).await[0]["id"].as_str().unwrap().to_owned();
    let body = json!({"department_id": company.tenant});
    let wrong = company.post(&format!("/v1/join-requests/{id}/approval"), body).send().await;
    assert_eq!(wrong.refused(422, "input_invalid").faults(), fault("/department_id", "department_unknown"));
    let wrong = ask(&world, &made.text("/token"), "\u{202E}", "12").await.refused(422, "input_invalid");
    assert_eq!(wrong.faults().len(), 2);
    world.later(Duration::days(1));
    ask(&world, &made.text("/token"), "张三", &mobile()).await.refused(404, "link_invalid");
    let company = company.again().await;
    assert_eq!(company.get("/v1/invitation-links").send().await.expect(200).at("/data"), &json!([]));

    let stranger = world.company("旁观公司").registered().await;
    let refused =
        link(&stranger, json!({"department_id": company.tenant})).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/department_id", "department_unknown"));
    stranger.get(&format!("{}/qr.svg", path(&made))).send().await.refused(404, "not_found");
    stranger.delete(&path(&made)).send().await.refused(404, "not_found");
    let plain = company.plain_member().await;
    link(&plain, json!({})).await.refused(403, "forbidden");
    plain.get("/v1/join-requests").send().await.refused(403, "forbidden");
});
