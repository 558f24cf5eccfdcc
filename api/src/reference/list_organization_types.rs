use crate::certification::{IdentityKind, RegistrationNumberKind, RepresentativeCapacity, RequirementKind};
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::Params;
use actix_web::get;
use domain::certification::{Draft, required_kinds};
use domain::identifier;
use domain::reference::{IdentityProof, OrganizationType};
use serde::Serialize;
use utoipa::ToSchema;

/// A type of organization and what certification will ask of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganizationTypeView {
    /// The stable code.
    #[schema(example = "enterprise")]
    code: String,
    /// What people call it, in the client's language.
    #[schema(example = "Enterprise")]
    name: String,
    /// In which capacities someone can stand for it.
    capacities: Vec<RepresentativeCapacity>,
    /// By which kinds of number it can be registered.
    registrations: Vec<RegistrationNumberKind>,
    /// The first two characters that its credit code can have; empty when any fits.
    credit_code_prefixes: Vec<String>,
    /// The identity documents that its representative can show; empty where a sealed letter takes their place.
    identity_documents: Vec<IdentityKind>,
    /// The documents that certification asks for, when the representative applies with a resident identity card.
    requirements: Vec<RequirementKind>,
}

/// List the organization types
///
/// With the documents that certification will ask for, so that a form can show them before anyone starts.
#[utoipa::path(
    operation_id = "list_organization_types", tag = "preparation",
    params(PageParams),
    responses((status = 200, description = "Organization types, by code.", body = Page<OrganizationTypeView>)),
)]
#[get("/v1/reference/organization-types")]
pub(crate) async fn list_organization_types(call: Call, page: Params<PageParams>) -> Outcome {
    let language = call.language();
    let mut types: Vec<&OrganizationType> = call.service.types.all().iter().collect();
    types.sort_by(|a, b| a.code.cmp(&b.code));
    let page = page_of(
        &call.service.keys,
        "organization types",
        &page.0,
        types.into_iter(),
        |t| &t.code,
        |t| {
            let documents: &[identifier::IdentityKind] = match t.identity {
                IdentityProof::IdentityDocument => &identifier::IdentityKind::ALL,
                IdentityProof::SealedLetter => &[],
            };
            OrganizationTypeView {
                code: t.code.clone(),
                name: t.name.get(language).to_owned(),
                capacities: t.capacities.iter().map(|capacity| (*capacity).into()).collect(),
                registrations: t.registrations.iter().map(|kind| (*kind).into()).collect(),
                credit_code_prefixes: t.credit_code_prefixes.clone(),
                identity_documents: documents.iter().map(|kind| (*kind).into()).collect(),
                requirements: required_kinds(t, &Draft::default()).into_iter().map(Into::into).collect(),
            }
        },
    )?;
    Ok(Reply::ok(&page)?)
}
