//! What a program reads from licenses, and what others say of a company: advice, and never a decision. The licenses are
//! drawn here; tesseract and the QR reader are real.

use domain::certification::{EvidenceKind, EvidenceOutcome, EvidenceSource, Question};
use domain::error::{Code, Error, Result};
use image::imageops::{blur, rotate90, rotate180};
use serde_json::{Value, json};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tests::company::credit_code;
use tests::license::{License, png};
use tests::{Backend, Company, World, both};

/// A world in which licenses are read.
async fn reading_world(backend: Backend) -> Rc<World> {
    Rc::new(
        World::with(backend, &[("GONGPAI_TESSERACT", "tesseract"), ("GONGPAI_DOCUMENT_SHARPNESS", "0")])
            .await,
    )
}

/// Uploads a license, and gives what was read from it once the job is done.
async fn read(company: &Company, license: Vec<u8>) -> Value {
    let seen = company.certification().await;
    let mut fields = vec![("kind", "business_license")];
    let old = seen
        .at("/application/requirements/0/documents")
        .get(0)
        .map(|old| old["id"].as_str().unwrap().to_owned());
    fields.extend(old.as_deref().map(|old| ("replaces", old)));
    company.upload(&fields, "license.png", &license).await.expect(201);
    for _ in 0..400 {
        let seen = company.certification().await;
        let reading = seen.at("/application/requirements/0/documents/0/reading");
        let again = seen.at("/application/ask_again_after_seconds");
        if !reading.is_null() {
            assert_eq!(again, &Value::Null);
            return reading.clone();
        }
        assert_eq!(again, 2);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the license was not read");
}

async fn findings(company: &Company) -> Vec<(String, String, bool)> {
    let seen = company.certification().await;
    let found = seen.at("/application/findings").as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    found
        .filter(|one| one["requirement"] == "business_license")
        .map(|one| (text(&one["code"]), text(&one["pointer"]), one["blocking"] == true))
        .collect()
}

#[actix_web::test]
async fn licenses_are_read_whichever_way_they_lie() {
    let world = reading_world(Backend::Sqlite).await;
    let name = "深圳市工牌科技有限公司";
    let company = world.company(name).registered().await;
    let code = credit_code();
    let number = json!({"kind": "credit_code", "number": code});
    company.write(json!({"legal_name": name, "registration": number})).await.expect(200);
    let page = License { name, credit_code: &code, qr: None }.drawn();

    for turned in [page.clone(), rotate90(&page), rotate180(&page)] {
        let reading = read(&company, png(&turned)).await;
        assert_eq!(reading["credit_code"]["value"], code, "{reading:#}");
        assert_eq!(reading["credit_code"]["from"], "text");
        assert!(reading["credit_code"]["confidence"].as_u64().unwrap() > 50, "{reading:#}");
        assert!(
            reading["legal_name"]["value"].as_str().unwrap().starts_with("深圳市工牌科技"),
            "{reading:#}"
        );
    }
    // Out of focus, it says nothing rather than something wrong.
    let blurred = read(&company, png(&blur(&page, 7.0))).await;
    assert_eq!([&blurred["credit_code"], &blurred["legal_name"]], [&Value::Null, &Value::Null]);
    assert_eq!(findings(&company).await, []);
}

#[actix_web::test]
async fn a_disagreement_is_told_and_stands_in_nobodys_way() {
    let world = reading_world(Backend::Sqlite).await;
    let company = world.company("深圳市工牌科技有限公司").registered().await.filled_in().await;
    let other = credit_code();
    let qr = format!("统一社会信用代码:{other};名称:深圳市另一家有限公司");
    let license = License { name: "深圳市另一家有限公司", credit_code: &other, qr: Some(&qr) };
    let reading = read(&company, png(&license.drawn())).await;
    assert_eq!(reading["credit_code"], json!({"value": other, "confidence": 99, "from": "qr_code"}));
    let told = [
        ("name_mismatch".to_owned(), "/legal_name".to_owned(), false),
        ("registration_number_mismatch".to_owned(), "/registration/number".to_owned(), false),
    ];
    assert_eq!(findings(&company).await, told);

    // It goes through all the same, and the reviewer sees it and need not override it.
    let company = company.submitted().await;
    let id = company.application().await;
    let reviewer = world.reviewer("reviewer").await;
    let case = reviewer.case(&id).await;
    assert!(String::from_utf8_lossy(&case.bytes).contains("name_mismatch"));
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, json!({"outcome": "approve", "attempt": 1})).await.expect(200);
}

#[actix_web::test]
async fn a_page_that_is_no_license_says_nothing_and_a_pdf_is_not_read() {
    let world = reading_world(Backend::Sqlite).await;
    let company = world.company("空白公司").registered().await;
    let reading = read(&company, tests::files::jpeg(900, 700)).await;
    assert_eq!([&reading["credit_code"], &reading["legal_name"]], [&Value::Null, &Value::Null]);
    let seen = company.certification().await;
    let license = seen.text("/application/requirements/0/documents/0/id");
    let fields = [("kind", "business_license"), ("replaces", license.as_str())];
    company.upload(&fields, "license.pdf", &tests::files::pdf(1)).await.expect(201);
    assert_eq!(world.query("SELECT id FROM jobs WHERE kind = 'read_document'"), Vec::<String>::new());
}

