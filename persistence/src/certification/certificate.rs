//! Certificates of the bound tenant, and the registrations that are certified, which are unique over all tenants.

use crate::connection::on;
use crate::error::Understood;
use crate::schema::{certificates, certified_registrations};
use crate::sql_type::{Id, Instant, Json};
use crate::tx::Tx;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use domain::certification::{Certificate, CertificateStore};
use domain::error::{Code, Result};
use domain::id::TenantId;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = certificates, treat_none_as_default_value = false)]
pub(super) struct Row {
    tenant_id: Id,
    application_id: Id,
    registration_key: String,
    subject: Json,
    subject_sealed: Option<Vec<u8>>,
    valid_from: Instant,
    valid_until: Instant,
}

impl Row {
    pub(super) fn certificate(self, tx: &Tx<'_>) -> Result<Certificate> {
        let sealed = self.subject_sealed.as_deref();
        Ok(Certificate {
            application: self.application_id.get(),
            subject: tx.open_draft(&subject_place(self.tenant_id), self.subject, sealed)?,
            registration_key: self.registration_key,
            valid_from: self.valid_from.0,
            valid_until: self.valid_until.0,
        })
    }
}

fn subject_place(tenant: Id) -> String {
    format!("certificates.subject {}", tenant.0)
}

impl CertificateStore for Tx<'_> {
    fn insert_certificate(&mut self, certificate: &Certificate) -> Result<()> {
        let tenant_id = self.bound()?;
        let claimed = on!(self.db, |db| diesel::insert_into(certified_registrations::table)
            .values((
                certified_registrations::registration_key.eq(&certificate.registration_key),
                certified_registrations::tenant_id.eq(tenant_id),
                certified_registrations::certified_at.eq(Instant(certificate.valid_from)),
            ))
            .execute(db));
        match claimed {
            Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
                return Err(Code::CreditCodeTaken.into());
            }
            other => other.understood()?,
        };
        let (subject, subject_sealed) = self.seal_draft(&subject_place(tenant_id), &certificate.subject)?;
        let row = Row {
            tenant_id,
            application_id: certificate.application.into(),
            registration_key: certificate.registration_key.clone(),
            subject,
            subject_sealed,
            valid_from: certificate.valid_from.into(),
            valid_until: certificate.valid_until.into(),
        };
        on!(self.db, |db| diesel::insert_into(certificates::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn certified_tenant(&mut self, registration_key: &str) -> Result<Option<TenantId>> {
        let tenant: Option<Id> = on!(self.db, |db| certified_registrations::table
            .find(registration_key)
            .select(certified_registrations::tenant_id)
            .first(db))
        .optional()
        .understood()?;
        Ok(tenant.map(Id::get))
    }
}
