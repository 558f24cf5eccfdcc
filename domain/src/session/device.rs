//! Devices: what somebody signs in from. A device that has signed in before is known by a token of its own.

use super::{Identity, TokenHash};
use crate::actor::Realm;
use crate::contact::ContactPoint;
use crate::device::Serial;
use crate::error::Result;
use crate::id::DeviceId;
use crate::text::DeviceName;
use crate::verification::Requester;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What runs on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// A browser.
    Web,
    /// An iPhone or iPad.
    Ios,
    /// An Android device.
    Android,
    /// A desktop program.
    Desktop,
    /// A mini program inside another app.
    MiniProgram,
}

/// A device as it names itself at sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDevice {
    /// What its owner calls it.
    pub name: DeviceName,
    /// What runs on it.
    pub platform: Platform,
    /// Its serial number, where an app knows it. Whoever knows it can say it, so it lets nobody in by itself.
    pub serial: Option<Serial>,
}

/// A device from which somebody has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Whose it is.
    pub owner: Identity,
    /// By what it is known again.
    pub token: TokenHash,
    /// What it said of itself.
    pub described: NewDevice,
    /// Since when it is known.
    pub created_at: DateTime<Utc>,
}

/// Keeps devices.
pub trait DeviceStore {
    /// The device with a token, if its owner in that realm is known by that.
    ///
    /// # Errors
    /// When the store fails.
    fn device_of(
        &mut self,
        token: &TokenHash,
        realm: Realm,
        contact: &ContactPoint,
    ) -> Result<Option<DeviceId>>;
    /// The device of an id.
    ///
    /// # Errors
    /// When the store fails.
    fn device(&mut self, id: DeviceId) -> Result<Option<Device>>;
    /// Keeps a new device.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_device(&mut self, device: &Device) -> Result<()>;
}

/// Who asks: the known device with that token, or a stranger.
///
/// # Errors
/// When the store fails.
pub fn known_device(
    tx: &mut impl DeviceStore,
    token: Option<&TokenHash>,
    realm: Realm,
    contact: &ContactPoint,
) -> Result<Requester> {
    let Some(token) = token else { return Ok(Requester::Stranger) };
    Ok(tx.device_of(token, realm, contact)?.map_or(Requester::Stranger, Requester::Device))
}
