use super::{TicketState, TicketView};
use crate::http::actor::Requester;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use domain::ticket::list;
use serde::Deserialize;
use uuid::Uuid;

/// Which tickets.
#[derive(Debug, Deserialize)]
pub(crate) struct TicketFilter {
    state: Option<TicketState>,
    #[serde(flatten)]
    page: PageParams,
}

/// List one's tickets
///
/// One's own; who may see the certification also sees those of others that name it.
#[utoipa::path(
    operation_id = "list_tickets", tag = "support",
    params(("state" = Option<TicketState>, Query, description = "Only this state."), PageParams),
    responses((status = 200, description = "Tickets, newest first.", body = Page<TicketView>)),
    security(("access_token" = []), ("registration_token" = [])),
)]
#[get("/v1/tickets")]
pub(crate) async fn list_tickets(call: Call, requester: Requester, filter: Params<TicketFilter>) -> Outcome {
    call.read(requester.tenant(), move |tx, world| {
        let TicketFilter { state, page } = &filter.0;
        let (keys, name) = (&world.service.keys, format!("tickets {:?} {state:?}", requester.0));
        let after: Option<Uuid> = position(keys, &name, page.cursor.as_deref())?;
        let (after, state, limit) = (after.map(Into::into), state.map(Into::into), page.limit());
        let mut tickets = list(tx, &world.context, &requester.0, state, after, limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut tickets, |last| Uuid::from(last.id))?;
        let now = world.context.now;
        Reply::ok(&Page {
            data: tickets.iter().map(|ticket| TicketView::of(ticket, now)).collect(),
            next_cursor,
            total: None,
        })
    })
    .await
}
