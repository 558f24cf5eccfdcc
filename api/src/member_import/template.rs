use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::Params;
use crate::spreadsheet::{SpreadsheetFormat, Writer};
use actix_web::get;
use domain::member_field::MemberFieldStore;
use domain::member_import::{may_import, template};
use serde::Deserialize;

/// In which form.
#[derive(Debug, Deserialize)]
pub(crate) struct TemplateParams {
    format: Option<SpreadsheetFormat>,
}

/// Get a spreadsheet to fill in
///
/// With the headings of every column, those that the organization added too, and two members as examples, in the language of the request.
#[utoipa::path(
    operation_id = "get_member_import_template", tag = "organization",
    params(("format" = Option<SpreadsheetFormat>, Query, description = "`xlsx` when it is not there.")),
    responses((status = 200, description = "The spreadsheet.", content(
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "text/csv")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["beyond_own_rights"]))),
)]
#[get("/v1/member-import-template")]
pub(crate) async fn get_member_import_template(
    call: Call,
    member: Member,
    params: Params<TemplateParams>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        may_import(&member.0)?;
        let format = params.0.format.unwrap_or(SpreadsheetFormat::Xlsx);
        let mut writer = Writer::new(format)?;
        for row in template(world.language, &tx.member_fields()?) {
            writer.row(&row)?;
        }
        let name = format!("attachment; filename=\"members.{}\"", format.extension());
        Ok(Reply::bytes(format.media_type(), writer.finish()?).header("content-disposition", name))
    })
    .await
}
