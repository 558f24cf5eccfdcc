//! Finishing the contract: what is the same for every operation is added once, here, and not written at each handler.
//!
//! A handler names the error codes of its own in `x-errors`; their statuses, schemas and examples come from the
//! catalogue. So every operation declares each status that it can give, one by one.

use crate::http::pipeline::PLATFORM;
use crate::http::problem::{Problem, status};
use domain::error::{Code, Error, Kind, Language};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Finishes every operation, and adds the security schemes.
pub(super) fn finish(document: &mut Value) {
    document["openapi"] = json!("3.1.0");
    call_views_by_their_things(document);
    document["components"]["securitySchemes"] = security_schemes();
    name_the_things_of_pages(document);
    let answers: Value = serde_json::from_str(include_str!("examples.json")).unwrap_or_default();
    let mut used = Vec::new();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            if let Some(operation) = operation.as_object_mut() {
                show_answers(operation, &answers);
                used.extend(finish_operation(path, method, operation));
            }
        }
    }
    let examples = used.into_iter().map(|code: Code| (code.name().to_owned(), example(code)));
    document["components"]["examples"] = examples.collect::<Map<_, _>>().into();
}

/// In the code a view of a thing is called apart from the thing; outside there is the view alone.
fn call_views_by_their_things(document: &mut Value) {
    let outside =
        |name: &str| name.strip_suffix("View").or(name.strip_suffix("Name")).unwrap_or(name).to_owned();
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        *schemas =
            std::mem::take(schemas).into_iter().map(|(name, schema)| (outside(&name), schema)).collect();
    }
    refer(document, &outside);
}

/// Renames the targets of references.
fn refer(value: &mut Value, rename: &dyn Fn(&str) -> String) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(target) if name == "$ref" => {
                        if let Some((path, last)) = target.rsplit_once('/') {
                            *target = format!("{path}/{}", rename(last));
                        }
                    }
                    value => refer(value, rename),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| refer(value, rename)),
        _ => {}
    }
}

/// utoipa writes the things of a page out at each page; they have a name.
fn name_the_things_of_pages(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object_mut().into_iter().flatten();
    for (page, schema) in schemas {
        if let Some(thing) = page.strip_prefix("Page_") {
            schema["properties"]["data"]["items"] = json!({"$ref": format!("#/components/schemas/{thing}")});
        }
    }
}

fn security_schemes() -> Value {
    let bearer = |about: &str| json!({"type": "http", "scheme": "bearer", "description": about});
    json!({
        "access_token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "A member's access token (RFC 9068, EdDSA), from a registration or a sign-in."},
        "operator_token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "An operator's access token, from a sign-in with realm `platform`."},
        "registration_token": bearer("The token that `start_registration` returned."),
        "challenge_token": bearer("The token that came with the challenge."),
    })
}

/// Puts an answer that was really given beside the schema of each (`make examples` collects them).
fn show_answers(operation: &mut Map<String, Value>, answers: &Value) {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
    let answers = answers.get(id).cloned().unwrap_or_default();
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for (status, response) in responses {
        if let (Some(answer), Some(content)) =
            (answers.get(status), response.pointer_mut("/content/application~1json"))
        {
            content["example"] = answer.clone();
        }
    }
}

