use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, blocking};
use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;

/// The service answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the process is alive
///
/// Asks nothing of the database.
#[utoipa::path(
    operation_id = "get_health", tag = "service",
    responses((status = 200, description = "It is.", body = Health)),
)]
#[get("/healthz")]
pub(crate) async fn get_health() -> Outcome {
    Ok(Reply::ok(&Health { status: "ok" })?)
}

/// Whether requests can be served
///
/// The database is there and has the newest schema.
#[utoipa::path(
    operation_id = "get_readiness", tag = "service",
    responses((status = 200, description = "They can.", body = Health)),
    extensions(("x-errors" = json!(["unavailable"]))),
)]
#[get("/readyz")]
pub(crate) async fn get_readiness(call: Call) -> Outcome {
    let service = call.service.clone();
    blocking(move || service.database.ready()).await?;
    Ok(Reply::ok(&Health { status: "ok" })?)
}
