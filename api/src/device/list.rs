use super::{DeviceState, DeviceView};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use domain::device::{DeviceFilter, list, list_own};
use serde::Deserialize;
use uuid::Uuid;

/// Which devices.
#[derive(Debug, Deserialize)]
pub(crate) struct DevicesFilter {
    state: Option<DeviceState>,
    member_id: Option<Uuid>,
    #[serde(flatten)]
    page: PageParams,
}

/// List the devices of members
#[utoipa::path(
    operation_id = "list_devices", tag = "security",
    params(("state" = Option<DeviceState>, Query, description = "Only in this state."),
        ("member_id" = Option<Uuid>, Query, description = "Only of this member."), PageParams),
    responses((status = 200, description = "Devices, newest first.", body = Page<DeviceView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("device:read"))),
)]
#[get("/v1/devices")]
pub(crate) async fn list_devices(call: Call, member: Member, filter: Params<DevicesFilter>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let DevicesFilter { state, member_id, page } = &filter.0;
        let (keys, name) =
            (&world.service.keys, format!("devices {} {state:?} {member_id:?}", member.0.tenant));
        let before: Option<Uuid> = position(keys, &name, page.cursor.as_deref())?;
        let (limit, wanted) =
            (page.limit(), DeviceFilter { member: member_id.map(Into::into), state: state.map(Into::into) });
        let mut found = list(tx, &member.0, wanted, before.map(Into::into), limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |last| Uuid::from(last.own.device))?;
        Reply::ok(&Page { data: found.iter().map(DeviceView::of).collect(), next_cursor, total: None })
    })
    .await
}

/// List one's own devices
///
/// As the organization of the session sees them.
#[utoipa::path(
    operation_id = "list_my_devices", tag = "session",
    params(PageParams),
    responses((status = 200, description = "Devices, newest first.", body = Page<DeviceView>)),
    security(("access_token" = [])),
)]
#[get("/v1/me/devices")]
pub(crate) async fn list_my_devices(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("my devices {}", member.0.member));
        let before: Option<Uuid> = position(keys, &name, page.0.cursor.as_deref())?;
        let limit = page.0.limit();
        let mut found = list_own(tx, &member.0, before.map(Into::into), limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |last| Uuid::from(last.own.device))?;
        Reply::ok(&Page { data: found.iter().map(DeviceView::of).collect(), next_cursor, total: None })
    })
    .await
}
