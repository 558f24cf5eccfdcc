//! Deciding who joins.

use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::{Call, NO_BODY};
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use crate::member::{MemberView, reply};
use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{get, post};
use chrono::{DateTime, Utc};
use domain::id::JoinRequestId;
use domain::joining::{Admit, JoinRequest, approve, decline, list};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Somebody who waits to join.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JoinRequestView {
    /// The request.
    id: Uuid,
    /// The name.
    #[schema(example = "张三")]
    name: String,
    /// The number; nobody has shown yet that it is theirs.
    #[schema(example = "+8613800138000")]
    mobile: String,
    /// What they say.
    #[schema(example = "新来的后端工程师")]
    remark: Option<String>,
    /// The department of the link.
    department_id: Uuid,
    /// When they asked.
    created_at: DateTime<Utc>,
}

impl From<&JoinRequest> for JoinRequestView {
    fn from(request: &JoinRequest) -> Self {
        Self {
            id: request.id.into(),
            name: request.name.as_str().to_owned(),
            mobile: request.mobile.as_str().to_owned(),
            remark: request.remark.as_ref().map(|remark| remark.as_str().to_owned()),
            department_id: request.department.into(),
            created_at: request.created_at,
        }
    }
}

/// List those who ask to join
///
/// Oldest first; what nobody decides is gone after thirty days.
#[utoipa::path(
    operation_id = "list_join_requests", tag = "organization",
    params(PageParams),
    responses((status = 200, description = "Those who wait.", body = Page<JoinRequestView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage"))),
)]
#[get("/v1/join-requests")]
pub(crate) async fn list_join_requests(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("join requests {}", member.0.tenant));
        let after: Option<Uuid> = position(keys, &name, page.0.cursor.as_deref())?;
        let limit = page.0.limit();
        let mut found = list(tx, &member.0, after.map(Into::into), limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |last| Uuid::from(last.id))?;
        Reply::ok(&Page { data: found.iter().map(JoinRequestView::from).collect(), next_cursor, total: None })
    })
    .await
}

/// How somebody is let in.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub(crate) struct ApproveJoinRequest {
    /// Into which department; that of the link when it is not there.
    #[schema(nullable = false)]
    department_id: Option<Uuid>,
    /// What they have in the fields that the organization added, by their ids.
    #[serde(default)]
    custom: BTreeMap<Uuid, String>,
}

/// Let somebody in
///
/// They are invited, and told so by SMS unless their number was told too often today. They join by signing in.
#[utoipa::path(
    operation_id = "approve_join_request", tag = "organization",
    params(("id" = Uuid, Path, description = "The request.")),
    request_body = ApproveJoinRequest,
    responses((status = 201, description = "The member.", body = MemberView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["member_limit_reached", "input_invalid"]))),
)]
#[post("/v1/join-requests/{id}/approval")]
pub(crate) async fn approve_join_request(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    body: Body<ApproveJoinRequest>,
) -> Outcome {
    let id = JoinRequestId::from(id.into_inner());
    let custom = body.value.custom.iter().map(|(field, value)| (*field, Some(value.clone()))).collect();
    let admit = Admit { department: body.value.department_id.map(Into::into), custom };
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let terms = &world.service.settings.certification;
        let made = approve(tx, &world.context, &member.0, (id, &admit), terms)?;
        reply(tx, &member.0, StatusCode::CREATED, made)
    })
    .await
}

/// Do not let somebody in
///
/// They are not told.
#[utoipa::path(
    operation_id = "decline_join_request", tag = "organization",
    params(("id" = Uuid, Path, description = "The request.")),
    responses((status = 204, description = "It is gone.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage"))),
)]
#[post("/v1/join-requests/{id}/refusal")]
pub(crate) async fn decline_join_request(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let id = JoinRequestId::from(id.into_inner());
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        decline(tx, &world.context, &member.0, id)?;
        Ok(Reply::no_content())
    })
    .await
}
