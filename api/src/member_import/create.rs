use super::MemberImportView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::form::{Form, Wanted};
use crate::spreadsheet::unpacked;
use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, post};
use domain::error::{Code, Faults, Place, Result, Violation};
use domain::member_field::MemberFieldStore;
use domain::member_import::{HEADINGS_WITHIN, MAX_ROWS, Options, Sheet, may_import, start};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// How large a spreadsheet is at most, in bytes.
const LIMIT: u64 = 32 * 1024 * 1024;
/// The text parts.
const TEXTS: [Wanted; 5] = [
    ("update_existing", 5),
    ("clear_empty", 5),
    ("create_departments", 5),
    ("remove_absent", 5),
    ("successor_id", 36),
];

/// A spreadsheet of members.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"create_departments": true, "file": "the bytes of members.xlsx"}))]
#[expect(dead_code, reason = "the contract's shape; the parts are read as they come")]
pub(crate) struct StartMemberImport {
    /// CSV (UTF-8, UTF-16 with a mark, or GB18030) or XLSX, of at most 32 MB, 100 000 rows below the headings and 200 columns.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// Whether members who are there already are changed. They are found by their userid, or by their mobile number in rows that have none.
    #[schema(default = true, nullable = false)]
    update_existing: Option<bool>,
    /// Whether an empty cell takes away what is there.
    #[schema(default = false, nullable = false)]
    clear_empty: Option<bool>,
    /// Whether departments that are not there are made.
    #[schema(default = false, nullable = false)]
    create_departments: Option<bool>,
    /// Whether whoever is not in the spreadsheet leaves; not the owner, nor whoever begins this or takes over.
    #[schema(default = false, nullable = false)]
    remove_absent: Option<bool>,
    /// Who takes over what those have in hand, but for their tags, which end.
    #[schema(nullable = false)]
    successor_id: Option<Uuid>,
}

/// Begin an import of members
///
/// A dry run first: it makes a plan, with every fault of every row, and changes nothing. The headings, those of the template, of WeCom or
/// others that mean the same, are in one of the first 20 rows; departments are written as paths, `总部/研发/平台`, several with a semicolon
/// between, the main one first. A plan that nobody ordered is given up for this one, and after a day.
#[utoipa::path(
    operation_id = "start_member_import", tag = "organization",
    request_body(content = StartMemberImport, content_type = "multipart/form-data"),
    responses((status = 201, description = "The import.", body = MemberImportView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["document_too_large", "beyond_own_rights", "import_under_way", "input_invalid"]))),
)]
#[post("/v1/member-imports")]
pub(crate) async fn start_member_import(
    call: Call,
    member: Member,
    request: HttpRequest,
    payload: Payload,
) -> Outcome {
    may_import(&member.0)?;
    let form = Form::receive(&call.service, &request, payload, &TEXTS, LIMIT).await?;
    let fingerprint = form.fingerprint();
    let options = options(&form)?;
    let file = form.file.ok_or_else(|| Faults::one(Place::Body, "/file", Code::DocumentMissing))?;
    let (read, packed) = call.service.clone().into_inner().read_sheet(file).await?;
    let first: Vec<_> = unpacked(&packed).take(HEADINGS_WITHIN).collect::<Result<_>>()?;
    let language = call.language();
    call.write(Some(member.0.tenant), fingerprint, move |tx, world| {
        let at_file = |violation: Violation| Faults::one(Place::Body, "/file", violation);
        let sheet = Sheet::find(&first, &tx.member_fields()?).map_err(at_file)?;
        let rows = read - u32::try_from(sheet.first).unwrap_or_default();
        if rows == 0 {
            return Err(at_file(Code::SpreadsheetEmpty.into()));
        }
        if rows as usize > MAX_ROWS {
            return Err(at_file(crate::spreadsheet::too_large()));
        }
        let import = start(tx, &world.context, &member.0, options, (&sheet, rows, &packed))?;
        let view = MemberImportView::of(&import, language);
        Ok(Reply::json(StatusCode::CREATED, &view)?.version(import.version))
    })
    .await
}

fn options(form: &Form) -> Result<Options> {
    let mut faults = Faults::of(Place::Body);
    let usual = Options::default();
    let mut flag = |name: &str, usual: bool| match form.text(name) {
        None => usual,
        Some("true") => true,
        Some("false") => false,
        Some(_) => {
            faults.note(&format!("/{name}"), Violation::new(Code::TypeWrong).with("expected", "boolean"));
            usual
        }
    };
    let options = Options {
        update_existing: flag("update_existing", usual.update_existing),
        clear_empty: flag("clear_empty", usual.clear_empty),
        create_departments: flag("create_departments", usual.create_departments),
        remove_absent: flag("remove_absent", usual.remove_absent),
        successor: None,
    };
    let successor = form.text("successor_id").map(Uuid::parse_str).transpose();
    let wrong = |_| Violation::new(Code::FormatInvalid).with("expected", "uuid");
    let successor = faults.at("/successor_id", successor.map_err(wrong)).flatten();
    if form.file.is_none() {
        faults.note("/file", Code::DocumentMissing);
    }
    faults.finish()?;
    Ok(Options { successor, ..options })
}
