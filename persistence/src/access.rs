//! Roles, and who has them. All of it belongs to one tenant.

use crate::connection::{BATCH, insert_all, on};
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{
    department_relations as relations, departments, members, placements,
    role_assignment_departments as ranges, role_assignments as assignments, roles, taggings, tags,
};
use crate::sight::sees_member;
use crate::sql_type::{Id, Instant, Json, name_of};
use crate::tx::Tx;
use crate::within::within;
use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, not};
use diesel::prelude::*;
use domain::access::{
    AccessStore, Assignment, AssignmentFilter, BuiltInRole, CustomRole, FieldGroup, Fields, Grant, Hidden,
    Holder, HolderKind, Permission, PermissionSet, Range, RangeKind, Reach, RoleDescription, RoleName, Sight,
};
use domain::actor::MemberRole;
use domain::department::{Path, RelationKind};
use domain::error::{Error, Result};
use domain::id::{AssignmentId, DepartmentId, MemberId, RoleId, TagId};
use domain::member::{MemberState, sort_key};
use std::collections::{HashMap, HashSet};

diesel::alias!(departments as own: Own, departments as held: Held);

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = roles, primary_key(tenant_id, id), treat_none_as_default_value = false, treat_none_as_null = true)]
struct RoleRow {
    tenant_id: Id,
    id: Id,
    name: String,
    name_key: String,
    sort_key: String,
    description: Option<String>,
    permissions: Json,
    fields: Json,
    created_at: Instant,
    version: i64,
}

/// Permissions that were kept, by name, with what they need by now; one that is not there any more is none.
fn permissions(kept: &Json) -> Option<PermissionSet> {
    let names = kept.0.as_array()?;
    let known: Vec<Permission> = names.iter().filter_map(|name| Permission::find(name.as_str()?)).collect();
    Some(PermissionSet::with_needs(&known))
}

fn fields(kept: Json) -> Option<Fields> {
    serde_json::from_value(kept.0).ok()
}

impl TryFrom<RoleRow> for CustomRole {
    type Error = Error;

    fn try_from(row: RoleRow) -> Result<Self> {
        let wrong = |column| corrupt("roles", row.id.0, column);
        Ok(Self {
            id: row.id.get(),
            name: RoleName::parse(&row.name).map_err(|_| wrong("name"))?,
            description: row
                .description
                .as_deref()
                .map(RoleDescription::parse)
                .transpose()
                .map_err(|_| wrong("description"))?,
            permissions: permissions(&row.permissions).ok_or_else(|| wrong("permissions"))?,
            fields: fields(row.fields).ok_or_else(|| wrong("fields"))?,
            created_at: row.created_at.0,
            version: row.version,
        })
    }
}

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

/// What one assignment gives, in one of its departments.
type Given = (Id, Id, String, Option<Instant>, Option<Json>, Option<Json>, Option<String>, Option<String>);

fn path(text: &str) -> Result<Path> {
    Path::stored(text).ok_or_else(|| corrupt("departments", text, "path"))
}

