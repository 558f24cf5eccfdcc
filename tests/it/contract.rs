//! The contract holds: it is fresh, complete, sound, and kept by every operation.

use api::contract::{Contract, Operation};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tests::{World, both};

#[test]
fn the_checked_in_contract_is_what_the_code_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml");
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(kept == Contract::shared().yaml().unwrap(), "openapi.yaml is stale: run `make openapi`");
}

#[actix_web::test]
async fn what_is_served_is_documented_and_the_other_way_round() {
    let served: BTreeSet<_> = api::routes::served().await.into_iter().collect();
    let documented: BTreeSet<_> = Contract::shared()
        .operations()
        .map(|operation| (operation.method().to_string(), operation.path().to_owned()))
        .collect();
    assert_eq!(served, documented);
    assert!(served.len() > 40);
}

#[test]
fn operation_ids_are_unique_verbs_with_nouns() {
    let mut seen = BTreeSet::new();
    for operation in Contract::shared().operations() {
        assert!(seen.insert(operation.id().to_owned()), "{} stands twice", operation.id());
        assert!(
            operation.id().contains('_')
                && operation.id().chars().all(|c| c.is_ascii_lowercase() || c == '_')
        );
    }
}

/// utoipa silently merges two schemas of one name, so each name may be declared once in the source.
#[test]
fn no_two_shapes_share_a_name() {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../api/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let mut schema = false;
            for line in text.lines().map(str::trim) {
                if line.starts_with("#[derive(") {
                    schema = line.contains("ToSchema");
                } else if line.contains("= domain::") && line.ends_with('{') {
                    let name = line.split(' ').next().unwrap().to_owned();
                    names.entry(name).or_default().push(path.display().to_string());
                } else if let Some(rest) =
                    line.strip_prefix("pub(crate) struct ").or(line.strip_prefix("pub(crate) enum "))
                    && std::mem::take(&mut schema)
                {
                    let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned();
                    names.entry(name).or_default().push(path.display().to_string());
                }
            }
        }
    }
    assert!(names.len() > 60, "the source was not understood: {}", names.len());
    let twice: Vec<_> = names.iter().filter(|(_, places)| places.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}

/// Every example fits the schema that it stands beside.
#[test]
fn examples_fit_their_schemas() {
    let contract = Contract::shared();
    let mut checked = 0;
    let schemas = contract.json()["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        if let Some(example) = schema.get("example") {
            let validator =
                contract.validator(&json!({"$ref": format!("#/components/schemas/{name}")})).unwrap();
            let faults: Vec<_> = validator.iter_errors(example).map(|error| error.to_string()).collect();
            assert!(faults.is_empty(), "{name}: {faults:?}");
            checked += 1;
        }
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let Some(example) = property.get("example") else { continue };
            let faults: Vec<_> = contract
                .validator(property)
                .unwrap()
                .iter_errors(example)
                .map(|error| error.to_string())
                .collect();
            assert!(faults.is_empty(), "{name}.{field}: {faults:?}");
            checked += 1;
        }
    }
    let problem = contract.validator(&json!({"$ref": "#/components/schemas/Problem"})).unwrap();
    for (name, example) in contract.json()["components"]["examples"].as_object().unwrap() {
        assert!(problem.is_valid(&example["value"]), "{name}");
        checked += 1;
    }
    assert!(checked > 100, "{checked}");
}

