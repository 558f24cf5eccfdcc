use super::{MemberFieldKind, MemberFieldView, options};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::error::{Faults, Place};
use domain::member_field::{FieldName, NewField, create};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// A field to be added.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "工牌颜色", "kind": "choice", "options": ["蓝", "绿"]}))]
pub(crate) struct CreateMemberField {
    /// What it is called; no two fields are called the same.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// What it holds; this never changes.
    kind: MemberFieldKind,
    /// What can be chosen, for a choice.
    #[serde(default)]
    #[schema(max_items = 100)]
    options: Vec<String>,
    /// Whether every member has to have it: new ones at once, others when their fields change.
    #[serde(default)]
    required: bool,
    /// Whether no two members have the same; this never changes.
    #[serde(default)]
    unique: bool,
    /// Whether members see it of each other.
    #[serde(default)]
    visible: bool,
    /// Its place among the fields, smallest first; the last when it is not there.
    #[schema(minimum = 0, maximum = 4_294_967_295_u32, nullable = false)]
    order: Option<i64>,
}

/// Add a field to members
///
/// At most fifty.
#[utoipa::path(
    operation_id = "create_member_field", tag = "organization",
    request_body = CreateMemberField,
    responses((status = 201, description = "The field.", body = MemberFieldView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["member_field_limit_reached", "input_invalid"]))),
)]
#[post("/v1/member-fields")]
pub(crate) async fn create_member_field(
    call: Call,
    member: Member,
    body: Body<CreateMemberField>,
) -> Outcome {
    let given = &body.value;
    let mut faults = Faults::of(Place::Body);
    let name = faults.at("/name", FieldName::parse(&given.name));
    let options = options(Some(&given.options), &mut faults);
    let (Some(name), Some(options)) = (name, options) else { return Err(faults.into_error().into()) };
    faults.finish()?;
    let new = NewField {
        name,
        kind: given.kind.into(),
        options,
        required: given.required,
        unique: given.unique,
        visible: given.visible,
        order: given.order,
    };
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let made = create(tx, &world.context, &member.0, new.clone())?;
        Ok(Reply::json(StatusCode::CREATED, &MemberFieldView::from(&made))?.version(made.version))
    })
    .await
}