/// A reader that takes more memory than it may, and would read something if it got it.
const GREEDY: &str = r#"#!/bin/sh
[ "$1" = --list-langs ] && { echo chi_sim; exit; }
exec python3 -c '
much = bytearray(SIZE * 1024 * 1024)
print("head")
print("5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t95\t名称深圳市工牌科技有限公司")'
"#;

#[actix_web::test]
async fn a_reader_that_takes_too_much_is_stopped_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    for (megabytes, stopped) in [("10", false), ("1500", true)] {
        let program = folder.path().join(megabytes);
        std::fs::write(&program, GREEDY.replace("SIZE", megabytes)).unwrap();
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let settings = [("GONGPAI_TESSERACT", program.to_str().unwrap())];
        let world = Rc::new(World::with(Backend::Sqlite, &settings).await);
        let company = world.company("深圳市工牌科技有限公司").registered().await.filled_in().await;
        if !stopped {
            assert_eq!(read(&company, tests::files::jpeg(900, 700)).await["legal_name"]["confidence"], 95);
            continue;
        }
        let mut errors = Vec::new();
        for _ in 0..200 {
            errors = world
                .query("SELECT last_error FROM jobs WHERE kind = 'read_document' AND last_error IS NOT NULL");
            if !errors.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(errors[0].contains("reading a license"), "{errors:?}");
        company.submit().await.expect(201);
    }
}

/// A registry that tests make up: it says what it is told to, after it was away for a while.
struct MadeUp {
    kind: EvidenceKind,
    says: EvidenceOutcome,
    away: AtomicU32,
}

impl EvidenceSource for MadeUp {
    fn kind(&self) -> EvidenceKind {
        self.kind
    }

    fn ask(&self, question: &Question) -> Result<EvidenceOutcome> {
        assert!(question.registration_key.contains("91") && question.representative == "王小明");
        let away = self.away.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if away.is_ok() {
            Err(Error::new(Code::Unavailable).context("the registry is away"))
        } else {
            Ok(self.says)
        }
    }
}

async fn asked(backend: Backend, sources: &[(EvidenceKind, EvidenceOutcome, u32)]) -> (Rc<World>, String) {
    let sources = sources.iter().map(|&(kind, says, away)| {
        Box::new(MadeUp { kind, says, away: AtomicU32::new(away) }) as Box<dyn EvidenceSource>
    });
    let world = Rc::new(World::asking(backend, &[], sources.collect()).await);
    let (_company, id) = world.submitted("被问公司").await;
    (world, id)
}

/// The case, once so many have answered.
async fn answered(world: &Rc<World>, id: &str, count: usize) -> tests::Answer {
    let reviewer = world.reviewer("reviewer").await;
    for _ in 0..300 {
        let case = reviewer.case(id).await;
        if case.at("/evidence").as_array().unwrap().len() >= count {
            return case;
        }
        // What was away is asked again later.
        world.later(chrono::Duration::seconds(1));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody answered");
}

async fn what_others_say(backend: Backend) {
    let sources = [
        (EvidenceKind::Registry, EvidenceOutcome::Inactive, 1),
        (EvidenceKind::BankTransfer, EvidenceOutcome::NotFound, 0),
        (EvidenceKind::ElectronicLicense, EvidenceOutcome::Confirmed, 0),
    ];
    let (world, id) = asked(backend, &sources).await;
    let case = answered(&world, &id, 3).await;
    let mut said: Vec<_> = case
        .at("/evidence")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["source"].as_str().unwrap().to_owned(), one["outcome"].as_str().unwrap().to_owned()))
        .collect();
    said.sort();
    let expected =
        [("bank_transfer", "not_found"), ("electronic_license", "confirmed"), ("registry", "inactive")];
    assert_eq!(said, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    // The registry's word is left to the reviewer, who needs a second one to go against it.
    assert_eq!(case.text("/application/findings/0/code"), "registry_inactive");
    assert_eq!(case.at("/application/findings/0/blocking"), false);
    let finding = case.text("/application/findings/0/id");
    let reviewer = world.reviewer("reviewer").await;
    reviewer.claim(&id).await.expect(200);
    let approve = json!({"outcome": "approve", "attempt": 1});
    reviewer.decide(&id, approve).await.refused(409, "blocking_findings");
    let approve = json!({"outcome": "approve", "attempt": 1, "overrides": [finding]});
    let proposed = reviewer.decide(&id, approve).await.expect(200);
    assert_eq!(proposed.text("/application/state"), "awaiting_confirmation");
}

#[actix_web::test]
async fn what_others_say_is_left_to_the_reviewer_sqlite() {
    what_others_say(Backend::Sqlite).await;
}

#[actix_web::test]
async fn what_others_say_is_left_to_the_reviewer_postgres() {
    what_others_say(Backend::Postgres).await;
}

both!(where_nobody_can_be_asked_nobody_is, |world| {
    let (_company, id) = world.submitted("不问公司").await;
    let reviewer = world.reviewer("reviewer").await;
    assert_eq!(reviewer.case(&id).await.at("/evidence"), &json!([]));
    assert_eq!(world.query("SELECT id FROM jobs WHERE kind = 'ask_for_evidence'"), Vec::<String>::new());
});
