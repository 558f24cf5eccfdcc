//! Devices as tenants see them, and the serials of those that are their own.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{corporate_serials, devices, member_devices, members, sessions};
use crate::session::device::described;
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::device::{
    CorporateSerial, DeviceFilter, DeviceKind, DeviceState, ListedDevice, MemberDevice, MemberDeviceStore,
    Serial,
};
use domain::error::{Code, Result};
use domain::id::{AccountId, DeviceId, MemberId, SessionId};
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = member_devices, primary_key(tenant_id, device_id), treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    tenant_id: Id,
    device_id: Id,
    member_id: Id,
    kind: String,
    state: String,
    created_at: Instant,
    decided_by: Option<Id>,
    decided_at: Option<Instant>,
    version: i64,
}

impl TryFrom<Row> for MemberDevice {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("member_devices", row.device_id.0, column);
        Ok(Self {
            device: row.device_id.get(),
            member: row.member_id.get(),
            kind: DeviceKind::find(&row.kind).ok_or_else(|| wrong("kind"))?,
            state: DeviceState::find(&row.state).ok_or_else(|| wrong("state"))?,
            created_at: row.created_at.0,
            decided: row.decided_by.zip(row.decided_at).map(|(by, at)| (by.get(), at.0)),
            version: row.version,
        })
    }
}

/// A device with what it says of itself and its member's name, as it is selected.
type Listed = (Row, (String, String, Option<String>), String);

fn listed((row, (name, platform, serial), member_name): Listed) -> Result<ListedDevice> {
    let wrong = corrupt("devices", row.device_id.0, "name");
    let described = described(&name, &platform, serial.as_deref()).ok_or(wrong)?;
    Ok(ListedDevice { own: row.try_into()?, described, member_name })
}

fn stored_serial(text: &str) -> Result<Serial> {
    Serial::parse(text).map_err(|_| corrupt("corporate_serials", text, "serial"))
}

