//! A spreadsheet that is sent as it is written.

use super::{SpreadsheetFormat, Writer};
use crate::http::actor::Staying;
use crate::http::answer::Failure;
use crate::http::call::{Call, blocking};
use actix_web::HttpResponse;
use actix_web::web::Bytes;
use domain::actor::MemberActor;
use futures_util::stream::{self, Stream};
use std::io;

/// Where rows come from.
pub(crate) trait Rows {
    /// Some more rows, and whether there may be others.
    async fn more(&mut self, call: &Call, actor: MemberActor) -> Result<(Vec<Vec<String>>, bool), Failure>;
}

/// A spreadsheet that goes on.
struct Work<R> {
    call: Call,
    staying: Staying,
    rows: R,
    writer: Writer,
}

impl<R: Rows> Work<R> {
    /// Writes some more rows; says whether there may be others.
    async fn go_on(&mut self) -> Result<bool, Failure> {
        // Whoever may not any more gets no more.
        let actor = self.staying.member().await?;
        let (rows, more) = self.rows.more(&self.call, actor).await?;
        for row in &rows {
            self.writer.row(row)?;
        }
        Ok(more)
    }
}

/// The answer that a spreadsheet is.
pub(crate) fn streamed(
    (call, staying): (Call, Staying),
    (name, format): (&str, SpreadsheetFormat),
    headings: &[String],
    rows: impl Rows + 'static,
) -> Result<HttpResponse, Failure> {
    let mut writer = Writer::new(format)?;
    writer.row(headings)?;
    let name = format!("attachment; filename=\"{name}.{}\"", format.extension());
    Ok(HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header(("content-disposition", name))
        .insert_header(("cache-control", "no-store"))
        .streaming(pieces(Work { call, staying, rows, writer })))
}

/// The bytes as they come. What goes wrong on the way ends the connection, so that nobody takes a part for the whole.
fn pieces<R: Rows>(work: Work<R>) -> impl Stream<Item = io::Result<Bytes>> {
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
