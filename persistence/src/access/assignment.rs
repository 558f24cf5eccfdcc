//! Who has which role, and where.

use crate::connection::{BATCH, insert_all, on};
use crate::department::path;
use crate::error::{Understood, corrupt};
use crate::placed::placed;
use crate::schema::{
    departments, placements, role_assignment_departments as ranges, role_assignments as assignments,
};
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use crate::within::within;
use diesel::dsl::{count_star, not};
use diesel::prelude::*;
use domain::access::{
    Assignment, AssignmentFilter, AssignmentStore, Holder, HolderKind, Range, RangeKind, Reach,
};
use domain::department::Path;
use domain::error::Result;
use domain::id::{AssignmentId, DepartmentId};
use std::collections::HashMap;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = assignments, treat_none_as_default_value = false)]
struct AssignmentRow {
    tenant_id: Id,
    id: Id,
    role_id: Id,
    holder_kind: String,
    holder_id: Id,
    range_kind: String,
    until: Option<Instant>,
    granted_by: Id,
    granted_at: Instant,
}

#[derive(Insertable)]
#[diesel(table_name = ranges, treat_none_as_default_value = false)]
#[allow(clippy::struct_field_names, reason = "they are the columns of the table")]
struct RangeRow {
    tenant_id: Id,
    assignment_id: Id,
    department_id: Id,
}

impl AssignmentRow {
    fn read(self, departments: Vec<DepartmentId>) -> Result<Assignment> {
        let wrong = |column| corrupt("role_assignments", self.id.0, column);
        let kind = HolderKind::find(&self.holder_kind).ok_or_else(|| wrong("holder_kind"))?;
        let range = RangeKind::find(&self.range_kind).ok_or_else(|| wrong("range_kind"))?;
        Ok(Assignment {
            id: self.id.get(),
            role: self.role_id.get(),
            holder: Holder::of(kind, self.holder_id.0),
            range: match range {
                RangeKind::Everywhere => Range::Everywhere,
                RangeKind::Own => Range::Own,
                RangeKind::Departments => Range::Departments(departments),
            },
            until: self.until.map(|until| until.0),
            granted_by: self.granted_by.get(),
            granted_at: self.granted_at.0,
        })
    }
}

impl Tx<'_> {
    fn at_paths(&mut self, rows: Vec<(String, AssignmentRow)>) -> Result<Vec<(Path, Assignment)>> {
        let (paths, rows): (Vec<String>, Vec<AssignmentRow>) = rows.into_iter().unzip();
        let assignments = self.with_ranges(rows)?;
        paths.iter().zip(assignments).map(|(text, one)| Ok((path(text)?, one))).collect()
    }

    fn with_ranges(&mut self, rows: Vec<AssignmentRow>) -> Result<Vec<Assignment>> {
        let tenant = self.bound()?;
        let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
        let mut departments: HashMap<Id, Vec<DepartmentId>> = HashMap::new();
        for some in ids.chunks(BATCH) {
            let found: Vec<(Id, Id)> = on!(self.db, |db| ranges::table
                .filter(ranges::tenant_id.eq(tenant))
                .filter(ranges::assignment_id.eq_any(some))
                .order((ranges::assignment_id, ranges::department_id))
                .select((ranges::assignment_id, ranges::department_id))
                .load(db))
            .understood()?;
            for (assignment, department) in found {
                departments.entry(assignment).or_default().push(department.get());
            }
        }
        // One may stand here several times.
        let read = |row: AssignmentRow| {
            let there = departments.get(&row.id).cloned().unwrap_or_default();
            row.read(there)
        };
        rows.into_iter().map(read).collect()
    }
}

