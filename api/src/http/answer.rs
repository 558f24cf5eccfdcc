//! Answers: what a handler gives back, in a form that can also be kept and given again.

use super::problem::{Problem, status};
use actix_web::body::BoxBody;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use domain::error::{Error, Language};
use persistence::Answer;
use ring::digest;
use serde::Serialize;
use std::fmt;

/// A finished answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Whether it carries tokens, so that it is kept for a repetition only briefly.
    pub(crate) secret: bool,
}

const JSON: &str = "application/json";

/// The header of an answer that was given before.
pub(crate) const REPLAYED: &str = "idempotency-replayed";

/// What a handler gives back.
pub(crate) type Outcome = Result<Reply, Failure>;

impl Reply {
    /// JSON with a status.
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(body).map_err(|error| Error::internal(format!("answer: {error}")))?;
        let headers = vec![("content-type".to_owned(), JSON.to_owned())];
        Ok(Self { status: status.as_u16(), headers, body, secret: false })
    }

    /// JSON with status 200.
    pub(crate) fn ok(body: &impl Serialize) -> Result<Self, Error> {
        Self::json(StatusCode::OK, body)
    }

    /// Nothing to say, with status 204.
    pub(crate) fn no_content() -> Self {
        Self { status: 204, headers: Vec::new(), body: Vec::new(), secret: false }
    }

    /// That what the client has, under a tag, is what is there.
    pub(crate) fn unchanged(tag: String) -> Self {
        Self { status: 304, headers: vec![("etag".to_owned(), tag)], body: Vec::new(), secret: false }
    }

    /// Bytes of a media type.
    pub(crate) fn bytes(media_type: &str, body: Vec<u8>) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type".to_owned(), media_type.to_owned())],
            body,
            secret: false,
        }
    }

    /// A failure that is nevertheless committed.
    pub(crate) fn problem(error: &Error, language: Language, request_id: &str) -> Self {
        let mut headers = vec![("content-type".to_owned(), "application/problem+json".to_owned())];
        headers.extend(failure_headers(error));
        let body = Problem::of(error, language, request_id).json();
        Self { status: status(error.kind()).as_u16(), headers, body, secret: false }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds the version as an entity tag.
    pub(crate) fn version(self, version: i64) -> Self {
        self.header("etag", version_tag(version))
    }

    /// Says that it carries tokens.
    pub(crate) fn secret(mut self) -> Self {
        self.secret = true;
        self.header("cache-control", "no-store")
    }

    /// Whether it is a failure that another try would give again.
    pub(crate) fn keepable(&self) -> bool {
        self.status < 500 && self.status != 429
    }

    /// The response, whatever the request was.
    pub(crate) fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::build(status_of(self.status));
        for (name, value) in &self.headers {
            response.insert_header((name.as_str(), value.as_str()));
        }
        response.body(self.body)
    }

    /// Whether it went well.
    pub(crate) fn is_success(&self) -> bool {
        self.status < 400
    }

    /// Whether something was made.
    pub(crate) fn created(&self) -> bool {
        self.status == 201
    }

    /// Whether it is the answer of an earlier request.
    pub(crate) fn replayed(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == REPLAYED)
    }

    /// Makes the entity tag that of this very representation: the version alone would be the same in another
    /// language, and for what only time has changed. `If-Match` looks at the version before the dot.
    fn tag_by_content(&mut self) {
        let json = self.headers.iter().any(|(name, value)| name == "content-type" && value == JSON);
        let complete = self.etag().is_some_and(|tag| !json || tag.contains('.'));
        if self.secret || complete {
            return;
        }
        let hash = digest::digest(&digest::SHA256, &self.body);
        let hash = data_encoding::BASE64URL_NOPAD.encode(&hash.as_ref()[..12]);
        match self.headers.iter_mut().find(|(name, _)| name == "etag") {
            Some((_, tag)) => *tag = format!("\"{}.{hash}\"", tag.trim_matches('"')),
            None => self.headers.push(("etag".to_owned(), format!("\"{hash}\""))),
        }
    }

    fn etag(&self) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == "etag").map(|(_, value)| value.as_str())
    }
}

/// The entity tag of a version.
pub(crate) fn version_tag(version: i64) -> String {
    format!("\"{version}\"")
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self { status: answer.status, headers: answer.headers, body: answer.body, secret: false }
    }
}

impl From<&Reply> for Answer {
    fn from(reply: &Reply) -> Self {
        Self { status: reply.status, headers: reply.headers.clone(), body: reply.body.clone() }
    }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(mut self, request: &HttpRequest) -> HttpResponse {
        let read = request.method() == Method::GET && self.status == 200;
        if read {
            self.tag_by_content();
        }
        let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        if read && self.etag().zip(known).is_some_and(|(tag, known)| lists(known, tag)) {
            let headers = self.headers.into_iter().filter(|(name, _)| name != "content-type").collect();
            return Self { status: 304, headers, body: Vec::new(), secret: false }.into_response();
        }
        self.into_response()
    }
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Whether a list of entity tags has one, compared weakly (RFC 9110, 8.8.3.2).
pub(super) fn lists(header: &str, tag: &str) -> bool {
    header.trim() == "*" || header.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

fn failure_headers(error: &Error) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    if let Some(seconds) = error.retry_after_seconds() {
        headers.push(("retry-after".to_owned(), seconds.to_string()));
    }
    if status(error.kind()) == StatusCode::UNAUTHORIZED {
        headers.push(("www-authenticate".to_owned(), "Bearer".to_owned()));
    }
    headers
}

/// A failure on its way to the client; the pipeline writes its problem details.
pub(crate) struct Failure(pub(crate) Error);

impl<T: Into<Error>> From<T> for Failure {
    fn from(error: T) -> Self {
        Self(error.into())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        status(self.0.kind())
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
