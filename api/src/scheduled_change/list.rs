use super::{ScheduledChangeState, ScheduledChangeView, views};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use chrono::NaiveDate;
use domain::scheduled_change::{ChangeFilter, list};
use serde::Deserialize;
use uuid::Uuid;

/// Which scheduled changes.
#[derive(Debug, Deserialize)]
pub(crate) struct ScheduledChangesFilter {
    member_id: Option<Uuid>,
    state: Option<ScheduledChangeState>,
    #[serde(flatten)]
    page: PageParams,
}

/// List scheduled changes
///
/// By their days; also those that have ended, for three months or until their member is forgotten.
#[utoipa::path(
    operation_id = "list_scheduled_changes", tag = "organization",
    params(("member_id" = Option<Uuid>, Query, description = "Only of this member."),
        ("state" = Option<ScheduledChangeState>, Query, description = "Only in this state."), PageParams),
    responses((status = 200, description = "Changes.", body = Page<ScheduledChangeView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage"))),
)]
#[get("/v1/scheduled-changes")]
pub(crate) async fn list_scheduled_changes(
    call: Call,
    member: Member,
    filter: Params<ScheduledChangesFilter>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let ScheduledChangesFilter { member_id, state, page } = filter.0;
        let name = format!("scheduled changes {} {member_id:?} {state:?}", member.0.tenant);
        let filter = ChangeFilter { member: member_id.map(Into::into), state: state.map(Into::into) };
        let (keys, limit) = (&world.service.keys, page.limit());
        let after: Option<(NaiveDate, Uuid)> = position(keys, &name, page.cursor.as_deref())?;
        let after = after.map(|(day, id)| (day, id.into()));
        let mut found = list(tx, &member.0, filter, after, limit + 1)?;
        let next_cursor =
            cut(keys, &name, limit, &mut found, |last| (last.effective_on, Uuid::from(last.id)))?;
        let data = views(tx, &member.0, &found, world.language)?;
        Reply::ok(&Page { data, next_cursor, total: None })
    })
    .await
}
