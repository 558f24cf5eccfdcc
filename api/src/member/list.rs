use super::{MemberState, MemberView};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use domain::member::list;
use serde::Deserialize;
use uuid::Uuid;

/// Which members.
#[derive(Debug, Deserialize)]
pub(crate) struct MembersFilter {
    state: Option<MemberState>,
    #[serde(flatten)]
    page: PageParams,
}

/// List the members
#[utoipa::path(
    operation_id = "list_members", tag = "organization",
    params(("state" = Option<MemberState>, Query, description = "Only in this state."), PageParams),
    responses((status = 200, description = "Members, oldest first.", body = Page<MemberView>)),
    security(("access_token" = [])),
)]
#[get("/v1/members")]
pub(crate) async fn list_members(call: Call, member: Member, filter: Params<MembersFilter>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let MembersFilter { state, page } = &filter.0;
        let (keys, name) = (&world.service.keys, format!("members {} {state:?}", member.0.tenant));
        let after: Option<Uuid> = position(keys, &name, page.cursor.as_deref())?;
        let limit = page.limit();
        let mut found = list(tx, &member.0, state.map(Into::into), after.map(Into::into), limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |last| Uuid::from(last.id))?;
        Reply::ok(&Page { data: found.iter().map(MemberView::from).collect(), next_cursor, total: None })
    })
    .await
}
