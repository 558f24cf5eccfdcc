//! Handing an organization over, and that its owner never vanishes.

use crate::people::{change, fault, felt, invited, member_id};
use crate::roles::{ADMINISTRATOR, OWNER, assign, everywhere, give};
use chrono::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use tests::{Answer, Backend, Company, World, both};

const OFFER: &str = "/v1/organization/ownership-offer";

async fn offer(by: &Company, to: &str) -> Answer {
    let confirmation = by.confirmed("hand_over_ownership").await;
    by.post(OFFER, json!({"member_id": to})).header("x-confirmation", &confirmation).send().await
}

async fn accept(by: &Company) -> Answer {
    let confirmation = by.confirmed("accept_ownership").await;
    by.post(&format!("{OFFER}/acceptance"), json!({})).header("x-confirmation", &confirmation).send().await
}

async fn is_owner(person: &Company) -> bool {
    let mine = person.get("/v1/me/permissions").send().await.expect(200);
    mine.at("/is_owner") == &json!(true)
}

both!(an_organization_goes_to_who_accepts_it, |world| {
    let owner = world.company("移交公司").registered().await;
    let (heir, other) = (owner.plain_member().await, owner.plain_member().await);
    let id = member_id(&heir).await;
    // Both confirm it with a code: neither a session nor a password is enough.
    owner.post(OFFER, json!({"member_id": id})).send().await.refused(403, "confirmation_required");
    let by_password = json!({"action": "hand_over_ownership", "password": "mahogany cartwheel gravity"});
    owner.post("/v1/me/confirmations", by_password).send().await.refused(409, "password_not_enough");
    let made = offer(&owner, &id).await.expect(201);
    assert_eq!(made.text("/member/member_id"), id);
    assert_eq!(heir.get(OFFER).send().await.expect(200).json, made.json);
    assert!(world.notices(&heir.mobile, 1).await[0].contains("三天内有效"));
    // Nobody else sees, accepts or declines it.
    for outsider in [&other, &world.company("邻居公司").registered().await] {
        outsider.get(OFFER).send().await.refused(404, "not_found");
        outsider.delete(OFFER).send().await.refused(404, "not_found");
        outsider.post(&format!("{OFFER}/acceptance"), json!({})).send().await.refused(404, "not_found");
    }
    let accepted = |by: &Company| by.post(&format!("{OFFER}/acceptance"), json!({}));
    accepted(&owner).send().await.refused(404, "not_found");
    accepted(&heir).send().await.refused(403, "confirmation_required");
    // Nothing has changed until then.
    assert!(is_owner(&owner).await && !is_owner(&heir).await);
    accept(&heir).await.expect(204);
    felt().await;
    assert!(is_owner(&heir).await && !is_owner(&owner).await);
    owner.get("/v1/organization/dissolution").send().await.refused(403, "forbidden");
    assert_eq!(heir.get("/v1/me").send().await.expect(200).text("/role"), "owner");
    heir.get(OFFER).send().await.refused(404, "not_found");
    accepted(&heir).send().await.refused(404, "not_found");
    // Who owned it can be seen off now, and who owns it cannot.
    let before = member_id(&owner).await;
    heir.post(&format!("/v1/members/{before}/departure"), json!({"successor_id": null}))
        .send()
        .await
        .expect(201);
});

both!(an_offer_ends, |world| {
    let owner = world.company("移交公司").registered().await;
    let heir = owner.plain_member().await;
    let id = member_id(&heir).await;
    offer(&owner, &id).await.expect(201);
    world.later(Duration::minutes(2));
    offer(&owner, &id).await.refused(409, "ownership_offered");
    // It is declined, taken back, or too old.
    heir.delete(OFFER).send().await.expect(204);
    assert!(world.notices(&owner.mobile, 1).await[0].contains("未接受"));
    world.later(Duration::minutes(2));
    offer(&owner, &id).await.expect(201);
    owner.delete(OFFER).send().await.expect(204);
    heir.get(OFFER).send().await.refused(404, "not_found");
    world.later(Duration::minutes(2));
    offer(&owner, &id).await.expect(201);
    world.later(Duration::days(3));
    let (owner, heir) = (owner.again().await, heir.again().await);
    accept(&heir).await.refused(404, "not_found");
    // A new one takes the place of one that is over.
    offer(&owner, &id).await.expect(201);
    // Neither to nobody, nor to who is not there yet, nor to who has it.
    owner.delete(OFFER).send().await.expect(204);
    let pending = invited(&owner, "未到", json!({})).await;
    let own = member_id(&owner).await;
    let nobody = uuid::Uuid::now_v7().to_string();
    for (to, code) in
        [(&pending, "successor_not_active"), (&own, "owner_already"), (&nobody, "member_unknown")]
    {
        let refused = owner.post(OFFER, json!({"member_id": to})).send().await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), fault("/member_id", code));
    }
    heir.post(OFFER, json!({"member_id": id})).send().await.refused(403, "forbidden");
    // Who is shut out by then does not get it.
    world.later(Duration::minutes(2));
    offer(&owner, &id).await.expect(201);
    change(&owner, &id, json!({"state": "disabled"})).await.expect(200);
    felt().await;
    heir.get(OFFER).send().await.expect(401);
    assert!(is_owner(&owner).await);
});

