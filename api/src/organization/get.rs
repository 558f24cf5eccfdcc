use super::OrganizationView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use domain::organization::get;

/// See the organization
///
/// For every member.
#[utoipa::path(
    operation_id = "get_organization", tag = "organization",
    responses((status = 200, description = "The organization.", body = OrganizationView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
)]
#[get("/v1/organization")]
pub(crate) async fn get_organization(call: Call, member: Member, _: Params<NoParams>) -> Outcome {
    call.read(Some(member.0.tenant), |tx, world| {
        let found = get(tx, &world.context)?;
        Ok(Reply::ok(&OrganizationView::of(&found))?.version(found.tenant.version))
    })
    .await
}