/// Every JSON body has an example: of a request at its schema or beside it, of an answer one that was given and fits.
#[test]
fn every_request_and_every_answer_has_an_example() {
    let contract = Contract::shared();
    for operation in contract.operations() {
        for (status, answer) in operation.document()["responses"].as_object().unwrap() {
            let content = &answer["content"]["application/json"];
            if content.is_null() || ["get_openapi_json", "get_docs_file"].contains(&operation.id()) {
                continue;
            }
            let example = content.get("example");
            let example =
                example.unwrap_or_else(|| panic!("{} {status}: run `make examples`", operation.id()));
            let validator = contract.validator(&content["schema"]).unwrap();
            let faults: Vec<_> = validator.iter_errors(example).map(|e| e.to_string()).collect();
            assert!(faults.is_empty(), "{} {status}: {faults:#?}", operation.id());
        }
        let content = operation.document()["requestBody"]["content"].as_object().into_iter().flatten();
        for (media_type, body) in content.filter(|(media_type, _)| media_type.ends_with("json")) {
            let reference = body["schema"]["$ref"].as_str().unwrap_or_default();
            let schema = contract.json().pointer(reference.trim_start_matches('#')).unwrap();
            let example = body.get("example").or(schema.get("example"));
            assert!(example.is_some(), "{} {media_type}", operation.id());
        }
    }
}

