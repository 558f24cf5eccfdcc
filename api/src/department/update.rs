use super::get::{DepartmentDetail, detail};
use super::name;
use crate::http::actor::Member;
use crate::http::answer::Outcome;
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::patch;
use actix_web::web::Path;
use domain::department::{DepartmentPatch, update};
use domain::error::{Faults, Place};
use domain::id::{DepartmentId, MemberId};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What changes about a department (RFC 7396): what is not there stays.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "平台研发部", "parent_id": "0196f5a2-7c3e-7a10-8f4b-3d2c1b0a9f8e"}))]
pub(crate) struct UpdateDepartment {
    /// The one above it from now on. All that stands below it comes along.
    #[schema(nullable = false)]
    parent_id: Option<Uuid>,
    /// Its name, none of `\ : * ? " < > |`; none beside it has the same.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    name: Option<String>,
    /// Its English name; null takes it away.
    #[schema(min_length = 1, max_length = 64)]
    english_name: Option<String>,
    /// Its place among those beside it, smallest first.
    #[schema(minimum = 0, maximum = 4_294_967_295_u32, nullable = false)]
    order: Option<i64>,
    /// Whether it is hidden with all that is below it, from those who are not in it and may not see what is hidden. The root is not.
    #[schema(nullable = false)]
    hidden: Option<bool>,
    /// Who leads it, in order: members of it.
    #[schema(max_items = 5, nullable = false)]
    leader_ids: Option<Vec<Uuid>>,
}

/// Change a department
///
/// To rename it, to move it with all that stands below it, to reorder it, and to say who leads it, in one request: all of it is
/// done, or nothing is. With `If-Match`, only the version that was seen is changed.
#[utoipa::path(
    operation_id = "update_department", tag = "organization",
    params(("id" = Uuid, Path, description = "The department.")),
    request_body(content((UpdateDepartment = "application/json"), (UpdateDepartment = "application/merge-patch+json"))),
    responses((status = 200, description = "The department.", body = DepartmentDetail,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("department:manage")), ("x-errors" = json!(["beyond_own_rights", "version_stale", "department_root_stays", "input_invalid"]))),
)]
#[patch("/v1/departments/{id}")]
pub(crate) async fn update_department(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    body: Body<UpdateDepartment>,
) -> Outcome {
    let (id, expected) = (DepartmentId::from(id.into_inner()), call.if_match()?);
    let UpdateDepartment { parent_id, name: given, english_name, order, hidden, leader_ids } = &body.value;
    let mut faults = Faults::of(Place::Body);
    let named = name("/name", given.as_ref(), &mut faults);
    let english = name("/english_name", english_name.as_ref(), &mut faults);
    faults.finish()?;
    let patch = DepartmentPatch {
        parent: parent_id.map(Into::into),
        name: named,
        english_name: body.json.get("english_name").map(|given: &Value| english.filter(|_| !given.is_null())),
        order: *order,
        hidden: *hidden,
        leaders: leader_ids.as_ref().map(|ids| ids.iter().copied().map(MemberId::from).collect()),
    };
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        update(tx, &world.context, &member.0, (id, expected), patch.clone())?;
        detail(tx, &member.0, id, false)
    })
    .await
}
