//! Help: articles for people, found by the code of an error or of a finding.

pub(crate) mod get;
pub(crate) mod list;

use domain::error::Language;
use domain::help::Article;
use serde::Serialize;
use utoipa::ToSchema;

/// An article, in the client's language.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HelpArticle {
    /// The name under which it is found.
    #[schema(example = "sms-codes")]
    slug: String,
    /// Its title.
    #[schema(example = "Codes by SMS")]
    title: String,
    /// The codes of errors and findings that it explains.
    codes: Vec<String>,
    /// Its text.
    body_markdown: String,
}

impl HelpArticle {
    fn of(article: &Article, language: Language) -> Self {
        Self {
            slug: article.slug.clone(),
            title: article.title.get(language).to_owned(),
            codes: article.codes.clone(),
            body_markdown: article.body.get(language).to_owned(),
        }
    }
}
