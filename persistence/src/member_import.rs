//! Imports of members, their spreadsheets and plans. All of it belongs to one tenant.

use crate::connection::{BATCH, insert_all, on};
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{
    member_import_departments as new_departments, member_import_rows as rows, member_import_sheets as sheets,
    member_imports as imports, members,
};
use crate::sql_type::{Id, Instant, Json, name_of};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::actor::MemberRole;
use domain::department::DepartmentName;
use domain::error::{Error, Problem, Result};
use domain::id::{MemberId, MemberImportId};
use domain::member::{MemberDraft, MemberState};
use domain::member_import::{
    Column, FieldChange, Heading, ImportState, MemberImport, MemberImportStore, Options, Plan,
    PlannedDepartment, PlannedRow, Present, RowAction, RowFault, RowFilter,
};
use domain::on_behalf::OnBehalf;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What no query looks into.
#[derive(Serialize, Deserialize)]
struct Document {
    options: Options,
    /// Headings, and the fields that are below them.
    columns: Vec<(String, Option<String>)>,
    headings: u32,
    rows: u32,
    plan: Option<Plan>,
    done: u32,
    total: u32,
    failed: u32,
    problem: Option<Problem>,
    by: (Uuid, Uuid, Uuid),
    request_id: String,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = imports, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: Id,
    tenant_id: Id,
    state: String,
    document: Json,
    created_at: Instant,
    executed_at: Option<Instant>,
    ended_at: Option<Instant>,
    version: i64,
}

fn json(value: &impl Serialize) -> Result<Json> {
    serde_json::to_value(value).map(Json).map_err(|error| Error::internal(format!("an import: {error}")))
}

impl Row {
    fn of(import: &MemberImport) -> Result<Self> {
        let column = |one: &Heading| (one.heading.clone(), one.column.map(Column::field));
        let by = import.by;
        let document = Document {
            options: import.options,
            columns: import.columns.iter().map(column).collect(),
            headings: import.headings,
            rows: import.rows,
            plan: import.plan.clone(),
            done: import.done,
            total: import.total,
            failed: import.failed,
            problem: import.problem.clone(),
            by: (by.account.into(), by.member.into(), by.session.into()),
            request_id: import.request_id.clone(),
        };
        Ok(Self {
            tenant_id: import.tenant.into(),
            id: import.id.into(),
            state: import.state.name().to_owned(),
            document: json(&document)?,
            created_at: import.created_at.into(),
            executed_at: import.executed_at.map(Instant),
            ended_at: import.ended_at.map(Instant),
            version: import.version + 1,
        })
    }
}

impl TryFrom<Row> for MemberImport {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("member_imports", row.id.0, column);
        let kept: Document = serde_json::from_value(row.document.0).map_err(|_| wrong("document"))?;
        let heading = |(heading, field): (String, Option<String>)| Heading {
            heading,
            column: field.as_deref().and_then(Column::about),
        };
        let (account, member, session) = kept.by;
        Ok(Self {
            tenant: row.tenant_id.get(),
            id: row.id.get(),
            state: ImportState::find(&row.state).ok_or_else(|| wrong("state"))?,
            options: kept.options,
            columns: kept.columns.into_iter().map(heading).collect(),
            headings: kept.headings,
            rows: kept.rows,
            plan: kept.plan,
            done: kept.done,
            total: kept.total,
            failed: kept.failed,
            problem: kept.problem,
            by: OnBehalf { account: account.into(), member: member.into(), session: session.into() },
            request_id: kept.request_id,
            created_at: row.created_at.0,
            executed_at: row.executed_at.map(|at| at.0),
            ended_at: row.ended_at.map(|at| at.0),
            version: row.version,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = new_departments, treat_none_as_default_value = false)]
struct DepartmentRow {
    tenant_id: Id,
    import_id: Id,
    position: i64,
    id: Id,
    parent_id: Id,
    name: String,
    path: String,
}

impl TryFrom<DepartmentRow> for PlannedDepartment {
    type Error = Error;

    fn try_from(row: DepartmentRow) -> Result<Self> {
        let wrong = |column: &str| corrupt("member_import_departments", row.id.0, column);
        Ok(Self {
            position: u32::try_from(row.position).map_err(|_| wrong("position"))?,
            id: row.id.get(),
            parent: row.parent_id.get(),
            name: DepartmentName::parse(&row.name).map_err(|_| wrong("name"))?,
            path: row.path,
        })
    }
}

/// What no query looks into.
#[derive(Serialize, Deserialize)]
struct RowDocument {
    expected: i64,
    draft: MemberDraft,
    changes: Vec<FieldChange>,
    faults: Vec<RowFault>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rows, treat_none_as_default_value = false)]
struct PlanRow {
    tenant_id: Id,
    import_id: Id,
    position: i64,
    sheet_row: Option<i64>,
    member_id: Id,
    action: String,
    failed: bool,
    document: Json,
}

