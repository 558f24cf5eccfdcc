//! Answers, each held against the contract as soon as it arrives.

use api::contract::Contract;
use jsonschema::Validator;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

/// An answer that fits the contract.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub bytes: Vec<u8>,
    pub json: Value,
}

impl Answer {
    /// Reads an answer of an operation and holds it against the contract.
    pub async fn read(method: &str, path: &str, response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers: HashMap<_, _> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let bytes = response.bytes().await.expect("a whole body").to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let answer = Self { status, headers, bytes, json };
        answer.fit(method, path);
        answer
    }

    /// Every answer fits its operation: the status is declared, and the body fits the schema of its media type.
    fn fit(&self, method: &str, path: &str) {
        let contract = Contract::shared();
        let path = path.split('?').next().unwrap_or_default();
        // A path that the contract has as it stands is no other one that only looks like it.
        let literal = contract.operations().any(|operation| operation.path() == path);
        let is_it = |pattern: &str| if literal { pattern == path } else { fits(pattern, path) };
        let operation = contract
            .operations()
            .find(|operation| operation.method().as_str() == method && is_it(operation.path()));
        assert!(self.headers.contains_key("x-request-id"), "{method} {path}: no X-Request-Id");
        if method == "HEAD" {
            return assert!(self.bytes.is_empty(), "HEAD {path} has a body");
        }
        let Some(operation) = operation else {
            assert!(
                matches!(self.status, 404 | 405),
                "{method} {path} is not in the contract but answers {}",
                self.status
            );
            assert_eq!(self.headers["content-type"], "application/problem+json");
            return;
        };
        let declared = &operation.document()["responses"][self.status.to_string()];
        assert!(
            !declared.is_null(),
            "{} answers {}, which is not declared: {}",
            operation.id(),
            self.status,
            self.json
        );
        let Some(content) = declared["content"].as_object() else {
            assert!(self.bytes.is_empty(), "{} {} has a body: {}", operation.id(), self.status, self.json);
            return;
        };
        let media_type = self.headers.get("content-type").cloned().unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default();
        let declared = content.get(essence);
        assert!(declared.is_some(), "{} {} answers {media_type}", operation.id(), self.status);
        if essence.ends_with("json") {
            let key = format!("{} {} {essence}", operation.id(), self.status);
            let validator = validator(key, &declared.unwrap()["schema"]);
            let faults: Vec<_> = validator
                .iter_errors(&self.json)
                .map(|e| format!("{} at {}", e, e.instance_path()))
                .collect();
            assert!(faults.is_empty(), "{} {}: {faults:#?}\n{:#}", operation.id(), self.status, self.json);
            if (200..300).contains(&self.status) && essence == "application/json" {
                record(operation.id(), self.status, &self.json);
            }
        }
    }

    /// The value at a JSON pointer.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Value {
        self.json.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer} in {:#}", self.json))
    }

    /// The text at a JSON pointer.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        self.at(pointer)
            .as_str()
            .unwrap_or_else(|| panic!("no text at {pointer} in {:#}", self.json))
            .to_owned()
    }

    /// Expects a status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.json);
        self
    }

    /// Expects a failure with a status and a code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.json["code"].as_str()), (status, Some(code)), "{:#}", self.json);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        self
    }

    /// The faults of a refused input, as pointer and code.
    pub fn faults(&self) -> Vec<(String, String)> {
        let faults = self.json["errors"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        faults.iter().map(|fault| (text(&fault["pointer"]), text(&fault["code"]))).collect()
    }

    /// The version in `ETag`.
    #[track_caller]
    pub fn etag(&self) -> String {
        self.headers.get("etag").cloned().expect("an ETag")
    }
}

/// Whether a path fits a pattern, segment by segment.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut left, mut right) = (pattern.split('/'), path.split('/'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(part), Some(segment)) if part.starts_with('{') && !segment.is_empty() => {}
            (Some(part), Some(segment)) if part == segment => {}
            _ => return false,
        }
    }
}

fn validator(key: String, schema: &Value) -> Arc<Validator> {
    static VALIDATORS: OnceLock<Mutex<HashMap<String, Arc<Validator>>>> = OnceLock::new();
    let validators = VALIDATORS.get_or_init(Mutex::default);
    if let Some(known) = validators.lock().unwrap().get(&key) {
        return Arc::clone(known);
    }
    let made = Arc::new(Contract::shared().validator(schema).expect("a schema"));
    validators.lock().unwrap().entry(key).or_insert(made).clone()
}

/// Keeps an answer as an example of the contract, when `scripts/examples` asks for it: of each kind the most telling one,
/// which is the longest that a page can still show.
fn record(operation: &str, status: u16, answer: &Value) {
    const SHOWN: usize = 3000;
    static FOUND: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);
    #[expect(clippy::disallowed_methods, reason = "asked for by a script, not a setting of the service")]
    let Ok(folder) = std::env::var("EXAMPLES_FOLDER") else { return };
    let text = format!("{answer:#}");
    let key = format!("{operation} {status}");
    let mut found = FOUND.lock().unwrap();
    let best = found.get_or_insert_default().entry(key.clone()).or_default();
    let better =
        *best == 0 || (text.len() <= SHOWN && text.len() > *best) || (*best > SHOWN && text.len() < *best);
    if better {
        *best = text.len();
        std::fs::write(std::path::Path::new(&folder).join(key), text).expect("an example is kept");
    }
}
