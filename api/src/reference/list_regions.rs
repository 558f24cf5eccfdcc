use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::Params;
use actix_web::get;
use domain::reference::regions;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which divisions.
#[derive(Debug, Deserialize)]
pub(crate) struct RegionFilter {
    parent: Option<String>,
    #[serde(flatten)]
    page: PageParams,
}

/// An administrative division of GB/T 2260.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegionView {
    /// Six digits.
    #[schema(example = "440305")]
    code: String,
    /// The official name.
    #[schema(example = "南山区")]
    name: String,
    /// The division that it belongs to; null for a province.
    #[schema(example = "440300")]
    parent: Option<String>,
}

/// List administrative divisions
///
/// Provinces, prefectures and counties of GB/T 2260, one level at a time.
#[utoipa::path(
    operation_id = "list_regions", tag = "preparation",
    params(("parent" = Option<String>, Query, description = "Only the divisions right below this one; without it, the provinces.",
        pattern = "^[0-9]{6}$", example = "440300"), PageParams),
    responses((status = 200, description = "Divisions, by code.", body = Page<RegionView>)),
)]
#[get("/v1/reference/regions")]
pub(crate) async fn list_regions(call: Call, filter: Params<RegionFilter>) -> Outcome {
    let RegionFilter { parent, page } = filter.0;
    let wanted = regions().iter().filter(|region| region.parent() == parent);
    let list = format!("regions {parent:?}");
    let page = page_of(
        &call.service.keys,
        &list,
        &page,
        wanted,
        |region| region.code,
        |region| RegionView {
            code: region.code.to_owned(),
            name: region.name.to_owned(),
            parent: region.parent(),
        },
    )?;
    Ok(Reply::ok(&page)?)
}
