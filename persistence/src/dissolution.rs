//! Dissolving the bound tenant.

use crate::connection::on;
use crate::error::Understood;
use crate::schema::{
    certificates, certification_applications as applications, certification_attempts as attempts,
    certified_registrations, corporate_serials, department_relations, department_trees, departments,
    dissolved_tenants, documents, invitation_links, join_requests, member_devices, member_fields,
    member_import_departments, member_import_rows, member_import_sheets, member_imports, members, notices,
    ownership_offers, permission_uses, person_keys, pictures, registrations, review_notes, reviews,
    role_assignment_departments, role_assignments, roles, scheduled_changes, security_policies, taggings,
    tags, takeovers, tenants, tickets,
};
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::dissolution::DissolutionStore;
use domain::error::Result;
use domain::id::{DocumentId, MemberId};
use domain::takeover::TakeoverState;

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

    fn some_members(&mut self, limit: u32) -> Result<Vec<MemberId>> {
        let tenant = self.bound()?;
        let here: Vec<Id> = on!(self.db, |db| members::table
            .filter(members::tenant_id.eq(tenant))
            .order(members::id)
            .limit(limit.into())
            .select(members::id)
            .load(db))
        .understood()?;
        Ok(here.into_iter().map(Id::get).collect())
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
        let people: Vec<Id> = about.into_iter().chain(begun.iter().copied()).collect();
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
            pictures,
            role_assignment_departments,
            role_assignments,
            roles,
            taggings,
            tags,
            scheduled_changes,
            department_relations,
            member_fields,
            member_import_rows,
            member_import_departments,
            member_import_sheets,
            member_imports,
            invitation_links,
            join_requests,
            department_trees,
            departments,
            takeovers,
            ownership_offers,
            permission_uses,
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
