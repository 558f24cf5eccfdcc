use super::{DocumentView, MEMBER_DOCUMENTS, RequirementKind};
use crate::http::actor::Member;
use crate::http::answer::{Failure, Outcome, Reply};
use crate::http::call::{Call, finished};
use crate::inspection::Uploaded;
use crate::service::Service;
use actix_multipart::{Field, Multipart};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, post};
use domain::access::{Permission, require};
use domain::certification::{self, Attach, attach};
use domain::context::Random;
use domain::error::{Code, Error, Faults, Kind, Place, Result, Violation};
use domain::id::DocumentId;
use futures_util::StreamExt;
use ring::digest;
use std::io::Write;
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// How long a client may take to send a document: ten megabytes over a slow line.
const PATIENCE: Duration = Duration::from_mins(2);
/// The largest text field.
const FIELD: usize = 200;
/// How many parts an upload may have.
const PARTS: usize = 8;

/// A document to upload.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "business_license", "page": 1, "file": "the bytes of license.jpg"}))]
#[expect(dead_code, reason = "the contract's shape; the parts are read as they come")]
pub(crate) struct UploadDocument {
    /// What it is to prove.
    kind: RequirementKind,
    /// Which page of that, from 1.
    #[schema(minimum = 1, maximum = 10, default = 1)]
    page: Option<u32>,
    /// The document that it takes the place of.
    replaces: Option<Uuid>,
    /// JPEG, PNG, WebP or PDF. Images have at least 600 pixels on their shortest side and are sharp enough to be read; PDFs at most 10 pages.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Upload a document
///
/// The type goes by the content, not by the name. Images are kept upright and without metadata. What is not good enough is
/// refused with the measured value and the limit.
#[utoipa::path(
    operation_id = "upload_certification_document", tag = "certification",
    request_body(content = UploadDocument, content_type = "multipart/form-data"),
    responses((status = 201, description = "The document.", body = DocumentView)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["document_too_large", "document_page_taken", "action_not_allowed", "not_found", "input_invalid"]))),
)]
#[post("/v1/certification/documents")]
pub(crate) async fn upload_certification_document(
    call: Call,
    member: Member,
    request: HttpRequest,
    payload: actix_web::web::Payload,
) -> Outcome {
    require(&member.0, Permission::CertificationManage)?;
    let given =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !given.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
        return Err(Error::new(Code::MediaTypeUnsupported).with("expected", "multipart/form-data").into());
    }
    let parts = Multipart::new(request.headers(), payload);
    let received = tokio::time::timeout(PATIENCE, receive(&call.service, parts)).await;
    let upload = received.map_err(|_| Failure(Code::RequestTimeout.into()))??.parse()?;

    let tenant = member.0.tenant;
    let id = DocumentId::from(call.service.random.uuid());
    let content = call.service.clone().into_inner().take_in(upload.file, tenant, id).await?;

    let attached = Attach { id, kind: upload.kind, page: upload.page, replaces: upload.replaces, content };
    let reply = call
        .write(Some(tenant), upload.fingerprint, move |tx, world| {
            let document = attach(tx, &world.context, &member.0, &attached, &world.service.types)?;
            Reply::json(StatusCode::CREATED, &DocumentView::of(&document, MEMBER_DOCUMENTS))
        })
        .await;
    // Neither a refusal nor the repetition of an earlier upload needs the file that came with it. An error that says
    // nothing of whether the document was recorded leaves it.
    let unneeded = match &reply {
        Ok(reply) => !reply.created() || reply.replayed(),
        Err(Failure(error)) => !matches!(error.kind(), Kind::Unavailable | Kind::Contention | Kind::Internal),
    };
    if unneeded {
        call.service.documents.forget(tenant, id).await;
    }
    reply
}

/// The parts of an upload as they came.
#[derive(Default)]
struct Received {
    kind: Option<String>,
    page: Option<String>,
    replaces: Option<String>,
    file: Option<Uploaded>,
}

/// The parts of an upload, understood.
struct Upload {
    kind: certification::RequirementKind,
    page: u32,
    replaces: Option<DocumentId>,
    file: Uploaded,
    fingerprint: [u8; 32],
}

