use crate::certification::FindingRemedy;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use crate::http::problem::status;
use actix_web::get;
use actix_web::web::Path;
use domain::certification::FindingCode;
use domain::error::{Code, Language, Result};
use domain::help::Help;
use pulldown_cmark::{Parser, html};
use serde::Serialize;
use std::fmt::Write;
use utoipa::ToSchema;

/// A code of an error or a finding, and what it means. `{name}` in a message is filled with the member of that name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorView {
    /// The stable code.
    #[schema(example = "verification_code_incorrect")]
    code: &'static str,
    /// The HTTP status, when it is the code of a problem; null for one that only findings have.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    status: Option<u16>,
    /// What usually helps, when it is the code of a finding; null for one that only problems have.
    remedy: Option<FindingRemedy>,
    /// The message in both languages.
    messages: ErrorMessages,
    /// The names of the help articles that explain it.
    articles: Vec<String>,
}

/// A message in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorMessages {
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    #[schema(example = "验证码不正确，还可尝试 {attempts_left} 次。")]
    chinese: &'static str,
    /// English.
    #[serde(rename = "en")]
    #[schema(example = "The code is wrong; {attempts_left} attempts are left.")]
    english: &'static str,
}

impl ErrorView {
    fn find(name: &str, help: &Help) -> Result<Self> {
        let finding = FindingCode::ALL.iter().find(|code| code.name() == name);
        let (known, status, message): (_, _, &dyn Fn(Language) -> &'static str) =
            match (Code::find(name), finding) {
                (Some(code), _) => (code.name(), Some(status(code.kind()).as_u16()), &move |language| {
                    code.template(language)
                }),
                (None, Some(code)) => (code.name(), None, &|language| code.message(language)),
                (None, None) => return Err(Code::NotFound.into()),
            };
        Ok(Self {
            code: known,
            status,
            remedy: finding.map(|code| code.remedy().into()),
            messages: ErrorMessages {
                chinese: message(Language::Chinese),
                english: message(Language::English),
            },
            articles: help.about(name).map(|article| article.slug.clone()).collect(),
        })
    }
}

/// What a code means
#[utoipa::path(
    operation_id = "get_error", tag = "service",
    params(("code" = String, Path, description = "The code of an error or a finding.", example = "verification_code_incorrect")),
    responses((status = 200, description = "The code.", body = ErrorView)),
    extensions(("x-errors" = json!(["not_found"]))),
)]
#[get("/v1/errors/{code}")]
pub(crate) async fn get_error(call: Call, name: Path<String>, _: Params<NoParams>) -> Outcome {
    Ok(Reply::ok(&ErrorView::find(&name, &call.service.help)?)?)
}

/// What a code means, as a page
///
/// The `type` of a problem leads here; it says what helps, in both languages.
#[utoipa::path(
    operation_id = "get_error_page", tag = "service",
    params(("code" = String, Path, description = "The code of an error or a finding.", example = "verification_code_incorrect")),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")),
)]
#[get("/errors/{code}")]
pub(crate) async fn get_error_page(call: Call, name: Path<String>) -> Outcome {
    let view = ErrorView::find(&name, &call.service.help)?;
    let page = page(&view, &call.service.help, call.language());
    Ok(Reply::bytes("text/html; charset=utf-8", page.into_bytes())
        .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"))
}

const STYLE: &str = "body{max-width:42em;margin:3em auto;padding:0 1em;font:16px/1.6 system-ui,sans-serif}\
    article{margin-top:2.5em;border-top:1px solid #ccc}";

/// A message as people read it when there is nothing to fill its places with.
fn unfilled(message: &str) -> String {
    let mut parts = message.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "…" + part.split_once('}').map_or(part, |(_, rest)| rest))
}

/// The page of a code, the reader's language first. Everything in it comes from the catalogue and the articles; nothing that a
/// client sent is written into it.
fn page(view: &ErrorView, help: &Help, reader: Language) -> String {
    let other = if reader == Language::Chinese { Language::English } else { Language::Chinese };
    let (name, tag) = (view.code, reader.tag());
    let status = view.status.map(|status| format!(" ({status})")).unwrap_or_default();
    let mut page = format!(
        "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{name}</title><style>{STYLE}</style></head><body>\
         <h1><code>{name}</code>{status}</h1>"
    );
    for language in [reader, other] {
        let message = match language {
            Language::Chinese => view.messages.chinese,
            Language::English => view.messages.english,
        };
        let message = unfilled(message);
        // Writing to a string cannot fail.
        let _ = write!(page, "<article lang=\"{}\"><p><strong>{message}</strong></p>", language.tag());
        for article in help.about(name) {
            let _ = write!(page, "<h2>{}</h2>", article.title.get(language));
            html::push_html(&mut page, Parser::new(article.body.get(language)));
        }
        page.push_str("</article>");
    }
    page.push_str("</body></html>\n");
    page
}
