use super::{MemberState, MemberView};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::patch;
use actix_web::web::Path;
use domain::id::MemberId;
use domain::member::set_state;
use domain::tenant::TenantScope;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What changes about a member.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"state": "disabled"}))]
pub(crate) struct UpdateMember {
    /// Whether they get in.
    state: MemberState,
}

/// Disable a member, or let them in again
///
/// Every session of a disabled member in this organization ends, on every replica within a second; other organizations of theirs
/// and what they own here are left alone.
#[utoipa::path(
    operation_id = "update_member", tag = "organization",
    params(("id" = Uuid, Path, description = "The member.")),
    request_body(content((UpdateMember = "application/json"), (UpdateMember = "application/merge-patch+json"))),
    responses((status = 200, description = "The member.", body = MemberView)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["version_stale", "owner_stays"]))),
)]
#[patch("/v1/members/{id}")]
pub(crate) async fn update_member(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    body: Body<UpdateMember>,
) -> Outcome {
    let (id, expected) = (MemberId::from(id.into_inner()), call.if_match()?);
    let state = body.value.state.into();
    let changed = call.transact(move |tx, world| {
        tx.enter(member.0.tenant);
        set_state(tx, &world.context, &member.0, (id, expected), state)
    });
    let (changed, ended) = changed.await?;
    for session in ended {
        call.service.sessions.forget(session);
    }
    Ok(Reply::ok(&MemberView::from(&changed))?.version(changed.version))
}
