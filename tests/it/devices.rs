//! Devices: what members sign in from, and what an organization says about it.

use crate::people::felt;
use chrono::Duration;
use serde_json::{Value, json};
use tests::{Answer, Company, World, both};

/// Signs in with a code by SMS from a device, which may show that it is known.
async fn from(world: &World, mobile: &str, device: Value, token: Option<&str>) -> Answer {
    world.later(Duration::seconds(61));
    let mut ask = world.post("/v1/codes", json!({"purpose": "sign_in", "mobile": mobile}));
    ask = ask.header("x-device-token", token.unwrap_or("none"));
    ask.send().await.expect(202);
    let code = world.code(mobile).await;
    let body = json!({"method": "sms_code", "mobile": mobile, "code": code, "device": device});
    world.post("/v1/sessions", body).header("x-device-token", token.unwrap_or("none")).send().await
}

fn phone() -> Value {
    json!({"name": "小明的手机", "platform": "android"})
}

async fn decide(company: &Company, id: &str, decision: Value) -> Answer {
    company.world.patch(format!("/v1/devices/{id}"), decision).bearer(&company.access_token).send().await
}

both!(a_new_device_waits_for_an_administrator, |world| {
    let company = world.company("批准公司").registered().await;
    let member = company.plain_member().await;
    company.policy(json!({"devices": {"approve_new": true}})).await.expect(200);
    // The one that was there before goes on; a new one waits.
    felt().await;
    member.get("/v1/me").send().await.expect(200);
    let waits = from(&world, &member.mobile, phone(), None).await.expect(202);
    assert_eq!(waits.text("/challenge/needs"), "device_approval");
    let token = waits.text("/challenge/device_token");
    assert!(world.notices(&company.mobile, 1).await[0].contains("新设备"));
    let challenge = format!("/v1/challenges/{}", waits.text("/challenge/id"));
    let bearer = waits.text("/challenge/token");
    let read = async || world.get(&challenge).bearer(&bearer).send().await;
    let answer = async || world.post(&challenge, json!({"approved": true})).bearer(&bearer).send().await;
    assert_eq!(read().await.expect(200).text("/needs"), "device_approval");
    assert_eq!(answer().await.expect(202).text("/challenge/needs"), "device_approval");
    // It waits once, also when it comes again.
    let again = from(&world, &member.mobile, phone(), Some(&token)).await.expect(202);
    assert!(again.json["challenge"].get("device_token").is_none());
    let list = company.get("/v1/devices?state=pending").send().await.expect(200);
    assert_eq!(list.at("/data").as_array().unwrap().len(), 1);
    assert_eq!([list.text("/data/0/name"), list.text("/data/0/kind")], ["小明的手机", "unknown"]);
    let id = list.text("/data/0/id");
    decide(&member, &id, json!({"state": "trusted"})).await.refused(403, "forbidden");
    decide(&company, &id, json!({"state": "trusted", "kind": "personal"})).await.expect(204);
    assert_eq!(read().await.expect(200).text("/needs"), "nothing");
    let opened = answer().await.expect(201);
    let phone_token = opened.text("/session/access_token");
    from(&world, &member.mobile, phone(), Some(&token)).await.expect(201);

    // Rejected, its sessions end everywhere, and it does not come in again.
    decide(&company, &id, json!({"state": "rejected"})).await.expect(204);
    felt().await;
    world.get("/v1/me").bearer(&phone_token).send().await.refused(401, "session_ended");
    from(&world, &member.mobile, phone(), Some(&token)).await.refused(403, "device_rejected");
    // The owner waits for nobody, and does not shut out the device that they use.
    from(&world, &company.mobile, phone(), None).await.expect(201);
    let own = company.get("/v1/me/devices").send().await.expect(200);
    let used = own.at("/data").as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    decide(&company, &used, json!({"state": "removed"})).await.refused(409, "device_in_use");
    let versions = json!({"state": "trusted"});
    let stale = world.patch(format!("/v1/devices/{id}"), versions).bearer(&company.access_token);
    stale.header("if-match", "\"1\"").send().await.refused(412, "version_stale");
});

