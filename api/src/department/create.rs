use super::{DepartmentView, name};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::department::{NewDepartment, create};
use domain::error::{Faults, Place};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A department to be made.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "研发中心", "english_name": "R&D Center"}))]
pub(crate) struct CreateDepartment {
    /// The one above; the root when it is not there.
    #[schema(nullable = false)]
    parent_id: Option<Uuid>,
    /// Its name, none of `\ : * ? " < > |`; none beside it has the same.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// Its English name.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    english_name: Option<String>,
    /// Its place among those beside it, smallest first; its number when it is not there, so that it follows the older ones.
    #[schema(minimum = 0, maximum = 4_294_967_295_u32, nullable = false)]
    order: Option<i64>,
    /// Whether it is hidden with all that is below it, from those who are not in it and may not see what is hidden.
    #[serde(default)]
    #[schema(default = false)]
    hidden: bool,
}

/// Make a department
#[utoipa::path(
    operation_id = "create_department", tag = "organization",
    request_body = CreateDepartment,
    responses((status = 201, description = "The department.", body = DepartmentView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("department:manage")), ("x-errors" = json!(["department_limit_reached", "input_invalid"]))),
)]
#[post("/v1/departments")]
pub(crate) async fn create_department(call: Call, member: Member, body: Body<CreateDepartment>) -> Outcome {
    let CreateDepartment { parent_id, name: given, english_name, order, hidden } = &body.value;
    let mut faults = Faults::of(Place::Body);
    let named = name("/name", Some(given), &mut faults);
    let english_name = name("/english_name", english_name.as_ref(), &mut faults);
    let Some(name) = named else { return Err(faults.into_error().into()) };
    faults.finish()?;
    let (parent, order, hidden) = (parent_id.map(Into::into), *order, *hidden);
    let new = NewDepartment { parent, name, english_name, order, hidden };
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let made = create(tx, &world.context, &member.0, new.clone())?;
        let version = made.version;
        Ok(Reply::json(StatusCode::CREATED, &DepartmentView::new(made))?.version(version))
    })
    .await
}
