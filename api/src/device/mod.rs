//! The devices that members sign in from.

pub(crate) mod decide;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod serials;

use crate::mirror::mirror;
use crate::session::DevicePlatform;
use chrono::{DateTime, Utc};
use domain::device::{ListedDevice, Serial};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// What a device is to the organization.
    DeviceKind = domain::device::DeviceKind {
        Corporate "corporate" "the organization's own";
        Personal "personal" "the member's own";
        Unknown "unknown" "nobody has said";
    }
}

mirror! {
    /// Whether members may come from a device.
    DeviceState = domain::device::DeviceState {
        Pending "pending" "it waits for an administrator";
        Trusted "trusted" "they may";
        Rejected "rejected" "an administrator said no";
        Removed "removed" "it was given up";
    }
}

/// A device of a member.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceView {
    /// Its id.
    id: Uuid,
    /// What its owner calls it.
    #[schema(example = "王小明的手机")]
    name: String,
    /// What runs on it.
    platform: DevicePlatform,
    /// The serial number that it says it has.
    #[schema(example = "C02XK0ABJG5J")]
    serial: Option<String>,
    /// The member.
    member_id: Uuid,
    /// What the member is called.
    #[schema(example = "王小明")]
    member_name: String,
    /// What it is.
    kind: DeviceKind,
    /// Whether they may come from it.
    state: DeviceState,
    /// Since when it is known here.
    created_at: DateTime<Utc>,
    /// When an administrator decided about it; null when nobody has.
    decided_at: Option<DateTime<Utc>>,
    /// The administrator.
    decided_by: Option<Uuid>,
    /// Counts the changes; `If-Match` of a decision may name it.
    #[schema(example = 1)]
    version: i64,
}

impl DeviceView {
    fn of(device: &ListedDevice) -> Self {
        let own = &device.own;
        Self {
            id: own.device.into(),
            name: device.described.name.as_str().to_owned(),
            platform: device.described.platform.into(),
            serial: device.described.serial.as_ref().map(|serial| Serial::as_str(serial).to_owned()),
            member_id: own.member.into(),
            member_name: device.member_name.clone(),
            kind: own.kind.into(),
            state: own.state.into(),
            created_at: own.created_at,
            decided_at: own.decided.map(|(_, at)| at),
            decided_by: own.decided.map(|(by, _)| by.into()),
            version: own.version,
        }
    }
}