impl PlanRow {
    fn of((tenant_id, import_id): (Id, Id), row: &PlannedRow) -> Result<Self> {
        let document = RowDocument {
            expected: row.expected,
            draft: row.draft.clone(),
            changes: row.changes.clone(),
            faults: row.faults.clone(),
        };
        Ok(Self {
            tenant_id,
            import_id,
            position: row.position.into(),
            sheet_row: row.row.map(i64::from),
            member_id: row.member.into(),
            action: row.action.name().to_owned(),
            failed: row.failed,
            document: json(&document)?,
        })
    }
}

impl TryFrom<PlanRow> for PlannedRow {
    type Error = Error;

    fn try_from(row: PlanRow) -> Result<Self> {
        let wrong = |column: &str| corrupt("member_import_rows", row.import_id.0, column);
        let kept: RowDocument = serde_json::from_value(row.document.0).map_err(|_| wrong("document"))?;
        let sheet_row = row.sheet_row.map(|at| u32::try_from(at).map_err(|_| wrong("sheet_row")));
        Ok(Self {
            position: u32::try_from(row.position).map_err(|_| wrong("position"))?,
            row: sheet_row.transpose()?,
            member: row.member_id.get(),
            action: RowAction::find(&row.action).ok_or_else(|| wrong("action"))?,
            failed: row.failed,
            expected: kept.expected,
            draft: kept.draft,
            changes: kept.changes,
            faults: kept.faults,
        })
    }
}

