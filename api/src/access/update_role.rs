use super::{FieldGroup, RoleView, groups, permissions};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::patch;
use actix_web::web::Path;
use domain::access::{Role, RoleDescription, RoleName, RolePatch, update_role as update};
use domain::error::{Faults, Place};
use domain::id::RoleId;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What of members a role shows and lets change from now on; what is not there stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleFieldsPatch {
    /// What it shows.
    #[schema(max_items = 5, nullable = false)]
    read: Option<Vec<FieldGroup>>,
    /// What it lets change.
    #[schema(max_items = 5, nullable = false)]
    write: Option<Vec<FieldGroup>>,
}

/// What changes about a role (RFC 7396): what is not there stays.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"permissions": ["member:read", "tag:read"]}))]
pub(crate) struct UpdateRole {
    /// Its name; no two roles are called the same.
    #[schema(min_length = 1, max_length = 32, nullable = false)]
    name: Option<String>,
    /// What it is for; null takes it away.
    #[schema(min_length = 1, max_length = 200)]
    description: Option<String>,
    /// All that it allows from now on, by name, and with that whatever it is of no use without.
    #[schema(max_items = 100, nullable = false)]
    permissions: Option<Vec<String>>,
    /// What of members it shows and lets change.
    #[schema(nullable = false)]
    fields: Option<RoleFieldsPatch>,
}

/// Change a role
///
/// For everybody who has it, within a second. Its changer needs all that it gave and all that it gives, in the whole organization, and for as
/// long as anybody has it.
#[utoipa::path(
    operation_id = "update_role", tag = "access",
    params(("id" = Uuid, Path, description = "The role.")),
    request_body(content((UpdateRole = "application/json"), (UpdateRole = "application/merge-patch+json"))),
    responses((status = 200, description = "The role.", body = RoleView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:manage")), ("x-errors" = json!(["version_stale", "role_built_in", "beyond_own_rights", "input_invalid"]))),
)]
#[patch("/v1/access/roles/{id}")]
pub(crate) async fn update_role(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    body: Body<UpdateRole>,
) -> Outcome {
    let (id, expected) = (RoleId::from(id.into_inner()), call.if_match()?);
    let given = &body.value;
    let mut faults = Faults::of(Place::Body);
    let name = given.name.as_deref().and_then(|name| faults.at("/name", RoleName::parse(name)));
    let description =
        given.description.as_deref().and_then(|text| faults.at("/description", RoleDescription::parse(text)));
    let permissions = given.permissions.as_deref().map(|names| permissions(names, &mut faults));
    faults.finish()?;
    let shown = |of: fn(&RoleFieldsPatch) -> Option<&Vec<FieldGroup>>| {
        given.fields.as_ref().and_then(of).map(|some| groups(some))
    };
    let patch = RolePatch {
        name,
        description: body
            .json
            .get("description")
            .map(|given: &Value| description.filter(|_| !given.is_null())),
        permissions,
        read: shown(|fields| fields.read.as_ref()),
        write: shown(|fields| fields.write.as_ref()),
    };
    let language = call.language();
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let role = update(tx, &world.context, &member.0, (id, expected), patch.clone())?;
        let version = role.version;
        Ok(Reply::ok(&RoleView::new(&Role::Custom(role), language))?.version(version))
    })
    .await
}