both!(the_organizations_own_devices_wait_for_nobody, |world| {
    let company = world.company("资产公司").registered().await;
    let member = company.plain_member().await;
    company.policy(json!({"devices": {"approve_new": true}})).await.expect(200);
    let import = |serials: Value| company.post("/v1/corporate-serials", json!({"serials": serials})).send();
    let done = import(json!(["C02XK0ABJG5J", "c02xk0abjg5j", "5CG1234XYZ"])).await.expect(200);
    assert_eq!([done.at("/added"), done.at("/known")], [&json!(2), &json!(1)]);
    let again = import(json!(["5CG1234XYZ", "SN-0001"])).await.expect(200);
    assert_eq!([again.at("/added"), again.at("/known")], [&json!(1), &json!(1)]);
    // All or none, each fault at its place.
    let refused = import(json!(["GOOD-1", "序列号", "GOOD-2", "x"])).await.refused(422, "input_invalid");
    let pointers: Vec<_> = refused.faults().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/serials/1", "/serials/3"]);
    let page = company.get("/v1/corporate-serials?limit=2").send().await.expect(200);
    assert_eq!([page.text("/data/0/serial"), page.text("/data/1/serial")], ["5CG1234XYZ", "C02XK0ABJG5J"]);
    let rest = format!("/v1/corporate-serials?cursor={}", page.text("/next_cursor"));
    assert_eq!(company.get(&rest).send().await.expect(200).text("/data/0/serial"), "SN-0001");

    let laptop = |serial: &str| json!({"name": "公司电脑", "platform": "desktop", "serial": serial});
    from(&world, &member.mobile, laptop("c02xk0abjg5j"), None).await.expect(201);
    let known = company.get("/v1/devices?state=trusted").send().await.expect(200);
    assert_eq!([known.text("/data/0/kind"), known.text("/data/0/serial")], ["corporate", "C02XK0ABJG5J"]);
    from(&world, &member.mobile, laptop("UNKNOWN-1"), None).await.expect(202);
    // A forgotten serial lets nobody in, and another organization's never did.
    company.delete("/v1/corporate-serials/SN-0001").send().await.expect(204);
    company.delete("/v1/corporate-serials/SN-0001").send().await.refused(404, "not_found");
    from(&world, &member.mobile, laptop("SN-0001"), None).await.expect(202);
    // One that was rejected is nobody's, also when it comes as a new one.
    let stolen = known.text("/data/0/id");
    decide(&company, &stolen, json!({"state": "rejected"})).await.expect(204);
    world.later(Duration::days(1));
    from(&world, &member.mobile, laptop("C02XK0ABJG5J"), None).await.expect(202);
    let wrong = from(&world, &member.mobile, laptop("序列号"), None).await.refused(422, "input_invalid");
    assert_eq!(wrong.faults()[0].0, "/device/serial");
});

both!(a_member_has_so_many_devices_and_gives_them_up, |world| {
    let company = world.company("限台公司").registered().await;
    let member = company.plain_member().await;
    company.policy(json!({"devices": {"max_per_member": 2}})).await.expect(200);
    let second = from(&world, &member.mobile, phone(), None).await.expect(201);
    let (token, device_token) = (second.text("/session/access_token"), second.text("/session/device_token"));
    let refused = from(&world, &member.mobile, phone(), None).await.refused(403, "device_limit_reached");
    assert_eq!(refused.at("/max"), &json!(2));
    // The owner is not limited: nobody is above them who could let them in again.
    for _ in 0..2 {
        from(&world, &company.mobile, phone(), None).await.expect(201);
    }
    // A known one is none too many.
    from(&world, &member.mobile, phone(), Some(&device_token)).await.expect(201);
    let own = member.get("/v1/me/devices").send().await.expect(200);
    assert_eq!(own.at("/data").as_array().unwrap().len(), 2);
    let (given_up, in_use) = (own.text("/data/0/id"), own.text("/data/1/id"));
    let remove = |id: &str| member.delete(&format!("/v1/me/devices/{id}")).send();
    remove(&in_use).await.refused(409, "device_in_use");
    let foreign = company.get("/v1/me/devices").send().await.expect(200).text("/data/0/id");
    remove(&foreign).await.refused(404, "not_found");
    remove(&given_up).await.expect(204);
    felt().await;
    world.get("/v1/me").bearer(&token).send().await.refused(401, "session_ended");
    // What showed that it was known shows nothing any more: it comes as a new one.
    let back = from(&world, &member.mobile, phone(), Some(&device_token)).await.expect(201);
    assert_ne!(back.text("/session/device_token"), device_token);
});

both!(devices_of_another_organization_are_nobodys, |world| {
    let mine = world.company("本方公司").registered().await;
    let theirs = world.company("他方公司").registered().await;
    let id = theirs.get("/v1/devices").send().await.expect(200).text("/data/0/id");
    decide(&mine, &id, json!({"state": "removed"})).await.refused(404, "not_found");
    let none = mine.get("/v1/devices?state=pending").send().await.expect(200);
    assert_eq!(none.at("/data"), &json!([]));
    // A device that two organizations know is trusted in each for itself.
    tests::world::join(&world, &mine, &theirs.mobile).await;
    world.later(Duration::seconds(61));
    let switched =
        theirs.post("/v1/sessions/switch", json!({"tenant_id": mine.tenant})).send().await.expect(201);
    let there = switched.text("/session/access_token");
    decide(&mine, &id, json!({"state": "rejected"})).await.expect(204);
    felt().await;
    world.get("/v1/me").bearer(&there).send().await.refused(401, "session_ended");
    theirs.get("/v1/me").send().await.expect(200);
    let refused = theirs.post("/v1/sessions/switch", json!({"tenant_id": mine.tenant})).send().await;
    refused.refused(403, "device_rejected");
});
