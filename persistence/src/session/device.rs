//! Devices from which people have signed in.

use crate::connection::on;
use crate::error::{Understood, corrupt};
use crate::schema::{accounts, devices, operators};
use crate::sql_type::{Id, Instant, name_of, named};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::actor::Realm;
use domain::contact::ContactPoint;
use domain::device::Serial;
use domain::error::Result;
use domain::id::DeviceId;
use domain::session::{Device, DeviceStore, Identity, NewDevice, TokenHash};
use domain::text::DeviceName;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = devices, treat_none_as_default_value = false)]
struct Row {
    id: Id,
    account_id: Option<Id>,
    operator_id: Option<Id>,
    token: Vec<u8>,
    name: String,
    platform: String,
    serial: Option<String>,
    created_at: Instant,
}

impl TryFrom<Row> for Device {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("devices", row.id.0, column);
        Ok(Self {
            id: row.id.get(),
            owner: identity(row.account_id, row.operator_id).ok_or_else(|| wrong("owner"))?,
            token: super::token("devices", row.id, &row.token)?,
            described: described(&row.name, &row.platform, row.serial.as_deref())
                .ok_or_else(|| wrong("name"))?,
            created_at: row.created_at.0,
        })
    }
}

/// Whose a row is that has a column for each realm.
pub(crate) fn identity(account: Option<Id>, operator: Option<Id>) -> Option<Identity> {
    match (account, operator) {
        (Some(account), None) => Some(Identity::Account(account.get())),
        (None, Some(operator)) => Some(Identity::Operator(operator.get())),
        _ => None,
    }
}

/// The columns of an identity.
pub(crate) fn columns(who: Identity) -> (Option<Id>, Option<Id>) {
    match who {
        Identity::Account(id) => (Some(id.into()), None),
        Identity::Operator(id) => (None, Some(id.into())),
    }
}

/// What a device says of itself.
pub(crate) fn described(name: &str, platform: &str, serial: Option<&str>) -> Option<NewDevice> {
    let serial =
        serial.map(|serial| Serial::parse(serial).ok()).map_or(Some(None), |found| found.map(Some))?;
    Some(NewDevice { name: DeviceName::parse(name).ok()?, platform: named(platform)?, serial })
}

impl DeviceStore for Tx<'_> {
    fn device(&mut self, id: DeviceId) -> Result<Option<Device>> {
        let row: Option<Row> =
            on!(self.db, |db| devices::table.find(Id::from(id)).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(Device::try_from).transpose()
    }

    fn device_of(
        &mut self,
        token: &TokenHash,
        realm: Realm,
        contact: &ContactPoint,
    ) -> Result<Option<DeviceId>> {
        let known = devices::table.filter(devices::token.eq(token.0.to_vec()));
        let id: Option<Id> = match (realm, contact) {
            (Realm::Tenant, ContactPoint::Mobile(mobile)) => on!(self.db, |db| known
                .inner_join(accounts::table.on(accounts::id.nullable().eq(devices::account_id)))
                .filter(accounts::mobile.eq(mobile.as_str()))
                .select(devices::id)
                .first(db)),
            (Realm::Tenant, ContactPoint::Email(email)) => on!(self.db, |db| known
                .inner_join(accounts::table.on(accounts::id.nullable().eq(devices::account_id)))
                .filter(accounts::email.eq(Some(email.as_str())))
                .select(devices::id)
                .first(db)),
            (Realm::Platform, ContactPoint::Email(_)) => return Ok(None),
            (Realm::Platform, ContactPoint::Mobile(mobile)) => on!(self.db, |db| known
                .inner_join(operators::table.on(operators::id.nullable().eq(devices::operator_id)))
                .filter(operators::mobile.eq(mobile.as_str()))
                .select(devices::id)
                .first(db)),
        }
        .optional()
        .understood()?;
        Ok(id.map(Id::get))
    }

    fn insert_device(&mut self, device: &Device) -> Result<()> {
        let (account_id, operator_id) = columns(device.owner);
        let row = Row {
            id: device.id.into(),
            account_id,
            operator_id,
            token: device.token.0.to_vec(),
            name: device.described.name.as_str().to_owned(),
            platform: name_of(&device.described.platform),
            serial: device.described.serial.as_ref().map(|serial| serial.as_str().to_owned()),
            created_at: device.created_at.into(),
        };
        on!(self.db, |db| diesel::insert_into(devices::table).values(&row).execute(db)).understood()?;
        Ok(())
    }
}
