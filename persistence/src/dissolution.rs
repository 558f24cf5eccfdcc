//! Dissolving the bound tenant.

use crate::connection::on;
use crate::error::Understood;
use crate::schema::{
    certificates, certification_applications as applications, certification_attempts as attempts,
    certified_registrations, corporate_serials, department_relations, department_trees, departments,
    departures, dissolved_tenants, documents, logos, member_devices, member_fields, member_terms,
    member_values, members, notices, person_keys, placements, registrations, review_notes, reviews,
    security_policies, sessions, takeovers, tenants, tickets,
};
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use domain::dissolution::DissolutionStore;
use domain::error::Result;
use domain::id::{AccountId, DocumentId};
use domain::takeover::TakeoverState;
use std::collections::HashMap;

/// Deletes a table's rows of the bound tenant.
macro_rules! forget {
    ($tx:expr, $tenant:expr, $($table:ident),+) => {$(
        on!($tx.db, |db| diesel::delete($table::table.filter($table::tenant_id.eq($tenant))).execute(db))
            .understood()?;
    )+};
}

impl DissolutionStore for Tx<'_> {
    fn dissolves_at(&mut self) -> Result<Option<DateTime<Utc>>> {
        let tenant = self.bound()?;
        let at: Option<Instant> = on!(self.db, |db| tenants::table
            .filter(tenants::tenant_id.eq(tenant))
            .select(tenants::dissolves_at)
            .first(db))
        .understood()?;
        Ok(at.map(|at| at.0))
    }

    fn set_dissolves_at(&mut self, at: Option<DateTime<Utc>>) -> Result<()> {
        let known = tenants::table.filter(tenants::tenant_id.eq(self.bound()?));
        let at = tenants::dissolves_at.eq(at.map(Instant));
        on!(self.db, |db| diesel::update(known).set(at).execute(db)).understood().map(drop)
    }

    fn is_disputed(&mut self) -> Result<bool> {
        let tenant = self.bound()?;
        let held: Option<Id> = on!(self.db, |db| applications::table
            .filter(applications::tenant_id.eq(tenant))
            .filter(applications::hold.is_not_null())
            .select(applications::id)
            .first(db))
        .optional()
        .understood()?;
        if held.is_some() {
            return Ok(true);
        }
        let under_way = [TakeoverState::Open, TakeoverState::Objected].map(TakeoverState::name);
        let contested: Option<Id> = on!(self.db, |db| takeovers::table
            .filter(takeovers::tenant_id.eq(tenant).or(takeovers::from_tenant.eq(tenant)))
            .filter(takeovers::state.eq_any(under_way))
            .select(takeovers::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(contested.is_some())
    }

    fn some_accounts(&mut self, limit: u32) -> Result<Vec<(AccountId, bool)>> {
        let tenant = self.bound()?;
        let here: Vec<Id> = on!(self.db, |db| members::table
            .filter(members::tenant_id.eq(tenant))
            .filter(members::account_id.is_not_null())
            .order(members::id)
            .limit(limit.into())
            .select(members::account_id.assume_not_null())
            .load(db))
        .understood()?;
        let places: Vec<(Id, i64)> = on!(self.db, |db| members::table
            .filter(members::account_id.eq_any(&here).assume_not_null())
            .group_by(members::account_id)
            .select((members::account_id.assume_not_null(), count_star()))
            .load(db))
        .understood()?;
        let places: HashMap<Id, i64> = places.into_iter().collect();
        Ok(here.into_iter().map(|id| (id.get(), places.get(&id) == Some(&1))).collect())
    }

    fn forget_members(&mut self, accounts: &[AccountId]) -> Result<()> {
        let tenant = self.bound()?;
        let accounts: Vec<Id> = accounts.iter().copied().map(Id::from).collect();
        let theirs = || {
            members::table
                .filter(members::tenant_id.eq(tenant))
                .filter(members::account_id.eq_any(accounts.clone()).assume_not_null())
        };
        let places: Vec<Id> = on!(self.db, |db| theirs().select(members::id).load(db)).understood()?;
        self.erase_tickets_of(&places)?;
        let known = member_devices::table
            .filter(member_devices::tenant_id.eq(tenant))
            .filter(member_devices::member_id.eq_any(places.clone()));
        on!(self.db, |db| diesel::delete(known).execute(db)).understood()?;
        let placed = placements::table
            .filter(placements::tenant_id.eq(tenant))
            .filter(placements::member_id.eq_any(places.clone()));
        on!(self.db, |db| diesel::delete(placed).execute(db)).understood()?;
        let said = member_values::table
            .filter(member_values::tenant_id.eq(tenant))
            .filter(member_values::member_id.eq_any(places.clone()));
        on!(self.db, |db| diesel::delete(said).execute(db)).understood()?;
        let found_by = member_terms::table
            .filter(member_terms::tenant_id.eq(tenant))
            .filter(member_terms::member_id.eq_any(places.clone()));
        on!(self.db, |db| diesel::delete(found_by).execute(db)).understood()?;
        let told =
            notices::table.filter(notices::tenant_id.eq(tenant)).filter(notices::member_id.eq_any(places));
        on!(self.db, |db| diesel::delete(told).execute(db)).understood()?;
        let open = sessions::table
            .filter(sessions::tenant_id.eq(Some(tenant)))
            .filter(sessions::account_id.eq_any(accounts.clone()).assume_not_null());
        on!(self.db, |db| diesel::delete(open).execute(db)).understood()?;
        on!(self.db, |db| diesel::delete(theirs()).execute(db)).understood().map(drop)
    }

    fn was_dissolved(&mut self) -> Result<bool> {
        let tenant = self.bound()?;
        let found: Option<Id> = on!(self.db, |db| dissolved_tenants::table
            .filter(dissolved_tenants::tenant_id.eq(tenant))
            .select(dissolved_tenants::tenant_id)
            .first(db))
        .optional()
        .understood()?;
        Ok(found.is_some())
    }

    fn forget_tenant(&mut self, now: DateTime<Utc>) -> Result<Vec<DocumentId>> {
        let tenant = self.bound()?;
        let files: Vec<Id> = on!(self.db, |db| documents::table
            .filter(documents::tenant_id.eq(tenant))
            .select(documents::id)
            .load(db))
        .understood()?;
        let about: Vec<Id> = on!(self.db, |db| applications::table
            .filter(applications::tenant_id.eq(tenant))
            .select(applications::id)
            .load(db))
        .understood()?;
        let begun: Vec<Id> = on!(self.db, |db| registrations::table
            .filter(registrations::tenant_id.eq(Some(tenant)))
            .select(registrations::id)
            .load(db))
        .understood()?;
        // Those who never joined: the others are gone already.
        let invited: Vec<Id> = on!(self.db, |db| members::table
            .filter(members::tenant_id.eq(tenant))
            .select(members::id)
            .load(db))
        .understood()?;
        let people: Vec<Id> = about.into_iter().chain(begun.iter().copied()).chain(invited).collect();
        for some in people.chunks(1_000) {
            let known = person_keys::table.filter(person_keys::person_id.eq_any(some));
            on!(self.db, |db| diesel::delete(known).execute(db)).understood()?;
        }
        on!(self.db, |db| diesel::delete(registrations::table.filter(registrations::id.eq_any(begun)))
            .execute(db))
        .understood()?;
        let asked: Vec<Id> = on!(self.db, |db| tickets::table
            .filter(tickets::tenant_id.eq(Some(tenant)))
            .select(tickets::id)
            .load(db))
        .understood()?;
        self.erase_tickets(&asked)?;
        forget!(self, tenant, review_notes, reviews, documents, attempts, applications);
        forget!(
            self,
            tenant,
            certificates,
            certified_registrations,
            notices,
            logos,
            department_relations,
            placements,
            member_terms,
            departures,
            member_values,
            member_fields,
            members,
            department_trees,
            departments,
            takeovers,
            member_devices,
            corporate_serials,
            security_policies,
            tenants
        );
        let gone =
            (dissolved_tenants::tenant_id.eq(tenant), dissolved_tenants::dissolved_at.eq(Instant(now)));
        on!(self.db, |db| diesel::insert_into(dissolved_tenants::table).values(gone).execute(db))
            .understood()?;
        Ok(files.into_iter().map(Id::get).collect())
    }
}
