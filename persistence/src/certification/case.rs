//! Whole cases: what would be five queries in two.

use super::{application, certificate};
use crate::connection::on;
use crate::error::Understood;
use crate::schema::{
    certificates, certification_applications as applications, certified_registrations, tenants,
};
use crate::sql_type::Id;
use crate::tenant;
use crate::tx::Tx;
use diesel::prelude::*;
use domain::certification::{Case, CaseStore, DocumentStore};
use domain::error::Result;
use domain::id::ApplicationId;

/// What a case is made of. A macro, because a selection belongs to one database.
macro_rules! whole {
    () => {
        (
            tenant::Row::as_select(),
            application::Row::as_select(),
            Option::<certificate::Row>::as_select(),
            certified_registrations::tenant_id.nullable(),
        )
    };
}

impl CaseStore for Tx<'_> {
    fn case(&mut self, id: Option<ApplicationId>) -> Result<Case> {
        type Found = (tenant::Row, application::Row, Option<certificate::Row>, Option<Id>);
        let bound = self.bound()?;
        // Every application of a tenant with what belongs to it.
        let cases =
            applications::table
                .inner_join(tenants::table.on(tenants::tenant_id.eq(applications::tenant_id)))
                .left_join(certificates::table.on(certificates::tenant_id.eq(applications::tenant_id)))
                .left_join(certified_registrations::table.on(
                    certified_registrations::registration_key.nullable().eq(applications::registration_key),
                ))
                .filter(applications::tenant_id.eq(bound));
        let found: Found = match id {
            Some(id) => {
                on!(self.db, |db| cases.filter(applications::id.eq(Id::from(id))).select(whole!()).first(db))
            }
            None => on!(self.db, |db| cases.order(applications::id.desc()).select(whole!()).first(db)),
        }
        .understood()?;
        let (tenant, application, certificate, holder) = found;
        let application = application.application(self)?;
        Ok(Case {
            tenant: tenant.try_into()?,
            documents: self.documents(application.id)?,
            application,
            certificate: certificate.map(|row| row.certificate(self)).transpose()?,
            number_holder: holder.map(Id::get),
            ticket: None,
        })
    }
}
