use super::{DeskTakeover, TakeoverState, TakeoverView};
use crate::http::actor::{Member, Operator};
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use domain::takeover::{list, queue};
use serde::Deserialize;
use uuid::Uuid;

/// List the takeovers of the organization
///
/// For its owner, who can object to one that is open.
#[utoipa::path(
    operation_id = "list_takeovers", tag = "certification",
    params(PageParams),
    responses((status = 200, description = "Takeovers, newest first.", body = Page<TakeoverView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tenant:manage"))),
)]
#[get("/v1/organization/takeovers")]
pub(crate) async fn list_takeovers(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("takeovers {}", member.0.tenant));
        let after: Option<Uuid> = position(keys, &name, page.0.cursor.as_deref())?;
        let limit = page.0.limit();
        let mut found = list(tx, &member.0, after.map(Into::into), limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |last| Uuid::from(last.application))?;
        Reply::ok(&Page { data: found.iter().map(TakeoverView::of).collect(), next_cursor, total: None })
    })
    .await
}

/// Which takeovers.
#[derive(Debug, Deserialize)]
pub(crate) struct TakeoverFilter {
    state: Option<TakeoverState>,
    #[serde(flatten)]
    page: PageParams,
}

/// List the takeovers, as an operator
///
/// Without `state`, those to which somebody objected.
#[utoipa::path(
    operation_id = "list_desk_takeovers", tag = "review",
    params(("state" = Option<TakeoverState>, Query, description = "Only this state."), PageParams),
    responses((status = 200, description = "Takeovers, oldest first.", body = Page<DeskTakeover>)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:read"))),
)]
#[get("/v1/platform/takeovers")]
pub(crate) async fn list_desk_takeovers(
    call: Call,
    operator: Operator,
    filter: Params<TakeoverFilter>,
) -> Outcome {
    call.read(None, move |tx, world| {
        let TakeoverFilter { state, page } = &filter.0;
        let state = state.unwrap_or(TakeoverState::Objected);
        let (keys, name) = (&world.service.keys, format!("desk takeovers {state:?}"));
        let after: Option<Uuid> = position(keys, &name, page.cursor.as_deref())?;
        let limit = page.limit();
        let mut found = queue(tx, &operator.0, state.into(), after.map(Into::into), limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |last| Uuid::from(last.application))?;
        Reply::ok(&Page { data: found.iter().map(DeskTakeover::of).collect(), next_cursor, total: None })
    })
    .await
}