impl AssignmentStore for Tx<'_> {
    fn count_assignments(&mut self) -> Result<u64> {
        let tenant = self.bound()?;
        let count: i64 = on!(self.db, |db| assignments::table
            .filter(assignments::tenant_id.eq(tenant))
            .select(count_star())
            .first(db))
        .understood()?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    fn assignment(&mut self, id: AssignmentId) -> Result<Option<Assignment>> {
        let key = (self.bound()?, Id::from(id));
        let row: Option<AssignmentRow> =
            on!(self.db, |db| assignments::table.find(key).select(AssignmentRow::as_select()).first(db))
                .optional()
                .understood()?;
        Ok(self.with_ranges(row.into_iter().collect())?.pop())
    }

    fn assignments(
        &mut self,
        filter: &AssignmentFilter,
        limits: &Reach,
        after: Option<AssignmentId>,
        limit: u32,
    ) -> Result<Vec<Assignment>> {
        let tenant = self.bound()?;
        let rows: Vec<AssignmentRow> = on!(self.db, |db| {
            let mut query: assignments::BoxedQuery<'_, _> = assignments::table.into_boxed();
            query = query.filter(assignments::tenant_id.eq(tenant));
            if let Some(role) = filter.role {
                query = query.filter(assignments::role_id.eq(Id::from(role)));
            }
            if let Some(of) = filter.holder {
                query = query
                    .filter(assignments::holder_kind.eq(of.kind().name()))
                    .filter(assignments::holder_id.eq(Id(of.id())));
            }
            if let Some(ids) = &filter.among {
                let ids: Vec<Id> = ids.iter().copied().map(Id::from).collect();
                query = query.filter(assignments::id.eq_any(ids));
            }
            if let Some(until) = filter.until {
                query = query.filter(assignments::until.lt(Some(Instant(until))));
            }
            if !limits.is_everywhere() {
                let there = departments::tenant_id
                    .eq(ranges::tenant_id)
                    .and(departments::id.eq(ranges::department_id));
                let outside = ranges::table
                    .inner_join(departments::table.on(there))
                    .filter(ranges::tenant_id.eq(tenant))
                    .filter(not(within(departments::path, limits)))
                    .select(ranges::assignment_id);
                let chosen = assignments::range_kind
                    .eq(RangeKind::Departments.name())
                    .and(not(assignments::id.eq_any(outside)));
                // What counts where its holders are, where those are.
                let there = departments::table
                    .filter(departments::tenant_id.eq(tenant))
                    .filter(within(departments::path, limits))
                    .select(departments::id);
                let placed = |inside: bool| {
                    placed()
                        .filter(placements::tenant_id.eq(tenant))
                        .filter(within(departments::path, limits).eq(inside))
                        .select(placements::member_id)
                };
                let by_department = assignments::holder_kind
                    .eq(HolderKind::Department.name())
                    .and(assignments::holder_id.eq_any(there));
                let by_member = assignments::holder_kind
                    .eq(HolderKind::Member.name())
                    .and(assignments::holder_id.eq_any(placed(true)))
                    .and(not(assignments::holder_id.eq_any(placed(false))));
                let where_they_are =
                    assignments::range_kind.eq(RangeKind::Own.name()).and(by_department.or(by_member));
                query = query.filter(chosen.or(where_they_are));
            }
            if let Some(after) = after {
                query = query.filter(assignments::id.gt(Id::from(after)));
            }
            query.order(assignments::id).limit(limit.into()).select(AssignmentRow::as_select()).load(db)
        })
        .understood()?;
        self.with_ranges(rows)
    }

    fn assignments_of(&mut self, holders: &[Holder]) -> Result<Vec<Assignment>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        for kind in HolderKind::ALL {
            let of = holders.iter().filter(|holder| holder.kind() == *kind);
            let ids: Vec<Id> = of.map(|holder| Id(holder.id())).collect();
            for some in ids.chunks(BATCH) {
                let rows: Vec<AssignmentRow> = on!(self.db, |db| assignments::table
                    .filter(assignments::tenant_id.eq(tenant))
                    .filter(assignments::holder_kind.eq(kind.name()))
                    .filter(assignments::holder_id.eq_any(some))
                    .select(AssignmentRow::as_select())
                    .load(db))
                .understood()?;
                found.extend(rows);
            }
        }
        self.with_ranges(found)
    }

    fn leave_ranges(&mut self, department: DepartmentId) -> Result<Vec<Assignment>> {
        let (tenant, department) = (self.bound()?, Id::from(department));
        let there =
            ranges::table.filter(ranges::tenant_id.eq(tenant)).filter(ranges::department_id.eq(department));
        let theirs: Vec<Id> = on!(self.db, |db| there.select(ranges::assignment_id).load(db)).understood()?;
        let rows: Vec<AssignmentRow> = on!(self.db, |db| assignments::table
            .filter(assignments::tenant_id.eq(tenant))
            .filter(assignments::id.eq_any(&theirs))
            .select(AssignmentRow::as_select())
            .load(db))
        .understood()?;
        let known = self.with_ranges(rows)?;
        on!(self.db, |db| diesel::delete(there).execute(db)).understood()?;
        Ok(known
            .into_iter()
            .filter(|one| matches!(&one.range, Range::Departments(ids) if ids.len() == 1))
            .collect())
    }

    fn held_by_departments(&mut self) -> Result<Vec<(Path, Assignment)>> {
        let tenant = self.bound()?;
        let rows: Vec<(String, AssignmentRow)> = on!(self.db, |db| {
            let there = departments::tenant_id
                .eq(assignments::tenant_id)
                .and(departments::id.eq(assignments::holder_id));
            assignments::table
                .inner_join(departments::table.on(there))
                .filter(assignments::tenant_id.eq(tenant))
                .filter(assignments::holder_kind.eq(HolderKind::Department.name()))
                .select((departments::path, AssignmentRow::as_select()))
                .load(db)
        })
        .understood()?;
        self.at_paths(rows)
    }

    fn assignments_at(&mut self, numbers: &[i64]) -> Result<Vec<(Path, Assignment)>> {
        let tenant = self.bound()?;
        let rows: Vec<(String, AssignmentRow)> = on!(self.db, |db| {
            let there =
                ranges::tenant_id.eq(departments::tenant_id).and(ranges::department_id.eq(departments::id));
            let given =
                assignments::tenant_id.eq(ranges::tenant_id).and(assignments::id.eq(ranges::assignment_id));
            departments::table
                .inner_join(ranges::table.on(there))
                .inner_join(assignments::table.on(given))
                .filter(departments::tenant_id.eq(tenant))
                .filter(departments::number.eq_any(numbers))
                .select((departments::path, AssignmentRow::as_select()))
                .load(db)
        })
        .understood()?;
        self.at_paths(rows)
    }

    fn own_assignments(&mut self) -> Result<Vec<Assignment>> {
        let tenant = self.bound()?;
        let rows: Vec<AssignmentRow> = on!(self.db, |db| assignments::table
            .filter(assignments::tenant_id.eq(tenant))
            .filter(assignments::range_kind.eq(RangeKind::Own.name()))
            .select(AssignmentRow::as_select())
            .load(db))
        .understood()?;
        self.with_ranges(rows)
    }

    fn insert_assignment(&mut self, new: &Assignment) -> Result<()> {
        let tenant_id = self.bound()?;
        let row = AssignmentRow {
            tenant_id,
            id: new.id.into(),
            role_id: new.role.into(),
            holder_kind: new.holder.kind().name().to_owned(),
            holder_id: Id(new.holder.id()),
            range_kind: new.range.kind().name().to_owned(),
            until: new.until.map(Instant),
            granted_by: new.granted_by.into(),
            granted_at: new.granted_at.into(),
        };
        on!(self.db, |db| diesel::insert_into(assignments::table).values(&row).execute(db)).understood()?;
        let Range::Departments(departments) = &new.range else { return Ok(()) };
        let row = |department: &DepartmentId| RangeRow {
            tenant_id,
            assignment_id: new.id.into(),
            department_id: (*department).into(),
        };
        let rows: Vec<RangeRow> = departments.iter().map(row).collect();
        insert_all!(self.db, ranges::table, rows).understood()
    }

    fn delete_assignments(&mut self, ids: &[AssignmentId]) -> Result<()> {
        let tenant = self.bound()?;
        let ids: Vec<Id> = ids.iter().copied().map(Id::from).collect();
        for some in ids.chunks(BATCH) {
            let where_ =
                ranges::table.filter(ranges::tenant_id.eq(tenant)).filter(ranges::assignment_id.eq_any(some));
            on!(self.db, |db| diesel::delete(where_).execute(db)).understood()?;
            let theirs = assignments::table
                .filter(assignments::tenant_id.eq(tenant))
                .filter(assignments::id.eq_any(some));
            on!(self.db, |db| diesel::delete(theirs).execute(db)).understood()?;
        }
        Ok(())
    }
}
