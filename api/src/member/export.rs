//! Members as a spreadsheet, which is sent as it is written.

use super::MemberState;
use super::list::WhichMembers;
use crate::http::actor::Staying;
use crate::http::answer::Failure;
use crate::http::call::Call;
use crate::http::params::Params;
use crate::spreadsheet::{Rows, SpreadsheetFormat, streamed};
use actix_web::{HttpResponse, get};
use domain::actor::MemberActor;
use domain::member::Spot;
use domain::member_export::{Export, begin};
use domain::tenant::TenantScope;
use serde::Deserialize;

/// How many members are read at once.
const PIECE: u32 = 500;

/// Which members, what of them, and in which form.
#[derive(Debug, Deserialize)]
pub(crate) struct ExportParams {
    format: Option<SpreadsheetFormat>,
    fields: Option<String>,
    #[serde(flatten)]
    which: WhichMembers,
}

/// Export members
///
/// A spreadsheet in the words that an import reads, so that what was exported can be changed and sent back. No cell of it is a formula: in CSV
/// an apostrophe keeps whatever begins like one from being taken for it.
#[utoipa::path(
    operation_id = "export_members", tag = "organization",
    params(("format" = Option<SpreadsheetFormat>, Query, description = "`xlsx` when it is not there."),
        ("fields" = Option<String>, Query, min_length = 1, max_length = 4000, description = "What of them, with commas between, in this order: `name`, `userid`, `mobile`, `departments`, `leads`, `position`, `leader_id`, `employee_number`, `email`, `gender`, `alias`, `telephone`, `work_location`, `address`, `hire_date`, and `custom/` with an id; all when it is not there."),
        ("search" = Option<String>, Query, min_length = 1, max_length = 64, description = "Only who is found by this."),
        ("state" = Option<MemberState>, Query, description = "Only in this state; without it, all but those who left."),
        ("department_id" = Option<Uuid>, Query, description = "Only who is in this department itself."),
        ("within_id" = Option<Uuid>, Query, description = "Only who is in this department or below it."),
        ("leader_id" = Option<Uuid>, Query, description = "Only who reports to this member."),
        ("tag_id" = Option<Uuid>, Query, description = "Only who has this tag."),
        ("managed" = Option<bool>, Query, description = "Only who is in a department where the reader manages members.")),
    responses((status = 200, description = "The spreadsheet.", content(
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "text/csv")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:export"))),
)]
#[get("/v1/member-export")]
pub(crate) async fn export_members(
    call: Call,
    staying: Staying,
    params: Params<ExportParams>,
) -> Result<HttpResponse, Failure> {
    let ExportParams { format, fields, which } = params.0;
    let format = format.unwrap_or(SpreadsheetFormat::Xlsx);
    let actor = staying.member().await?;
    let export = call
        .transact(move |tx, world| {
            tx.enter(actor.tenant);
            let filter = which.clone().read(tx, &actor)?;
            begin(tx, &world.context, &actor, (filter, fields.as_deref()), world.language)
        })
        .await?;
    let headings = export.headings();
    streamed((call, staying), ("members", format), &headings, Members { export: Some(export), after: None })
}

/// The members that are still to come.
struct Members {
    /// None once something went wrong.
    export: Option<Export>,
    after: Option<Spot>,
}

impl Rows for Members {
    async fn more(&mut self, call: &Call, actor: MemberActor) -> Result<(Vec<Vec<String>>, bool), Failure> {
        let Some(mut export) = self.export.take() else { return Ok((Vec::new(), false)) };
        let after = self.after.take();
        let read = call.read_much(Some(actor.tenant), move |tx, _| {
            let page = export.page(tx, &actor, after.as_ref(), PIECE)?;
            Ok((page, export))
        });
        let ((rows, last), export) = read.await?;
        self.export = Some(export);
        self.after = last;
        Ok((rows, self.after.is_some()))
    }
}
