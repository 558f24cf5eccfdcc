use super::{RoleFields, RoleView, permissions};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::access::{Role, RoleDescription, RoleDraft, RoleName, create_role as create};
use domain::error::{Faults, Place};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// A role to be made.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "前台", "description": "收发快递，登记访客", "permissions": ["member:read"], "fields": {"read": ["basic", "contact"], "write": []}}))]
pub(crate) struct CreateRole {
    /// Its name; no two roles are called the same.
    #[schema(min_length = 1, max_length = 32)]
    name: String,
    /// What it is for.
    #[schema(min_length = 1, max_length = 200)]
    description: Option<String>,
    /// What it allows, by name, and with that whatever it is of no use without.
    #[schema(max_items = 100, example = json!(["member:read"]))]
    permissions: Vec<String>,
    /// What of members it shows and lets change.
    fields: RoleFields,
}

/// Make a role
///
/// At most 500. Nobody has it yet. It gives nothing that its maker does not have in the whole organization.
#[utoipa::path(
    operation_id = "create_role", tag = "access",
    request_body = CreateRole,
    responses((status = 201, description = "The role.", body = RoleView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:manage")), ("x-errors" = json!(["role_limit_reached", "beyond_own_rights", "input_invalid"]))),
)]
#[post("/v1/access/roles")]
pub(crate) async fn create_role(call: Call, member: Member, body: Body<CreateRole>) -> Outcome {
    let given = &body.value;
    let mut faults = Faults::of(Place::Body);
    let name = faults.at("/name", RoleName::parse(&given.name));
    let description =
        given.description.as_deref().and_then(|text| faults.at("/description", RoleDescription::parse(text)));
    let permissions = permissions(&given.permissions, &mut faults);
    let Some(name) = name.filter(|_| faults.found().is_empty()) else {
        return Err(faults.into_error().into());
    };
    let draft = RoleDraft { name, description, permissions, fields: given.fields.read() };
    let language = call.language();
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let made = create(tx, &world.context, &member.0, draft.clone())?;
        let version = made.version;
        Ok(Reply::json(StatusCode::CREATED, &RoleView::new(&Role::Custom(made), language))?.version(version))
    })
    .await
}
