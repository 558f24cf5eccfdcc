//! JSON bodies: read within a limit and in time, held against the operation's own schema, so that every fault comes at
//! once, then against the shape's own rules.

use super::answer::Failure;
use super::call::finished;
use super::faults::faults;
use crate::contract::Contract;
use crate::service::Service;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use domain::error::{Code, Error, Fault, Place, Result, Violation};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use ring::digest;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

/// The largest JSON body, unless an operation says otherwise. Most requests have less than a few kilobytes.
pub(crate) const LIMIT: usize = 64 * 1024;
/// How long a client may take to send one.
const PATIENCE: Duration = Duration::from_secs(15);

/// A body as it came, for shapes that others make.
pub(crate) struct Raw(pub(crate) Vec<u8>);

impl FromRequest for Raw {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, std::result::Result<Self, Failure>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        Box::pin(async move { Ok(Self(in_time(payload, LIMIT).await?)) })
    }
}

/// A body that fits its schema, of so many bytes at most.
pub(crate) struct Body<T, const MAX: usize = LIMIT> {
    /// What was sent.
    pub(crate) value: T,
    /// The same, as JSON; for merge patches, in which absent and null differ.
    pub(crate) json: Value,
    /// SHA-256 of the bytes.
    pub(crate) fingerprint: [u8; 32],
}

impl<T: DeserializeOwned + ToSchema + Validate + 'static, const MAX: usize> FromRequest for Body<T, MAX> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, std::result::Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            require_json(&request)?;
            let bytes = in_time(payload, MAX).await?;
            let service = request.app_data::<Data<Service>>().ok_or_else(|| Error::internal("no service"))?;
            parse(service.contract, &T::name(), &bytes).map_err(Failure)
        })
    }
}

fn require_json(request: &HttpRequest) -> Result<()> {
    let given =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if matches!(essence.as_str(), "application/json" | "application/merge-patch+json") {
        return Ok(());
    }
    Err(Error::new(Code::MediaTypeUnsupported).with("expected", "application/json"))
}

async fn in_time(payload: Payload, limit: usize) -> Result<Vec<u8>> {
    tokio::time::timeout(PATIENCE, read(payload, limit)).await.map_err(|_| Code::RequestTimeout)?
}

async fn read(mut payload: Payload, limit: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Error::new(Code::MalformedRequest).context(error.to_string()))?;
        if bytes.len() + chunk.len() > limit {
            return Err(Error::new(Code::PayloadTooLarge).with("limit", limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn parse<T: DeserializeOwned + Validate, const MAX: usize>(
    contract: &Contract,
    schema: &str,
    bytes: &[u8],
) -> Result<Body<T, MAX>> {
    let json: Value = serde_json::from_slice(bytes).map_err(|error| {
        Error::new(Code::MalformedJson).with("line", error.line()).with("column", error.column())
    })?;
    let mut found = faults(contract.body(schema)?, &json, Place::Body);
    if found.is_empty() {
        let value: T = T::deserialize(&json).map_err(|error| {
            // The schema and the type disagree: a mistake of ours, but the client learns what it can.
            let violation = Violation::new(Code::FormatInvalid).with("expected", error.to_string());
            Error::invalid(vec![Fault { place: Place::Body, pointer: String::new(), violation }])
        })?;
        match value.validate() {
            Ok(()) => {
                let mut hash = digest::Context::new(&digest::SHA256);
                hash.update(bytes);
                return Ok(Body { value, json, fingerprint: finished(hash) });
            }
            Err(errors) => rules(&errors, "", &mut found),
        }
    }
    Err(Error::invalid(found))
}

/// The faults of `validator`: a rule's code is the name of ours.
fn rules(errors: &ValidationErrors, at: &str, found: &mut Vec<Fault>) {
    for (field, kind) in errors.errors() {
        let pointer = if field == "__all__" { at.to_owned() } else { format!("{at}/{field}") };
        match kind {
            ValidationErrorsKind::Struct(inner) => rules(inner, &pointer, found),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    rules(inner, &format!("{pointer}/{index}"), found);
                }
            }
            ValidationErrorsKind::Field(broken) => {
                for error in broken {
                    let pointer =
                        error.params.get("pointer").and_then(Value::as_str).unwrap_or(&pointer).to_owned();
                    let code = Code::find(&error.code).unwrap_or(Code::FormatInvalid);
                    found.push(Fault { place: Place::Body, pointer, violation: code.into() });
                }
            }
        }
    }
}
