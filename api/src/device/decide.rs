use super::DeviceKind;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::patch;
use actix_web::web::Path;
use domain::device::{Decision, DeviceState, decide};
use domain::id::DeviceId;
use domain::tenant::TenantScope;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What an administrator can say of a device.
///
/// - `trusted`: members may come from it
/// - `rejected`: they may not
/// - `removed`: it is not used any more
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeviceVerdict {
    Trusted,
    Rejected,
    Removed,
}

impl From<DeviceVerdict> for DeviceState {
    fn from(verdict: DeviceVerdict) -> Self {
        match verdict {
            DeviceVerdict::Trusted => Self::Trusted,
            DeviceVerdict::Rejected => Self::Rejected,
            DeviceVerdict::Removed => Self::Removed,
        }
    }
}

/// What an administrator says of a device; what is not there stays.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"state": "trusted", "kind": "corporate"}))]
pub(crate) struct DecideDevice {
    /// Whether members may come from it.
    state: Option<DeviceVerdict>,
    /// What it is.
    kind: Option<DeviceKind>,
}

/// Decide about a device
///
/// Approve one that waits, reject it, or remove one. From a device that is not trusted any more every session in the organization
/// ends, on every replica within a second.
#[utoipa::path(
    operation_id = "decide_device", tag = "security",
    params(("id" = Uuid, Path, description = "The device.")),
    request_body(content((DecideDevice = "application/json"), (DecideDevice = "application/merge-patch+json"))),
    responses((status = 204, description = "It is decided.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("device:manage")), ("x-errors" = json!(["version_stale", "device_in_use"]))),
)]
#[patch("/v1/devices/{id}")]
pub(crate) async fn decide_device(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    body: Body<DecideDevice>,
) -> Outcome {
    let (id, expected) = (DeviceId::from(id.into_inner()), call.if_match()?);
    let wanted = Decision { state: body.value.state.map(Into::into), kind: body.value.kind.map(Into::into) };
    let ended = call.transact(move |tx, world| {
        tx.enter(member.0.tenant);
        decide(tx, &world.context, &member.0, (id, expected), wanted).map(|(_, ended)| ended)
    });
    for session in ended.await? {
        call.service.sessions.forget(session);
    }
    Ok(Reply::no_content())
}