both!(two_answers_at_once_are_one, |world| {
    let owner = world.company("移交公司").registered().await;
    let heir = owner.plain_member().await;
    offer(&owner, &member_id(&heir).await).await.expect(201);
    let confirmation = heir.confirmed("accept_ownership").await;
    let path = format!("{OFFER}/acceptance");
    let accept = || heir.post(&path, json!({})).header("x-confirmation", &confirmation).send();
    let (one, two, back) = tokio::join!(accept(), accept(), owner.delete(OFFER).send());
    let done = [one.status, two.status].iter().filter(|status| **status == 204).count();
    // It was accepted or taken back, and that once.
    assert_eq!(done + usize::from(back.status == 204), 1, "{} {} {}", one.status, two.status, back.status);
    felt().await;
    assert_eq!((is_owner(&heir).await, is_owner(&owner).await), (done == 1, done == 0));
});

async fn nobody_is_shut_out(backend: Backend) {
    let world = Rc::new(World::with(backend, &[("GONGPAI_TRUSTED_PROXIES", "127.0.0.1")]).await);
    let owner = world.company("移交公司").registered().await;
    let heir = owner.plain_member().await;
    owner.policy(json!({"network": {"administrators": ["127.0.0.0/8"]}})).await.expect(200);
    offer(&owner, &member_id(&heir).await).await.expect(201);
    let confirmation = heir.confirmed("accept_ownership").await;
    let from = |address: &str| {
        heir.post(&format!("{OFFER}/acceptance"), json!({}))
            .header("x-confirmation", &confirmation)
            .header("x-forwarded-for", address)
            .send()
    };
    from("203.0.113.1").await.refused(403, "network_not_allowed");
    assert!(is_owner(&owner).await);
    from("127.0.0.1").await.expect(204);
}

#[actix_web::test]
async fn nobody_is_shut_out_by_becoming_the_owner_on_sqlite() {
    nobody_is_shut_out(Backend::Sqlite).await;
}

#[actix_web::test]
async fn nobody_is_shut_out_by_becoming_the_owner_on_postgres() {
    nobody_is_shut_out(Backend::Postgres).await;
}

both!(the_owner_never_vanishes, |world| {
    let owner = world.company("常在公司").registered().await;
    let id = member_id(&owner).await;
    let admin = owner.plain_member().await;
    assign(&owner, ADMINISTRATOR, ("member", &member_id(&admin).await), everywhere()).await;
    felt().await;
    for by in [&owner, &admin] {
        change(by, &id, json!({"state": "disabled"})).await.refused(409, "owner_stays");
        let leave = json!({"successor_id": null});
        by.post(&format!("/v1/members/{id}/departure"), leave).send().await.refused(409, "owner_stays");
        let many = json!({"members": [{"id": id}], "successor_id": null});
        let gone = by.post("/v1/members/bulk-delete", many).send().await.refused(422, "input_invalid");
        assert_eq!(gone.faults(), fault("/members/0/id", "owner_stays"));
        let many = json!({"members": [{"id": id, "patch": {"state": "disabled"}}]});
        let shut = by.post("/v1/members/bulk-update", many).send().await.refused(422, "input_invalid");
        assert_eq!(shut.faults(), fault("/members/0/patch/state", "owner_stays"));
    }
    let confirmation = owner.confirmed("close_account").await;
    let close = owner.post("/v1/me/closure", json!({})).header("x-confirmation", &confirmation).send().await;
    close.refused(409, "owner_of_organization");
    // The role is nobody's to give.
    let admin = member_id(&admin).await;
    let refused = give(&owner, OWNER, ("member", &admin), everywhere(), Value::Null).await;
    let refused = refused.refused(422, "input_invalid");
    assert_eq!(refused.faults(), fault("/role_id", "role_not_assignable"));
});
