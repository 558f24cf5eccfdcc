//! The clock of a review: working days, pauses, and what it tells by itself.

use chrono::Duration;
use serde_json::json;
use tests::reviewer::blurred;
use tests::{World, both};

both!(the_clock_pauses_and_knows_holidays_and_make_up_days, |world| {
    world.at("2026-09-30T12:00:00+08:00");
    let (company, id) = world.submitted("国庆公司").await;
    let seen = company.certification().await;
    // The National Day is off from the 1st to the 7th; Saturday the 10th is worked.
    assert!(seen.text("/application/due_at").starts_with("2026-10-10T04:00:"), "{:#}", seen.json);
    assert_eq!(seen.at("/application/due_at_provisional"), false);

    world.later(Duration::days(8));
    let reviewer = world.reviewer("reviewer").await;
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, blurred(1)).await.expect(200);
    let company = company.signed_in().await;
    let asked = company.certification().await;
    assert_eq!(asked.at("/application/due_at"), &json!(null));
    world.later(Duration::hours(30));
    let company = company.signed_in().await;
    let license = asked.text("/application/requirements/0/documents/0/id");
    let fields = [("kind", "business_license"), ("replaces", license.as_str())];
    company.upload(&fields, "a.jpg", &tests::files::jpeg(1000, 700)).await.expect(201);
    let answered = company.submit().await.expect(201);
    // Friday 18:00, and two days left, of which Saturday is one.
    assert!(answered.text("/application/due_at").starts_with("2026-10-12T10:0"), "{:#}", answered.json);
});

both!(at_half_it_warns_and_at_the_end_it_escalates, |world| {
    world.at("2026-11-23T09:00:00+08:00");
    let (company, id) = world.submitted("提醒公司").await;
    let number = company.certification().await.text("/application/number");
    world.later(Duration::hours(37));
    let told = world.notices(&company.mobile, 1).await;
    assert_eq!(told, [format!("企业认证 {number} 的审核时间已过半，预计 2026-11-26 前完成。")]);
    world.later(Duration::hours(36));
    let told = world.notices(&company.mobile, 2).await;
    assert!(told[0].contains("未能在 2026-11-26 前审核完毕"), "{told:?}");

    let company = company.signed_in().await;
    let inbox = company.get("/v1/inbox").header("accept-language", "en").send().await.expect(200);
    assert_eq!(inbox.at("/unread"), 2);
    assert_eq!(inbox.text("/data/0/kind"), "certification_overdue");
    let expected = format!(
        "Half of the time to review certification {number} has passed; we mean to decide by 2026-11-26."
    );
    assert_eq!(inbox.text("/data/1/text"), expected);
    let reviewer = world.reviewer("reviewer").await;
    let overdue = reviewer.get("/v1/platform/reviews?overdue=true").await.expect(200);
    assert_eq!([overdue.text("/data/0/id"), overdue.text("/data/0/urgency")], [id, "overdue".to_owned()]);

    // The inbox is read, one by one or all at once, by its owner alone.
    let first = inbox.text("/data/0/id");
    let other = world.company("旁人公司").registered().await;
    other.post(&format!("/v1/inbox/{first}/read"), json!({})).send().await.refused(404, "not_found");
    company.post(&format!("/v1/inbox/{first}/read"), json!({})).send().await.expect(204);
    company.post(&format!("/v1/inbox/{first}/read"), json!({})).send().await.expect(204);
    let unread = company.get("/v1/inbox?unread=true").send().await.expect(200);
    assert_eq!([unread.at("/unread"), unread.at("/data/0/params/until")], [&json!(1), &json!("2026-11-26")]);
    company.post("/v1/inbox/read", json!({})).send().await.expect(204);
    assert_eq!(company.get("/v1/inbox?unread=true").send().await.expect(200).at("/data"), &json!([]));
    let page = company.get("/v1/inbox?limit=1").send().await.expect(200);
    let next = format!("/v1/inbox?limit=1&cursor={}", page.text("/next_cursor"));
    let last = company.get(&next).send().await.expect(200);
    assert_eq!(last.text("/data/0/kind"), "certification_half_time");
    assert_eq!(last.at("/next_cursor"), &json!(null));
});

fn ready_jobs(world: &World) -> u64 {
    world.service().database.job_counts(world.clock.now()).unwrap().ready
}

both!(what_is_decided_has_no_clock_any_more, |world| {
    world.at("2026-11-23T09:00:00+08:00");
    let (company, id) = world.submitted("早定公司").await;
    let reviewer = world.reviewer("reviewer").await;
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, json!({"outcome": "approve", "attempt": 1})).await.expect(200);
    world.later(Duration::days(4));
    let told = world.notices(&company.mobile, 1).await;
    assert!(told.len() == 1 && told[0].contains("已通过"), "{told:?}");
    // The jobs of both marks are done and said nothing.
    for _ in 0..100 {
        if ready_jobs(&world) == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(ready_jobs(&world), 0);
    assert_eq!(world.notices(&company.mobile, 1).await.len(), 1);
});

both!(past_the_calendar_a_due_time_is_provisional_until_a_newer_one_comes, |world| {
    world.at("2026-12-31T10:00:00+08:00");
    let (company, id) = world.submitted("跨年公司").await;
    let seen = company.certification().await;
    assert!(seen.text("/application/due_at").starts_with("2027-01-05T02:0"), "{:#}", seen.json);
    assert_eq!(seen.at("/application/due_at_provisional"), true);
    let reviewer = world.reviewer("reviewer").await;
    let queue = reviewer.get("/v1/platform/reviews").await.expect(200);
    assert_eq!(queue.at("/data/0/due_at_provisional"), true);
    let counts = reviewer.get("/v1/platform/review-counts").await.expect(200);
    assert_eq!(counts.text("/calendar_known_until"), "2026-12-31");

    // Another replica starts with the next year's holidays.
    let calendar = world.folder.path().join("calendar.json");
    let text = r#"{"zone":"Asia/Shanghai","years":[
        {"year":2026,"source":"shipped, shortened","off":[],"work":[]},
        {"year":2027,"source":"made up","off":["2027-01-01/2027-01-03"],"work":["2027-01-09"]}]}"#;
    std::fs::write(&calendar, text).unwrap();
    let (folder, calendar) = (world.folder.path().to_str().unwrap(), calendar.to_str().unwrap());
    let settings = [
        ("DATABASE_URL", world.database_url.as_str()),
        ("GONGPAI_DATA_DIR", folder),
        ("GONGPAI_CALENDAR", calendar),
    ];
    let newer = std::rc::Rc::new(World::with(world.backend, &settings).await);
    let mut queue = reviewer.case(&id).await;
    for _ in 0..100 {
        if queue.at("/application/due_at_provisional") == false {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        queue = reviewer.case(&id).await;
    }
    assert!(queue.text("/application/due_at").starts_with("2027-01-06T02:0"), "{:#}", queue.json);
    World::stop(newer).await;
});
