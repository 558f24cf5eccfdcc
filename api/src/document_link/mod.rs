//! Links to documents: an `<img>` sends no token, so it gets an address that shows one document for a few minutes, to
//! whoever holds the session that asked for it.

pub(crate) mod create;
pub(crate) mod open;

use crate::service::Service;
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use domain::error::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What links are sealed for.
const PLACE: &[u8] = b"document link";

/// What a link says, to the service alone.
#[derive(Serialize, Deserialize)]
struct Linked {
    /// The session that asked for it. When that ends, so does the link.
    session: Uuid,
    /// The case, where an operator asked.
    review: Option<Uuid>,
    document: Uuid,
    original: bool,
    expires_at: DateTime<Utc>,
}

impl Linked {
    fn seal(&self, service: &Service) -> Result<String> {
        let failed = |error: &dyn std::fmt::Display| Error::internal(format!("document link: {error}"));
        let plain = serde_json::to_vec(self).map_err(|error| failed(&error))?;
        let sealed = service.keys.ring.seal(PLACE, &plain).map_err(|error| failed(&error))?;
        Ok(BASE64URL_NOPAD.encode(&sealed))
    }

    fn open(service: &Service, token: &str) -> Result<Self> {
        let sealed = BASE64URL_NOPAD.decode(token.as_bytes()).map_err(|_| Code::LinkInvalid)?;
        let plain = service.keys.ring.open(PLACE, &sealed).map_err(|_| Code::LinkInvalid)?;
        let linked: Self = serde_json::from_slice(&plain).map_err(|_| Code::LinkInvalid)?;
        if service.clock.now() < linked.expires_at { Ok(linked) } else { Err(Code::LinkInvalid.into()) }
    }
}

/// An address that shows one document for a few minutes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentLink {
    /// The address, relative to this service. It needs no token; whoever sees it sees the document.
    #[schema(example = "/v1/document-links/AQAAAAGb3…")]
    url: String,
    /// Until when it shows the document.
    expires_at: DateTime<Utc>,
}
