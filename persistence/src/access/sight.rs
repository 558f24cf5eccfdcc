//! What an organization hides, and who sees it.

use super::below;
use crate::connection::{BATCH, on};
use crate::department::path;
use crate::error::Understood;
use crate::schema::{department_relations as relations, departments, members, placements};
use crate::sees::sees_member;
use crate::sql_type::Id;
use crate::tx::Tx;
use diesel::prelude::*;
use domain::access::{Hidden, Reach, Sight, SightStore};
use domain::department::{Path, RelationKind};
use domain::error::Result;
use domain::id::MemberId;
use std::collections::HashSet;

diesel::alias!(departments as own: Own, departments as held: Held);

impl SightStore for Tx<'_> {
    fn hidden(&mut self) -> Result<Hidden> {
        let tenant = self.bound()?;
        if let Some((of, hidden)) = &self.hidden
            && *of == tenant
        {
            return Ok(hidden.clone());
        }
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
        let hidden = Hidden { members: departments.len() < all, departments };
        self.hidden = self.reads.then(|| (tenant, hidden.clone()));
        Ok(hidden)
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
                .and(below!(own, held));
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