/// Finishes an operation, and says which codes it can answer.
fn finish_operation(path: &str, method: &str, operation: &mut Map<String, Value>) -> Vec<Code> {
    let writes = matches!(method, "post" | "patch" | "delete");
    let json_api = path.starts_with("/v1/");
    let mut codes: Vec<Code> = own_codes(operation);
    codes.push(Code::Internal);
    if json_api {
        codes.extend([Code::MalformedRequest, Code::RateLimited, Code::Unavailable, Code::InputInvalid]);
    }
    if writes && json_api {
        codes.push(Code::Busy);
    }
    if let Some(security) = operation.get("security").map(Value::to_string) {
        codes.push(Code::Unauthenticated);
        if security.contains("access_token") || security.contains("operator_token") {
            codes.extend([Code::TokenExpired, Code::SessionEnded, Code::Forbidden, Code::NetworkNotAllowed]);
        }
    }
    if codes.contains(&Code::HumanCheckRequired) {
        parameter(
            operation,
            "X-Human-Check",
            "What the browser got for the solved puzzle of `human_check` in `get_meta`, after an answer `human_check_required`.",
            &json!({"type": "string"}),
        );
    }
    if operation.contains_key("requestBody") {
        codes.extend([
            Code::MalformedJson,
            Code::RequestTimeout,
            Code::PayloadTooLarge,
            Code::MediaTypeUnsupported,
        ]);
    }
    // Where operators have a listener of their own, theirs is not found elsewhere.
    if path.contains('{') || path.starts_with(PLATFORM) {
        codes.push(Code::NotFound);
    }
    if method == "post" && json_api {
        codes.extend([Code::IdempotencyKeyInvalid, Code::IdempotencyKeyReused]);
        parameter(
            operation,
            "Idempotency-Key",
            "Makes a repetition of this request give the first answer again, for 24 hours (10 minutes when it carries tokens).",
            &json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}),
        );
    }
    if codes.contains(&Code::VersionRequired) || codes.contains(&Code::VersionStale) {
        let about = "The `ETag` of the version that this change is based on.";
        parameter(operation, "If-Match", about, &json!({"type": "string", "examples": ["\"3\""]}));
    }
    if method == "get" {
        let about = "The `ETag` of what the client has.";
        parameter(operation, "If-None-Match", about, &json!({"type": "string"}));
    }
    if let (false, Some(summary)) = (operation.contains_key("description"), operation.get("summary").cloned())
    {
        operation.insert("description".to_owned(), summary);
    }
    operation.remove("x-errors");
    let used = codes.clone();
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        let list = by_status.entry(status(code.kind()).as_u16()).or_default();
        if !list.contains(&code) {
            list.push(code);
        }
    }
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return used };
    if let (true, Some(found)) = (method == "get", responses.get_mut("200")) {
        found["headers"]["ETag"] = json!({
            "description": "This very representation; its part before a dot is the version, for `If-Match`.",
            "schema": {"type": "string"},
        });
        responses.insert("304".to_owned(), json!({"description": "It is what `If-None-Match` names."}));
    }
    for response in responses.values_mut() {
        headers(response, json_api);
    }
    for (status, codes) in by_status {
        let mut response = failure(&codes);
        headers(&mut response, json_api);
        responses.insert(status.to_string(), response);
    }
    used
}

/// The codes that the handler names.
fn own_codes(operation: &Map<String, Value>) -> Vec<Code> {
    let names = operation.get("x-errors").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).filter_map(Code::find).collect()
}

fn parameter(operation: &mut Map<String, Value>, name: &str, about: &str, schema: &Value) {
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.push(
            json!({"name": name, "in": "header", "required": false, "description": about, "schema": schema}),
        );
    }
}

fn headers(response: &mut Value, json_api: bool) {
    let Some(response) = response.as_object_mut() else { return };
    let headers = response.entry("headers").or_insert_with(|| json!({}));
    headers["X-Request-Id"] =
        json!({"description": "Names this request in the log.", "schema": {"type": "string"}});
    if json_api {
        let text = json!({"type": "string"});
        headers["RateLimit"] =
            json!({"description": "What is left of the limit, and when it is whole again.", "schema": text});
        headers["RateLimit-Policy"] = json!({"description": "The limit.", "schema": text});
    }
}

fn failure(codes: &[Code]) -> Value {
    let reference = |code: &Code| json!({"$ref": format!("#/components/examples/{}", code.name())});
    let examples: Map<String, Value> =
        codes.iter().map(|code| (code.name().to_owned(), reference(code))).collect();
    let names: Vec<_> = codes.iter().map(|code| format!("`{}`", code.name())).collect();
    let mut response = json!({
        "description": names.join(", "),
        "content": {"application/problem+json": {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "examples": examples,
        }},
    });
    if codes.iter().any(|code| matches!(code.kind(), Kind::TooMany | Kind::Contention | Kind::Unavailable)) {
        response["headers"] = json!({"Retry-After": {
            "description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0},
        }});
    }
    response
}

/// Values that fill the placeholders of messages in examples.
fn sample(placeholder: &str) -> Value {
    match placeholder {
        "attempts_left" => json!(4),
        "seconds" => json!(42),
        "current" => json!(2),
        "limit" => json!(65536),
        "attempt" | "line" | "column" => json!(1),
        "expected" => json!("application/json"),
        "permission" => json!("certification:manage"),
        "state" => json!("approved"),
        "measured" => json!(480),
        _ => json!("…"),
    }
}

fn example(code: Code) -> Value {
    let template: &'static str = code.template(Language::English);
    let placeholders = template.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let error = placeholders.fold(Error::new(code), |error, name| error.with(name, sample(name)));
    json!({"value": Problem::of(&error, Language::English, "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d")})
}
