use super::TagView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::error::{Faults, Place};
use domain::tag::{TagName, create};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// A tag to be made.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "新员工"}))]
pub(crate) struct CreateTag {
    /// Its name; no two tags are called the same.
    #[schema(min_length = 1, max_length = 32)]
    name: String,
}

/// Make a tag
///
/// At most 3 000. Nobody has it yet.
#[utoipa::path(
    operation_id = "create_tag", tag = "organization",
    request_body = CreateTag,
    responses((status = 201, description = "The tag.", body = TagView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tag:manage")), ("x-errors" = json!(["tag_limit_reached", "input_invalid"]))),
)]
#[post("/v1/tags")]
pub(crate) async fn create_tag(call: Call, member: Member, body: Body<CreateTag>) -> Outcome {
    let mut faults = Faults::of(Place::Body);
    let Some(name) = faults.at("/name", TagName::parse(&body.value.name)) else {
        return Err(faults.into_error().into());
    };
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let made = create(tx, &world.context, &member.0, name.clone())?;
        Ok(Reply::json(StatusCode::CREATED, &TagView::new(&made, Some(0)))?.version(made.version))
    })
    .await
}
