use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use actix_web::delete;
use actix_web::web::Path;
use domain::device::remove_own;
use domain::id::DeviceId;
use domain::tenant::TenantScope;
use uuid::Uuid;

/// Give one of one's devices up
///
/// In all of one's organizations: it is not known any more, and its sessions end, on every replica within a second.
#[utoipa::path(
    operation_id = "remove_my_device", tag = "session",
    params(("id" = Uuid, Path, description = "The device.")),
    responses((status = 204, description = "It is not known any more.")),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["device_in_use"]))),
)]
#[delete("/v1/me/devices/{id}")]
pub(crate) async fn remove_my_device(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let id = DeviceId::from(id.into_inner());
    let ended = call.transact(move |tx, world| {
        tx.enter(member.0.tenant);
        remove_own(tx, &world.context, &member.0, id)
    });
    for session in ended.await? {
        call.service.sessions.forget(session);
    }
    Ok(Reply::no_content())
}
