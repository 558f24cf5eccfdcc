use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use crate::http::problem::status;
use actix_web::get;
use actix_web::web::Path;
use domain::error::{Code, Language};
use serde::Serialize;
use utoipa::ToSchema;

/// A code and what it means. `{name}` in a message is filled with the member of that name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorView {
    /// The stable code.
    #[schema(example = "verification_code_incorrect")]
    code: &'static str,
    /// The HTTP status, when it is the code of a problem.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    status: u16,
    /// The message in both languages.
    messages: ErrorMessages,
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

/// What a code means
#[utoipa::path(
    operation_id = "get_error", tag = "service",
    params(("code" = String, Path, description = "The code.", example = "verification_code_incorrect")),
    responses((status = 200, description = "The code.", body = ErrorView)),
    extensions(("x-errors" = json!(["not_found"]))),
)]
#[get("/v1/errors/{code}")]
pub(crate) async fn get_error(name: Path<String>, _: Params<NoParams>) -> Outcome {
    let code = Code::find(&name).ok_or(Code::NotFound)?;
    Ok(Reply::ok(&ErrorView {
        code: code.name(),
        status: status(code.kind()).as_u16(),
        messages: ErrorMessages {
            chinese: code.template(Language::Chinese),
            english: code.template(Language::English),
        },
    })?)
}

/// What a code means, as a page
///
/// The `type` of a problem leads here.
#[utoipa::path(
    operation_id = "get_error_page", tag = "service",
    params(("code" = String, Path, description = "The code.", example = "verification_code_incorrect")),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")),
)]
#[get("/errors/{code}")]
pub(crate) async fn get_error_page(call: Call, name: Path<String>) -> Outcome {
    let code = Code::find(&name).ok_or(Code::NotFound)?;
    let (name, status) = (code.name(), status(code.kind()).as_u16());
    let [chinese, english] = [Language::Chinese, Language::English].map(|language| code.template(language));
    let tag = call.language().tag();
    // Everything here comes from the catalogue; nothing that a client sent is written into the page.
    let page = format!(
        "<!doctype html><html lang=\"{tag}\"><meta charset=\"utf-8\"><title>{name}</title>\
         <h1><code>{name}</code> ({status})</h1><p lang=\"zh-CN\">{chinese}</p><p lang=\"en\">{english}</p>\n"
    );
    Ok(Reply::bytes("text/html; charset=utf-8", page.into_bytes()))
}
