//! Who has which rights, for whoever has to answer for that.

use crate::people::{change, department, felt, invited, member_id};
use crate::roles::{ADMINISTRATOR, AUDITOR, FINANCE, HUMAN_RESOURCES, assign, everywhere, give, own};
use chrono::{Duration, SecondsFormat};
use serde_json::{Value, json};
use tests::{Company, both};

/// Of everybody in a review: the name, and for each role by what they have it, when they used it last, and what there is to look at.
async fn review(by: &Company) -> Vec<(String, Vec<(String, Option<String>, Value)>)> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = by.get(&format!("/v1/access/review?limit=2{cursor}")).send().await.expect(200);
        for one in page.at("/data").as_array().unwrap() {
            let role = |held: &Value| {
                let kind = held["assignment"]["holder"]["kind"].as_str().unwrap().to_owned();
                (kind, held["last_used_on"].as_str().map(str::to_owned), held["concerns"].clone())
            };
            let held = one["assignments"].as_array().unwrap().iter().map(role).collect();
            all.push((one["member"]["name"].as_str().unwrap().to_owned(), held));
        }
        match page.at("/next_cursor").as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

both!(rights_are_reviewed, |world| {
    let owner = world.company("复核公司").registered().await;
    assert_eq!(review(&owner).await, vec![]);
    let (admin, hr) = (owner.plain_member().await, owner.plain_member().await);
    let (admin_id, hr_id) = (member_id(&admin).await, member_id(&hr).await);
    change(&owner, &admin_id, json!({"name": "甲管"})).await.expect(200);
    change(&owner, &hr_id, json!({"name": "丙人"})).await.expect(200);
    let office = department(&owner, "财务部").await;
    let clerk = invited(&owner, "乙财", json!({"departments": [{"department_id": office}]})).await;
    let tag = owner.post("/v1/tags", json!({"name": "审计"})).send().await.expect(201).text("/id");
    owner.post(&format!("/v1/tags/{tag}/members"), json!({"add": [admin_id]})).send().await.expect(200);
    let soon = (world.clock.now() + Duration::days(100)).to_rfc3339_opts(SecondsFormat::Millis, true);
    assign(&owner, ADMINISTRATOR, ("member", &admin_id), everywhere()).await;
    give(&owner, HUMAN_RESOURCES, ("member", &hr_id), everywhere(), json!(soon)).await.expect(201);
    assign(&owner, FINANCE, ("department", &office), own()).await;
    felt().await;
    let none = || json!([]);
    let (member, department) = ("member".to_owned(), "department".to_owned());
    let (i, ii, iii) = ("丙人".to_owned(), "甲管".to_owned(), "乙财".to_owned());
    let without = json!(["partly_without_effect"]);
    let expected = vec![
        (i.clone(), vec![(member.clone(), None, none())]),
        (ii.clone(), vec![(member.clone(), None, none())]),
        (iii.clone(), vec![(department.clone(), None, without.clone())]),
    ];
    assert_eq!(review(&owner).await, expected);
    // What somebody does with a role is seen the same day; what everybody may is no use of a role, nor is what was refused.
    hr.get("/v1/members").send().await.expect(200);
    hr.get("/v1/security-policy").send().await.refused(403, "forbidden");
    assert_eq!(review(&owner).await[0].1[0].1, None);
    hr.get("/v1/member-export?format=csv").send().await.expect(200);
    let today = world.clock.now().date_naive().to_string();
    assert_eq!(review(&owner).await[0].1[0].1, Some(today.clone()));
    // Whoever reviews uses that.
    assert_eq!(review(&admin).await[1].1[0].1, None);
    assert_eq!(review(&admin).await[1].1[0].1, Some(today.clone()));
    hr.get("/v1/access/review").send().await.refused(403, "forbidden");
    // The one who gives roles comes to audit as well.
    assign(&owner, AUDITOR, ("tag", &tag), everywhere()).await;
    let both = json!(["grants_and_audits"]);
    let theirs = review(&owner).await[1].1.clone();
    assert_eq!((&theirs[0].2, &theirs[1].2), (&both, &both));
    // Time goes by.
    world.later(Duration::days(50));
    let (owner, admin, hr) = (owner.again().await, admin.again().await, hr.again().await);
    world.later(Duration::days(41));
    let (owner, admin, hr) = (owner.again().await, admin.again().await, hr.again().await);
    admin.get("/v1/security-policy").send().await.expect(200);
    let now = world.clock.now().date_naive().to_string();
    let expected = vec![
        (i.clone(), vec![(member.clone(), Some(today.clone()), json!(["ends_soon", "unused"]))]),
        (
            ii.clone(),
            vec![(member.clone(), Some(now.clone()), both.clone()), ("tag".to_owned(), Some(now), both)],
        ),
        (iii.clone(), vec![(department, None, json!(["unused", "partly_without_effect"]))]),
    ];
    assert_eq!(review(&owner).await, expected);
    world.later(Duration::days(9));
    let owner = owner.again().await;
    assert_eq!(review(&owner).await[0].1[0].2, json!(["over"]));
    // As a file, for whoever signs it.
    let file = owner.get("/v1/access/review-export?format=csv").header("accept-language", "en").send().await;
    let text = String::from_utf8(file.expect(200).bytes.clone()).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "Member,Member ID,Role,By,Where,Since,Until,Last used,To look at");
    assert_eq!(lines.len(), 5);
    assert!(
        lines[1].starts_with(&format!("丙人,{hr_id},Human resources,member 丙人,everywhere,")),
        "{}",
        lines[1]
    );
    assert!(lines[1].ends_with(&format!("{today},over")), "{}", lines[1]);
    assert!(lines[4].starts_with(&format!("乙财,{clerk},Finance,department 财务部,own,")), "{}", lines[4]);
    let book = owner.get("/v1/access/review-export").send().await.expect(200);
    assert!(book.bytes.starts_with(b"PK"));
    hr.again().await.get("/v1/access/review-export").send().await.refused(403, "forbidden");
    // Whoever left is in no review, and another organization has its own.
    owner
        .post(&format!("/v1/members/{clerk}/departure"), json!({"successor_id": null}))
        .send()
        .await
        .expect(201);
    assert_eq!(review(&owner).await.len(), 2);
    assert_eq!(review(&world.company("别家公司").registered().await).await, vec![]);
});
