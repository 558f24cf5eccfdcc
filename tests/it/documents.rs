//! The bytes of documents: where they are, who sees them, and what becomes of them.

use chrono::Duration;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use tests::daemon::{EICAR, clamd, seaweed};
use tests::process::Process;
use tests::{Backend, Company, World, both, files};

/// Uploads a license and gives the id of its document.
async fn licensed(company: &Company) -> String {
    let page = files::jpeg(900, 700);
    company.upload(&[("kind", "business_license")], "a.jpg", &page).await.expect(201).text("/id")
}

/// Every view that the journal knows of a document, as the kind of who saw it.
fn views(world: &World) -> Vec<String> {
    world.query("SELECT actor_kind FROM journal WHERE action = 'certification.document_viewed' ORDER BY seq")
}

both!(every_view_is_journalled_and_links_need_no_token, |world| {
    let (company, id) = world.submitted("链接公司").await;
    let seen = company.certification().await;
    let document = seen.text("/application/requirements/0/documents/0/id");
    company.get(&format!("/v1/certification/documents/{document}/content")).send().await.expect(200);
    assert_eq!(views(&world), ["member"]);
    let links = format!("/v1/certification/documents/{document}/links");
    let link = company.post(&links, json!({})).send().await.expect(201);
    assert_eq!(views(&world), ["member"], "making a link is no view");
    let shown = world.get(link.text("/url")).send().await.expect(200);
    assert!(shown.bytes.starts_with(b"\xFF\xD8\xFF"));
    assert_eq!(shown.headers["cache-control"], "private, no-store");
    assert_eq!(views(&world), ["member", "member"]);

    let reviewer = world.reviewer("reviewer").await;
    let path = format!("/v1/platform/reviews/{id}/documents/{document}");
    let link = reviewer.post(format!("{path}/links"), json!({"original": true})).await.expect(201);
    let original = world.get(link.text("/url")).send().await.expect(200);
    assert_eq!(original.headers["content-disposition"], "attachment");
    assert_eq!(views(&world).last().unwrap(), "operator");
    // The original is what was sent, byte for byte.
    let digest = seen.text("/application/requirements/0/documents/0/sha256");
    assert_eq!(original.headers["etag"], format!("\"{digest}\""));
    assert_ne!(original.bytes, shown.bytes);
    reviewer
        .post(format!("/v1/platform/reviews/{id}/documents/{id}/links"), json!({}))
        .await
        .refused(404, "not_found");
});

both!(a_link_ends_in_five_minutes_and_with_its_session, |world| {
    let company = world.company("限时公司").registered().await;
    let document = licensed(&company).await;
    let links = format!("/v1/certification/documents/{document}/links");
    let link = company.post(&links, json!({})).send().await.expect(201).text("/url");
    world.later(Duration::seconds(290));
    world.get(&link).send().await.expect(200);
    world.later(Duration::seconds(11));
    world.get(&link).send().await.refused(404, "link_invalid");
    let link = company.post(&links, json!({})).send().await.expect(201).text("/url");
    company.delete("/v1/sessions/current").send().await.expect(204);
    world.get(&link).send().await.refused(404, "link_invalid");
    let mut forged = link.clone();
    forged.pop();
    for wrong in [forged.as_str(), "/v1/document-links/x", "/v1/document-links/AAAA"] {
        world.get(wrong).send().await.refused(404, "link_invalid");
    }
    let other = world.company("旁人公司").registered().await;
    other.post(&links, json!({})).send().await.refused(404, "not_found");
});

