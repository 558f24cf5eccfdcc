//! Which members are in which departments, and who leads them.

use crate::connection::on;
use crate::error::{Understood, one_row};
use crate::schema::{departments, members, placements};
use crate::sql_type::Id;
use crate::tx::Tx;
use diesel::dsl::count_star;
use diesel::prelude::*;
use domain::department::{Leader, Path, PlacementStore};
use domain::error::Result;
use domain::id::{DepartmentId, MemberId};

diesel::alias!(placements as elsewhere: Elsewhere);

impl PlacementStore for Tx<'_> {
    fn place(&mut self, member: MemberId, department: DepartmentId) -> Result<()> {
        let placed = (
            placements::tenant_id.eq(self.bound()?),
            placements::member_id.eq(Id::from(member)),
            placements::department_id.eq(Id::from(department)),
            placements::sort_order.eq(0),
        );
        on!(self.db, |db| diesel::insert_into(placements::table).values(placed).execute(db))
            .understood()
            .map(drop)
    }

    fn move_members(&mut self, from: DepartmentId, to: DepartmentId) -> Result<()> {
        let (tenant, from, to) = (self.bound()?, Id::from(from), Id::from(to));
        let main =
            members::table.filter(members::tenant_id.eq(tenant)).filter(members::department_id.eq(from));
        let changed = (members::department_id.eq(to), members::version.eq(members::version + 1));
        on!(self.db, |db| diesel::update(main).set(changed).execute(db)).understood()?;
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
        for some in there.chunks(1_000) {
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
        on!(self.db, |db| diesel::update(leading).set(placements::leads.eq(None::<i64>)).execute(db))
            .understood()?;
        for (place, id) in (1_i64..).zip(ids) {
            let one = here.filter(placements::member_id.eq(id));
            let leads = placements::leads.eq(Some(place));
            one_row(on!(self.db, |db| diesel::update(one).set(leads).execute(db)).understood()?)?;
        }
        Ok(true)
    }

    fn head_counts(&mut self, path: &Path) -> Result<Vec<(DepartmentId, u64)>> {
        let tenant = self.bound()?;
        let rows: Vec<(Id, i64)> = on!(self.db, |db| {
            let there = departments::tenant_id
                .eq(placements::tenant_id)
                .and(departments::id.eq(placements::department_id));
            placements::table
                .inner_join(departments::table.on(there))
                .filter(placements::tenant_id.eq(tenant))
                .filter(departments::path.ge(path.as_str()).and(departments::path.lt(path.end())))
                .group_by(placements::department_id)
                .select((placements::department_id, count_star()))
                .load(db)
        })
        .understood()?;
        Ok(rows.into_iter().map(|(id, count)| (id.get(), u64::try_from(count).unwrap_or_default())).collect())
    }

    fn shared_members(&mut self, path: &Path) -> Result<Vec<(MemberId, DepartmentId)>> {
        let tenant = self.bound()?;
        let several: Vec<Id> = on!(self.db, |db| placements::table
            .filter(placements::tenant_id.eq(tenant))
            .group_by(placements::member_id)
            .having(count_star().gt(1))
            .select(placements::member_id)
            .load(db))
        .understood()?;
        let mut found = Vec::new();
        for some in several.chunks(1_000) {
            let rows: Vec<(Id, Id)> = on!(self.db, |db| {
                let there = departments::tenant_id
                    .eq(placements::tenant_id)
                    .and(departments::id.eq(placements::department_id));
                placements::table
                    .inner_join(departments::table.on(there))
                    .filter(placements::tenant_id.eq(tenant))
                    .filter(placements::member_id.eq_any(some))
                    .filter(departments::path.ge(path.as_str()).and(departments::path.lt(path.end())))
                    .select((placements::member_id, placements::department_id))
                    .load(db)
            })
            .understood()?;
            found.extend(rows.into_iter().map(|(member, department)| (member.get(), department.get())));
        }
        Ok(found)
    }
}
