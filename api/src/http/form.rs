//! Forms with a file (`multipart/form-data`): read part by part, the file to disk as it comes, so that memory does not grow
//! with it.

use super::answer::Failure;
use super::call::finished;
use crate::inspection::Uploaded;
use crate::service::Service;
use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Payload;
use domain::error::{Code, Error, Faults, Place, Result, Violation};
use futures_util::StreamExt;
use ring::digest;
use std::io::Write;
use std::time::Duration;

/// How long a client may take to send a form: ten megabytes over a slow line.
const PATIENCE: Duration = Duration::from_mins(2);
/// The name of the part with the file.
const FILE: &str = "file";

/// A text part that an operation takes: its name, and how many bytes it has at most.
pub(crate) type Wanted = (&'static str, usize);

/// The parts of a form as they came.
pub(crate) struct Form {
    texts: Vec<(&'static str, Option<String>)>,
    pub(crate) file: Option<Uploaded>,
}

impl Form {
    /// Reads a form with some text parts and a file of at most so many bytes.
    pub(crate) async fn receive(
        service: &Service,
        request: &HttpRequest,
        payload: Payload,
        wanted: &[Wanted],
        limit: u64,
    ) -> Result<Self, Failure> {
        let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let given = given.unwrap_or_default().trim_start().to_ascii_lowercase();
        if !given.starts_with("multipart/form-data") {
            return Err(Error::new(Code::MediaTypeUnsupported)
                .with("expected", "multipart/form-data")
                .into());
        }
        let parts = Multipart::new(request.headers(), payload);
        let received = tokio::time::timeout(PATIENCE, receive(service, parts, wanted, limit)).await;
        Ok(received.map_err(|_| Code::RequestTimeout)??)
    }

    /// The text of a part.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| *known == name).and_then(|(_, text)| text.as_deref())
    }

    /// What tells a repetition from another form under the same key: the texts and the file's digest.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        let mut hash = digest::Context::new(&digest::SHA256);
        let file = self.file.as_ref().map(|file| file.sha256.as_str());
        for text in self.texts.iter().map(|(_, text)| text.as_deref()).chain([file]) {
            let text = text.unwrap_or_default();
            hash.update(&(text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        finished(hash)
    }
}

async fn receive(
    service: &Service,
    mut parts: Multipart,
    wanted: &[Wanted],
    file_limit: u64,
) -> Result<Form> {
    let texts = wanted.iter().map(|(name, _)| (*name, None)).collect();
    let mut form = Form { texts, file: None };
    let mut faults = Faults::of(Place::Body);
    let mut count = 0;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|error| malformed(&error))?;
        count += 1;
        // A repeated or unknown part is told of; a flood of them is not.
        if count > 2 * wanted.len() + 2 {
            return Err(Error::new(Code::MalformedRequest).context("too many parts"));
        }
        let name: String = part.name().unwrap_or_default().chars().take(100).collect();
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        if name == FILE {
            if form.file.is_some() {
                faults.note(&pointer, Code::FieldRepeated);
            } else {
                form.file = Some(receive_file(service, &mut part, file_limit).await?);
            }
            continue;
        }
        let limit = wanted.iter().find(|(known, _)| *known == name).map(|(_, limit)| *limit);
        let slot = form.texts.iter_mut().find(|(known, _)| *known == name);
        let (Some(limit), Some((_, slot))) = (limit, slot) else {
            faults.note(&pointer, Code::FieldUnknown);
            continue;
        };
        if slot.replace(receive_text(&mut part, &pointer, limit).await?).is_some() {
            faults.note(&pointer, Code::FieldRepeated);
        }
    }
    faults.finish()?;
    Ok(form)
}

async fn receive_text(part: &mut Field, pointer: &str, limit: usize) -> Result<String> {
    let too_long =
        |_| Faults::one(Place::Body, pointer, Violation::new(Code::ValueTooLong).with("max", limit));
    let bytes = part.bytes(limit).await.map_err(too_long)?;
    let bytes = bytes.map_err(|error| malformed(&error))?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Code::MalformedRequest.into())
}

async fn receive_file(service: &Service, part: &mut Field, limit: u64) -> Result<Uploaded> {
    let failed = |error: std::io::Error| {
        Error::new(Code::Unavailable).context(format!("receiving an upload: {error}"))
    };
    let mut file = service.documents.receive()?;
    let mut hash = digest::Context::new(&digest::SHA256);
    let mut size = 0_u64;
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|error| malformed(&error))?;
        size += chunk.len() as u64;
        if size > limit {
            return Err(Error::new(Code::DocumentTooLarge).with("limit", limit));
        }
        hash.update(&chunk);
        file.write_all(&chunk).map_err(failed)?;
    }
    let sha256 = data_encoding::HEXLOWER.encode(hash.finish().as_ref());
    Ok(Uploaded { file, size, sha256 })
}

fn malformed(error: &MultipartError) -> Error {
    Error::new(Code::MalformedRequest).context(error.to_string())
}
