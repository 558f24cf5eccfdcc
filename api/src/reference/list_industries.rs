use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::Params;
use actix_web::get;
use domain::error::Language;
use domain::reference::industries;
use serde::Serialize;
use utoipa::ToSchema;

/// A section or division of GB/T 4754.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndustryView {
    /// A letter for a section, with two digits for a division.
    #[schema(example = "I65")]
    code: String,
    /// The name, in the client's language.
    #[schema(example = "Software and IT services")]
    name: String,
    /// The section of a division; null for a section. Only divisions can be chosen.
    #[schema(example = "I")]
    section: Option<String>,
}

/// List the industries
///
/// Sections and divisions of GB/T 4754-2017.
#[utoipa::path(
    operation_id = "list_industries", tag = "preparation",
    params(PageParams),
    responses((status = 200, description = "Industries, by code.", body = Page<IndustryView>)),
)]
#[get("/v1/reference/industries")]
pub(crate) async fn list_industries(call: Call, page: Params<PageParams>) -> Outcome {
    let language = call.language();
    let all = industries().iter();
    let page = page_of(
        &call.service.keys,
        "industries",
        &page.0,
        all,
        |industry| industry.code,
        |industry| IndustryView {
            code: industry.code.to_owned(),
            name: match language {
                Language::Chinese => industry.chinese.to_owned(),
                Language::English => industry.english.to_owned(),
            },
            section: (industry.code.len() > 1).then(|| industry.code[..1].to_owned()),
        },
    )?;
    Ok(Reply::ok(&page)?)
}
