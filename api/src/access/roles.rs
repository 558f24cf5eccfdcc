use super::RoleView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::access::{Role, role, roles};
use uuid::Uuid;

/// List the roles
///
/// The built-in ones, then those that the organization made, by the sound of their names.
#[utoipa::path(
    operation_id = "list_roles", tag = "access",
    params(PageParams),
    responses((status = 200, description = "Roles.", body = Page<RoleView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:read"))),
)]
#[get("/v1/access/roles")]
pub(crate) async fn list_roles(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    let language = call.language();
    call.read(Some(member.0.tenant), move |tx, world| {
        let name = format!("roles {}", member.0.tenant);
        // There are 508 at most.
        let all = roles(tx, &member.0)?.into_iter().enumerate();
        let placed: Vec<(String, Role)> = all.map(|(place, role)| (format!("{place:04}"), role)).collect();
        let view = |(_, role): (String, Role)| RoleView::new(&role, language);
        let page =
            page_of(&world.service.keys, &name, &page.0, placed.into_iter(), |(place, _)| place, view)?;
        Reply::ok(&page)
    })
    .await
}

/// See a role
#[utoipa::path(
    operation_id = "get_role", tag = "access",
    params(("id" = Uuid, Path, description = "The role.")),
    responses((status = 200, description = "The role.", body = RoleView,
        headers(("ETag" = String, description = "The version; built-in roles have none.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:read"))),
)]
#[get("/v1/access/roles/{id}")]
pub(crate) async fn get_role(call: Call, id: Path<Uuid>, member: Member, _: Params<NoParams>) -> Outcome {
    let language = call.language();
    let id = id.into_inner().into();
    call.read(Some(member.0.tenant), move |tx, _| {
        let role = role(tx, &member.0, id)?;
        let reply = Reply::ok(&RoleView::new(&role, language))?;
        Ok(match role {
            Role::Custom(role) => reply.version(role.version),
            Role::BuiltIn(_) => reply,
        })
    })
    .await
}
