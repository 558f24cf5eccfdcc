//! Relations between departments beside the tree.

use crate::connection::on;
use crate::error::{Understood, corrupt};
use crate::schema::{department_relations as kept, departments};
use crate::sql_type::Id;
use crate::tx::Tx;
use diesel::prelude::*;
use domain::department::{DepartmentName, Direction, Related, RelationKind, RelationStore};
use domain::error::{Code, Result};
use domain::id::DepartmentId;

/// The kind of a relation, the other department with its number and name, as they are selected.
type Row = (String, Id, i64, String);

fn related(direction: Direction, (kind, other, number, name): Row) -> Result<Related> {
    Ok(Related {
        kind: RelationKind::find(&kind).ok_or_else(|| corrupt("department_relations", other.0, "kind"))?,
        direction,
        other: other.get(),
        number,
        name: DepartmentName::parse(&name).map_err(|_| corrupt("departments", other.0, "name"))?,
    })
}

impl RelationStore for Tx<'_> {
    fn relations(&mut self, department: DepartmentId) -> Result<Vec<Related>> {
        let (tenant, id) = (self.bound()?, Id::from(department));
        let outgoing: Vec<Row> = on!(self.db, |db| kept::table
            .inner_join(
                departments::table
                    .on(departments::tenant_id.eq(kept::tenant_id).and(departments::id.eq(kept::to_id)))
            )
            .filter(kept::tenant_id.eq(tenant).and(kept::from_id.eq(id)))
            .order((kept::kind, departments::number))
            .select((kept::kind, departments::id, departments::number, departments::name))
            .load(db))
        .understood()?;
        let incoming: Vec<Row> = on!(self.db, |db| kept::table
            .inner_join(
                departments::table
                    .on(departments::tenant_id.eq(kept::tenant_id).and(departments::id.eq(kept::from_id)))
            )
            .filter(kept::tenant_id.eq(tenant).and(kept::to_id.eq(id)))
            .order((kept::kind, departments::number))
            .select((kept::kind, departments::id, departments::number, departments::name))
            .load(db))
        .understood()?;
        let outgoing = outgoing.into_iter().map(|row| related(Direction::Outgoing, row));
        outgoing.chain(incoming.into_iter().map(|row| related(Direction::Incoming, row))).collect()
    }

    fn insert_relation(&mut self, from: DepartmentId, kind: RelationKind, to: DepartmentId) -> Result<()> {
        let row = (
            kept::tenant_id.eq(self.bound()?),
            kept::from_id.eq(Id::from(from)),
            kept::kind.eq(kind.name()),
            kept::to_id.eq(Id::from(to)),
        );
        on!(self.db, |db| diesel::insert_into(kept::table).values(row).execute(db)).understood().map(drop)
    }

    fn delete_relation(&mut self, from: DepartmentId, kind: RelationKind, to: DepartmentId) -> Result<()> {
        let known = kept::table.find((self.bound()?, Id::from(from), kind.name(), Id::from(to)));
        match on!(self.db, |db| diesel::delete(known).execute(db)).understood()? {
            0 => Err(Code::NotFound.into()),
            _ => Ok(()),
        }
    }

    fn forget_relations(&mut self, department: DepartmentId) -> Result<()> {
        let id = Id::from(department);
        let theirs = kept::table
            .filter(kept::tenant_id.eq(self.bound()?))
            .filter(kept::from_id.eq(id).or(kept::to_id.eq(id)));
        on!(self.db, |db| diesel::delete(theirs).execute(db)).understood().map(drop)
    }
}
