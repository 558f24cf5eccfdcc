use super::HelpArticle;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;

/// Read a help article
#[utoipa::path(
    operation_id = "get_help_article", tag = "support",
    params(("slug" = String, Path, description = "Its name.", example = "sms-codes")),
    responses((status = 200, description = "The article, in the client's language.", body = HelpArticle)),
)]
#[get("/v1/help-articles/{slug}")]
pub(crate) async fn get_help_article(call: Call, slug: Path<String>, _: Params<NoParams>) -> Outcome {
    let article = call.service.help.article(&slug)?;
    Ok(Reply::ok(&HelpArticle::of(article, call.language()))?)
}
