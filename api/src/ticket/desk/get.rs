use super::DeskTicket;
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::ticket::get;
use uuid::Uuid;

/// See a ticket, as an operator
#[utoipa::path(
    operation_id = "get_desk_ticket", tag = "support",
    params(("id" = Uuid, Path, description = "The ticket.")),
    responses((status = 200, description = "The ticket.", body = DeskTicket,
        headers(("ETag" = String, description = "The version.")))),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("ticket:answer")), ("x-errors" = json!(["own_organization"]))),
)]
#[get("/v1/platform/tickets/{id}")]
pub(crate) async fn get_desk_ticket(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    _: Params<NoParams>,
) -> Outcome {
    let id = id.into_inner().into();
    call.read(None, move |tx, world| {
        let ticket = get(tx, &operator.0, id)?;
        Ok(Reply::ok(&DeskTicket::of(&ticket, world.context.now))?.version(ticket.version))
    })
    .await
}
