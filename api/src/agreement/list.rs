use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::Params;
use crate::mirror::mirror;
use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// When an agreement has to be accepted.
    AgreementOccasion = domain::agreement::Occasion {
        Registration "registration" "when a company registers";
        Certification "certification" "when it submits its documents";
    }
}

/// An agreement in its current version, in the client's language.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgreementView {
    /// Stays the same over all versions.
    id: Uuid,
    /// What it is.
    #[schema(example = "privacy_policy")]
    kind: String,
    /// Its version.
    #[schema(example = "2026-11-01")]
    version: String,
    /// Its title.
    #[schema(example = "Privacy policy")]
    title: String,
    /// Its text.
    body_markdown: String,
    /// Whether a registration has to accept it.
    required: bool,
    /// Every occasion on which it has to be accepted.
    required_for: Vec<AgreementOccasion>,
}

/// List the agreements
#[utoipa::path(
    operation_id = "list_agreements", tag = "preparation",
    params(PageParams),
    responses((status = 200, description = "The agreements, in the client's language.", body = Page<AgreementView>)),
)]
#[get("/v1/agreements")]
pub(crate) async fn list_agreements(call: Call, page: Params<PageParams>) -> Outcome {
    let language = call.language();
    let agreements = call.service.agreements.all();
    let ids: Vec<_> = agreements.iter().map(|agreement| (agreement.id.to_string(), agreement)).collect();
    let page = page_of(
        &call.service.keys,
        "agreements",
        &page.0,
        ids.iter(),
        |(id, _)| id,
        |(_, agreement)| {
            let required_for: Vec<_> =
                agreement.required_for.iter().map(|occasion| (*occasion).into()).collect();
            AgreementView {
                id: agreement.id,
                kind: agreement.kind.clone(),
                version: agreement.version.clone(),
                title: agreement.title.get(language).to_owned(),
                body_markdown: agreement.body.get(language).to_owned(),
                required: required_for.contains(&AgreementOccasion::Registration),
                required_for,
            }
        },
    )?;
    Ok(Reply::ok(&page)?)
}