both!(a_master_key_is_replaced_while_documents_are_read, |world| {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().to_str().unwrap(), folder.path().join("gongpai.db"));
    let key = |id: u32| format!("{id}:{}", format!("{id:02x}").repeat(32));
    // A server of its own, which is gone before the next one starts: two on one database share their jobs, and each has its own outbox.
    let mut settings = vec![("GONGPAI_DATA_DIR", data)];
    if matches!(world.backend, Backend::Sqlite) {
        settings.push(("DATABASE_URL", file.to_str().unwrap()));
    }
    let begun = Rc::new(World::with(world.backend, &settings).await);
    let database_url = match world.backend {
        Backend::Sqlite => file.to_string_lossy().into_owned(),
        Backend::Postgres => begun.database_url.clone(),
    };
    World::stop(begun).await;
    // The key that was there from the beginning has sealed something already.
    let first = std::fs::read_to_string(folder.path().join("master.key")).unwrap();
    let with = async |keys: &str| {
        let settings = [
            ("DATABASE_URL", database_url.as_str()),
            ("GONGPAI_DATA_DIR", data),
            ("GONGPAI_MASTER_KEYS", keys),
        ];
        Rc::new(World::with(world.backend, &settings).await)
    };
    // Everything so far is sealed under the first key. Every replica learns the second one before anything is sealed with it.
    let old = with(&format!("{},{},{first}", key(11), key(12))).await;
    let (company, id) = old.submitted("换钥公司").await;
    let document = company.certification().await.text("/application/requirements/0/documents/0/id");
    let path = format!("/v1/certification/documents/{document}/content");
    let reviewer = old.reviewer("reviewer").await;
    reviewer.post(format!("/v1/platform/reviews/{id}/notes"), json!({"text": "备注"})).await.expect(201);
    reviewer.claim(&id).await.expect(200);
    reviewer.decide(&id, tests::reviewer::blurred(1)).await.expect(200);

    let new = with(&format!("{},{},{first}", key(12), key(11))).await;
    let database = new.service().database.clone();
    let rotation = tokio::task::spawn_blocking(move || database.reseal().unwrap());
    let mut reads = 0;
    while !rotation.is_finished() || reads < 5 {
        company.get(&path).send().await.expect(200);
        reads += 1;
    }
    let resealed = rotation.await.unwrap();
    assert!(resealed >= 8, "{resealed}");
    let database = new.service().database.clone();
    assert_eq!(tokio::task::spawn_blocking(move || database.reseal().unwrap()).await.unwrap(), 0);
    company.get(&path).send().await.expect(200);

    // The old key is gone, and nothing is missed: not the bytes, the identity numbers, the decision, the note, the session.
    let last = with(&key(12)).await;
    let base = |path: &str| last.get(path).bearer(&company.access_token);
    base(&path).send().await.expect(200);
    let seen = base("/v1/certification").send().await.expect(200);
    assert_eq!(seen.text("/application/subject/representative/id_number_masked"), "110***********002X");
    assert_eq!(seen.text("/application/findings/0/code"), "document_blurry");
    let case =
        last.get(format!("/v1/platform/reviews/{id}")).bearer(&reviewer.token).send().await.expect(200);
    assert_eq!(case.text("/notes/0/text"), "备注");
    assert_eq!(case.text("/attempts/0/decision/findings/0/code"), "document_blurry");
    for world in [old, new, last] {
        World::stop(world).await;
    }
});

/// The documents that the folder of a world has bytes of.
fn kept(folder: &std::path::Path) -> HashSet<String> {
    let mut found = HashSet::new();
    for tenant in std::fs::read_dir(folder.join("documents")).into_iter().flatten().flatten() {
        for file in std::fs::read_dir(tenant.path()).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            found.insert(name.trim_end_matches(".original").to_owned());
        }
    }
    found
}

/// The process is killed between keeping a file and recording it, over and over. What was acknowledged is there; what was not
/// leaves nothing behind.
#[actix_web::test]
async fn a_crash_between_upload_and_record_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let settings = vec![
        ("GONGPAI_DATA_DIR", data.to_string_lossy().into_owned()),
        ("GONGPAI_REQUESTS_PER_MINUTE", "0".to_owned()),
        // The port changes with every start, the issuer of tokens must not.
        ("GONGPAI_PUBLIC_URL", "http://localhost".to_owned()),
    ];
    let client = tests::client();
    let mut process = Process::start(&settings);
    let access = process.registered(&client).await;
    let file = Rc::new(files::jpeg(900, 700));
    let mut acknowledged: HashSet<String> = HashSet::new();
    for round in 0..12_u64 {
        let base = process.base.clone();
        let (client, access, file) = (client.clone(), access.clone(), Rc::clone(&file));
        let done = Rc::new(RefCell::new(Vec::new()));
        let acknowledging = Rc::clone(&done);
        let upload = actix_web::rt::spawn(async move {
            while let Some(id) = tests::process::upload(&client, &base, &access, &file).await {
                acknowledging.borrow_mut().push(id);
            }
        });
        // However slow the machine is: one has come through, and another is under way.
        for _ in 0..600 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            if !done.borrow().is_empty() {
                break;
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(round * 37 % 250)).await;
        process.kill();
        upload.await.unwrap();
        acknowledged.extend(done.take());
        process = Process::start(&settings);
    }
    assert!(acknowledged.len() >= 12, "{}", acknowledged.len());
    process.kill();
    let before = kept(&data);
    let tidied = Process::command(&settings, &["documents", "tidy", "--minutes", "0"]);
    assert!(tidied.contains("files were forgotten"), "{tidied}");
    let after = kept(&data);
    assert!(acknowledged.is_subset(&after), "an acknowledged document is gone");
    let database = data.join("gongpai.db");
    let sql = "SELECT lower(substr(hex(id),1,8)||'-'||substr(hex(id),9,4)||'-'||substr(hex(id),13,4)||'-'||substr(hex(id),17,4)||'-'||substr(hex(id),21)) FROM documents";
    let recorded: HashSet<_> =
        tests::process::query(Backend::Sqlite, database.to_str().unwrap(), sql).into_iter().collect();
    assert_eq!(after, recorded, "of {} files", before.len());
}

