use super::get::{DepartmentDetail, detail};
use crate::http::actor::Member;
use crate::http::answer::Outcome;
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::post;
use actix_web::web::Path;
use domain::department::merge;
use domain::id::DepartmentId;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What becomes part of a department.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"source_ids": ["0196f5a2-7c3e-7a10-8f4b-3d2c1b0a9f8e"]}))]
pub(crate) struct MergeDepartments {
    /// The departments that are gone afterwards.
    #[schema(min_items = 1, max_items = 20)]
    source_ids: Vec<Uuid>,
}

/// Merge departments
///
/// What is in the others, members and departments, goes to this one, and they are gone. All of them, or none.
#[utoipa::path(
    operation_id = "merge_departments", tag = "organization",
    params(("id" = Uuid, Path, description = "The department that stays.")),
    request_body = MergeDepartments,
    responses((status = 200, description = "The department.", body = DepartmentDetail,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("department:manage")), ("x-errors" = json!(["beyond_own_rights", "version_stale", "department_root_stays", "input_invalid"]))),
)]
#[post("/v1/departments/{id}/merge")]
pub(crate) async fn merge_departments(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    body: Body<MergeDepartments>,
) -> Outcome {
    let (id, expected) = (DepartmentId::from(id.into_inner()), call.if_match()?);
    let sources: Vec<_> = body.value.source_ids.iter().copied().map(DepartmentId::from).collect();
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        merge(tx, &world.context, &member.0, (id, expected), &sources)?;
        detail(tx, &member.0, id, false)
    })
    .await
}
