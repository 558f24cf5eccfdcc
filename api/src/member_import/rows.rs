//! What a plan says, row by row.

use super::{MemberImportAction, letters};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use actix_web::web::Path;
use domain::error::Language;
use domain::member_import::{PlannedRow, RowFault, RowFilter, list_departments, list_rows};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which rows.
#[derive(Debug, Deserialize)]
pub(crate) struct RowsFilter {
    action: Option<MemberImportAction>,
    #[serde(default)]
    failed: bool,
    #[serde(flatten)]
    page: PageParams,
}

/// A row of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberImportRow {
    /// Where it stands in the spreadsheet, the first row being 1; null for who is not in it.
    #[schema(example = 2)]
    row: Option<u32>,
    /// What it does.
    action: MemberImportAction,
    /// The member, or who they are going to be.
    member_id: Uuid,
    /// What integrators call them.
    #[schema(example = "zhang.san")]
    userid: Option<String>,
    /// Their name.
    #[schema(example = "张三")]
    name: Option<String>,
    /// What changes.
    changes: Vec<MemberImportChange>,
    /// What is wrong, all at once.
    faults: Vec<MemberImportFault>,
    /// Whether it was left out when the plan was carried out; `faults` say why.
    failed: bool,
}

/// What changes about a member.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberImportChange {
    /// The field.
    #[schema(example = "position")]
    field: String,
    /// What it held, as members are shown.
    before: Value,
    /// What it is to hold.
    after: Value,
}

/// What is wrong with a row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberImportFault {
    /// The letter of the column, if it is about a cell.
    #[schema(example = "C")]
    column: Option<String>,
    /// The field, if it is about one.
    #[schema(example = "mobile")]
    field: Option<String>,
    /// The code.
    #[schema(example = "mobile_invalid")]
    code: String,
    /// What it means.
    message: String,
}

impl MemberImportFault {
    fn of(fault: &RowFault, language: Language) -> Self {
        Self {
            column: fault.column.map(letters),
            field: fault.field.clone(),
            code: fault.problem.code.clone(),
            message: fault.problem.message(language),
        }
    }
}

impl MemberImportRow {
    fn of(row: PlannedRow, language: Language) -> Self {
        let change = |change: domain::member_import::FieldChange| MemberImportChange {
            field: change.field,
            before: change.before,
            after: change.after,
        };
        Self {
            row: row.row,
            action: row.action.into(),
            member_id: row.member.into(),
            userid: row.draft.userid,
            name: row.draft.name,
            changes: row.changes.into_iter().map(change).collect(),
            faults: row.faults.iter().map(|fault| MemberImportFault::of(fault, language)).collect(),
            failed: row.failed,
        }
    }
}

/// List the rows of an import's plan
///
/// In the order in which they are carried out: that of the spreadsheet, but that whoever leads comes before whoever is led.
#[utoipa::path(
    operation_id = "list_member_import_rows", tag = "organization",
    params(("id" = Uuid, Path, description = "The import."),
        ("action" = Option<MemberImportAction>, Query, description = "Only those that do this."),
        ("failed" = Option<bool>, Query, description = "Only those that were left out when the plan was carried out."), PageParams),
    responses((status = 200, description = "Rows.", body = Page<MemberImportRow>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["beyond_own_rights", "not_found"]))),
)]
#[get("/v1/member-imports/{id}/rows")]
pub(crate) async fn list_member_import_rows(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    filter: Params<RowsFilter>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let RowsFilter { action, failed, page } = &filter.0;
        let (keys, limit) = (&world.service.keys, page.limit());
        let name = format!("member import rows {id} {action:?} {failed}");
        let from: Option<u32> = position(keys, &name, page.cursor.as_deref())?;
        let filter = RowFilter { action: action.map(Into::into), failed: *failed };
        let from = from.map_or(0, |last| last + 1);
        let mut found = list_rows(tx, &member.0, id.into_inner().into(), filter, (from, limit + 1))?;
        let next_cursor = cut(keys, &name, limit, &mut found, |row| row.position)?;
        let data = found.into_iter().map(|row| MemberImportRow::of(row, world.language)).collect();
        Reply::ok(&Page { data, next_cursor, total: None })
    })
    .await
}

/// A department that an import makes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberImportDepartment {
    /// Its id from then on.
    id: Uuid,
    /// The one above.
    parent_id: Uuid,
    /// Its name.
    #[schema(example = "平台")]
    name: String,
    /// The names from below the root down to it.
    #[schema(example = "总部/研发/平台")]
    path: String,
}

/// List the departments that an import makes
#[utoipa::path(
    operation_id = "list_member_import_departments", tag = "organization",
    params(("id" = Uuid, Path, description = "The import."), PageParams),
    responses((status = 200, description = "Departments, whatever is above before what is below.", body = Page<MemberImportDepartment>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["beyond_own_rights", "not_found"]))),
)]
#[get("/v1/member-imports/{id}/departments")]
pub(crate) async fn list_member_import_departments(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    page: Params<PageParams>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let (keys, limit, name) =
            (&world.service.keys, page.0.limit(), format!("member import departments {id}"));
        let from: Option<u32> = position(keys, &name, page.0.cursor.as_deref())?;
        let from = from.map_or(0, |last| last + 1);
        let mut found = list_departments(tx, &member.0, id.into_inner().into(), (from, limit + 1))?;
        let next_cursor = cut(keys, &name, limit, &mut found, |one| one.position)?;
        let view = |one: domain::member_import::PlannedDepartment| MemberImportDepartment {
            id: one.id.into(),
            parent_id: one.parent.into(),
            name: one.name.as_str().to_owned(),
            path: one.path,
        };
        Reply::ok(&Page { data: found.into_iter().map(view).collect(), next_cursor, total: None })
    })
    .await
}
