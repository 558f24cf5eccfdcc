//! Members as a spreadsheet, which is sent as it is written.

use super::MemberState;
use super::list::WhichMembers;
use crate::http::actor::Staying;
use crate::http::answer::Failure;
use crate::http::call::{Call, blocking};
use crate::http::params::Params;
use crate::spreadsheet::{SpreadsheetFormat, Writer};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, get};
use domain::error::Result;
use domain::member::Spot;
use domain::member_export::{Export, begin};
use domain::tenant::TenantScope;
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use std::io;

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
    let mut writer = Writer::new(format)?;
    writer.row(&export.headings())?;
    let name = format!("attachment; filename=\"members.{}\"", format.extension());
    let work = Work { call, staying, export: Some(export), writer, after: None };
    Ok(HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header(("content-disposition", name))
        .insert_header(("cache-control", "no-store"))
        .streaming(pieces(work)))
}

/// An export that goes on.
struct Work {
    call: Call,
    staying: Staying,
    /// None once something went wrong.
    export: Option<Export>,
    writer: Writer,
    after: Option<Spot>,
}

impl Work {
    /// Writes some more members; says whether there may be others.
    async fn go_on(&mut self) -> Result<bool, Failure> {
        // Whoever may not any more gets no more.
        let actor = self.staying.member().await?;
        let Some(mut export) = self.export.take() else { return Ok(false) };
        let after = self.after.take();
        let read = self.call.read_much(Some(actor.tenant), move |tx, _| {
            let page = export.page(tx, &actor, after.as_ref(), PIECE)?;
            Ok((page, export))
        });
        let ((rows, last), export) = read.await?;
        self.export = Some(export);
        for row in &rows {
            self.writer.row(row)?;
        }
        self.after = last;
        Ok(self.after.is_some())
    }
}

/// The bytes as they come. What goes wrong on the way ends the connection, so that nobody takes a part for the whole.
fn pieces(work: Work) -> impl Stream<Item = io::Result<Bytes>> {
    let failed = |Failure(error): Failure| {
        tracing::warn!(%error, "an export was broken off");
        io::Error::other("broken off")
    };
    stream::unfold(Some(work), move |work| async move {
        let mut work = work?;
        loop {
            match work.go_on().await {
                Err(error) => return Some((Err(failed(error)), None)),
                Ok(true) => match work.writer.taken() {
                    Err(error) => return Some((Err(failed(error.into())), None)),
                    Ok(bytes) if bytes.is_empty() => {}
                    Ok(bytes) => return Some((Ok(bytes.into()), Some(work))),
                },
                Ok(false) => {
                    let writer = work.writer;
                    let end = blocking(move || writer.finish()).await;
                    return Some((end.map(Bytes::from).map_err(|error| failed(error.into())), None));
                }
            }
        }
    })
}