impl MemberDeviceStore for Tx<'_> {
    fn member_device(&mut self, device: DeviceId) -> Result<Option<MemberDevice>> {
        let key = (self.bound()?, Id::from(device));
        let row: Option<Row> =
            on!(self.db, |db| member_devices::table.find(key).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(MemberDevice::try_from).transpose()
    }

    fn save_member_device(&mut self, device: &MemberDevice) -> Result<()> {
        let row = Row {
            tenant_id: self.bound()?,
            device_id: device.device.into(),
            member_id: device.member.into(),
            kind: device.kind.name().to_owned(),
            state: device.state.name().to_owned(),
            created_at: device.created_at.into(),
            decided_by: device.decided.map(|(by, _)| by.into()),
            decided_at: device.decided.map(|(_, at)| at.into()),
            version: device.version + 1,
        };
        if device.version == 0 {
            on!(self.db, |db| diesel::insert_into(member_devices::table).values(&row).execute(db))
                .understood()?;
            return Ok(());
        }
        let key = member_devices::table.find((row.tenant_id, row.device_id));
        let known = key.filter(member_devices::version.eq(device.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn count_devices(&mut self, member: MemberId) -> Result<u64> {
        let tenant = self.bound()?;
        let counted = [DeviceState::Pending.name(), DeviceState::Trusted.name()];
        let rows: i64 = on!(self.db, |db| member_devices::table
            .filter(member_devices::tenant_id.eq(tenant))
            .filter(member_devices::member_id.eq(Id::from(member)))
            .filter(member_devices::state.eq_any(counted))
            .count()
            .get_result(db))
        .understood()?;
        Ok(u64::try_from(rows).unwrap_or_default())
    }

    fn member_devices(
        &mut self,
        filter: DeviceFilter,
        before: Option<DeviceId>,
        limit: u32,
    ) -> Result<Vec<ListedDevice>> {
        let tenant = self.bound()?;
        let rows: Vec<Listed> = on!(self.db, |db| {
            let here = members::tenant_id
                .eq(member_devices::tenant_id)
                .and(members::id.eq(member_devices::member_id));
            let mut query = member_devices::table
                .inner_join(devices::table.on(devices::id.eq(member_devices::device_id)))
                .inner_join(members::table.on(here))
                .filter(member_devices::tenant_id.eq(tenant))
                .filter(member_devices::device_id.lt(Id(before.map_or(Uuid::max(), Uuid::from))))
                .into_boxed();
            if let Some(member) = filter.member {
                query = query.filter(member_devices::member_id.eq(Id::from(member)));
            }
            if let Some(state) = filter.state {
                query = query.filter(member_devices::state.eq(state.name()));
            }
            query
                .order(member_devices::device_id.desc())
                .limit(limit.into())
                .select((
                    Row::as_select(),
                    (devices::name, devices::platform, devices::serial),
                    members::name,
                ))
                .load(db)
        })
        .understood()?;
        rows.into_iter().map(listed).collect()
    }

    fn give_up_device(
        &mut self,
        account: AccountId,
        device: DeviceId,
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionId>> {
        let id = Id::from(device);
        let theirs = devices::table.find(id).filter(devices::account_id.eq(Some(Id::from(account))));
        let found: Option<Id> =
            on!(self.db, |db| theirs.select(devices::id).first(db)).optional().understood()?;
        found.ok_or(Code::NotFound)?;
        // No token has this hash, so nothing shows that it is this device any more.
        let nobody = devices::token.eq(id.0.as_bytes().repeat(2));
        on!(self.db, |db| diesel::update(devices::table.find(id)).set(nobody).execute(db)).understood()?;
        let removed = member_devices::state.eq(DeviceState::Removed.name());
        on!(self.db, |db| diesel::update(member_devices::table.filter(member_devices::device_id.eq(id)))
            .set((removed, member_devices::version.eq(member_devices::version + 1)))
            .execute(db))
        .understood()?;
        let open: Vec<Id> = on!(self.db, |db| sessions::table
            .filter(sessions::device_id.eq(Some(id)))
            .filter(sessions::ended_at.is_null())
            .select(sessions::id)
            .load(db))
        .understood()?;
        self.end(open, now)
    }

    fn end_device_sessions(&mut self, device: DeviceId, now: DateTime<Utc>) -> Result<Vec<SessionId>> {
        let tenant = self.bound()?;
        let open: Vec<Id> = on!(self.db, |db| sessions::table
            .filter(sessions::device_id.eq(Some(Id::from(device))))
            .filter(sessions::tenant_id.eq(Some(tenant)))
            .filter(sessions::ended_at.is_null())
            .select(sessions::id)
            .load(db))
        .understood()?;
        self.end(open, now)
    }

    fn is_corporate(&mut self, serial: &Serial) -> Result<bool> {
        let key = (self.bound()?, serial.as_str());
        let found: Option<String> =
            on!(self.db, |db| corporate_serials::table.find(key).select(corporate_serials::serial).first(db))
                .optional()
                .understood()?;
        Ok(found.is_some())
    }

    fn is_rejected(&mut self, serial: &Serial) -> Result<bool> {
        let tenant = self.bound()?;
        let found: Option<Id> = on!(self.db, |db| member_devices::table
            .inner_join(devices::table.on(devices::id.eq(member_devices::device_id)))
            .filter(member_devices::tenant_id.eq(tenant))
            .filter(member_devices::state.eq(DeviceState::Rejected.name()))
            .filter(devices::serial.eq(Some(serial.as_str())))
            .select(member_devices::device_id)
            .first(db))
        .optional()
        .understood()?;
        Ok(found.is_some())
    }

    fn insert_serials(&mut self, serials: &[Serial], by: MemberId, now: DateTime<Utc>) -> Result<u64> {
        let tenant = self.bound()?;
        let rows: Vec<_> = serials
            .iter()
            .map(|serial| {
                (
                    corporate_serials::tenant_id.eq(tenant),
                    corporate_serials::serial.eq(serial.as_str()),
                    corporate_serials::added_by.eq(Id::from(by)),
                    corporate_serials::added_at.eq(Instant(now)),
                )
            })
            .collect();
        let added = on!(self.db, |db| diesel::insert_into(corporate_serials::table)
            .values(&rows)
            .on_conflict_do_nothing()
            .execute(db))
        .understood()?;
        Ok(added as u64)
    }

    fn serials(&mut self, after: Option<&Serial>, limit: u32) -> Result<Vec<CorporateSerial>> {
        let tenant = self.bound()?;
        let after = after.map_or("", Serial::as_str);
        let rows: Vec<(String, Id, Instant)> = on!(self.db, |db| corporate_serials::table
            .filter(corporate_serials::tenant_id.eq(tenant))
            .filter(corporate_serials::serial.gt(after))
            .order(corporate_serials::serial)
            .limit(limit.into())
            .select((corporate_serials::serial, corporate_serials::added_by, corporate_serials::added_at))
            .load(db))
        .understood()?;
        let serial = |(text, by, at): (String, Id, Instant)| {
            Ok(CorporateSerial { serial: stored_serial(&text)?, added_by: by.get(), added_at: at.0 })
        };
        rows.into_iter().map(serial).collect()
    }

    fn delete_serial(&mut self, serial: &Serial) -> Result<()> {
        let known = corporate_serials::table.find((self.bound()?, serial.as_str()));
        match on!(self.db, |db| diesel::delete(known).execute(db)).understood()? {
            0 => Err(Code::NotFound.into()),
            _ => Ok(()),
        }
    }
}
