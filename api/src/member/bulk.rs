//! Many members in one request.

use super::{Ended, MemberView, views};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::post;
use domain::id::MemberId;
use domain::member::{Patch, update_many};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// The largest body: a thousand members, each with a kilobyte.
pub(crate) const LIMIT: usize = 1024 * 1024;

/// Members to be changed.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"members": [{"id": "0196f5a2-7c3e-7a10-8f4b-3d2c1b0a9f8e", "patch": {"position": "技术经理"}}]}))]
pub(crate) struct UpdateMembers {
    /// At most a thousand, each once.
    #[schema(min_items = 1, max_items = 1000)]
    members: Vec<MemberPatch>,
}

/// A member to be changed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberPatch {
    /// The member.
    id: Uuid,
    /// The version that was seen; the patch is refused when it is another one by now.
    #[schema(nullable = false)]
    version: Option<i64>,
    /// What changes about them.
    #[schema(value_type = super::update::UpdateMember)]
    patch: Map<String, Value>,
}

/// Members as they are now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UpdatedMembers {
    /// In the order of the request.
    members: Vec<MemberView>,
}

/// Change many members
///
/// All of them, or none: then every fault of every member is told, at its place in the request.
#[utoipa::path(
    operation_id = "update_members", tag = "organization",
    request_body = UpdateMembers,
    responses((status = 200, description = "The members.", body = UpdatedMembers)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["input_invalid"]))),
)]
#[post("/v1/members/bulk-update")]
pub(crate) async fn update_members(call: Call, member: Member, body: Body<UpdateMembers, LIMIT>) -> Outcome {
    let patch = |one: MemberPatch| Patch {
        id: MemberId::from(one.id),
        expected: one.version,
        document: Value::Object(one.patch),
    };
    let patches: Vec<_> = body.value.members.into_iter().map(patch).collect();
    let ended = Ended::default();
    let noted = ended.clone();
    let done = call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let (changed, ended) = update_many(tx, &world.context, &member.0, &patches)?;
        noted.are(ended);
        Reply::ok(&UpdatedMembers { members: views(tx, &member.0, changed)? })
    });
    let done = done.await;
    ended.forget(&call.service);
    done
}
