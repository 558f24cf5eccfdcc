//! Where those stand who have roles, and what they are called.

use crate::connection::{BATCH, on};
use crate::department::path;
use crate::error::Understood;
use crate::placed::placed;
use crate::schema::{departments, members, placements, taggings, tags};
use crate::sql_type::Id;
use crate::tx::Tx;
use diesel::prelude::*;
use domain::access::{Holder, HolderKind, HolderStore};
use domain::department::Path;
use domain::error::Result;
use domain::id::{DepartmentId, MemberId, TagId};

impl HolderStore for Tx<'_> {
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
            let placed: Vec<(Id, String)> = on!(self.db, |db| placed()
                .filter(placements::tenant_id.eq(tenant))
                .filter(placements::member_id.eq_any(some))
                .select((placements::member_id, departments::path))
                .load(db))
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
}