/// A path of an operation, its parameters filled with ids that nothing has.
fn path_of(operation: &Operation) -> String {
    operation
        .path()
        .split('/')
        .map(|part| match part {
            "{code}" => "not_found",
            "{file}" => "swagger-ui.css",
            "{slug}" => "documents",
            "{kind}" => "supports",
            part if part.starts_with('{') => "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d",
            part => part,
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// The example of an operation's body.
pub(crate) fn body_of(operation: &Operation) -> Option<Value> {
    let content = operation.document()["requestBody"]["content"].get("application/json")?;
    let reference = content["schema"]["$ref"].as_str()?;
    Contract::shared().json().pointer(&format!("{}/example", reference.trim_start_matches('#'))).cloned()
}

async fn send(world: &World, operation: &Operation, token: Option<&str>) -> tests::Answer {
    let mut request =
        world.request(operation.method().as_str(), path_of(operation)).header("if-match", "\"1\"");
    if let Some(token) = token {
        request = request.bearer(token);
    }
    if operation.document()["requestBody"]["content"].get("multipart/form-data").is_some() {
        request = request.form(&[("kind", "business_license")], Some(("a.pdf", &tests::files::pdf(1))));
    } else if let Some(body) = body_of(operation) {
        request = request.json(&body);
    }
    request.send().await
}

/// The schemes of an operation, by name.
fn security(operation: &Operation) -> Vec<String> {
    let schemes = operation.document()["security"].as_array().into_iter().flatten();
    schemes.flat_map(|scheme| scheme.as_object().unwrap().keys().cloned()).collect()
}

both!(every_protected_operation_refuses_whoever_has_no_token, |world| {
    let mut checked = 0;
    for operation in Contract::shared().operations().filter(|operation| !security(operation).is_empty()) {
        send(&world, operation, None).await.refused(401, "unauthenticated");
        send(&world, operation, Some("gpg_wrong")).await.refused(401, "unauthenticated");
        checked += 1;
    }
    assert!(checked >= 20, "{checked}");
});

both!(every_operation_of_a_realm_refuses_the_other, |world| {
    let company = world.company("越界公司").registered().await;
    let operator = world.operator("platform_admin").await;
    for operation in Contract::shared().operations() {
        let schemes = security(operation);
        if schemes == ["operator_token"] {
            send(&world, operation, Some(&company.access_token)).await.refused(401, "unauthenticated");
        }
        if schemes == ["access_token"] {
            send(&world, operation, Some(&operator)).await.refused(401, "unauthenticated");
        }
    }
});

/// The permission that an operation states.
fn permission(operation: &Operation) -> Option<&'static str> {
    operation.document()["x-permission"].as_str()
}

/// That an operation refuses whoever lacks the permission that it states, and names it, and nobody else for that.
fn keeps_its_permission(operation: &Operation, answer: &tests::Answer, held: &[String], who: &str) {
    let stated = permission(operation);
    if stated.is_none_or(|stated| held.iter().any(|held| held == stated)) {
        let asks_back = answer.status == 403 && answer.text("/code") == "confirmation_required";
        let fine =
            asks_back || [200, 201, 202, 204, 404, 409, 412, 415, 422, 428, 429].contains(&answer.status);
        assert!(fine, "{} of {who}: {}", operation.id(), answer.json);
    } else {
        assert_eq!(answer.status, 403, "{} of {who}", operation.id());
        let named = [answer.text("/code"), answer.text("/permission")];
        assert_eq!(named, ["forbidden", stated.unwrap_or_default()], "{} of {who}", operation.id());
    }
}

both!(every_operation_asks_members_for_the_permission_that_it_states, |world| {
    let company = world.company("无权公司").registered().await;
    let person = company.plain_member().await;
    for member in [&person, &company] {
        let me = member.get("/v1/me").send().await.expect(200);
        let held: Vec<String> = serde_json::from_value(me.at("/permissions").clone()).unwrap();
        for operation in Contract::shared().operations() {
            // What the owner may do to the whole organization, or to their own session, would end the others.
            let ends = ["end_session", "end_my_session", "end_my_other_sessions"].contains(&operation.id());
            if security(operation) == ["access_token"] && !ends {
                let answer = send(&world, operation, Some(&member.access_token)).await;
                keeps_its_permission(operation, &answer, &held, &me.text("/role"));
            }
        }
    }
});

both!(every_operation_asks_operators_for_the_permission_that_it_states, |world| {
    let mut refused = 0;
    for (role, held) in [
        ("reviewer", vec!["review:read", "review:decide", "ticket:answer", "sms:read"]),
        (
            "senior_reviewer",
            vec![
                "review:read",
                "review:decide",
                "review:confirm",
                "certificate:suspend",
                "ticket:answer",
                "sms:read",
            ],
        ),
        ("support", vec!["review:read", "ticket:answer", "sms:read"]),
    ] {
        let token = world.operator(role).await;
        let held: Vec<String> = held.into_iter().map(str::to_owned).collect();
        for operation in Contract::shared().operations() {
            if security(operation) == ["operator_token"] {
                assert!(permission(operation).is_some(), "{}", operation.id());
                let answer = send(&world, operation, Some(&token)).await;
                keeps_its_permission(operation, &answer, &held, role);
                refused += usize::from(answer.status == 403);
            }
        }
    }
    assert!(refused > 10, "{refused}");
});

/// Every permission that an operation states is one of the catalogue, and every one of the catalogue is asked for somewhere.
#[test]
fn permissions_are_those_of_the_catalogue() {
    let mut known: BTreeSet<&str> = domain::access::Permission::ALL.iter().map(|one| one.name()).collect();
    // It opens no operation, but shows more in many.
    assert!(known.remove("hidden:read"));
    let stated: BTreeSet<&str> = Contract::shared().operations().filter_map(permission).collect();
    assert_eq!(stated, known);
}

// Another tenant's ids look like ids of nothing.
both!(ids_of_another_tenant_are_ids_of_nothing, |world| {
    let theirs = world.company("他人公司").registered().await.filled_in().await;
    let document = theirs.certification().await.text("/application/requirements/0/documents/0/id");
    let mine = world.company("自己公司").registered().await.filled_in().await;
    for (method, path) in [
        ("GET", format!("/v1/certification/documents/{document}/content")),
        ("DELETE", format!("/v1/certification/documents/{document}")),
    ] {
        let foreign =
            world.request(method, &path).bearer(&mine.access_token).send().await.refused(404, "not_found");
        let nothing = path.replace(&document, "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d");
        let unknown =
            world.request(method, nothing).bearer(&mine.access_token).send().await.refused(404, "not_found");
        assert_eq!(foreign.json["detail"], unknown.json["detail"]);
    }
    let replaced = mine
        .upload(
            &[("kind", "business_license"), ("page", "3"), ("replaces", &document)],
            "a",
            &tests::files::pdf(1),
        )
        .await;
    let refused = replaced.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/replaces".to_owned(), "document_not_replaceable".to_owned())]);
});

both!(every_post_honours_its_idempotency_key, |world| {
    let company = world.company("幂等公司").registered().await.filled_in().await;
    let mut posts = 0;
    for operation in Contract::shared().operations().filter(|operation| operation.method() == "POST") {
        let parameters = operation.document()["parameters"].as_array().unwrap();
        assert!(parameters.iter().any(|p| p["name"] == "Idempotency-Key"), "{}", operation.id());
        let answer = world
            .request("POST", path_of(operation))
            .bearer(&company.access_token)
            .header("idempotency-key", "with space")
            .json(&body_of(operation).unwrap_or(json!({})))
            .send()
            .await;
        assert!(matches!(answer.status, 400 | 401), "{} answers {}", operation.id(), answer.status);
        posts += 1;
    }
    assert!(posts >= 12, "{posts}");
    // Changing calls: the second one under the same key changes nothing and gets the first answer.
    let accepted = world.agreements("certification").await;
    let submit = || {
        let body = json!({"accepted_agreements": accepted});
        company.post("/v1/certification/submission", body).header("idempotency-key", "submit").send()
    };
    let first = submit().await.expect(201);
    assert_eq!(first.bytes, submit().await.expect(201).bytes);
    let id = company.application().await;
    let reviewer = world.operator("reviewer").await;
    let post = |path: String, body: Value| {
        world.post(path, body).bearer(&reviewer).header("idempotency-key", "k").send()
    };
    let path = format!("/v1/platform/reviews/{id}");
    let first = post(format!("{path}/claim"), json!({})).await.expect(200);
    assert_eq!(first.bytes, post(format!("{path}/claim"), json!({})).await.expect(200).bytes);
    // A refusal is remembered too.
    let wrong = json!({"outcome": "approve", "attempt": 9});
    let refused = post(format!("{path}/decision"), wrong.clone()).await.refused(409, "attempt_mismatch");
    let again = post(format!("{path}/decision"), wrong).await.refused(409, "attempt_mismatch");
    assert_eq!(refused.bytes, again.bytes);
    // Another caller's key is another key.
    let other = world.operator("reviewer").await;
    let theirs = world
        .post(format!("{path}/claim"), json!({}))
        .bearer(&other)
        .header("idempotency-key", "k")
        .send()
        .await;
    theirs.refused(409, "review_claimed");
});

both!(every_list_is_paged, |world| {
    let company = world.company("分页公司").registered().await;
    let operator = world.operator("reviewer").await;
    let ask = json!({"topic": "other", "subject": "分页", "text": "分页"});
    let ticket = company.post("/v1/tickets", ask).send().await.expect(201).text("/id");
    let root = company.get("/v1/departments/tree").send().await.expect(200).text("/root/id");
    let upload = world.request("POST", "/v1/member-imports").bearer(&company.access_token);
    let upload = upload.form(&[], Some(("a.csv", b"name,mobile\na,13800138000\n")));
    let import = upload.send().await.expect(201).text("/id");
    let me = company.get("/v1/me").send().await.expect(200).text("/member/id");
    let mut lists = 0;
    for operation in Contract::shared().operations().filter(|operation| operation.id().starts_with("list_")) {
        let token = if operation.path().contains("/platform/") { &operator } else { &company.access_token };
        let id = match operation.path() {
            path if path.starts_with("/v1/departments") => &root,
            path if path.starts_with("/v1/member-imports") => &import,
            path if path.starts_with("/v1/members/") => &me,
            _ => &ticket,
        };
        let path = operation.path().replace("{id}", id);
        // One list is of a number alone.
        let path = path + if operation.id() == "list_sms_messages" { "?mobile=13800138000&" } else { "?" };
        let page = world.get(format!("{path}limit=1")).bearer(token).send().await.expect(200);
        assert!(page.at("/data").as_array().unwrap().len() <= 1);
        assert!(page.json.get("next_cursor").is_some());
        for wrong in ["limit=0", "limit=201", "limit=x", "limit=1&limit=2", "offset=3"] {
            let refused = world.get(format!("{path}{wrong}")).bearer(token).send().await;
            refused.refused(422, "input_invalid");
        }
        lists += 1;
    }
    assert!(lists >= 7, "{lists}");
    // A whole list, page by page, is the whole list.
    let mut cursor = String::new();
    let mut codes = Vec::new();
    loop {
        let page = world.get(format!("/v1/reference/industries?limit=50{cursor}")).send().await.expect(200);
        codes.extend(page.at("/data").as_array().unwrap().iter().map(|item| item["code"].clone()));
        match page.at("/next_cursor").as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(codes.len(), 117);
});

both!(wrong_methods_and_paths_are_told_apart, |world| {
    let wrong = world.delete("/v1/registrations").send().await.refused(405, "method_not_allowed");
    assert_eq!(wrong.headers["allow"], "POST");
    let wrong =
        world.request("PUT", "/v1/certification/submission").send().await.refused(405, "method_not_allowed");
    assert_eq!(wrong.headers["allow"], "DELETE, POST");
    // It looks like the path of one department, and is another path.
    let wrong = world.patch("/v1/departments/tree?depth=1", json!({})).send().await;
    assert_eq!(wrong.refused(405, "method_not_allowed").headers["allow"], "GET");
    world.get("/v1/nothing").send().await.refused(404, "not_found");
    world.get("/v1/registrations/not-a-uuid").bearer("x").send().await.refused(404, "not_found");
    // Clients that cannot PATCH or DELETE say so in a header.
    let company = world.company("小程序公司").registered().await;
    let version = company.certification().await.etag();
    let patched = company
        .post("/v1/certification/subject", json!({"legal_name": "小程序公司"}))
        .header("x-http-method-override", "PATCH")
        .header("if-match", &version);
    let answer = patched.send_as("PATCH").await.expect(200);
    assert_eq!(answer.text("/application/subject/legal_name"), "小程序公司");
});

both!(errors_explain_themselves_in_both_languages, |world| {
    let english = world.get("/v1/me").send().await.refused(401, "unauthenticated");
    let chinese =
        world.get("/v1/me").header("accept-language", "zh-CN").send().await.refused(401, "unauthenticated");
    assert_ne!(english.text("/detail"), chinese.text("/detail"));
    assert_eq!(english.text("/type"), "/errors/unauthenticated");
    let page = world.get(english.text("/type")).send().await.expect(200);
    assert!(page.headers["content-type"].starts_with("text/html"));
    let explained = world.get("/v1/errors/unauthenticated").send().await.expect(200);
    assert_eq!(explained.at("/status"), 401);
    world.get("/v1/errors/nothing").send().await.refused(404, "not_found");
    let id = world.get("/v1/me").header("x-request-id", "my-id.1").send().await;
    assert_eq!(
        (id.text("/request_id").as_str(), id.headers["x-request-id"].as_str()),
        ("my-id.1", "my-id.1")
    );
});

both!(the_service_tells_about_itself, |world| {
    world.get("/healthz").send().await.expect(200);
    world.get("/readyz").send().await.expect(200);
    let meta = world.get("/v1/meta").send().await.expect(200);
    assert_eq!(meta.text("/api"), "v1");
    let keys = world.get("/.well-known/jwks.json").send().await.expect(200);
    assert_eq!(keys.text("/keys/0/crv"), "Ed25519");
    let document = world.get("/openapi.json").send().await.expect(200);
    assert_eq!(&document.json, Contract::shared().json());
    world.get("/openapi.yaml").send().await.expect(200);
    let docs = world.get("/docs").send().await.expect(200);
    assert!(String::from_utf8_lossy(&docs.bytes).contains("/docs/swagger-ui-bundle.js"));
    world.get("/docs/swagger-ui-bundle.js").send().await.expect(200);
    world.company("指标公司").registered().await;
    let metrics = async || String::from_utf8(world.get("/metrics").send().await.expect(200).bytes).unwrap();
    let now = metrics().await;
    assert!(
        now.contains("gongpai_requests_total{operation=\"verify_registration\",status=\"201\"} 1"),
        "{now}"
    );
    // The code is there before the job that sent it has ended.
    let sent = "gongpai_jobs_total{kind=\"send_code\",outcome=\"done\"} 1";
    for _ in 0..100 {
        if metrics().await.contains(sent) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{}", metrics().await);
});
