//! What the database really sees and holds.

use std::process::Command;
use tests::both;

/// Tables of tenants: those whose key begins with the tenant.
fn tenant_tables() -> Vec<String> {
    let schema = std::fs::read_to_string(SCHEMA).unwrap();
    let tables: Vec<_> = schema
        .lines()
        .filter_map(|line| line.trim().split_once(" (tenant_id").map(|(name, _)| name.to_owned()))
        .collect();
    assert!(tables.len() >= 9, "{tables:?}");
    tables
}

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../persistence/src/schema.rs");

fn names_its_tenant(statement: &str, table: &str) -> bool {
    let sql = statement.replace('`', "\"");
    let sql = sql.split(" -- binds").next().unwrap_or_default();
    if !sql.contains(&format!("\"{table}\".")) && !sql.contains(&format!("FROM \"{table}\""))
        || sql.starts_with("INSERT")
    {
        return true;
    }
    // A condition, not a column of the answer.
    sql.contains(&format!("(\"{table}\".\"tenant_id\" = "))
        // The places of one account, asked for before a tenant is chosen.
        || sql.contains("(\"members\".\"account_id\" = ") && ["members", "tenants"].contains(&table)
}

both!(every_statement_on_a_tenants_data_names_the_tenant, |world| {
    let company = world.company("监听公司").registered().await.filled_in().await.submitted().await;
    let id = company.application().await;
    let reviewer = world.operator("reviewer").await;
    world
        .request("POST", format!("/v1/platform/reviews/{id}/claim"))
        .bearer(&reviewer)
        .send()
        .await
        .expect(200);
    let decision = serde_json::json!({"outcome": "approve", "attempt": 1});
    world
        .post(format!("/v1/platform/reviews/{id}/decision"), decision)
        .bearer(&reviewer)
        .send()
        .await
        .expect(200);
    let note = serde_json::json!({"text": "备注"});
    let notes = format!("/v1/platform/reviews/{id}/notes");
    world.post(notes, note).bearer(&reviewer).send().await.expect(201);
    world.get(format!("/v1/platform/reviews/{id}")).bearer(&reviewer).send().await.expect(200);
    world.notices(&company.mobile, 1).await;
    company.get("/v1/inbox").send().await.expect(200);
    company.post("/v1/inbox/read", serde_json::json!({})).send().await.expect(204);
    company.get("/v1/certification/applications").send().await.expect(200);
    company.certification().await;
    let me = company.get("/v1/me").send().await.expect(200).text("/member/id");
    company.belongings(&me).await;
    for path in ["members", "tags?counts=true", "scheduled-changes"] {
        company.get(&format!("/v1/{path}")).send().await.expect(200);
    }
    company.get(&format!("/v1/members/{me}/tags")).send().await.expect(200);

    let statements = world.statements.lock().unwrap().clone();
    let (tables, mut seen) = (tenant_tables(), 0);
    for statement in &statements {
        for table in &tables {
            assert!(names_its_tenant(statement, table), "{table}: {statement}");
            seen += usize::from(statement.contains(table.as_str()));
        }
    }
    assert!(seen > 40, "{seen}");
    // The check can fail.
    assert!(!names_its_tenant(
        "SELECT `documents`.`tenant_id` FROM `documents` WHERE (`documents`.`id` = ?)",
        "documents"
    ));
    assert!(!names_its_tenant("SELECT 1 FROM \"members\" WHERE (\"members\".\"id\" = $1)", "members"));
});

both!(a_read_of_the_certification_asks_two_questions, |world| {
    let company = world.company("查询数公司").registered().await.filled_in().await;
    company.certification().await;
    world.statements.lock().unwrap().clear();
    company.certification().await;
    let statements = world.statements.lock().unwrap().clone();
    // Whether the session lives is asked anew after 0.8 s, which a slow machine may need.
    let asides = ["\"jobs\"", "\"sessions\""];
    let reads: Vec<_> = statements
        .iter()
        .filter(|sql| sql.starts_with("SELECT") && !asides.iter().any(|aside| sql.contains(aside)))
        .collect();
    assert_eq!(reads.len(), 2, "{reads:#?}");
});

