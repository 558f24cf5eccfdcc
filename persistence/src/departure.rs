//! Departures, and what they touch. All of it belongs to one tenant.

use crate::connection::{BATCH, insert_all, on};
use crate::error::{Understood, corrupt};
use crate::placed::placed;
use crate::schema::{departments, departures, member_devices, members, placements};
use crate::sql_type::{Id, Instant, Json};
use crate::tx::Tx;
use diesel::dsl::count_star;
use diesel::prelude::*;
use domain::department::Placement;
use domain::departure::{Departure, DepartureStore, HadTag, Leadership};
use domain::device::DeviceState;
use domain::error::Result;
use domain::id::{DepartmentId, MemberId};
use domain::member::MemberState;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What no query looks into.
#[derive(Serialize, Deserialize)]
struct Document {
    by: Uuid,
    state: MemberState,
    placements: Vec<(Uuid, i64, bool)>,
    leaderships: Vec<(Uuid, String, Option<Uuid>)>,
    tags: Vec<(Uuid, String)>,
    tags_to: Option<Uuid>,
    reports: u64,
    reports_to: Option<Uuid>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = departures, treat_none_as_default_value = false)]
struct Row {
    tenant_id: Id,
    member_id: Id,
    document: Json,
    departed_at: Instant,
    restorable_until: Instant,
}

fn document(departure: &Departure) -> serde_json::Result<Json> {
    let placement = |one: &Placement| (one.department.into(), one.order, one.leads);
    let leadership =
        |led: &Leadership| (led.department.into(), led.name.clone(), led.successor.map(Uuid::from));
    let document = Document {
        by: departure.by.into(),
        state: departure.state,
        placements: departure.placements.iter().map(placement).collect(),
        leaderships: departure.leaderships.iter().map(leadership).collect(),
        tags: departure.tags.iter().map(|had| (had.tag.into(), had.name.clone())).collect(),
        tags_to: departure.tags_to.map(Uuid::from),
        reports: departure.reports,
        reports_to: departure.reports_to.map(Uuid::from),
    };
    serde_json::to_value(document).map(Json)
}

impl TryFrom<Row> for Departure {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |_| corrupt("departures", row.member_id.0, "document");
        let kept: Document = serde_json::from_value(row.document.0).map_err(wrong)?;
        let placement = |(department, order, leads): (Uuid, i64, bool)| Placement {
            department: department.into(),
            order,
            leads,
        };
        let leadership = |(department, name, successor): (Uuid, String, Option<Uuid>)| Leadership {
            department: department.into(),
            name,
            successor: successor.map(Into::into),
        };
        Ok(Self {
            member: row.member_id.get(),
            by: kept.by.into(),
            state: kept.state,
            placements: kept.placements.into_iter().map(placement).collect(),
            leaderships: kept.leaderships.into_iter().map(leadership).collect(),
            tags: kept.tags.into_iter().map(|(tag, name)| HadTag { tag: tag.into(), name }).collect(),
            tags_to: kept.tags_to.map(Into::into),
            reports: kept.reports,
            reports_to: kept.reports_to.map(Into::into),
            departed_at: row.departed_at.0,
            restorable_until: Some(row.restorable_until.0),
        })
    }
}

fn ids(members: &[MemberId]) -> Vec<Id> {
    members.iter().copied().map(Id::from).collect()
}

impl Tx<'_> {
    /// The departures of some members of some tenants.
    pub(crate) fn departures_of(&mut self, tenants: &[Id], members: &[Id]) -> Result<Vec<Departure>> {
        let rows: Vec<Row> = on!(self.db, |db| departures::table
            .filter(departures::tenant_id.eq_any(tenants))
            .filter(departures::member_id.eq_any(members))
            .select(Row::as_select())
            .load(db))
        .understood()?;
        rows.into_iter().map(Departure::try_from).collect()
    }
}