both!(files_without_a_document_are_forgotten_after_an_hour, |world| {
    let company = world.company("孤儿公司").registered().await;
    let document = licensed(&company).await;
    let tenant = world.folder.path().join("documents").join(&company.tenant);
    let orphan = uuid::Uuid::now_v7().to_string();
    std::fs::copy(tenant.join(&document), tenant.join(&orphan)).unwrap();
    std::fs::write(tenant.join("note.txt"), "not ours").unwrap();
    let unfinished = tenant.join(format!("{orphan}#1"));
    std::fs::write(&unfinished, "half of it").unwrap();
    let service = world.service();
    assert_eq!(service.tidy_documents(Duration::hours(1)).await.unwrap(), 0);
    assert!(unfinished.exists(), "it may be on its way");
    world.later(Duration::minutes(61));
    assert_eq!(service.tidy_documents(Duration::hours(1)).await.unwrap(), 1);
    assert!(!unfinished.exists());
    assert!(!tenant.join(&orphan).exists() && tenant.join(&document).exists());
    assert!(tenant.join("note.txt").exists());
});

/// The real `SeaweedFS` server over its S3 protocol: kept, shown, forgotten, tidied.
#[actix_web::test]
async fn documents_live_in_a_bucket() {
    let mut weed = seaweed();
    let endpoint = format!("http://127.0.0.1:{}", weed.port);
    let settings = [
        ("GONGPAI_S3_BUCKET", "documents"),
        ("GONGPAI_S3_ENDPOINT", endpoint.as_str()),
        ("GONGPAI_S3_ACCESS_KEY", "test-access"),
        ("GONGPAI_S3_SECRET_KEY", "test-secret"),
    ];
    let world = Rc::new(World::with(Backend::Sqlite, &settings).await);
    let (company, id) = world.submitted("云存公司").await;
    let seen = company.certification().await;
    let url = seen.text("/application/requirements/0/documents/0/content_url");
    let shown = company.get(&url).send().await.expect(200);
    assert!(shown.bytes.starts_with(b"\xFF\xD8\xFF"));
    let reviewer = world.reviewer("reviewer").await;
    let document = seen.text("/application/requirements/0/documents/0/id");
    let link = format!("/v1/platform/reviews/{id}/documents/{document}/links");
    let link = reviewer.post(link, json!({"original": true})).await.expect(201).text("/url");
    world.get(&link).send().await.expect(200);
    assert!(kept(world.folder.path()).is_empty(), "nothing is in the folder");
    // A refused upload leaves nothing in the bucket, and neither does tidying take what is recorded.
    company
        .upload(&[("kind", "business_license")], "a.jpg", &files::jpeg(900, 700))
        .await
        .refused(409, "action_not_allowed");
    world.later(Duration::hours(2));
    assert_eq!(world.service().tidy_documents(Duration::hours(1)).await.unwrap(), 0);
    let company = company.signed_in().await;
    company.get(&url).send().await.expect(200);
    // Another key than the bucket's is refused, and the client told to come back.
    let wrong = [settings[0], settings[1], settings[2], ("GONGPAI_S3_SECRET_KEY", "wrong")];
    let stranger = Rc::new(World::with(Backend::Sqlite, &wrong).await);
    let other = stranger.company("错钥公司").registered().await;
    let refused = other.upload(&[("kind", "business_license")], "a.jpg", &files::jpeg(900, 700)).await;
    refused.refused(503, "unavailable");
    weed.kill();
    World::stop(stranger).await;
    World::stop(world).await;
}

/// The real clamd: what it knows is refused, and so is everything when it cannot be asked.
#[actix_web::test]
async fn uploads_are_scanned() {
    let mut daemon = clamd();
    let address = format!("127.0.0.1:{}", daemon.port);
    let world = Rc::new(World::with(Backend::Sqlite, &[("GONGPAI_CLAMD", &address)]).await);
    let company = world.company("查毒公司").registered().await;
    let fields = [("kind", "business_license")];
    let infected = company.upload(&fields, "eicar.com", EICAR).await.refused(422, "input_invalid");
    assert_eq!(infected.faults(), [("/file".to_owned(), "document_infected".to_owned())]);
    // Also inside a file that is a sound image otherwise.
    let mut image = files::jpeg(900, 700);
    image.extend_from_slice(EICAR);
    let infected = company.upload(&fields, "a.jpg", &image).await.refused(422, "input_invalid");
    assert_eq!(infected.faults(), [("/file".to_owned(), "document_infected".to_owned())]);
    company.upload(&fields, "a.jpg", &files::jpeg(900, 700)).await.expect(201);
    let before = kept(world.folder.path());
    assert_eq!(before.len(), 1);
    daemon.kill();
    let fields = [("kind", "id_document_front")];
    let unscanned = company.upload(&fields, "a.jpg", &files::jpeg(900, 700)).await;
    let unscanned = unscanned.refused(503, "document_not_scanned");
    assert!(unscanned.headers.contains_key("retry-after"));
    assert_eq!(kept(world.folder.path()), before);
    let seen: Value = company.certification().await.json;
    assert_eq!(seen["application"]["requirements"][1]["documents"], json!([]));
    World::stop(world).await;
}
