use super::NoticeView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use chrono::{DateTime, Utc};
use domain::notice::{NoticeStore, Position};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which notices.
#[derive(Debug, Deserialize)]
pub(crate) struct InboxFilter {
    unread: Option<bool>,
    #[serde(flatten)]
    page: PageParams,
}

/// A page of an inbox.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Inbox {
    /// The notices.
    data: Vec<NoticeView>,
    /// Leads to the next page; null on the last one.
    next_cursor: Option<String>,
    /// How many notices were not read, on all pages.
    unread: u64,
}

/// Read the inbox
#[utoipa::path(
    operation_id = "list_inbox", tag = "inbox",
    params(("unread" = Option<bool>, Query, description = "Only what was not read."), PageParams),
    responses((status = 200, description = "Notices, newest first.", body = Inbox)),
    security(("access_token" = [])),
)]
#[get("/v1/inbox")]
pub(crate) async fn list_inbox(call: Call, member: Member, filter: Params<InboxFilter>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let InboxFilter { unread, page } = &filter.0;
        let (me, unread) = (member.0.member, unread.unwrap_or(false));
        let (keys, name) = (&world.service.keys, format!("inbox {me} {unread}"));
        let after: Option<(DateTime<Utc>, Uuid)> = position(keys, &name, page.cursor.as_deref())?;
        let after = after.map(|(created_at, id)| Position { created_at, id: id.into() });
        let limit = page.limit();
        let mut notices = tx.notices(me, unread, after.as_ref(), limit + 1)?;
        let next_cursor =
            cut(keys, &name, limit, &mut notices, |last| (last.created_at, Uuid::from(last.id)))?;
        Reply::ok(&Inbox {
            data: notices.iter().map(|notice| NoticeView::of(notice, world.language)).collect(),
            next_cursor,
            unread: tx.unread_notices(me)?,
        })
    })
    .await
}
