use super::DeskTicket;
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use crate::ticket::{TicketPriority, TicketState, TicketTopic};
use actix_web::get;
use chrono::{DateTime, Utc};
use domain::certification::ApplicationNumber;
use domain::error::{Faults, Place, Result};
use domain::ticket::{Filter, Position, Priority, queue};
use serde::Deserialize;
use uuid::Uuid;

/// What of the queue is wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct DeskFilter {
    state: Option<TicketState>,
    priority: Option<TicketPriority>,
    topic: Option<TicketTopic>,
    assignee: Option<Uuid>,
    unassigned: Option<bool>,
    certification_number: Option<String>,
    #[serde(flatten)]
    page: PageParams,
}

impl DeskFilter {
    fn parse(&self) -> Result<Filter> {
        let number = self.certification_number.as_deref().map(ApplicationNumber::parse).transpose();
        let number = number.map_err(|wrong| Faults::one(Place::Query, "certification_number", wrong))?;
        Ok(Filter {
            state: self.state.map(Into::into),
            priority: self.priority.map(Into::into),
            topic: self.topic.map(Into::into),
            assignee: self.assignee.map(Into::into),
            unassigned: self.unassigned,
            number,
            except: Vec::new(),
        })
    }
}

/// List the tickets
///
/// Without `state`, those that wait for an operator; the most pressing first, of those the one that waits longest.
#[utoipa::path(
    operation_id = "list_desk_tickets", tag = "support",
    params(
        ("state" = Option<TicketState>, Query, description = "Only this state."),
        ("priority" = Option<TicketPriority>, Query, description = "Only this priority."),
        ("topic" = Option<TicketTopic>, Query, description = "Only this topic."),
        ("assignee" = Option<Uuid>, Query, description = "Only those that this operator looks after."),
        ("unassigned" = Option<bool>, Query, description = "Only those that nobody looks after, or only those that somebody does."),
        ("certification_number" = Option<String>, Query, description = "Only those that name this application.", min_length = 1, max_length = 40),
        PageParams),
    responses((status = 200, description = "Tickets.", body = Page<DeskTicket>)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("ticket:answer"))),
)]
#[get("/v1/platform/tickets")]
pub(crate) async fn list_desk_tickets(call: Call, operator: Operator, filter: Params<DeskFilter>) -> Outcome {
    let (page, filter) = (filter.0.page.clone(), filter.0.parse()?);
    call.read(None, move |tx, world| {
        let (keys, name, now) = (&world.service.keys, format!("desk tickets {filter:?}"), world.context.now);
        let after: Option<(String, DateTime<Utc>, Uuid)> = position(keys, &name, page.cursor.as_deref())?;
        let after = after.and_then(|(priority, waiting_since, id)| {
            Priority::find(&priority).map(|priority| Position { priority, waiting_since, id: id.into() })
        });
        let limit = page.limit();
        let mut tickets = queue(tx, &world.context, &operator.0, &filter, after.as_ref(), limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut tickets, |last| {
            (last.priority.name(), last.waiting_since, Uuid::from(last.id))
        })?;
        Reply::ok(&Page {
            data: tickets.iter().map(|ticket| DeskTicket::of(ticket, now)).collect(),
            next_cursor,
            total: None,
        })
    })
    .await
}
