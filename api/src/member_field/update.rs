use super::{MemberFieldView, options};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::patch;
use actix_web::web::Path;
use domain::error::{Faults, Place};
use domain::id::MemberFieldId;
use domain::member_field::{FieldName, FieldPatch, update};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What changes about a field (RFC 7396): what is not there stays.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"options": ["蓝", "绿", "橙"]}))]
pub(crate) struct UpdateMemberField {
    /// What it is called.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    name: Option<String>,
    /// What can be chosen from now on; what was chosen stays.
    #[schema(max_items = 100, nullable = false)]
    options: Option<Vec<String>>,
    /// Whether every member has to have it: new ones at once, others when their fields change.
    #[schema(nullable = false)]
    required: Option<bool>,
    /// Whether members see it of each other.
    #[schema(nullable = false)]
    visible: Option<bool>,
    /// Its place among the fields, smallest first.
    #[schema(minimum = 0, maximum = 4_294_967_295_u32, nullable = false)]
    order: Option<i64>,
}

/// Change a field of members
#[utoipa::path(
    operation_id = "update_member_field", tag = "organization",
    params(("id" = Uuid, Path, description = "The field.")),
    request_body(content((UpdateMemberField = "application/json"), (UpdateMemberField = "application/merge-patch+json"))),
    responses((status = 200, description = "The field.", body = MemberFieldView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["version_stale", "input_invalid"]))),
)]
#[patch("/v1/member-fields/{id}")]
pub(crate) async fn update_member_field(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    body: Body<UpdateMemberField>,
) -> Outcome {
    let (id, expected) = (MemberFieldId::from(id.into_inner()), call.if_match()?);
    let given = &body.value;
    let mut faults = Faults::of(Place::Body);
    let name = given.name.as_deref().and_then(|name| faults.at("/name", FieldName::parse(name)));
    let options = options(given.options.as_deref(), &mut faults);
    faults.finish()?;
    let (required, visible, order) = (given.required, given.visible, given.order);
    let patch = FieldPatch { name, options, required, visible, order };
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let changed = update(tx, &world.context, &member.0, (id, expected), patch.clone())?;
        Ok(Reply::ok(&MemberFieldView::from(&changed))?.version(changed.version))
    })
    .await
}
