//! What people can do about what is kept about them, and what is left of a person or an organization that has gone.

use crate::people::felt;
use chrono::Duration;
use serde_json::{Value, json};
use std::time::Duration as Pause;
use tests::world::join;
use tests::{Company, World, both, files};

async fn eventually(world: &World, sql: &str, expected: &[&str]) {
    for _ in 0..200 {
        if world.query(sql) == expected {
            return;
        }
        tokio::time::sleep(Pause::from_millis(50)).await;
    }
    assert_eq!(world.query(sql), expected, "{sql}");
}

/// The tables in which an id stands anywhere, over the whole database.
fn rows(world: &World, table: &str) -> usize {
    world.query(&format!("SELECT '1' FROM {table}")).len()
}

/// What hangs on members.
const BELONGINGS: [&str; 3] = ["taggings", "pictures", "scheduled_changes"];

both!(a_person_has_a_copy_of_what_is_kept_about_them, |world| {
    let company = world.company("导出公司").registered().await;
    let ask = json!({"topic": "other", "subject": "我的问题", "text": "我的问题在这里"});
    let ticket = company.post("/v1/tickets", ask).send().await.expect(201).text("/id");
    let support = world.reviewer("support").await;
    let path = format!("/v1/platform/tickets/{ticket}/messages");
    support.post(&path, json!({"text": "内部备注", "internal": true})).await.expect(201);
    support.post(&path, json!({"text": "您的答复"})).await.expect(201);
    let me = company.get("/v1/me").send().await.expect(200).text("/member/id");
    company.belongings(&me).await;
    let mine = company.get("/v1/me/data").send().await.expect(200);
    assert!(mine.text("/mobile").ends_with(&company.mobile));
    assert_eq!(mine.at("/memberships/0/tag_names"), &json!(["值班"]));
    assert_eq!(mine.at("/memberships/0/avatar/0/size"), 64);
    assert_eq!(mine.text("/memberships/0/tenant_name"), "导出公司");
    assert_eq!(
        [mine.text("/tickets/0/subject"), mine.text("/tickets/0/messages/1/text")],
        ["我的问题", "您的答复"]
    );
    assert!(!String::from_utf8_lossy(&mine.bytes).contains("内部备注"));
    assert_eq!(mine.text("/acceptances/0/version"), "2026-11-01");
    assert_eq!(mine.at("/sessions").as_array().unwrap().len(), 1);
    assert_eq!(mine.text("/devices/0/platform"), "web");
    assert_eq!(mine.at("/notices").as_array().unwrap().len(), 1);
    assert_eq!(mine.headers["cache-control"], "private, no-store");
    // Nobody else is in it, and that it was given out is known.
    let other = world.company("旁人公司").registered().await;
    let theirs = other.get("/v1/me/data").send().await.expect(200);
    assert!(!String::from_utf8_lossy(&theirs.bytes).contains("导出公司"));
    assert_eq!(world.query("SELECT action FROM journal WHERE action = 'account.exported'").len(), 2);
});

both!(a_person_corrects_their_name_and_job, |world| {
    let company = world.company("更正公司").registered().await;
    let correct = |body: Value| world.patch("/v1/me", body).bearer(&company.access_token).send();
    let now = correct(json!({"name": "王晓明"})).await.expect(200);
    assert_eq!([now.text("/member/name"), now.text("/position")], ["王晓明", "行政经理"]);
    let now = correct(json!({"position": null})).await.expect(200);
    assert_eq!([now.at("/member/name"), now.at("/position")], [&json!("王晓明"), &Value::Null]);
    let read = company.get("/v1/me").send().await.expect(200);
    assert_eq!(read.text("/member/name"), "王晓明");
    let refused = correct(json!({"name": null})).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/name".to_owned(), "field_required".to_owned())]);
    correct(json!({"name": "a\u{202E}b"})).await.refused(422, "input_invalid");
    correct(json!({"mobile": "13900000000"})).await.refused(422, "input_invalid");
});

both!(a_closed_account_is_gone_from_everywhere, |world| {
    let company = world.company("注销公司").registered().await;
    let member = company.plain_member().await;
    let ask = json!({"topic": "other", "subject": "要注销", "text": "要注销"});
    member.post("/v1/tickets", ask).send().await.expect(201);
    company.belongings(&member.get("/v1/me").send().await.expect(200).text("/member/id")).await;
    assert_eq!(BELONGINGS.map(|table| rows(&world, table)), [1, 3, 1]);
    let close = |person: &Company, confirmation: &str| {
        let close = world.request("POST", "/v1/me/closure").bearer(&person.access_token);
        close.header("x-confirmation", confirmation).send()
    };
    close(&member, "").await.refused(403, "confirmation_required");
    close(&company, "").await.refused(409, "owner_of_organization");
    // A confirmation of one thing is none of another, none in another session, and none after five minutes.
    let confirmation = member.confirmed("set_password").await;
    close(&member, &confirmation).await.refused(403, "confirmation_required");
    world.later(Duration::seconds(61));
    let confirmation = member.confirmed("close_account").await;
    let elsewhere = member.again().await;
    close(&elsewhere, &confirmation).await.refused(403, "confirmation_required");
    world.later(Duration::minutes(5));
    close(&member, &confirmation).await.refused(403, "confirmation_required");
    let confirmation = member.confirmed("close_account").await;
    close(&member, &confirmation).await.expect(204);

    world.later(Duration::seconds(2));
    felt().await;
    member.get("/v1/me").send().await.refused(401, "session_ended");
    assert_eq!([rows(&world, "accounts"), rows(&world, "members"), rows(&world, "tickets")], [1, 1, 0]);
    assert_eq!(BELONGINGS.map(|table| rows(&world, table)), [0, 0, 0]);
    let known = format!("SELECT id FROM accounts WHERE mobile LIKE '%{}'", member.mobile);
    assert_eq!(world.query(&known), Vec::<String>::new());
    assert_eq!(world.query("SELECT action FROM journal WHERE action = 'account.closed'").len(), 1);
    // The number is free for somebody new, who finds nothing.
    let again = world.company("新来公司").with_mobile(&member.mobile).registered().await;
    let mine = again.get("/v1/me/data").send().await.expect(200);
    assert_eq!(mine.at("/tickets"), &json!([]));
});

