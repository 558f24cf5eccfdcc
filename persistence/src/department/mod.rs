//! Departments. All of it belongs to one tenant.

mod placement;
mod relation;

use crate::connection::{BATCH, insert_all, on};
use crate::error::{Understood, corrupt, one_row};
use crate::placed::placed;
use crate::schema::{department_trees, departments, placements};
use crate::sees::{sees_department, sees_placed};
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use diesel::dsl::{count, count_star, exists, max};
use diesel::prelude::*;
use domain::access::Sight;
use domain::department::{Counts, Department, DepartmentName, DepartmentStore, MAX_LEVEL, Path, Scope, Tree};
use domain::error::Result;
use domain::id::DepartmentId;
use std::collections::{HashMap, HashSet};

diesel::define_sql_function! {
    /// What follows in a text from a position on; the first is 1.
    fn substr(text: diesel::sql_types::Text, from: diesel::sql_types::Integer) -> diesel::sql_types::Text;
}

diesel::alias!(departments as below: Below, departments as beside: Beside);

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = departments, primary_key(tenant_id, id), treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    tenant_id: Id,
    id: Id,
    parent_id: Option<Id>,
    number: i64,
    path: String,
    level: i64,
    sort_order: i64,
    name: String,
    name_key: String,
    english_name: Option<String>,
    hidden: bool,
    created_at: Instant,
    version: i64,
}

impl Row {
    fn of(tenant_id: Id, department: &Department) -> Self {
        Self {
            tenant_id,
            id: department.id.into(),
            parent_id: department.parent.map(Id::from),
            number: department.number,
            path: department.path.as_str().to_owned(),
            level: department.path.level().into(),
            sort_order: department.order,
            name: department.name.as_str().to_owned(),
            name_key: department.name.key(),
            english_name: department.english_name.as_ref().map(|name| name.as_str().to_owned()),
            hidden: department.hidden,
            created_at: department.created_at.into(),
            version: department.version + 1,
        }
    }
}

/// Where a department stands, as it was kept.
pub(crate) fn path(text: &str) -> Result<Path> {
    Path::stored(text).ok_or_else(|| corrupt("departments", text, "path"))
}

impl TryFrom<Row> for Department {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("departments", row.id.0, column);
        let english_name = row.english_name.as_deref().map(DepartmentName::parse).transpose();
        Ok(Self {
            id: row.id.get(),
            parent: row.parent_id.map(Id::get),
            number: row.number,
            path: path(&row.path)?,
            name: DepartmentName::parse(&row.name).map_err(|_| wrong("name"))?,
            english_name: english_name.map_err(|_| wrong("english_name"))?,
            order: row.sort_order,
            hidden: row.hidden,
            created_at: row.created_at.0,
            version: row.version,
        })
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = department_trees, primary_key(tenant_id), treat_none_as_default_value = false)]
struct TreeRow {
    tenant_id: Id,
    last_number: i64,
    departments: i64,
    version: i64,
}