impl Tx<'_> {
    /// The same, in a tenant that the transaction need not be bound to.
    pub(crate) fn grants_in(
        &mut self,
        tenant: Id,
        member: MemberId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Grant>> {
        let (member, now) = (Id::from(member), Instant(now));
        let rows: Vec<Given> = on!(self.db, |db| {
            let role = roles::tenant_id.eq(assignments::tenant_id).and(roles::id.eq(assignments::role_id));
            let range =
                ranges::tenant_id.eq(assignments::tenant_id).and(ranges::assignment_id.eq(assignments::id));
            let chosen =
                departments::tenant_id.eq(ranges::tenant_id).and(departments::id.eq(ranges::department_id));
            let by_department = assignments::holder_kind.eq(HolderKind::Department.name());
            let holds = held
                .field(departments::tenant_id)
                .eq(assignments::tenant_id)
                .and(held.field(departments::id).eq(assignments::holder_id))
                .and(by_department);
            // Their departments, where it takes them to say who has it or where it counts.
            let asked = assignments::range_kind.eq(RangeKind::Own.name()).or(by_department);
            let mine = placements::tenant_id
                .eq(assignments::tenant_id)
                .and(placements::member_id.eq(member))
                .and(asked);
            let there = own
                .field(departments::tenant_id)
                .eq(placements::tenant_id)
                .and(own.field(departments::id).eq(placements::department_id));
            let below = own
                .field(departments::path)
                .ge(held.field(departments::path))
                .and(own.field(departments::path).lt(held.field(departments::path).concat(Path::AFTER)));
            let tags = taggings::table
                .filter(taggings::tenant_id.eq(tenant))
                .filter(taggings::member_id.eq(member))
                .select(taggings::tag_id);
            let directly =
                assignments::holder_kind.eq(HolderKind::Member.name()).and(assignments::holder_id.eq(member));
            let by_tag =
                assignments::holder_kind.eq(HolderKind::Tag.name()).and(assignments::holder_id.eq_any(tags));
            assignments::table
                // What decides who has it comes first: the rest is looked up for those alone.
                .left_join(held.on(holds))
                .left_join(placements::table.on(mine))
                .left_join(own.on(there))
                .left_join(roles::table.on(role))
                .left_join(ranges::table.on(range))
                .left_join(departments::table.on(chosen))
                .filter(assignments::tenant_id.eq(tenant))
                .filter(assignments::until.is_null().or(assignments::until.gt(Some(now))))
                .filter(directly.or(by_tag).or(below.assume_not_null()))
                .order(assignments::id)
                .select((
                    assignments::id,
                    assignments::role_id,
                    assignments::range_kind,
                    assignments::until,
                    roles::permissions.nullable(),
                    roles::fields.nullable(),
                    departments::path.nullable(),
                    own.field(departments::path).nullable(),
                ))
                .load(db)
        })
        .understood()?;
        let mut grants: Vec<(Id, Grant, Vec<Path>)> = Vec::new();
        for (id, role, range, until, allowed, shown, chosen, place) in rows {
            if grants.last().is_none_or(|(last, ..)| *last != id) {
                let wrong = |column| corrupt("role_assignments", id.0, column);
                let (permissions, fields) = match (BuiltInRole::with_id(role.get()), allowed, shown) {
                    (Some(role), ..) => (role.permissions(), role.fields()),
                    (None, Some(allowed), Some(shown)) => {
                        let allowed = permissions(&allowed).ok_or_else(|| wrong("permissions"))?;
                        (allowed, fields(shown).ok_or_else(|| wrong("fields"))?)
                    }
                    _ => return Err(wrong("role_id")),
                };
                let everywhere = range == RangeKind::Everywhere.name();
                let places = if everywhere { vec![Path::root()] } else { Vec::new() };
                let until = until.map(|until| until.0);
                let (assignment, reach) = (Some(id.get()), Reach::nowhere());
                grants.push((
                    id,
                    Grant { assignment, role: role.get(), permissions, fields, reach, until },
                    places,
                ));
            }
            let range_is_own = range == RangeKind::Own.name();
            if let Some((.., places)) = grants.last_mut() {
                let mine = range_is_own.then_some(place).flatten();
                for text in [chosen, mine].into_iter().flatten() {
                    places.push(path(&text)?);
                }
            }
        }
        let reaching = |(_, grant, places): (Id, Grant, Vec<Path>)| Grant {
            reach: places.into_iter().collect(),
            ..grant
        };
        Ok(grants.into_iter().map(reaching).collect())
    }

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

impl AccessStore for Tx<'_> {
    fn grants_of(&mut self, member: MemberId, now: DateTime<Utc>) -> Result<Vec<Grant>> {
        let tenant = self.bound()?;
        self.grants_in(tenant, member, now)
    }

    fn custom_roles(&mut self) -> Result<Vec<CustomRole>> {
        let tenant = self.bound()?;
        let rows: Vec<RoleRow> = on!(self.db, |db| roles::table
            .filter(roles::tenant_id.eq(tenant))
            .order((roles::sort_key, roles::id))
            .select(RoleRow::as_select())
            .load(db))
        .understood()?;
        rows.into_iter().map(CustomRole::try_from).collect()
    }

    fn custom_role(&mut self, id: RoleId) -> Result<Option<CustomRole>> {
        let key = (self.bound()?, Id::from(id));
        let row: Option<RoleRow> =
            on!(self.db, |db| roles::table.find(key).select(RoleRow::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(CustomRole::try_from).transpose()
    }

    fn role_named(&mut self, key: &str) -> Result<Option<RoleId>> {
        let tenant = self.bound()?;
        let found: Option<Id> = on!(self.db, |db| roles::table
            .filter(roles::tenant_id.eq(tenant))
            .filter(roles::name_key.eq(key))
            .select(roles::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(found.map(Id::get))
    }

    fn save_role(&mut self, role: &CustomRole) -> Result<()> {
        let names: Vec<&str> = role.permissions.iter().map(Permission::name).collect();
        let groups = |set: domain::access::FieldSet| set.iter().map(FieldGroup::name).collect::<Vec<_>>();
        let row = RoleRow {
            tenant_id: self.bound()?,
            id: role.id.into(),
            name: role.name.as_str().to_owned(),
            name_key: role.key(),
            sort_key: sort_key(role.name.as_str()),
            description: role.description.as_ref().map(|text| text.as_str().to_owned()),
            permissions: Json(serde_json::json!(names)),
            fields: Json(
                serde_json::json!({"read": groups(role.fields.read), "write": groups(role.fields.write)}),
            ),
            created_at: role.created_at.into(),
            version: role.version + 1,
        };
        if role.version == 0 {
            return on!(self.db, |db| diesel::insert_into(roles::table).values(&row).execute(db))
                .understood()
                .map(drop);
        }
        let known = roles::table.find((row.tenant_id, row.id)).filter(roles::version.eq(role.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn delete_role(&mut self, id: RoleId) -> Result<()> {
        let known = roles::table.find((self.bound()?, Id::from(id)));
        one_row(on!(self.db, |db| diesel::delete(known).execute(db)).understood()?)
    }

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
                    let at = departments::tenant_id
                        .eq(placements::tenant_id)
                        .and(departments::id.eq(placements::department_id));
                    placements::table
                        .inner_join(departments::table.on(at))
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

    fn tags_of(&mut self, of: &[MemberId]) -> Result<Vec<(MemberId, TagId)>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        let ids: Vec<Id> = of.iter().copied().map(Id::from).collect();
        for some in ids.chunks(BATCH) {
            let rows: Vec<(Id, Id)> = on!(self.db, |db| taggings::table
                .filter(taggings::tenant_id.eq(tenant))
                .filter(taggings::member_id.eq_any(some))
                .select((taggings::member_id, taggings::tag_id))
                .load(db))
            .understood()?;
            found.extend(rows.into_iter().map(|(member, tag)| (member.get(), tag.get())));
        }
        Ok(found)
    }

    fn holder_names(&mut self, holders: &[Holder]) -> Result<Vec<(Holder, String)>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        let of = |kind: HolderKind| -> Vec<Id> {
            holders.iter().filter(|holder| holder.kind() == kind).map(|holder| Id(holder.id())).collect()
        };
        macro_rules! named {
            ($kind:ident, $table:ident) => {
                for some in of(HolderKind::$kind).chunks(BATCH) {
                    let rows: Vec<(Id, String)> = on!(self.db, |db| $table::table
                        .filter($table::tenant_id.eq(tenant))
                        .filter($table::id.eq_any(some))
                        .select(($table::id, $table::name))
                        .load(db))
                    .understood()?;
                    found.extend(
                        rows.into_iter().map(|(id, name)| (Holder::of(HolderKind::$kind, id.0), name)),
                    );
                }
            };
        }
        named!(Member, members);
        named!(Department, departments);
        named!(Tag, tags);
        Ok(found)
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

    fn paths(&mut self, of: &[DepartmentId]) -> Result<Vec<(DepartmentId, Path)>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        let ids: Vec<Id> = of.iter().copied().map(Id::from).collect();
        for some in ids.chunks(BATCH) {
            let rows: Vec<(Id, String)> = on!(self.db, |db| departments::table
                .filter(departments::tenant_id.eq(tenant))
                .filter(departments::id.eq_any(some))
                .select((departments::id, departments::path))
                .load(db))
            .understood()?;
            for (id, text) in rows {
                found.push((id.get(), path(&text)?));
            }
        }
        Ok(found)
    }

    fn whereabouts(&mut self, of: &[MemberId]) -> Result<Vec<(MemberId, Path)>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        let ids: Vec<Id> = of.iter().copied().map(Id::from).collect();
        for some in ids.chunks(BATCH) {
            let placed: Vec<(Id, String)> = on!(self.db, |db| {
                let there = departments::tenant_id
                    .eq(placements::tenant_id)
                    .and(departments::id.eq(placements::department_id));
                placements::table
                    .inner_join(departments::table.on(there))
                    .filter(placements::tenant_id.eq(tenant))
                    .filter(placements::member_id.eq_any(some))
                    .select((placements::member_id, departments::path))
                    .load(db)
            })
            .understood()?;
            let main: Vec<(Id, String)> = on!(self.db, |db| {
                let there = departments::tenant_id
                    .eq(members::tenant_id)
                    .and(departments::id.eq(members::department_id));
                members::table
                    .inner_join(departments::table.on(there))
                    .filter(members::tenant_id.eq(tenant))
                    .filter(members::id.eq_any(some))
                    .select((members::id, departments::path))
                    .load(db)
            })
            .understood()?;
            for (member, text) in placed.into_iter().chain(main) {
                found.push((member.get(), path(&text)?));
            }
        }
        Ok(found)
    }

    fn holders_of_roles(
        &mut self,
        roles: Option<&[RoleId]>,
        after: Option<&(String, MemberId)>,
        limit: u32,
    ) -> Result<Vec<(String, MemberId)>> {
        let tenant = self.bound()?;
        let some: Vec<Id> = roles.unwrap_or_default().iter().copied().map(Id::from).collect();
        let any = roles.is_none();
        let rows: Vec<(String, Id)> = on!(self.db, |db| {
            let given = |kind: HolderKind| {
                let wanted = any.into_sql::<diesel::sql_types::Bool>().or(assignments::role_id.eq_any(&some));
                assignments::tenant_id.eq(tenant).and(assignments::holder_kind.eq(kind.name())).and(wanted)
            };
            let themselves =
                assignments::table.filter(given(HolderKind::Member)).select(assignments::holder_id);
            let tag = taggings::tenant_id
                .eq(assignments::tenant_id)
                .and(taggings::tag_id.eq(assignments::holder_id));
            let by_tag = assignments::table
                .inner_join(taggings::table.on(tag))
                .filter(given(HolderKind::Tag))
                .select(taggings::member_id);
            let holds = held
                .field(departments::tenant_id)
                .eq(assignments::tenant_id)
                .and(held.field(departments::id).eq(assignments::holder_id));
            let below = own
                .field(departments::tenant_id)
                .eq(held.field(departments::tenant_id))
                .and(own.field(departments::path).ge(held.field(departments::path)))
                .and(own.field(departments::path).lt(held.field(departments::path).concat(Path::AFTER)));
            let there = placements::tenant_id
                .eq(own.field(departments::tenant_id))
                .and(placements::department_id.eq(own.field(departments::id)));
            let by_department = assignments::table
                .inner_join(held.on(holds))
                .inner_join(own.on(below))
                .inner_join(placements::table.on(there))
                .filter(given(HolderKind::Department))
                .select(placements::member_id);
            let (key, id) = match after {
                Some((key, id)) => (key.as_str(), Id::from(*id)),
                None => ("", Id(uuid::Uuid::nil())),
            };
            members::table
                .filter(members::tenant_id.eq(tenant))
                .filter(members::state.ne(MemberState::Departed.name()))
                .filter(members::role.ne(name_of(&MemberRole::Owner)))
                .filter(
                    members::id
                        .eq_any(themselves)
                        .or(members::id.eq_any(by_tag))
                        .or(members::id.eq_any(by_department)),
                )
                .filter(members::sort_key.ge(key))
                .filter(members::sort_key.gt(key).or(members::id.gt(id)))
                .order((members::sort_key, members::id))
                .limit(limit.into())
                .select((members::sort_key, members::id))
                .load(db)
        })
        .understood()?;
        Ok(rows.into_iter().map(|(key, id)| (key, id.get())).collect())
    }

    fn hidden(&mut self) -> Result<Hidden> {
        let tenant = self.bound()?;
        let mut rows: Vec<String> = on!(self.db, |db| {
            // One line without a path stands for them all.
            let people = members::table
                .filter(members::tenant_id.eq(tenant))
                .filter(members::hidden)
                .select("".into_sql::<diesel::sql_types::Text>())
                .distinct();
            departments::table
                .filter(departments::tenant_id.eq(tenant))
                .filter(departments::hidden)
                .select(departments::path)
                .union_all(people)
                .load(db)
        })
        .understood()?;
        let all = rows.len();
        rows.retain(|path| !path.is_empty());
        let departments = rows.iter().map(|text| path(text)).collect::<Result<Vec<_>>>()?;
        Ok(Hidden { members: departments.len() < all, departments })
    }

    fn shared_with(&mut self, member: MemberId) -> Result<Vec<Path>> {
        let (tenant, member) = (self.bound()?, Id::from(member));
        let rows: Vec<String> = on!(self.db, |db| {
            let there = own
                .field(departments::tenant_id)
                .eq(placements::tenant_id)
                .and(own.field(departments::id).eq(placements::department_id));
            // Whatever their departments stand below, or are.
            let above = held
                .field(departments::tenant_id)
                .eq(own.field(departments::tenant_id))
                .and(own.field(departments::path).ge(held.field(departments::path)))
                .and(own.field(departments::path).lt(held.field(departments::path).concat(Path::AFTER)));
            let related = relations::tenant_id
                .eq(held.field(departments::tenant_id))
                .and(relations::from_id.eq(held.field(departments::id)))
                .and(relations::kind.eq(RelationKind::SharesDirectory.name()));
            let shared =
                departments::tenant_id.eq(relations::tenant_id).and(departments::id.eq(relations::to_id));
            placements::table
                .inner_join(own.on(there))
                .inner_join(held.on(above))
                .inner_join(relations::table.on(related))
                .inner_join(departments::table.on(shared))
                .filter(placements::tenant_id.eq(tenant))
                .filter(placements::member_id.eq(member))
                .select(departments::path)
                .load(db)
        })
        .understood()?;
        rows.iter().map(|text| path(text)).collect()
    }

    fn seen(&mut self, sight: &Sight, of: &[MemberId]) -> Result<HashSet<MemberId>> {
        let (tenant, mut seen) = (self.bound()?, HashSet::new());
        let mut ids: Vec<Id> = of.iter().copied().map(Id::from).collect();
        // Most are there for everybody; where the reader sees more is only looked at for the others.
        for sight in [&Sight { open: Reach::nowhere(), ..sight.clone() }, sight] {
            self.seen_once(sight, (tenant, &ids), &mut seen)?;
            ids.retain(|id| !seen.contains(&id.get()));
            if ids.is_empty() {
                break;
            }
        }
        Ok(seen)
    }
}

impl Tx<'_> {
    fn seen_once(
        &mut self,
        sight: &Sight,
        (tenant, of): (Id, &[Id]),
        seen: &mut HashSet<MemberId>,
    ) -> Result<()> {
        for some in of.chunks(BATCH) {
            let rows: Vec<Id> = on!(self.db, |db| members::table
                .filter(members::tenant_id.eq(tenant))
                .filter(members::id.eq_any(some))
                .filter(sees_member(sight))
                .select(members::id)
                .load(db))
            .understood()?;
            seen.extend(rows.into_iter().map(Id::get::<MemberId>));
        }
        Ok(())
    }
}