/// Reads the parts. The file goes to disk as it comes, so that memory does not grow with it.
async fn receive(service: &Service, mut parts: Multipart) -> Result<Received> {
    let malformed = |error: actix_multipart::MultipartError| {
        Error::new(Code::MalformedRequest).context(error.to_string())
    };
    let mut received = Received::default();
    let mut faults = Faults::of(Place::Body);
    let mut count = 0;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(malformed)?;
        count += 1;
        if count > PARTS {
            return Err(Error::new(Code::MalformedRequest).context("too many parts"));
        }
        let name: String = part.name().unwrap_or_default().chars().take(FIELD).collect();
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let slot = match name.as_str() {
            "file" if received.file.is_none() => {
                received.file = Some(receive_file(service, &mut part).await?);
                continue;
            }
            "kind" => &mut received.kind,
            "page" => &mut received.page,
            "replaces" => &mut received.replaces,
            "file" => {
                faults.note(&pointer, Code::FieldRepeated);
                continue;
            }
            _ => {
                faults.note(&pointer, Code::FieldUnknown);
                continue;
            }
        };
        if slot.replace(receive_text(&mut part, &pointer).await?).is_some() {
            faults.note(&pointer, Code::FieldRepeated);
        }
    }
    faults.finish()?;
    Ok(received)
}

async fn receive_text(part: &mut Field, pointer: &str) -> Result<String> {
    let too_long =
        |_| Faults::one(Place::Body, pointer, Violation::new(Code::ValueTooLong).with("max", FIELD));
    let bytes = part.bytes(FIELD).await.map_err(too_long)?;
    let bytes = bytes.map_err(|error| Error::new(Code::MalformedRequest).context(error.to_string()))?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Code::MalformedRequest.into())
}

async fn receive_file(service: &Service, part: &mut Field) -> Result<Uploaded> {
    let limit = service.settings.storage.document_bytes;
    let failed = |error: std::io::Error| {
        Error::new(Code::Unavailable).context(format!("receiving an upload: {error}"))
    };
    let mut file = service.documents.receive()?;
    let mut hash = digest::Context::new(&digest::SHA256);
    let mut size = 0_u64;
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|error| Error::new(Code::MalformedRequest).context(error.to_string()))?;
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

impl Received {
    fn parse(self) -> Result<Upload> {
        let mut faults = Faults::of(Place::Body);
        let fingerprint = self.fingerprint();
        let kind = match self.kind.as_deref() {
            None => Err(Violation::new(Code::FieldRequired)),
            Some(name) => certification::RequirementKind::find(name).ok_or_else(|| {
                let names: Vec<_> =
                    certification::RequirementKind::ALL.iter().map(|kind| kind.name()).collect();
                Violation::new(Code::ValueNotAllowed).with("allowed", names.join(", "))
            }),
        };
        let kind = faults.at("/kind", kind);
        let page = self.page.as_deref().map_or(Ok(1), |page| {
            page.parse::<u32>().map_err(|_| Violation::new(Code::TypeWrong).with("expected", "integer"))
        });
        let page = faults.at("/page", page);
        let replaces = self.replaces.as_deref().map(Uuid::parse_str).transpose();
        let replaces = faults.at(
            "/replaces",
            replaces.map_err(|_| Violation::new(Code::FormatInvalid).with("expected", "uuid")),
        );
        if self.file.is_none() {
            faults.note("/file", Code::DocumentMissing);
        }
        let (Some(kind), Some(page), Some(replaces), Some(file)) = (kind, page, replaces, self.file) else {
            return Err(faults.into_error());
        };
        Ok(Upload { kind, page, replaces: replaces.map(DocumentId::from), file, fingerprint })
    }

    /// What tells a repetition from another upload under the same key: the fields and the file's digest.
    fn fingerprint(&self) -> [u8; 32] {
        let mut hash = digest::Context::new(&digest::SHA256);
        let file = self.file.as_ref().map(|file| &file.sha256);
        for part in [self.kind.as_ref(), self.page.as_ref(), self.replaces.as_ref(), file] {
            let text = part.map_or("", String::as_str);
            hash.update(&(text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        finished(hash)
    }
}