impl DepartmentStore for Tx<'_> {
    fn tree(&mut self) -> Result<Tree> {
        let tenant = self.bound()?;
        let row: TreeRow = on!(self.db, |db| department_trees::table
            .filter(department_trees::tenant_id.eq(tenant))
            .select(TreeRow::as_select())
            .first(db))
        .understood()?;
        let departments = u64::try_from(row.departments);
        let departments = departments.map_err(|_| corrupt("department_trees", tenant.0, "departments"))?;
        Ok(Tree { last_number: row.last_number, departments, version: row.version })
    }

    fn save_tree(&mut self, tree: &Tree) -> Result<()> {
        let tenant_id = self.bound()?;
        let departments = i64::try_from(tree.departments).unwrap_or(i64::MAX);
        let version = tree.version + 1;
        let row = TreeRow { tenant_id, last_number: tree.last_number, departments, version };
        if tree.version == 0 {
            on!(self.db, |db| diesel::insert_into(department_trees::table).values(&row).execute(db))
                .understood()?;
            return Ok(());
        }
        let known = department_trees::table
            .filter(department_trees::tenant_id.eq(tenant_id))
            .filter(department_trees::version.eq(tree.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn root_department(&mut self) -> Result<DepartmentId> {
        let tenant = self.bound()?;
        let root: Id = on!(self.db, |db| departments::table
            .filter(departments::tenant_id.eq(tenant))
            .filter(departments::parent_id.is_null())
            .select(departments::id)
            .first(db))
        .understood()?;
        Ok(root.get())
    }

    fn department(&mut self, id: DepartmentId) -> Result<Option<Department>> {
        let key = (self.bound()?, Id::from(id));
        let row: Option<Row> =
            on!(self.db, |db| departments::table.find(key).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(Department::try_from).transpose()
    }

    fn known_departments(&mut self, ids: &[DepartmentId]) -> Result<Vec<Department>> {
        let tenant = self.bound()?;
        let ids: Vec<Id> = ids.iter().copied().map(Id::from).collect();
        let mut there = Vec::new();
        for some in ids.chunks(BATCH) {
            let found: Vec<Row> = on!(self.db, |db| departments::table
                .filter(departments::tenant_id.eq(tenant))
                .filter(departments::id.eq_any(some))
                .select(Row::as_select())
                .load(db))
            .understood()?;
            there.extend(found.into_iter().map(Department::try_from).collect::<Result<Vec<_>>>()?);
        }
        Ok(there)
    }

    fn save_department(&mut self, department: &Department) -> Result<()> {
        let row = Row::of(self.bound()?, department);
        if department.version == 0 {
            on!(self.db, |db| diesel::insert_into(departments::table).values(&row).execute(db))
                .understood()?;
            return Ok(());
        }
        let key = departments::table.find((row.tenant_id, row.id));
        let known = key.filter(departments::version.eq(department.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn insert_departments(&mut self, new: &[Department]) -> Result<()> {
        let tenant = self.bound()?;
        let rows: Vec<Row> = new.iter().map(|department| Row::of(tenant, department)).collect();
        insert_all!(self.db, departments::table, rows).understood()
    }

    fn delete_department(&mut self, id: DepartmentId) -> Result<()> {
        let known = departments::table.find((self.bound()?, Id::from(id)));
        one_row(on!(self.db, |db| diesel::delete(known).execute(db)).understood()?)
    }

    fn children_named(
        &mut self,
        wanted: &[(DepartmentId, String)],
    ) -> Result<Vec<(DepartmentId, String, DepartmentId)>> {
        let (tenant, mut all) = (self.bound()?, Vec::new());
        for some in wanted.chunks(BATCH) {
            let parents: Vec<Id> = some.iter().map(|(parent, _)| Id::from(*parent)).collect();
            let keys: Vec<&str> = some.iter().map(|(_, key)| key.as_str()).collect();
            let found: Vec<(Option<Id>, String, Id)> = on!(self.db, |db| departments::table
                .filter(departments::tenant_id.eq(tenant))
                .filter(departments::parent_id.eq_any(&parents))
                .filter(departments::name_key.eq_any(&keys))
                .select((departments::parent_id, departments::name_key, departments::id))
                .load(db))
            .understood()?;
            all.extend(found.into_iter().filter_map(|(above, key, id)| Some((above?.get(), key, id.get()))));
        }
        // Every name was looked for below every one of them.
        let wanted: HashSet<(DepartmentId, &str)> =
            wanted.iter().map(|(parent, key)| (*parent, key.as_str())).collect();
        all.retain(|(parent, key, _)| wanted.contains(&(*parent, key.as_str())));
        Ok(all)
    }

    fn clash(&mut self, one: DepartmentId, other: DepartmentId) -> Result<Option<String>> {
        let (tenant, one, other) = (self.bound()?, Id::from(one), Id::from(other));
        on!(self.db, |db| {
            let same = beside
                .field(departments::tenant_id)
                .eq(departments::tenant_id)
                .and(beside.field(departments::name_key).eq(departments::name_key));
            departments::table
                .inner_join(beside.on(same))
                .filter(departments::tenant_id.eq(tenant))
                .filter(departments::parent_id.eq(Some(one)))
                .filter(beside.field(departments::parent_id).eq(Some(other)))
                .filter(beside.field(departments::id).ne(one))
                .select(departments::name)
                .first(db)
        })
        .optional()
        .understood()
    }

    fn deepest(&mut self, path: &Path) -> Result<u32> {
        let tenant = self.bound()?;
        let level: Option<i64> = on!(self.db, |db| departments::table
            .filter(departments::tenant_id.eq(tenant))
            .filter(departments::path.ge(path.as_str()).and(departments::path.lt(path.end())))
            .select(max(departments::level))
            .first(db))
        .understood()?;
        Ok(level.and_then(|level| u32::try_from(level).ok()).unwrap_or_default())
    }

    fn move_below(&mut self, from: &Path, to: &Path) -> Result<()> {
        let moved = departments::table
            .filter(departments::tenant_id.eq(self.bound()?))
            .filter(departments::path.gt(from.as_str()).and(departments::path.lt(from.end())));
        let down = i64::from(to.level()) - i64::from(from.level());
        let rest = i32::try_from(from.as_str().len() + 1).unwrap_or(i32::MAX);
        on!(self.db, |db| {
            let path = to.as_str().into_sql::<diesel::sql_types::Text>();
            diesel::update(moved)
                .set((
                    departments::path.eq(path.concat(substr(departments::path, rest))),
                    departments::level.eq(departments::level + down),
                ))
                .execute(db)
        })
        .understood()
        .map(drop)
    }

    fn adopt(&mut self, from: DepartmentId, to: DepartmentId) -> Result<()> {
        let children = departments::table
            .filter(departments::tenant_id.eq(self.bound()?))
            .filter(departments::parent_id.eq(Some(Id::from(from))));
        let changed = (
            departments::parent_id.eq(Some(Id::from(to))),
            departments::version.eq(departments::version + 1),
        );
        on!(self.db, |db| diesel::update(children).set(changed).execute(db)).understood().map(drop)
    }

    fn is_in_use(&mut self, id: DepartmentId) -> Result<bool> {
        let (tenant, id) = (self.bound()?, Id::from(id));
        let below_it = departments::table
            .filter(departments::tenant_id.eq(tenant))
            .filter(departments::parent_id.eq(Some(id)));
        let in_it = placements::table
            .filter(placements::tenant_id.eq(tenant))
            .filter(placements::department_id.eq(id));
        on!(self.db, |db| diesel::select(exists(below_it).or(exists(in_it))).get_result(db)).understood()
    }

    fn departments(&mut self, scope: &Scope, sight: &Sight, limit: u32) -> Result<Vec<Department>> {
        let (tenant, limit) = (self.bound()?, i64::from(limit));
        let rows: Vec<Row> = match scope {
            Scope::Below { parent, after } => {
                let (order, number) = after.unwrap_or((i64::MIN, i64::MIN));
                on!(self.db, |db| departments::table
                    .filter(departments::tenant_id.eq(tenant))
                    .filter(departments::parent_id.eq(Some(Id::from(*parent))))
                    .filter(sees_department("departments.path", sight))
                    .filter(departments::sort_order.ge(order))
                    .filter(departments::sort_order.gt(order).or(departments::number.gt(number)))
                    .order((departments::sort_order, departments::number))
                    .limit(limit)
                    .select(Row::as_select())
                    .load(db))
            }
            Scope::Within { path, after, to_level } => {
                let to_level = to_level.unwrap_or(MAX_LEVEL);
                on!(self.db, |db| departments::table
                    .filter(departments::tenant_id.eq(tenant))
                    .filter(departments::path.ge(path.as_str()).and(departments::path.lt(path.end())))
                    .filter(departments::path.gt(after.as_deref().unwrap_or_default()))
                    .filter(departments::level.le(i64::from(to_level)))
                    .filter(sees_department("departments.path", sight))
                    .order(departments::path)
                    .limit(limit)
                    .select(Row::as_select())
                    .load(db))
            }
        }
        .understood()?;
        rows.into_iter().map(Department::try_from).collect()
    }

    fn departments_numbered(&mut self, numbers: &[i64]) -> Result<Vec<Department>> {
        let tenant = self.bound()?;
        let rows: Vec<Row> = on!(self.db, |db| departments::table
            .filter(departments::tenant_id.eq(tenant))
            .filter(departments::number.eq_any(numbers))
            .order(departments::level)
            .select(Row::as_select())
            .load(db))
        .understood()?;
        rows.into_iter().map(Department::try_from).collect()
    }

    fn count_members(&mut self, ids: &[DepartmentId], sight: &Sight) -> Result<Vec<(DepartmentId, Counts)>> {
        let (tenant, ids) = (self.bound()?, ids.iter().copied().map(Id::from).collect::<Vec<_>>());
        let direct: Vec<(Id, i64)> = on!(self.db, |db| placed()
            .filter(placements::tenant_id.eq(tenant))
            .filter(placements::department_id.eq_any(&ids))
            .filter(sees_placed(tenant, "departments.path", sight))
            .group_by(placements::department_id)
            .select((placements::department_id, count_star()))
            .load(db))
        .understood()?;
        let total: Vec<(Id, i64)> = on!(self.db, |db| {
            let path = below.field(departments::path);
            let under = below
                .field(departments::tenant_id)
                .eq(departments::tenant_id)
                .and(path.ge(departments::path))
                .and(path.lt(departments::path.concat(Path::AFTER)));
            let there = placements::tenant_id
                .eq(below.field(departments::tenant_id))
                .and(placements::department_id.eq(below.field(departments::id)));
            departments::table
                .inner_join(below.on(under))
                .inner_join(placements::table.on(there))
                .filter(departments::tenant_id.eq(tenant))
                .filter(departments::id.eq_any(&ids))
                .filter(sees_placed(tenant, "below.path", sight))
                .group_by(departments::id)
                .select((departments::id, count(placements::member_id).aggregate_distinct()))
                .load(db)
        })
        .understood()?;
        let number = |count: i64| u64::try_from(count).unwrap_or_default();
        let direct: HashMap<Id, i64> = direct.into_iter().collect();
        let counts = |(id, total): (Id, i64)| {
            let direct = number(direct.get(&id).copied().unwrap_or_default());
            (id.get(), Counts { direct, total: number(total) })
        };
        Ok(total.into_iter().map(counts).collect())
    }
}
