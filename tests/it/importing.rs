//! Importing members as the tests of it do: a file, its plan, and what came of it.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{Answer, Company};

pub(crate) async fn upload(company: &Company, options: &[(&str, &str)], name: &str, file: &[u8]) -> Answer {
    let request = company.world.request("POST", "/v1/member-imports").bearer(&company.access_token);
    request.form(options, Some((name, file))).send().await
}

pub(crate) async fn see(company: &Company, id: &str) -> Answer {
    company.get(&format!("/v1/member-imports/{id}")).send().await.expect(200)
}

/// The import when it is in one of some states.
pub(crate) async fn once(company: &Company, id: &str, states: &[&str]) -> Answer {
    for _ in 0..600 {
        let import = see(company, id).await;
        if states.contains(&import.text("/state").as_str()) {
            return import;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the import is never {states:?}: {}", see(company, id).await.json);
}

/// The plan of a file.
pub(crate) async fn planned(company: &Company, options: &[(&str, &str)], file: &str) -> Answer {
    let id = upload(company, options, "members.csv", file.as_bytes()).await.expect(201).text("/id");
    once(company, &id, &["planned", "failed"]).await
}

pub(crate) async fn order(company: &Company, import: &Answer, more: Value) -> Answer {
    let mut body = json!({"plan_hash": import.at("/plan/hash")});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    company.post(&format!("/v1/member-imports/{}/execution", import.text("/id")), body).send().await
}

pub(crate) async fn carried_out(company: &Company, import: &Answer, more: Value) -> Answer {
    let id = order(company, import, more).await.expect(202).text("/id");
    once(company, &id, &["completed", "failed"]).await
}

pub(crate) async fn rows(company: &Company, import: &Answer, query: &str) -> Vec<Value> {
    let path = format!("/v1/member-imports/{}/rows?limit=200&{query}", import.text("/id"));
    company.get(&path).send().await.expect(200).at("/data").as_array().unwrap().clone()
}

/// The faults of every row: row, column, field and code.
pub(crate) async fn faults(company: &Company, import: &Answer) -> Vec<(i64, String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let mut all = Vec::new();
    for row in rows(company, import, "action=refuse").await {
        for fault in row["faults"].as_array().unwrap() {
            assert!(!text(&fault["message"]).is_empty());
            all.push((
                row["row"].as_i64().unwrap(),
                text(&fault["column"]),
                text(&fault["field"]),
                text(&fault["code"]),
            ));
        }
    }
    all.sort();
    all
}

pub(crate) async fn members(company: &Company, query: &str) -> Vec<Value> {
    let page = company.get(&format!("/v1/members?limit=200&{query}")).send().await.expect(200);
    page.at("/data").as_array().unwrap().clone()
}

pub(crate) async fn named(company: &Company, name: &str) -> Value {
    let found = members(company, &format!("search={name}")).await;
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found[0].clone()
}

pub(crate) async fn change(company: &Company, id: &str, patch: Value) -> Answer {
    let request = company.world.patch(format!("/v1/members/{id}"), patch);
    request.bearer(&company.access_token).send().await
}

pub(crate) fn counts(import: &Answer) -> [i64; 6] {
    ["create", "update", "move", "remove", "keep", "refuse"]
        .map(|action| import.at(&format!("/plan/rows/{action}")).as_i64().unwrap())
}

pub(crate) const DEPARTMENTS: &[(&str, &str)] = &[("create_departments", "true")];
