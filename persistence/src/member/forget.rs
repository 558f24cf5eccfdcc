//! Forgetting members, with everything that is kept of them.

use crate::connection::on;
use crate::error::Understood;
use crate::schema::{
    accounts, departures, member_devices, member_import_rows, member_terms, member_values, members, notices,
    ownership_offers, permission_uses, person_keys, pictures, placements, role_assignment_departments,
    role_assignments, scheduled_changes, sessions, taggings,
};
use crate::sql_type::Id;
use crate::tx::Tx;
use diesel::prelude::*;
use domain::access::HolderKind;
use domain::error::Result;
use domain::id::{AccountId, MemberId};
use std::collections::HashSet;

/// Deletes the rows of a table that belong to some members of some tenants.
macro_rules! forget {
    ($tx:expr, $tenants:expr, $members:expr, $($table:ident),+) => {$(
        on!($tx.db, |db| {
            let here = $table::tenant_id.eq_any($tenants);
            diesel::delete($table::table.filter(here.and($table::member_id.eq_any($members)))).execute(db)
        })
        .understood()?;
    )+};
}

impl Tx<'_> {
    /// Erases members of the bound tenant. Gives those of their accounts that belong to no tenant any more; whoever never joined may
    /// have one too, if they were turned away.
    pub(super) fn erase(&mut self, ids: &[MemberId]) -> Result<Vec<AccountId>> {
        let tenant = self.bound()?;
        let ids: Vec<Id> = ids.iter().copied().map(Id::from).collect();
        let rows: Vec<(Option<Id>, Option<String>)> = on!(self.db, |db| members::table
            .filter(members::tenant_id.eq(tenant))
            .filter(members::id.eq_any(&ids))
            .select((members::account_id, members::mobile))
            .load(db))
        .understood()?;
        let (joined, invited): (Vec<Option<Id>>, Vec<Option<String>>) = rows.into_iter().unzip();
        let mut people: Vec<Id> = joined.into_iter().flatten().collect();
        on!(self.db, |db| {
            let theirs = sessions::account_id.eq_any(&people).assume_not_null();
            diesel::delete(sessions::table.filter(sessions::tenant_id.eq(Some(tenant))).filter(theirs))
                .execute(db)
        })
        .understood()?;
        let places: Vec<(Id, Id)> = ids.into_iter().map(|id| (tenant, id)).collect();
        self.erase_places(&places)?;
        let numbers: Vec<String> = invited.into_iter().flatten().collect();
        let turned_away: Vec<Id> = on!(self.db, |db| accounts::table
            .filter(accounts::mobile.eq_any(numbers))
            .select(accounts::id)
            .load(db))
        .understood()?;
        people.extend(turned_away);
        let elsewhere: Vec<Option<Id>> = on!(self.db, |db| members::table
            .filter(members::account_id.eq_any(&people).assume_not_null())
            .select(members::account_id)
            .load(db))
        .understood()?;
        let elsewhere: HashSet<Id> = elsewhere.into_iter().flatten().collect();
        Ok(people.into_iter().filter(|person| !elsewhere.contains(person)).map(Id::get).collect())
    }

    /// Erases members, each by its tenant and id, but for their accounts and sessions. Without their keys, what the journal says of
    /// them is noise, and the entries stay as they were written.
    pub(crate) fn erase_places(&mut self, places: &[(Id, Id)]) -> Result<()> {
        let (tenants, ids): (Vec<Id>, Vec<Id>) = places.iter().copied().unzip();
        let tenants: Vec<Id> = tenants.into_iter().collect::<HashSet<_>>().into_iter().collect();
        self.erase_tickets_of(&ids)?;
        forget!(
            self,
            &tenants,
            &ids,
            notices,
            member_devices,
            placements,
            departures,
            member_import_rows,
            member_values,
            member_terms,
            taggings,
            scheduled_changes,
            ownership_offers,
            permission_uses
        );
        let given = role_assignments::table
            .filter(role_assignments::tenant_id.eq_any(&tenants))
            .filter(role_assignments::holder_kind.eq(HolderKind::Member.name()))
            .filter(role_assignments::holder_id.eq_any(&ids));
        let ranges = role_assignment_departments::table
            .filter(role_assignment_departments::tenant_id.eq_any(&tenants))
            .filter(
                role_assignment_departments::assignment_id.eq_any(given.clone().select(role_assignments::id)),
            );
        on!(self.db, |db| diesel::delete(ranges).execute(db)).understood()?;
        on!(self.db, |db| diesel::delete(given).execute(db)).understood()?;
        on!(self.db, |db| {
            let theirs = pictures::tenant_id.eq_any(&tenants).and(pictures::owner_id.eq_any(&ids));
            diesel::delete(pictures::table.filter(theirs)).execute(db)
        })
        .understood()?;
        on!(self.db, |db| {
            let led =
                members::tenant_id.eq_any(&tenants).and(members::leader_id.eq_any(&ids).assume_not_null());
            let changed = (members::leader_id.eq(None::<Id>), members::version.eq(members::version + 1));
            diesel::update(members::table.filter(led)).set(changed).execute(db)
        })
        .understood()?;
        on!(self.db, |db| diesel::delete(person_keys::table.filter(person_keys::person_id.eq_any(&ids)))
            .execute(db))
        .understood()?;
        on!(self.db, |db| {
            let here = members::tenant_id.eq_any(&tenants);
            diesel::delete(members::table.filter(here.and(members::id.eq_any(&ids)))).execute(db)
        })
        .understood()
        .map(drop)
    }
}
