use super::DepartureView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::member::{Ended, bulk};
use actix_web::post;
use domain::departure::{Leaver, Successors, depart_many};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Members who leave.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"members": [{"id": "0196f5a2-7c3e-7a10-8f4b-3d2c1b0a9f8e"}], "successor_id": null}))]
pub(crate) struct DepartMembers {
    /// At most a thousand, each once.
    #[schema(min_items = 1, max_items = 1000)]
    members: Vec<LeavingMember>,
    /// Who takes over what they had in hand; null for nobody.
    #[schema(required = true)]
    successor_id: Option<Uuid>,
    /// Whether whoever takes over has their tags as well; otherwise nobody has those in their place.
    #[serde(default = "super::create::yes")]
    #[schema(default = true)]
    hand_over_tags: bool,
}

/// A member who leaves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeavingMember {
    /// The member.
    id: Uuid,
    /// The version that was seen; they stay when it is another one by now.
    #[schema(nullable = false)]
    version: Option<i64>,
}

/// How members left.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepartedMembers {
    /// In the order of the request.
    departures: Vec<DepartureView>,
}

/// See many members off
///
/// All of them, or none: then every fault of every member is told, at its place in the request.
#[utoipa::path(
    operation_id = "depart_members", tag = "organization",
    request_body = DepartMembers,
    responses((status = 200, description = "The hand-over reports.", body = DepartedMembers)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["beyond_own_rights", "input_invalid"]))),
)]
#[post("/v1/members/bulk-delete")]
pub(crate) async fn depart_members(
    call: Call,
    member: Member,
    body: Body<DepartMembers, { bulk::LIMIT }>,
) -> Outcome {
    let leaver = |one: &LeavingMember| Leaver { id: one.id.into(), expected: one.version };
    let leavers: Vec<_> = body.value.members.iter().map(leaver).collect();
    let all = body.value.successor_id.map(Into::into);
    let successors = Successors { all, leaderships: Vec::new(), hand_over_tags: body.value.hand_over_tags };
    let ended = Ended::default();
    let noted = ended.clone();
    let done = call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let restorable = world.service.settings.restorable;
        let (left, ended) = depart_many(tx, &world.context, &member.0, &leavers, &successors, restorable)?;
        noted.are(ended);
        Reply::ok(&DepartedMembers { departures: left.iter().map(DepartureView::from).collect() })
    });
    let done = done.await;
    ended.forget(&call.service);
    done
}
