//! Certificates of the bound tenant, and the registrations that are certified, which are unique over all tenants.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{certificates, certified_registrations};
use crate::sql_type::{Id, Instant, Json};
use crate::tx::Tx;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use domain::certification::{Certificate, CertificateStore};
use domain::error::{Code, Error, Result};
use domain::id::TenantId;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = certificates, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct Row {
    tenant_id: Id,
    application_id: Id,
    registration_key: String,
    subject: Json,
    subject_sealed: Option<Vec<u8>>,
    valid_from: Instant,
    valid_until: Instant,
    suspension: Option<Json>,
    barred: Json,
}

impl Row {
    fn of(tx: &Tx<'_>, certificate: &Certificate) -> Result<Self> {
        let tenant_id = tx.bound()?;
        let (subject, subject_sealed) = tx.seal_draft(&subject_place(tenant_id), &certificate.subject)?;
        let failed = |error: serde_json::Error| Error::internal(format!("certificate: {error}"));
        let suspension = certificate.suspension.as_ref().map(serde_json::to_value).transpose();
        Ok(Self {
            tenant_id,
            application_id: certificate.application.into(),
            registration_key: certificate.registration_key.clone(),
            subject,
            subject_sealed,
            valid_from: certificate.valid_from.into(),
            valid_until: certificate.valid_until.into(),
            suspension: suspension.map_err(failed)?.map(Json),
            barred: Json(serde_json::to_value(&certificate.barred).map_err(failed)?),
        })
    }

    pub(super) fn certificate(self, tx: &Tx<'_>) -> Result<Certificate> {
        let sealed = self.subject_sealed.as_deref();
        let wrong = |error: serde_json::Error| corrupt("certificates", self.tenant_id.0, error);
        Ok(Certificate {
            application: self.application_id.get(),
            subject: tx.open_draft(&subject_place(self.tenant_id), self.subject, sealed)?,
            registration_key: self.registration_key,
            valid_from: self.valid_from.0,
            valid_until: self.valid_until.0,
            suspension: self
                .suspension
                .map(|json| serde_json::from_value(json.0))
                .transpose()
                .map_err(wrong)?,
            barred: serde_json::from_value(self.barred.0).map_err(wrong)?,
        })
    }
}

pub(crate) fn subject_place(tenant: Id) -> String {
    format!("certificates.subject {}", tenant.0)
}

impl CertificateStore for Tx<'_> {
    fn insert_certificate(&mut self, certificate: &Certificate) -> Result<()> {
        self.claim_registration(certificate)?;
        let row = Row::of(self, certificate)?;
        on!(self.db, |db| diesel::insert_into(certificates::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn certificate(&mut self) -> Result<Option<Certificate>> {
        let tenant = self.bound()?;
        let row: Option<Row> = on!(self.db, |db| certificates::table
            .filter(certificates::tenant_id.eq(tenant))
            .select(Row::as_select())
            .first(db))
        .optional()
        .understood()?;
        row.map(|row| row.certificate(self)).transpose()
    }

    fn update_certificate(&mut self, certificate: &Certificate) -> Result<()> {
        let tenant = self.bound()?;
        let held: Option<String> = on!(self.db, |db| certificates::table
            .filter(certificates::tenant_id.eq(tenant))
            .select(certificates::registration_key)
            .first(db))
        .optional()
        .understood()?;
        if held.as_ref() != Some(&certificate.registration_key) {
            if let Some(held) = held {
                let old = certified_registrations::table.find(held);
                on!(self.db, |db| diesel::delete(old).execute(db)).understood()?;
            }
            self.claim_registration(certificate)?;
        }
        let row = Row::of(self, certificate)?;
        let known = certificates::table.filter(certificates::tenant_id.eq(tenant));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
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

impl Tx<'_> {
    /// Takes a registration for the bound tenant, over all tenants.
    fn claim_registration(&mut self, certificate: &Certificate) -> Result<()> {
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
                Err(Code::CreditCodeTaken.into())
            }
            other => other.understood().map(drop),
        }
    }
}
