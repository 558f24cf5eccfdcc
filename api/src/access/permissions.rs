use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::Params;
use crate::mirror::mirror;
use actix_web::get;
use domain::access::Permission;
use domain::error::Language;
use serde::Serialize;
use utoipa::ToSchema;

mirror! {
    /// What permissions are about.
    PermissionGroup = domain::access::PermissionGroup {
        Organization "organization" "the organization itself";
        Certification "certification" "its certification";
        Members "members" "the people in it";
        Security "security" "who gets in, and how";
        Platform "platform" "the platform, for operators";
    }
}

/// A permission.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PermissionView {
    /// Its name. `x-permission` of an operation names the one that it needs.
    #[schema(example = "member:manage")]
    name: &'static str,
    /// What it is about.
    group: PermissionGroup,
    /// What it allows, in the client's language.
    #[schema(
        example = "Invite members, change and disable them, see them off, bring them back, import them"
    )]
    description: &'static str,
    /// Whether it lets somebody do what cannot be undone, or decide who gets in.
    sensitive: bool,
    /// Those that it is of no use without.
    #[schema(example = json!(["member:read"]))]
    needs: Vec<&'static str>,
}

impl PermissionView {
    fn new(permission: Permission, language: Language) -> Self {
        Self {
            name: permission.name(),
            group: permission.group().into(),
            description: permission.about(language),
            sensitive: permission.is_sensitive(),
            needs: permission.needs().iter().map(|needed| needed.name()).collect(),
        }
    }
}

/// List the permissions
///
/// Everything that a role of an organization can allow, by name.
#[utoipa::path(
    operation_id = "list_permissions", tag = "access",
    params(PageParams),
    responses((status = 200, description = "Permissions.", body = Page<PermissionView>)),
    security(("access_token" = [])),
)]
#[get("/v1/access/permissions")]
pub(crate) async fn list_permissions(call: Call, _: Member, page: Params<PageParams>) -> Outcome {
    let language = call.language();
    let mut all: Vec<Permission> = Permission::ALL.to_vec();
    all.retain(|permission| permission.group() != domain::access::PermissionGroup::Platform);
    all.sort_by_key(|permission| permission.name());
    let view = |permission| PermissionView::new(permission, language);
    let (keys, name) = (&call.service.keys, "permissions");
    Ok(Reply::ok(&page_of(keys, name, &page.0, all.into_iter(), |permission| permission.name(), view)?)?)
}
