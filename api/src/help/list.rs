use super::HelpArticle;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::Params;
use actix_web::get;
use serde::Deserialize;

/// Which articles.
#[derive(Debug, Deserialize)]
pub(crate) struct HelpFilter {
    code: Option<String>,
    #[serde(flatten)]
    page: PageParams,
}

/// List the help articles
#[utoipa::path(
    operation_id = "list_help_articles", tag = "support",
    params(
        ("code" = Option<String>, Query, description = "Only those that explain this code of an error or a finding.", min_length = 1, max_length = 64, example = "document_blurry"),
        PageParams),
    responses((status = 200, description = "The articles, in the client's language.", body = Page<HelpArticle>)),
)]
#[get("/v1/help-articles")]
pub(crate) async fn list_help_articles(call: Call, filter: Params<HelpFilter>) -> Outcome {
    let HelpFilter { code, page } = &filter.0;
    let explains = |known: &[String]| code.as_ref().is_none_or(|code| known.contains(code));
    let articles = call.service.help.all().iter().filter(|article| explains(&article.codes));
    let page = page_of(
        &call.service.keys,
        &format!("help {code:?}"),
        page,
        articles,
        |article| &article.slug,
        |article| HelpArticle::of(article, call.language()),
    )?;
    Ok(Reply::ok(&page)?)
}
