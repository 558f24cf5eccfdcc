//! Problem details (RFC 9457): how every failure is told.

use actix_web::http::StatusCode;
use domain::error::{Code, Error, Fault, Kind, Language, Place};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A failure (RFC 9457). Some codes add members of their own, which `GET /v1/errors/{code}` describes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Where the code is explained.
    #[schema(format = "uri-reference", example = "/errors/input_invalid")]
    r#type: String,
    /// The code's sentence, the same for each occurrence.
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened this time, in the client's language.
    detail: String,
    /// The stable code that programs go by.
    #[schema(example = "input_invalid")]
    code: &'static str,
    /// Names this request in the log.
    request_id: String,
    /// Wrong input, value by value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<InputError>,
    #[serde(flatten)]
    #[schema(additional_properties, value_type = Object)]
    more: Map<String, Value>,
}

/// One wrong value.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct InputError {
    /// The part of the request.
    r#in: InputPlace,
    /// Where in it: a JSON pointer (RFC 6901) into the body, or the name of a parameter or header.
    #[schema(example = "/administrator/mobile")]
    pointer: String,
    /// The stable code.
    #[schema(example = "mobile_invalid")]
    code: &'static str,
    /// What is wrong, in the client's language.
    message: String,
    /// What was measured, if anything was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    measured: Option<u64>,
    /// The limit that was missed, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    limit: Option<u64>,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InputPlace {
    /// The body.
    Body,
    /// The query string.
    Query,
    /// The path.
    Path,
    /// The headers.
    Header,
}

/// The status of a kind of failure.
pub(crate) fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::NotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::TimedOut => StatusCode::REQUEST_TIMEOUT,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::VersionRequired => StatusCode::PRECONDITION_REQUIRED,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Contention | Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Problem {
    /// The problem of an error.
    pub(crate) fn of(error: &Error, language: Language, request_id: &str) -> Self {
        Self {
            r#type: format!("/errors/{}", error.code().name()),
            title: title(error.code(), language),
            status: status(error.kind()).as_u16(),
            detail: error.message(language),
            code: error.code().name(),
            request_id: request_id.to_owned(),
            errors: error.faults().iter().map(|fault| InputError::of(fault, language)).collect(),
            more: error.params().iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        }
    }

    /// Its JSON.
    pub(crate) fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// A code's sentence without what belongs to one occurrence.
fn title(code: Code, language: Language) -> String {
    let template = code.template(language);
    let end = template.find(['{', ';', '：', '；', '，', ':']).unwrap_or(template.len());
    template[..end].trim_end_matches(['.', '。', ' ']).to_owned()
}

impl InputError {
    fn of(fault: &Fault, language: Language) -> Self {
        let number = |wanted| {
            let param = fault.violation.params.iter().find(|(name, _)| *name == wanted);
            param.and_then(|(_, value)| value.as_u64())
        };
        Self {
            r#in: match fault.place {
                Place::Body => InputPlace::Body,
                Place::Query => InputPlace::Query,
                Place::Path => InputPlace::Path,
                Place::Header => InputPlace::Header,
            },
            pointer: fault.pointer.clone(),
            measured: number("measured"),
            limit: number("limit"),
            code: fault.violation.code.name(),
            message: fault.violation.message(language),
        }
    }
}
