use super::{Gender, MemberDepartment, MemberView, reply};
use crate::http::actor::Member;
use crate::http::answer::Outcome;
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use chrono::NaiveDate;
use domain::error::{Error, Result};
use domain::member::{MemberDraft, invite};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Somebody to be invited.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "张三", "mobile": "13800138000", "userid": "zhang.san", "position": "后端工程师"}))]
#[expect(dead_code, reason = "the contract's shape; the domain reads it as it was written")]
pub(crate) struct InviteMember {
    /// What integrators are to call them, letters, digits and `_ . @ -`; one is made when it is not there.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    userid: Option<String>,
    /// Their name.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// What else they are called.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    alias: Option<String>,
    /// Their number as an employee.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    employee_number: Option<String>,
    /// Their job.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    position: Option<String>,
    /// As it is told.
    #[schema(nullable = false)]
    gender: Option<Gender>,
    /// The mobile number with which they will sign in; bare digits mean +86.
    #[schema(max_length = 40)]
    mobile: String,
    /// Their mailbox here.
    #[schema(max_length = 254, nullable = false)]
    email: Option<String>,
    /// Where they are called.
    #[schema(max_length = 40, nullable = false)]
    telephone: Option<String>,
    /// Where they work.
    #[schema(min_length = 1, max_length = 128, nullable = false)]
    work_location: Option<String>,
    /// Where they get post.
    #[schema(min_length = 1, max_length = 256, nullable = false)]
    address: Option<String>,
    /// Since when they work here.
    #[schema(nullable = false)]
    hire_date: Option<NaiveDate>,
    /// To whom they report.
    #[schema(nullable = false)]
    leader_id: Option<Uuid>,
    /// Their departments; the root when there are none.
    #[schema(max_items = 100, nullable = false)]
    departments: Option<Vec<MemberDepartment>>,
    /// The main one of them; the first when it is not there.
    #[schema(nullable = false)]
    department_id: Option<Uuid>,
    /// Whether the directory shows them to those alone who may see what is hidden.
    #[schema(default = false, nullable = false)]
    hidden: Option<bool>,
    /// What they have in the fields that the organization added, by their ids.
    #[schema(nullable = false)]
    custom: Option<BTreeMap<Uuid, String>>,
    /// Whether they are told by SMS.
    #[schema(default = true, nullable = false)]
    send_invitation: Option<bool>,
}

/// Invite a member
///
/// They join by signing in with a code that is sent to their number; whoever belongs to another organization already names this one then
/// (`tenant_id`), and finds it in `list_my_invitations`. Until then they are `invited`, and everything here can be changed, the number too.
#[utoipa::path(
    operation_id = "invite_member", tag = "organization",
    request_body = InviteMember,
    responses((status = 201, description = "The member.", body = MemberView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["member_limit_reached", "invitation_too_soon", "invitations_spent", "input_invalid"]))),
)]
#[post("/v1/members")]
pub(crate) async fn invite_member(call: Call, member: Member, body: Body<InviteMember>) -> Outcome {
    let draft = draft(&body.json)?;
    let by_sms = body.json.get("send_invitation").and_then(Value::as_bool).unwrap_or(true);
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let terms = &world.service.settings.certification;
        let made = invite(tx, &world.context, &member.0, &draft, (terms, by_sms))?;
        reply(tx, &member.0, StatusCode::CREATED, made)
    })
    .await
}

/// A body that fits its schema, as the domain reads it.
fn draft(json: &Value) -> Result<MemberDraft> {
    serde_json::from_value(json.clone())
        .map_err(|error| Error::internal(format!("a member's draft: {error}")))
}
