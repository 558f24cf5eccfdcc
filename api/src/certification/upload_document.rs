use super::{DocumentView, MEMBER_DOCUMENTS, RequirementKind};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::form::{Form, Wanted};
use crate::inspection::Uploaded;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, post};
use domain::access::{Permission, require};
use domain::certification::{self, Attach, attach};
use domain::context::Random;
use domain::error::{Code, Faults, Place, Result, Violation};
use domain::id::DocumentId;
use persistence::Folder;
use utoipa::ToSchema;
use uuid::Uuid;

/// The text parts.
const TEXTS: [Wanted; 3] = [("kind", 200), ("page", 200), ("replaces", 200)];

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
    extensions(("x-permission" = json!("certification:manage")), ("x-errors" = json!(["document_too_large", "document_page_taken", "action_not_allowed", "not_found", "input_invalid"]))),
)]
#[post("/v1/certification/documents")]
pub(crate) async fn upload_certification_document(
    call: Call,
    member: Member,
    request: HttpRequest,
    payload: actix_web::web::Payload,
) -> Outcome {
    require(&member.0, Permission::CertificationManage)?;
    let limit = call.service.settings.storage.document_bytes;
    let form = Form::receive(&call.service, &request, payload, &TEXTS, limit).await?;
    let fingerprint = form.fingerprint();
    let upload = Upload::parse(form)?;

    let tenant = member.0.tenant;
    let folder = Folder::Tenant(tenant);
    let id = DocumentId::from(call.service.random.uuid());
    let content = call.service.clone().into_inner().take_in(upload.file, folder, id).await?;

    let attached = Attach { id, kind: upload.kind, page: upload.page, replaces: upload.replaces, content };
    let reply = call
        .write(Some(tenant), fingerprint, move |tx, world| {
            let (types, terms) = (&world.service.types, &world.service.settings.certification);
            let document = attach(tx, &world.context, &member.0, &attached, types, terms)?;
            Reply::json(StatusCode::CREATED, &DocumentView::of(&document, MEMBER_DOCUMENTS))
        })
        .await;
    call.service.forget_unneeded(folder, id, &reply).await;
    reply
}

/// The parts of an upload, understood.
struct Upload {
    kind: certification::RequirementKind,
    page: u32,
    replaces: Option<DocumentId>,
    file: Uploaded,
}

impl Upload {
    fn parse(form: Form) -> Result<Self> {
        let mut faults = Faults::of(Place::Body);
        let kind = match form.text("kind") {
            None => Err(Violation::new(Code::FieldRequired)),
            Some(name) => certification::RequirementKind::find(name).ok_or_else(|| {
                let names: Vec<_> =
                    certification::RequirementKind::ALL.iter().map(|kind| kind.name()).collect();
                Violation::new(Code::ValueNotAllowed).with("allowed", names.join(", "))
            }),
        };
        let kind = faults.at("/kind", kind);
        let page = form.text("page").map_or(Ok(1), |page| {
            page.parse::<u32>().map_err(|_| Violation::new(Code::TypeWrong).with("expected", "integer"))
        });
        let page = faults.at("/page", page);
        let replaces = form.text("replaces").map(Uuid::parse_str).transpose();
        let replaces = faults.at(
            "/replaces",
            replaces.map_err(|_| Violation::new(Code::FormatInvalid).with("expected", "uuid")),
        );
        if form.file.is_none() {
            faults.note("/file", Code::DocumentMissing);
        }
        let (Some(kind), Some(page), Some(replaces), Some(file)) = (kind, page, replaces, form.file) else {
            return Err(faults.into_error());
        };
        Ok(Self { kind, page, replaces: replaces.map(DocumentId::from), file })
    }
}