/// The tables of a database as text: name, columns, whether each can be null.
fn columns(world: &tests::World) -> Vec<String> {
    let output = match world.backend {
        tests::Backend::Sqlite => {
            let database = world.database_url.clone();
            return sqlite_columns(&database);
        }
        tests::Backend::Postgres => Command::new("psql")
            .args(["-XAt", "-F", " ", "-c"])
            .arg("SELECT table_name, column_name, is_nullable FROM information_schema.columns WHERE table_schema = 'public'")
            .arg(&world.database_url)
            .output()
            .expect("psql"),
    };
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn sqlite_columns(path: &str) -> Vec<String> {
    // The statements that made the tables say the same as the catalogue of PostgreSQL.
    let bytes = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../persistence/migrations/sqlite/0001_registration_to_certification/up.sql"
    ))
    .unwrap();
    assert!(std::path::Path::new(path).exists());
    let text = String::from_utf8(bytes).unwrap();
    let mut found = Vec::new();
    let mut table = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            table = rest.trim_end_matches(" (").to_owned();
        } else if let Some(column) =
            line.strip_prefix("    ").filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        {
            let name = column.split(' ').next().unwrap();
            let nullable =
                if column.contains("NOT NULL") || column.contains("PRIMARY KEY") { "NO" } else { "YES" };
            found.push(format!("{table} {name} {nullable}"));
        }
    }
    found
}

// The tables that the queries are compiled against are the tables that are there.
both!(the_schema_is_that_of_the_database, |world| {
    let source = std::fs::read_to_string(SCHEMA).unwrap();
    let mut expected = Vec::new();
    let mut table = String::new();
    for line in source.lines().map(str::trim) {
        if let Some((name, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            let nullable = if kind.starts_with("Nullable<") { "YES" } else { "NO" };
            expected.push(format!("{table} {name} {nullable}"));
        } else if line.ends_with(") {") {
            table = line.split(' ').next().unwrap().to_owned();
        }
    }
    let mut found = columns(&world);
    found.retain(|column| !column.starts_with("__diesel") && column != "journal written_in NO");
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert!(expected.len() > 150);
});

both!(the_journal_names_changes_and_hides_people, |world| {
    let company = world.company("日志公司").registered().await.filled_in().await;
    let dump = match world.backend {
        tests::Backend::Sqlite => {
            let read = |name: &str| std::fs::read(world.folder.path().join(name)).unwrap_or_default();
            [read("gongpai.db"), read("gongpai.db-wal")].concat()
        }
        tests::Backend::Postgres => {
            let sql = "SELECT action, changes::text, encode(personal, 'escape') FROM journal";
            Command::new("psql").args(["-XAt", "-c", sql, &world.database_url]).output().unwrap().stdout
        }
    };
    let has = |text: &str| dump.windows(text.len()).any(|window| window == text.as_bytes());
    for action in
        ["registration.started", "registration.completed", "session.started", "certification.subject_updated"]
    {
        assert!(has(action), "{action}");
    }
    assert!(!has("11010519491231002X"));
    assert!(!has(&company.access_token) && !has(&company.refresh_token) && !has(&company.registration_token));
});

both!(a_panic_leaves_no_transaction_open, |world| {
    let service = world.service();
    let mobile = domain::phone::MobileNumber::parse("13900000123").unwrap();
    let account = domain::account::Account {
        seen_at: world.clock.now(),
        id: uuid::Uuid::from_u128(7).into(),
        mobile: mobile.clone(),
        email: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
    };
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        service.database.write(|tx| -> domain::error::Result<()> {
            domain::account::AccountStore::insert_account(tx, &account)?;
            panic!("on purpose")
        })
    }));
    assert!(panicked.is_err());
    let found =
        service.database.read(|tx| domain::account::AccountStore::account_by(tx, &mobile.clone().into()));
    assert!(found.unwrap().is_none(), "what was not committed is not seen");
    service.database.write(|tx| domain::account::AccountStore::insert_account(tx, &account)).unwrap();
});

both!(what_is_of_no_use_any_more_is_forgotten, |world| {
    let abandoned = world.company("放弃公司").started().await;
    let joined = world.company("留下公司").registered().await;
    let path = format!("/v1/registrations/{}", abandoned.registration);
    let seen = || world.get(&path).bearer(&abandoned.registration_token).send();
    let database = &world.service().database;
    world.later(chrono::Duration::days(6));
    database.sweep(world.clock.now()).unwrap();
    seen().await.expect(200);
    world.later(chrono::Duration::days(3));
    assert!(database.sweep(world.clock.now()).unwrap() > 0);
    seen().await.refused(401, "unauthenticated");
    assert_eq!(database.sweep(world.clock.now()).unwrap(), 0, "nothing is left to forget");
    // What the completed one said stands in the tenant and the journal, and so need not stand twice.
    let path = format!("/v1/registrations/{}", joined.registration);
    world.get(&path).bearer(&joined.registration_token).send().await.refused(401, "unauthenticated");
    let joined = joined.signed_in().await;
    joined.get("/v1/me").send().await.expect(200);
});
