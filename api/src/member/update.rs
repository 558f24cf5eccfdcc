use super::{Ended, Gender, MemberDepartment, MemberState, MemberView, reply};
use crate::http::actor::Member;
use crate::http::answer::Outcome;
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::patch;
use actix_web::web::Path;
use chrono::NaiveDate;
use domain::id::MemberId;
use domain::member::{Patch, update};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What changes about a member (RFC 7396): what is not there stays, and null takes it away.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"position": "技术经理", "leader_id": null}))]
#[expect(dead_code, reason = "the contract's shape; the patch is applied as JSON")]
pub(crate) struct UpdateMember {
    /// What integrators call them.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    userid: Option<String>,
    /// Their name.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    name: Option<String>,
    /// What else they are called.
    #[schema(min_length = 1, max_length = 64)]
    alias: Option<String>,
    /// Their number as an employee.
    #[schema(min_length = 1, max_length = 64)]
    employee_number: Option<String>,
    /// Their job.
    #[schema(min_length = 1, max_length = 64)]
    position: Option<String>,
    /// As it is told.
    gender: Option<Gender>,
    /// The number that is invited. Whoever has joined changes their number themselves.
    #[schema(max_length = 40, nullable = false)]
    mobile: Option<String>,
    /// Their mailbox here.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// Where they are called.
    #[schema(max_length = 40)]
    telephone: Option<String>,
    /// Where they work.
    #[schema(min_length = 1, max_length = 128)]
    work_location: Option<String>,
    /// Where they get post.
    #[schema(min_length = 1, max_length = 256)]
    address: Option<String>,
    /// Since when they work here.
    hire_date: Option<NaiveDate>,
    /// To whom they report.
    leader_id: Option<Uuid>,
    /// All their departments from now on; empty for the root alone.
    #[schema(max_items = 100, nullable = false)]
    departments: Option<Vec<MemberDepartment>>,
    /// The main one of them.
    #[schema(nullable = false)]
    department_id: Option<Uuid>,
    /// Whether the directory shows them to those alone who may see what is hidden.
    #[schema(nullable = false)]
    hidden: Option<bool>,
    /// What changes in the fields that the organization added, by their ids; null empties one.
    #[schema(nullable = false)]
    custom: Option<BTreeMap<Uuid, Option<String>>>,
    /// `disabled` shuts them out, `active` lets them in again.
    #[schema(nullable = false)]
    state: Option<MemberState>,
}

/// Change a member
///
/// All of it, or nothing. Every session of a member who is shut out ends in this organization, on every replica within a second; other
/// organizations of theirs and what they own here are left alone.
#[utoipa::path(
    operation_id = "update_member", tag = "organization",
    params(("id" = Uuid, Path, description = "The member.")),
    request_body(content((UpdateMember = "application/json"), (UpdateMember = "application/merge-patch+json"))),
    responses((status = 200, description = "The member.", body = MemberView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["version_stale", "owner_stays", "action_not_allowed", "input_invalid"]))),
)]
#[patch("/v1/members/{id}")]
pub(crate) async fn update_member(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    body: Body<UpdateMember>,
) -> Outcome {
    let (id, expected) = (MemberId::from(id.into_inner()), call.if_match()?);
    let patch = Patch { id, expected, document: body.json };
    let ended = Ended::default();
    let noted = ended.clone();
    let done = call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let (changed, ended) = update(tx, &world.context, &member.0, &patch)?;
        noted.are(ended);
        reply(tx, &member.0, StatusCode::OK, changed)
    });
    let done = done.await;
    ended.forget(&call.service);
    done
}
