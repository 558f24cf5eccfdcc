//! The contract: OpenAPI 3.1, made of the handlers' own annotations, and what the service reads of it while it runs:
//! which operations there are, what their bodies and parameters look like.

mod finish;
mod operation;
mod yaml;

pub use operation::Operation;

use actix_web::http::Method;
use data_encoding::BASE64URL_NOPAD;
use domain::error::{Error, Result};
use jsonschema::Validator;
use ring::digest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};
use utoipa::OpenApi;

/// The published contract.
pub struct Contract {
    document: Value,
    digest: String,
    yaml: OnceLock<String>,
    /// By path pattern, then method.
    operations: BTreeMap<String, Vec<Operation>>,
    /// By schema name; compiled when first needed.
    bodies: BTreeMap<String, OnceLock<Validator>>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Gongpai",
        version = env!("CARGO_PKG_VERSION"),
        description = "Registers companies on a workplace platform, certifies them, and keeps their organization.\n\n\
            Errors are problem details (RFC 9457); every code is explained at `/errors/{code}`. Lists are pages: follow \
            `next_cursor`. Enumerations in answers may gain values; enumerations in requests are closed. \
            Messages follow `Accept-Language` (`zh-CN`, `en`). Every answer has `X-Request-Id`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact(name = "Gongpai", url = "https://gongpai.example"),
    ),
    components(schemas(crate::http::problem::Problem, crate::spreadsheet::SpreadsheetFormat)),
    servers((url = "/", description = "This service")),
    tags(
        (name = "preparation", description = "What to know before registering."),
        (name = "registration", description = "A company joins, proved by an SMS code."),
        (name = "session", description = "Signing in and out."),
        (name = "organization", description = "The people of an organization."),
        (name = "access", description = "Who may do what, where, and with which fields of members."),
        (name = "security", description = "The security policy of the organization."),
        (name = "certification", description = "A company proves by documents that it is who it says it is."),
        (name = "inbox", description = "What Gongpai tells a member of its own accord."),
        (name = "review", description = "Operators decide certifications."),
        (name = "person", description = "What is kept about a person or an organization: to have it, correct it, erase it."),
        (name = "support", description = "Whoever needs help asks, and operators answer."),
        (name = "carrier", description = "What carriers of SMS say became of messages."),
        (name = "service", description = "The service itself."),
        (name = "development", description = "Only with the SMS outbox, only on this machine."),
    ),
)]
struct Frame;

impl Contract {
    /// The contract of this build, made once.
    #[must_use]
    pub fn shared() -> &'static Self {
        static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::build);
        &CONTRACT
    }

    fn build() -> Self {
        // Made on a thread of its own: what making it takes, several times what it is, goes with that thread's heap.
        let text = std::thread::spawn(|| {
            let mut frame = Frame::openapi();
            frame.merge(crate::routes::documented());
            let mut document = serde_json::to_value(&frame).unwrap_or_default();
            finish::finish(&mut document);
            document.to_string()
        });
        let text = text.join().unwrap_or_default();
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        let digest = BASE64URL_NOPAD.encode(&digest.as_ref()[..6]);
        let document: Value = serde_json::from_str(&text).unwrap_or_default();
        let operations = operation::operations(&document);
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
        let bodies = schemas.into_iter().flatten().map(|(name, _)| (name.clone(), OnceLock::new())).collect();
        Self { document, digest, yaml: OnceLock::new(), operations, bodies }
    }

    /// Tells builds apart whose answers may look different.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// The document as JSON.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.document
    }

    /// The document as YAML, as it is checked in.
    ///
    /// # Errors
    /// Never for a document that is JSON.
    pub fn yaml(&self) -> Result<&str> {
        if let Some(yaml) = self.yaml.get() {
            return Ok(yaml);
        }
        let yaml = yaml_serde::to_string(&self.document)
            .map_err(|error| Error::internal(format!("contract: {error}")))?;
        Ok(self.yaml.get_or_init(|| yaml::for_every_reader(&yaml)))
    }

    /// Every operation.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values().flatten()
    }

    /// The operation of a method and a path pattern.
    #[must_use]
    pub fn operation(&self, method: &Method, pattern: &str) -> Option<&Operation> {
        self.operations.get(pattern)?.iter().find(|operation| operation.method() == method)
    }

    /// The methods that a path has, if it is one of the contract.
    pub(crate) fn methods(&self, path: &str) -> Vec<&Method> {
        if let Some(operations) = self.operations.get(path) {
            return operations.iter().map(Operation::method).collect();
        }
        let fitting =
            self.operations.values().filter(|operations| operations.first().is_some_and(|o| o.matches(path)));
        fitting.flatten().map(Operation::method).collect()
    }

    /// Whether a path is one of the contract as it stands, and has not that method: one that only looks like it may have.
    pub(crate) fn lacks(&self, method: &Method, path: &str) -> bool {
        let operations = self.operations.get(path);
        operations.is_some_and(|operations| operations.iter().all(|operation| operation.method() != method))
    }

    /// The validator of a body's schema.
    pub(crate) fn body(&self, schema: &str) -> Result<&Validator> {
        let cell = self.bodies.get(schema).ok_or_else(|| Error::internal(format!("no schema {schema}")))?;
        if let Some(validator) = cell.get() {
            return Ok(validator);
        }
        let reference = json!({"$ref": format!("#/components/schemas/{schema}")});
        let validator = self.validator(&reference)?;
        Ok(cell.get_or_init(|| validator))
    }

    /// A validator of any schema that may refer to the contract's components. Answers are held against it in tests.
    ///
    /// # Errors
    /// `internal` when the schema is none.
    pub fn validator(&self, schema: &Value) -> Result<Validator> {
        let mut root = schema.clone();
        if let (Some(root), Some(schemas)) =
            (root.as_object_mut(), self.document.pointer("/components/schemas"))
        {
            root.insert("components".to_owned(), json!({"schemas": schemas}));
        }
        jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(&root)
            .map_err(|error| Error::internal(format!("schema: {error}")))
    }
}
