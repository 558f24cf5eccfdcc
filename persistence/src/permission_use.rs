//! What people used of what they may do, and when last: a day is exact enough.

use crate::connection::{BATCH, on};
use crate::error::Understood;
use crate::schema::{members, permission_uses as uses};
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use domain::access::{Permission, PermissionSet, UseStore};
use domain::error::Result;
use domain::id::MemberId;
use domain::member::MemberState;
use std::collections::HashSet;

#[derive(Insertable)]
#[diesel(table_name = uses, treat_none_as_default_value = false)]
struct Row {
    tenant_id: Id,
    member_id: Id,
    permission: &'static str,
    used_at: Instant,
}

impl UseStore for Tx<'_> {
    fn note_uses(&mut self, used: &[(MemberId, PermissionSet)], at: DateTime<Utc>) -> Result<()> {
        let tenant_id = self.bound()?;
        let ids: Vec<Id> = used.iter().map(|(member, _)| Id::from(*member)).collect();
        let mut there: HashSet<Id> = HashSet::new();
        for some in ids.chunks(BATCH) {
            // Nothing is kept of who was forgotten meanwhile.
            let known: Vec<Id> = on!(self.db, |db| members::table
                .filter(members::tenant_id.eq(tenant_id))
                .filter(members::id.eq_any(some))
                .filter(members::state.ne(MemberState::Departed.name()))
                .select(members::id)
                .load(db))
            .understood()?;
            there.extend(known);
        }
        let rows: Vec<Row> = used
            .iter()
            .map(|(member, permissions)| (Id::from(*member), permissions))
            .filter(|(member_id, _)| there.contains(member_id))
            .flat_map(|(member_id, permissions)| {
                let row = move |one: Permission| Row {
                    tenant_id,
                    member_id,
                    permission: one.name(),
                    used_at: at.into(),
                };
                permissions.iter().map(row)
            })
            .collect();
        for some in rows.chunks(BATCH) {
            on!(self.db, |db| diesel::insert_into(uses::table)
                .values(some)
                .on_conflict((uses::tenant_id, uses::member_id, uses::permission))
                .do_update()
                .set(uses::used_at.eq(excluded(uses::used_at)))
                .execute(db))
            .understood()?;
        }
        Ok(())
    }

    fn uses(&mut self, of: &[MemberId]) -> Result<Vec<(MemberId, Permission, DateTime<Utc>)>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        let ids: Vec<Id> = of.iter().copied().map(Id::from).collect();
        for some in ids.chunks(BATCH) {
            let rows: Vec<(Id, String, Instant)> = on!(self.db, |db| uses::table
                .filter(uses::tenant_id.eq(tenant))
                .filter(uses::member_id.eq_any(some))
                .select((uses::member_id, uses::permission, uses::used_at))
                .load(db))
            .understood()?;
            // One that is not there any more is nothing that anybody has.
            found.extend(
                rows.into_iter()
                    .filter_map(|(id, name, at)| Some((id.get(), Permission::find(&name)?, at.0))),
            );
        }
        Ok(found)
    }
}
