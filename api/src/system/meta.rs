use crate::http::answer::{Outcome, Reply};
use crate::http::params::{NoParams, Params};
use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;

/// What this installation is and can do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Meta {
    /// The version of the service.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The version of the API.
    #[schema(example = "v1")]
    api: &'static str,
    /// What it can do.
    #[schema(example = json!(["registration", "certification"]))]
    capabilities: Vec<&'static str>,
    /// The languages of its messages.
    #[schema(example = json!(["zh-CN", "en"]))]
    languages: Vec<&'static str>,
}

/// What this installation is and can do
#[utoipa::path(
    operation_id = "get_meta", tag = "service",
    responses((status = 200, description = "Version and capabilities.", body = Meta)),
)]
#[get("/v1/meta")]
pub(crate) async fn get_meta(_: Params<NoParams>) -> Outcome {
    Ok(Reply::ok(&Meta {
        version: env!("CARGO_PKG_VERSION"),
        api: "v1",
        capabilities: vec!["registration", "sms_sign_in", "certification", "review"],
        languages: vec!["zh-CN", "en"],
    })?)
}
