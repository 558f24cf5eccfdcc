use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use crate::http::params::Params;
use actix_web::delete;
use actix_web::web::Path;
use domain::department::delete;
use domain::id::DepartmentId;
use serde::Deserialize;
use uuid::Uuid;

/// Who takes over.
#[derive(Debug, Deserialize)]
pub(crate) struct Succession {
    successor_id: Option<Uuid>,
}

/// Delete a department
///
/// It has to be empty, or name the department that takes its members and departments over. The members of both are there once;
/// who led it leads nothing by that.
#[utoipa::path(
    operation_id = "delete_department", tag = "organization",
    params(("id" = Uuid, Path, description = "The department."),
        ("successor_id" = Option<Uuid>, Query, description = "The department that takes over what is in it.")),
    responses((status = 204, description = "It is gone.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("department:manage")), ("x-errors" = json!(["beyond_own_rights", "version_stale", "department_root_stays", "department_not_empty", "input_invalid"]))),
)]
#[delete("/v1/departments/{id}")]
pub(crate) async fn delete_department(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    succession: Params<Succession>,
) -> Outcome {
    let (id, expected) = (DepartmentId::from(id.into_inner()), call.if_match()?);
    let successor = succession.0.successor_id.map(Into::into);
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        delete(tx, &world.context, &member.0, (id, expected), successor)?;
        Ok(Reply::no_content())
    })
    .await
}
