use crate::gateway::mail::Mailer;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use crate::settings::HumanCheck;
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
    /// What it can do; `email` only where there is a mail server.
    #[schema(example = json!(["registration", "certification"]))]
    capabilities: Vec<&'static str>,
    /// The languages of its messages.
    #[schema(example = json!(["zh-CN", "en"]))]
    languages: Vec<&'static str>,
    /// How strangers past the limit of codes prove to be people; null when they cannot.
    human_check: Option<HumanCheckView>,
}

/// The puzzle that a frontend shows when an answer is `human_check_required`: its result goes along with the repeated request as
/// `X-Human-Check`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HumanCheckView {
    /// Where the provider is asked; it tells which puzzle it is.
    #[schema(example = "https://challenges.cloudflare.com/turnstile/v0/siteverify")]
    verified_by: String,
    /// The public key of the site.
    #[schema(example = "0x4AAAAAAAB")]
    site_key: String,
}

/// What this installation is and can do
#[utoipa::path(
    operation_id = "get_meta", tag = "service",
    responses((status = 200, description = "Version and capabilities.", body = Meta)),
)]
#[get("/v1/meta")]
pub(crate) async fn get_meta(call: Call, _: Params<NoParams>) -> Outcome {
    let email = (!matches!(call.service.mailer, Mailer::Off)).then_some("email");
    let human_check = match &call.service.settings.human_check {
        HumanCheck::None => None,
        HumanCheck::Test => {
            Some(HumanCheckView { verified_by: "test".to_owned(), site_key: "test".to_owned() })
        }
        HumanCheck::Provider { url, site_key, .. } => {
            Some(HumanCheckView { verified_by: url.clone(), site_key: site_key.clone() })
        }
    };
    Ok(Reply::ok(&Meta {
        version: env!("CARGO_PKG_VERSION"),
        api: "v1",
        capabilities: [
            "registration",
            "sms_sign_in",
            "password_sign_in",
            "second_factor",
            "security_policy",
            "devices",
            "certification",
            "review",
        ]
        .into_iter()
        .chain(email)
        .collect(),
        languages: vec!["zh-CN", "en"],
        human_check,
    })?)
}