impl MemberImportStore for Tx<'_> {
    fn save_member_import(&mut self, import: &MemberImport) -> Result<()> {
        let row = Row { tenant_id: self.bound()?, ..Row::of(import)? };
        if import.version == 0 {
            on!(self.db, |db| diesel::insert_into(imports::table).values(&row).execute(db)).understood()?;
            return Ok(());
        }
        let theirs = imports::table.filter(imports::tenant_id.eq(row.tenant_id));
        let known = theirs.filter(imports::id.eq(row.id)).filter(imports::version.eq(import.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn member_import(&mut self, id: MemberImportId) -> Result<Option<MemberImport>> {
        let theirs = imports::table.filter(imports::tenant_id.eq(self.bound()?));
        let known = theirs.filter(imports::id.eq(Id::from(id)));
        let row: Option<Row> =
            on!(self.db, |db| known.select(Row::as_select()).first(db)).optional().understood()?;
        row.map(MemberImport::try_from).transpose()
    }

    fn member_imports(&mut self, before: Option<MemberImportId>, limit: u32) -> Result<Vec<MemberImport>> {
        let tenant = self.bound()?;
        let before = Id(before.map_or(Uuid::max(), Uuid::from));
        let found: Vec<Row> = on!(self.db, |db| imports::table
            .filter(imports::tenant_id.eq(tenant))
            .filter(imports::id.lt(before))
            .order(imports::id.desc())
            .limit(limit.into())
            .select(Row::as_select())
            .load(db))
        .understood()?;
        found.into_iter().map(MemberImport::try_from).collect()
    }

    fn member_imports_in(&mut self, states: &[ImportState]) -> Result<Vec<MemberImport>> {
        let tenant = self.bound()?;
        let names: Vec<&str> = states.iter().map(|state| state.name()).collect();
        let found: Vec<Row> = on!(self.db, |db| imports::table
            .filter(imports::tenant_id.eq(tenant))
            .filter(imports::state.eq_any(&names))
            .select(Row::as_select())
            .load(db))
        .understood()?;
        found.into_iter().map(MemberImport::try_from).collect()
    }

    fn insert_sheet(&mut self, id: MemberImportId, sheet: &[u8]) -> Result<()> {
        let tenant = self.bound()?;
        let row = (sheets::tenant_id.eq(tenant), sheets::import_id.eq(Id::from(id)), sheets::sheet.eq(sheet));
        on!(self.db, |db| diesel::insert_into(sheets::table).values(row).execute(db)).understood().map(drop)
    }

    fn sheet(&mut self, id: MemberImportId) -> Result<Vec<u8>> {
        let known = sheets::table.find((self.bound()?, Id::from(id)));
        on!(self.db, |db| known.select(sheets::sheet).first(db)).understood()
    }

    fn delete_sheet(&mut self, id: MemberImportId) -> Result<()> {
        let known = sheets::table.find((self.bound()?, Id::from(id)));
        on!(self.db, |db| diesel::delete(known).execute(db)).understood().map(drop)
    }

    fn insert_planned_departments(&mut self, id: MemberImportId, new: &[PlannedDepartment]) -> Result<()> {
        let tenant_id = self.bound()?;
        let row = |new: &PlannedDepartment| DepartmentRow {
            tenant_id,
            import_id: id.into(),
            position: new.position.into(),
            id: new.id.into(),
            parent_id: new.parent.into(),
            name: new.name.as_str().to_owned(),
            path: new.path.clone(),
        };
        let rows: Vec<DepartmentRow> = new.iter().map(row).collect();
        insert_all!(self.db, new_departments::table, rows).understood()
    }

    fn planned_departments(
        &mut self,
        id: MemberImportId,
        from: u32,
        limit: u32,
    ) -> Result<Vec<PlannedDepartment>> {
        let tenant = self.bound()?;
        let found: Vec<DepartmentRow> = on!(self.db, |db| new_departments::table
            .filter(new_departments::tenant_id.eq(tenant))
            .filter(new_departments::import_id.eq(Id::from(id)))
            .filter(new_departments::position.ge(i64::from(from)))
            .order(new_departments::position)
            .limit(limit.into())
            .select(DepartmentRow::as_select())
            .load(db))
        .understood()?;
        found.into_iter().map(PlannedDepartment::try_from).collect()
    }

    fn insert_planned_rows(&mut self, id: MemberImportId, planned: &[PlannedRow]) -> Result<()> {
        let key = (self.bound()?, Id::from(id));
        let planned = planned.iter().map(|row| PlanRow::of(key, row)).collect::<Result<Vec<_>>>()?;
        insert_all!(self.db, rows::table, planned).understood()
    }

    fn save_planned_rows(&mut self, id: MemberImportId, changed: &[PlannedRow]) -> Result<()> {
        let (tenant, import) = (self.bound()?, Id::from(id));
        for some in changed.chunks(BATCH) {
            let positions: Vec<i64> = some.iter().map(|row| i64::from(row.position)).collect();
            let were = rows::table
                .filter(rows::tenant_id.eq(tenant).and(rows::import_id.eq(import)))
                .filter(rows::position.eq_any(positions));
            on!(self.db, |db| diesel::delete(were).execute(db)).understood()?;
        }
        self.insert_planned_rows(id, changed)
    }

    fn refuse_rows(&mut self, id: MemberImportId, refused: &[(u32, Vec<RowFault>)]) -> Result<()> {
        let key = (self.bound()?, Id::from(id));
        for some in refused.chunks(BATCH) {
            let positions: Vec<i64> = some.iter().map(|(position, _)| i64::from(*position)).collect();
            let theirs = rows::table
                .filter(rows::tenant_id.eq(key.0).and(rows::import_id.eq(key.1)))
                .filter(rows::position.eq_any(positions));
            let were: Vec<PlanRow> =
                on!(self.db, |db| theirs.select(PlanRow::as_select()).load(db)).understood()?;
            let mut are = Vec::new();
            for row in were {
                let mut row = PlannedRow::try_from(row)?;
                let faults = some.iter().find(|(position, _)| *position == row.position);
                row.action = RowAction::Refuse;
                row.faults.extend(faults.into_iter().flat_map(|(_, faults)| faults.iter().cloned()));
                are.push(row);
            }
            self.save_planned_rows(id, &are)?;
        }
        Ok(())
    }

    fn planned_rows(
        &mut self,
        id: MemberImportId,
        filter: RowFilter,
        from: u32,
        limit: u32,
    ) -> Result<Vec<PlannedRow>> {
        let tenant = self.bound()?;
        let found: Vec<PlanRow> = on!(self.db, |db| {
            let mut wanted = rows::table
                .filter(rows::tenant_id.eq(tenant))
                .filter(rows::import_id.eq(Id::from(id)))
                .filter(rows::position.ge(i64::from(from)))
                .into_boxed();
            if let Some(action) = filter.action {
                wanted = wanted.filter(rows::action.eq(action.name()));
            }
            if filter.failed {
                wanted = wanted.filter(rows::failed);
            }
            wanted.order(rows::position).limit(limit.into()).select(PlanRow::as_select()).load(db)
        })
        .understood()?;
        found.into_iter().map(PlannedRow::try_from).collect()
    }

    fn clear_plan(&mut self, id: MemberImportId) -> Result<()> {
        let (tenant, id) = (self.bound()?, Id::from(id));
        let planned = rows::table.filter(rows::tenant_id.eq(tenant)).filter(rows::import_id.eq(id));
        on!(self.db, |db| diesel::delete(planned).execute(db)).understood()?;
        let new = new_departments::table.filter(new_departments::tenant_id.eq(tenant));
        let new = new.filter(new_departments::import_id.eq(id));
        on!(self.db, |db| diesel::delete(new).execute(db)).understood().map(drop)
    }

    fn present(&mut self, after: Option<MemberId>, limit: u32) -> Result<Vec<Present>> {
        let (tenant, after) = (self.bound()?, Id(after.map_or(Uuid::nil(), Uuid::from)));
        let found: Vec<(Id, String, String, i64, Option<Id>, String)> = on!(self.db, |db| members::table
            .filter(members::tenant_id.eq(tenant))
            .filter(members::id.gt(after))
            .filter(members::state.ne(MemberState::Departed.name()))
            .order(members::id)
            .limit(limit.into())
            .select((
                members::id,
                members::userid,
                members::name,
                members::version,
                members::leader_id,
                members::role,
            ))
            .load(db))
        .understood()?;
        let owner = name_of(&MemberRole::Owner);
        let present =
            |(id, userid, name, version, leader, role): (Id, String, String, i64, Option<Id>, String)| {
                Present {
                    id: id.get(),
                    userid,
                    name,
                    version,
                    leader: leader.map(Id::get),
                    may_leave: role != owner,
                }
            };
        Ok(found.into_iter().map(present).collect())
    }
}
