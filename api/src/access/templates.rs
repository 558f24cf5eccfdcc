use super::RoleFields;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::Params;
use crate::mirror::mirror;
use actix_web::get;
use domain::access::{self, Permission, reach};
use serde::Serialize;
use utoipa::ToSchema;

mirror! {
    /// A role to begin with.
    RoleTemplateKind = access::RoleTemplate {
        Receptionist "receptionist" "finds and reaches everybody";
        Recruiter "recruiter" "invites people and says where they go";
        Payroll "payroll" "sees all that is known of members, and takes it out";
        TagKeeper "tag_keeper" "says who has which tag";
        Helpdesk "helpdesk" "decides about devices";
        SecurityOfficer "security_officer" "says who gets in, and how";
    }
}

/// A role to begin with, as `create_role` takes it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleTemplateView {
    /// Which one.
    template: RoleTemplateKind,
    /// A name for it, in the client's language.
    #[schema(example = "前台")]
    name: &'static str,
    /// What it is for.
    #[schema(example = "查找和联系所有成员")]
    description: &'static str,
    /// What it allows.
    #[schema(example = json!(["member:read", "department:read"]))]
    permissions: Vec<&'static str>,
    /// What of members it shows and lets change.
    fields: RoleFields,
}

/// List templates of roles
///
/// What a form for a new role can be filled with: name, description, permissions and fields go to `create_role` as they are, or changed.
#[utoipa::path(
    operation_id = "list_role_templates", tag = "access",
    params(PageParams),
    responses((status = 200, description = "Templates.", body = Page<RoleTemplateView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:read"))),
)]
#[get("/v1/access/role-templates")]
pub(crate) async fn list_role_templates(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    reach(&member.0, Permission::AccessRead)?;
    let language = call.language();
    let view = |one: access::RoleTemplate| {
        let (name, description) = one.words(language);
        RoleTemplateView {
            template: one.into(),
            name,
            description,
            permissions: one.permissions().iter().map(Permission::name).collect(),
            fields: RoleFields::of(one.fields()),
        }
    };
    let all = access::RoleTemplate::ALL.iter().copied();
    let name = "role templates";
    Ok(Reply::ok(&page_of(&call.service.keys, name, &page.0, all, |one| one.name(), view)?)?)
}