impl DepartureStore for Tx<'_> {
    fn led_by(&mut self, leaders: &[MemberId]) -> Result<Vec<(MemberId, DepartmentId, String)>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        for some in ids(leaders).chunks(BATCH) {
            let rows: Vec<(Id, Id, String)> = on!(self.db, |db| placed()
                .filter(placements::tenant_id.eq(tenant))
                .filter(placements::member_id.eq_any(some))
                .filter(placements::leads.is_not_null())
                .order((placements::member_id, departments::number))
                .select((placements::member_id, departments::id, departments::name))
                .load(db))
            .understood()?;
            found.extend(rows.into_iter().map(|(member, id, name)| (member.get(), id.get(), name)));
        }
        Ok(found)
    }

    fn reports_of(&mut self, leaders: &[MemberId]) -> Result<Vec<(MemberId, MemberId)>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        for some in ids(leaders).chunks(BATCH) {
            let rows: Vec<(Id, Id)> = on!(self.db, |db| members::table
                .filter(members::tenant_id.eq(tenant))
                .filter(members::leader_id.eq_any(some).assume_not_null())
                .filter(members::state.ne(MemberState::Departed.name()))
                .select((members::id, members::leader_id.assume_not_null()))
                .load(db))
            .understood()?;
            found.extend(rows.into_iter().map(|(report, leader)| (report.get(), leader.get())));
        }
        Ok(found)
    }

    fn count_reports(&mut self, leader: MemberId) -> Result<u64> {
        let tenant = self.bound()?;
        let count: i64 = on!(self.db, |db| members::table
            .filter(members::tenant_id.eq(tenant))
            .filter(members::leader_id.eq(Some(Id::from(leader))))
            .filter(members::state.ne(MemberState::Departed.name()))
            .select(count_star())
            .first(db))
        .understood()?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    fn set_leader(&mut self, reports: &[MemberId], leader: Option<MemberId>) -> Result<()> {
        let tenant = self.bound()?;
        let changed =
            (members::leader_id.eq(leader.map(Id::from)), members::version.eq(members::version + 1));
        for some in ids(reports).chunks(BATCH) {
            let known = members::table.filter(members::tenant_id.eq(tenant)).filter(members::id.eq_any(some));
            on!(self.db, |db| diesel::update(known).set(changed).execute(db)).understood()?;
        }
        Ok(())
    }

    fn insert_departures(&mut self, new: &[Departure]) -> Result<()> {
        let tenant_id = self.bound()?;
        let row = |departure: &Departure| {
            let member_id = Id::from(departure.member);
            let document = document(departure).map_err(|error| corrupt("departures", member_id.0, error))?;
            let until = departure.restorable_until.unwrap_or(departure.departed_at);
            let (departed_at, restorable_until) = (Instant(departure.departed_at), Instant(until));
            Ok(Row { tenant_id, member_id, document, departed_at, restorable_until })
        };
        let rows = new.iter().map(row).collect::<Result<Vec<_>>>()?;
        insert_all!(self.db, departures::table, rows).understood()
    }

    fn departure(&mut self, member: MemberId) -> Result<Option<Departure>> {
        let key = (self.bound()?, Id::from(member));
        let row: Option<Row> =
            on!(self.db, |db| departures::table.find(key).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(Departure::try_from).transpose()
    }

    fn delete_departure(&mut self, member: MemberId) -> Result<()> {
        let known = departures::table.find((self.bound()?, Id::from(member)));
        on!(self.db, |db| diesel::delete(known).execute(db)).understood().map(drop)
    }

    fn forget_devices(&mut self, members: &[MemberId]) -> Result<()> {
        let tenant = self.bound()?;
        let admitted = [DeviceState::Pending, DeviceState::Trusted].map(DeviceState::name);
        for some in ids(members).chunks(BATCH) {
            let known = member_devices::table
                .filter(member_devices::tenant_id.eq(tenant))
                .filter(member_devices::member_id.eq_any(some))
                .filter(member_devices::state.eq_any(&admitted));
            on!(self.db, |db| diesel::delete(known).execute(db)).understood()?;
        }
        Ok(())
    }
}
