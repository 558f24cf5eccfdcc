//! Which members are in which departments, and who leads them.

use super::path;
use crate::among::among;
use crate::connection::{BATCH, insert_all, on};
use crate::error::{Understood, one_row};
use crate::placed::placed;
use crate::schema::{departments, members, placements};
use crate::sees::sees_placed;
use crate::sql_type::Id;
use crate::tx::Tx;
use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use domain::access::Sight;
use domain::department::{Leader, Path, Placement, PlacementStore};
use domain::error::Result;
use domain::id::{DepartmentId, MemberId};
use domain::member::{Member, sort_key};
use std::collections::HashMap;

diesel::alias!(placements as elsewhere: Elsewhere);

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = placements, treat_none_as_default_value = false)]
struct Row {
    tenant_id: Id,
    member_id: Id,
    department_id: Id,
    sort_order: i64,
    sort_key: String,
    leads: Option<i64>,
}

impl Row {
    fn read(self) -> (MemberId, Placement) {
        let department = self.department_id.get();
        let placement = Placement { department, order: self.sort_order, leads: self.leads.is_some() };
        (self.member_id.get(), placement)
    }
}

impl Tx<'_> {
    fn placement_rows(&mut self, members: &[MemberId]) -> Result<Vec<Row>> {
        let tenant = self.bound()?;
        let ids: Vec<Id> = members.iter().copied().map(Id::from).collect();
        let mut found = Vec::new();
        for some in ids.chunks(BATCH) {
            let rows: Vec<Row> = on!(self.db, |db| placements::table
                .filter(placements::tenant_id.eq(tenant))
                .filter(placements::member_id.eq_any(some))
                .select(Row::as_select())
                .load(db))
            .understood()?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// The place of the last leader of some departments.
    fn last_leaders(&mut self, departments: &[Id]) -> Result<HashMap<Id, i64>> {
        if departments.is_empty() {
            return Ok(HashMap::new());
        }
        let tenant = self.bound()?;
        let rows: Vec<(Id, Option<i64>)> = on!(self.db, |db| placements::table
            .filter(placements::tenant_id.eq(tenant))
            .filter(placements::department_id.eq_any(departments))
            .group_by(placements::department_id)
            .select((placements::department_id, max(placements::leads)))
            .load(db))
        .understood()?;
        Ok(rows.into_iter().filter_map(|(id, last)| Some((id, last?))).collect())
    }
}

impl PlacementStore for Tx<'_> {
    fn placements(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, Placement)>> {
        Ok(self.placement_rows(members)?.into_iter().map(Row::read).collect())
    }

    fn placements_with_paths(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, Placement, Path)>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        let ids: Vec<Id> = members.iter().copied().map(Id::from).collect();
        for some in ids.chunks(BATCH) {
            let rows: Vec<(Row, String)> = on!(self.db, |db| placed()
                .filter(placements::tenant_id.eq(tenant))
                .filter(among(placements::member_id, some))
                .select((Row::as_select(), departments::path))
                .load(db))
            .understood()?;
            for (row, text) in rows {
                let (member, placement) = row.read();
                found.push((member, placement, path(&text)?));
            }
        }
        Ok(found)
    }

    fn replace_placements(&mut self, placed: &[(&Member, &[Placement])]) -> Result<()> {
        let tenant_id = self.bound()?;
        let ids: Vec<MemberId> = placed.iter().map(|(member, _)| member.id).collect();
        let had = self.placement_rows(&ids)?;
        let led: HashMap<(Id, Id), i64> =
            had.iter().filter_map(|row| Some(((row.member_id, row.department_id), row.leads?))).collect();
        let newly: Vec<Id> = placed
            .iter()
            .flat_map(|(member, theirs)| theirs.iter().map(|placement| (Id::from(member.id), placement)))
            .filter(|(_, placement)| placement.leads)
            .map(|(member, placement)| (member, Id::from(placement.department)))
            .filter(|key| !led.contains_key(key))
            .map(|(_, department)| department)
            .collect();
        let mut last = self.last_leaders(&newly)?;
        let mut rows = Vec::new();
        for (member, theirs) in placed {
            let (member_id, sort_key) = (Id::from(member.id), sort_key(member.details.name.as_str()));
            for placement in *theirs {
                let department_id = Id::from(placement.department);
                let leads = placement.leads.then(|| {
                    led.get(&(member_id, department_id)).copied().unwrap_or_else(|| {
                        let last = last.entry(department_id).or_default();
                        *last += 1;
                        *last
                    })
                });
                let (sort_order, sort_key) = (placement.order, sort_key.clone());
                rows.push(Row { tenant_id, member_id, department_id, sort_order, sort_key, leads });
            }
        }
        if !had.is_empty() {
            let ids: Vec<Id> = ids.into_iter().map(Id::from).collect();
            for some in ids.chunks(BATCH) {
                let theirs = placements::table
                    .filter(placements::tenant_id.eq(tenant_id))
                    .filter(placements::member_id.eq_any(some));
                on!(self.db, |db| diesel::delete(theirs).execute(db)).understood()?;
            }
        }
        insert_all!(self.db, placements::table, rows).understood()
    }

    fn move_members(&mut self, from: DepartmentId, to: DepartmentId) -> Result<()> {
        let (tenant, from, to) = (self.bound()?, Id::from(from), Id::from(to));
        let everybody = placements::table
            .filter(placements::tenant_id.eq(tenant))
            .filter(placements::department_id.eq(from))
            .select(placements::member_id);
        let moved =
            members::table.filter(members::tenant_id.eq(tenant)).filter(members::id.eq_any(everybody));
        on!(self.db, |db| diesel::update(moved).set(members::version.eq(members::version + 1)).execute(db))
            .understood()?;
        // Also of those who left, and may come back.
        let main =
            members::table.filter(members::tenant_id.eq(tenant)).filter(members::department_id.eq(from));
        on!(self.db, |db| diesel::update(main).set(members::department_id.eq(to)).execute(db))
            .understood()?;
        let leaving = placements::table
            .filter(placements::tenant_id.eq(tenant))
            .filter(placements::department_id.eq(from));
        let there: Vec<Id> = on!(self.db, |db| {
            let same = elsewhere
                .field(placements::tenant_id)
                .eq(placements::tenant_id)
                .and(elsewhere.field(placements::member_id).eq(placements::member_id))
                .and(elsewhere.field(placements::department_id).eq(to));
            leaving.inner_join(elsewhere.on(same)).select(placements::member_id).load(db)
        })
        .understood()?;
        // SQLite binds so many values at once and no more.
        for some in there.chunks(BATCH) {
            let twice = leaving.filter(placements::member_id.eq_any(some));
            on!(self.db, |db| diesel::delete(twice).execute(db)).understood()?;
        }
        let moved = (placements::department_id.eq(to), placements::leads.eq(None::<i64>));
        on!(self.db, |db| diesel::update(leaving).set(moved).execute(db)).understood().map(drop)
    }

    fn leaders(&mut self, departments: &[DepartmentId]) -> Result<Vec<(DepartmentId, Leader)>> {
        let (tenant, ids) = (self.bound()?, departments.iter().copied().map(Id::from).collect::<Vec<_>>());
        let rows: Vec<(Id, Id, String)> = on!(self.db, |db| {
            let theirs =
                members::tenant_id.eq(placements::tenant_id).and(members::id.eq(placements::member_id));
            placements::table
                .inner_join(members::table.on(theirs))
                .filter(placements::tenant_id.eq(tenant))
                .filter(placements::department_id.eq_any(ids))
                .filter(placements::leads.is_not_null())
                .order((placements::department_id, placements::leads))
                .select((placements::department_id, members::id, members::name))
                .load(db)
        })
        .understood()?;
        Ok(rows.into_iter().map(|(of, id, name)| (of.get(), Leader { id: id.get(), name })).collect())
    }

    fn set_leaders(&mut self, department: DepartmentId, leaders: &[MemberId]) -> Result<bool> {
        let tenant = self.bound()?;
        let ids: Vec<_> = leaders.iter().copied().map(Id::from).collect();
        let here = placements::table
            .filter(placements::tenant_id.eq(tenant))
            .filter(placements::department_id.eq(Id::from(department)));
        let found: i64 =
            on!(self.db, |db| here.filter(placements::member_id.eq_any(&ids)).select(count_star()).first(db))
                .understood()?;
        // One who is named twice is found once.
        if usize::try_from(found) != Ok(ids.len()) {
            return Ok(false);
        }
        let leading = here.filter(placements::leads.is_not_null());
        let led: Vec<Id> = on!(self.db, |db| leading.select(placements::member_id).load(db)).understood()?;
        let touched: Vec<Id> = led.into_iter().chain(ids.iter().copied()).collect();
        let touched =
            members::table.filter(members::tenant_id.eq(tenant)).filter(members::id.eq_any(touched));
        on!(self.db, |db| diesel::update(touched).set(members::version.eq(members::version + 1)).execute(db))
            .understood()?;
        on!(self.db, |db| diesel::update(leading).set(placements::leads.eq(None::<i64>)).execute(db))
            .understood()?;
        for (place, id) in (1_i64..).zip(ids) {
            let one = here.filter(placements::member_id.eq(id));
            let leads = placements::leads.eq(Some(place));
            one_row(on!(self.db, |db| diesel::update(one).set(leads).execute(db)).understood()?)?;
        }
        Ok(true)
    }

    fn head_counts(&mut self, path: &Path, sight: &Sight) -> Result<Vec<(DepartmentId, u64)>> {
        let tenant = self.bound()?;
        let rows: Vec<(Id, i64)> = on!(self.db, |db| placed()
            .filter(placements::tenant_id.eq(tenant))
            .filter(departments::path.ge(path.as_str()).and(departments::path.lt(path.end())))
            .filter(sees_placed(tenant, "departments.path", sight))
            .group_by(placements::department_id)
            .select((placements::department_id, count_star()))
            .load(db))
        .understood()?;
        Ok(rows.into_iter().map(|(id, count)| (id.get(), u64::try_from(count).unwrap_or_default())).collect())
    }

    fn shared_members(&mut self, path: &Path, sight: &Sight) -> Result<Vec<(MemberId, DepartmentId)>> {
        let tenant = self.bound()?;
        let several: Vec<Id> = on!(self.db, |db| placements::table
            .filter(placements::tenant_id.eq(tenant))
            .group_by(placements::member_id)
            .having(count_star().gt(1))
            .select(placements::member_id)
            .load(db))
        .understood()?;
        let mut found = Vec::new();
        for some in several.chunks(BATCH) {
            let rows: Vec<(Id, Id)> = on!(self.db, |db| placed()
                .filter(placements::tenant_id.eq(tenant))
                .filter(placements::member_id.eq_any(some))
                .filter(departments::path.ge(path.as_str()).and(departments::path.lt(path.end())))
                .filter(sees_placed(tenant, "departments.path", sight))
                .select((placements::member_id, placements::department_id))
                .load(db))
            .understood()?;
            found.extend(rows.into_iter().map(|(member, department)| (member.get(), department.get())));
        }
        Ok(found)
    }
}