both!(an_organization_is_dissolved_after_its_owner_could_think_better_of_it, |world| {
    let (company, id) = world.submitted("解散公司").await;
    let member = company.plain_member().await;
    let elsewhere = world.company("别处公司").registered().await;
    // Somebody who also belongs to another organization stays there.
    join(&world, &company, &elsewhere.mobile).await;
    let ask = json!({"topic": "other", "subject": "问", "text": "问"});
    let ticket = company.post("/v1/tickets", ask).send().await.expect(201).text("/id");
    let attach =
        world.request("POST", format!("/v1/tickets/{ticket}/attachments")).bearer(&company.access_token);
    attach.form(&[], Some(("a.pdf", &files::pdf(1)))).send().await.expect(201);

    company.belongings(&member.get("/v1/me").send().await.expect(200).text("/member/id")).await;

    let path = "/v1/organization/dissolution";
    // The journal says something of who is there, and of who was only invited.
    let id_there = member.get("/v1/me").send().await.expect(200).text("/member/id");
    let changed = world.patch(format!("/v1/members/{id_there}"), json!({"position": "顾问"}));
    changed.bearer(&company.access_token).send().await.expect(200);
    let invited = json!({"name": "张三", "mobile": "13912349876", "send_invitation": false});
    company.post("/v1/members", invited).send().await.expect(201);
    let confirmation = company.confirmed("dissolve_organization").await;
    let asked = async |person: &Company, name: &str, confirmation: &str| {
        let ask = person.post(path, json!({"name": name}));
        ask.header("x-confirmation", confirmation).send().await
    };
    let refused = asked(&company, "别的公司", &confirmation).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/name".to_owned(), "organization_name_differs".to_owned())]);
    asked(&company, "解散公司", "").await.refused(403, "confirmation_required");
    asked(&member, "解散公司", &confirmation).await.refused(403, "forbidden");
    let at = asked(&company, "解散公司", &confirmation).await.expect(202).text("/dissolves_at");
    assert_eq!(company.get(path).send().await.expect(200).text("/dissolves_at"), at);
    assert!(world.notices(&company.mobile, 1).await[0].contains("解散"));
    asked(&company, "解散公司", &confirmation).await.refused(409, "dissolution_under_way");

    company.delete(path).send().await.expect(204);
    company.delete(path).send().await.refused(409, "dissolution_not_under_way");
    world.later(Duration::days(8));
    let company = company.signed_in().await;
    assert_eq!(company.get(path).send().await.expect(200).at("/dissolves_at"), &Value::Null);

    // While documents are held, it has to wait.
    let senior = world.reviewer("senior_reviewer").await;
    let hold = format!("/v1/platform/reviews/{id}/hold");
    let confirmation = company.confirmed("dissolve_organization").await;
    senior.post(&hold, json!({"reason": "争议"})).await.expect(201);
    let asked = async || {
        let ask = company.post(path, json!({"name": "解散公司"}));
        ask.header("x-confirmation", &confirmation).send().await
    };
    asked().await.refused(409, "organization_disputed");
    world.delete(&hold).bearer(&senior.token).send().await.expect(204);
    asked().await.expect(202);
    world.later(Duration::days(7) + Duration::seconds(5));
    eventually(&world, "SELECT action FROM journal WHERE action = 'tenant.dissolved'", &["tenant.dissolved"])
        .await;
    // Nothing of the journal can be read any more that says anything of anybody.
    let readable = "SELECT count(*) FROM person_keys JOIN journal ON journal.person_id = person_keys.person_id \
        WHERE journal.tenant_id NOT IN (SELECT tenant_id FROM tenants)";
    assert_eq!(world.query(readable), ["0"]);

    for (table, left) in [
        ("tenants", 1),
        ("members", 1),
        ("accounts", 1),
        ("certification_applications", 1),
        ("certification_attempts", 0),
        ("reviews", 0),
        ("documents", 0),
        ("tickets", 0),
        ("ticket_messages", 0),
        ("notices", 0),
        ("registrations", 1),
        ("tags", 0),
        ("taggings", 0),
        ("pictures", 0),
        ("scheduled_changes", 0),
    ] {
        assert_eq!(rows(&world, table), left, "{table}");
    }
    world.service().tidy_documents(Duration::zero()).await.unwrap();
    for folder in std::fs::read_dir(world.folder.path().join("documents")).unwrap().flatten() {
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{folder:?}");
    }
    senior.signed_in().await.get(format!("/v1/platform/reviews/{id}")).await.refused(404, "not_found");
    // The owner's number and the organization's own are free again.
    let again = world.company("解散公司").with_mobile(&company.mobile).registered().await;
    assert_eq!(again.certification().await.text("/certificate/state"), "none");
    let elsewhere = elsewhere.signed_in().await;
    elsewhere.get("/v1/me").send().await.expect(200);
});
