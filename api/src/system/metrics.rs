use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, blocking};
use actix_web::get;

/// Metrics for Prometheus
#[utoipa::path(
    operation_id = "get_metrics", tag = "service",
    responses((status = 200, description = "Metrics in Prometheus' text format.", body = String, content_type = "text/plain")),
)]
#[get("/metrics")]
pub(crate) async fn get_metrics(call: Call) -> Outcome {
    let service = call.service.clone();
    let text = blocking(move || Ok(service.metrics.text(&service))).await?;
    Ok(Reply::bytes("text/plain; version=0.0.4; charset=utf-8", text.into_bytes()))
}
