use super::DeskTicket;
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::ticket::TicketPriority;
use actix_web::patch;
use actix_web::web::Path;
use domain::ticket::{Change, change};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What to change about a ticket; what is absent stays.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"priority": "high", "assignee_id": null, "resolved": false}))]
pub(crate) struct UpdateTicket {
    /// How pressing it is.
    priority: Option<TicketPriority>,
    /// Who looks after it; null for nobody.
    assignee_id: Option<Uuid>,
    /// `true` settles it, `false` opens it again.
    resolved: Option<bool>,
}

/// Change a ticket
///
/// A JSON merge patch (RFC 7396) of priority, assignee and whether it is settled.
#[utoipa::path(
    operation_id = "update_desk_ticket", tag = "support",
    params(("id" = Uuid, Path, description = "The ticket.")),
    request_body(content((UpdateTicket = "application/merge-patch+json"), (UpdateTicket = "application/json"))),
    responses((status = 200, description = "The ticket.", body = DeskTicket,
        headers(("ETag" = String, description = "The new version.")))),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("ticket:answer")), ("x-errors" = json!(["own_organization", "version_required", "version_stale", "ticket_closed", "input_invalid"]))),
)]
#[patch("/v1/platform/tickets/{id}")]
pub(crate) async fn update_desk_ticket(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    body: Body<UpdateTicket>,
) -> Outcome {
    let (id, expected) = (id.into_inner().into(), call.require_if_match()?);
    let named = body.json.get("assignee_id").is_some();
    let wanted = Change {
        priority: body.value.priority.map(Into::into),
        assignee: named.then(|| body.value.assignee_id.map(Into::into)),
        resolved: body.value.resolved,
    };
    call.write(None, body.fingerprint, move |tx, world| {
        let ticket = change(tx, &world.context, &operator.0, id, &wanted, expected)?;
        Ok(Reply::ok(&DeskTicket::of(&ticket, world.context.now))?.version(ticket.version))
    })
    .await
}
