//! The life of a certificate after its approval: what time does with it, and what a senior operator can.

use super::{Certificate, CertificateStore, Suspension, Terms};
use crate::access::{self, Permission};
use crate::actor::{Actor, OperatorActor};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::{NoticeId, TenantId};
use crate::job::{Job, JobQueue};
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::notice::{Notice, NoticeKind, NoticeStore, Params, tell};
use crate::operator::{OperatorStore, require_outsider};
use crate::tenant::TenantScope;
use crate::text::Prose;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A mark in the life of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifeMark {
    /// It can be renewed.
    RenewalDue,
    /// It has ended; grace begins.
    Ended,
    /// Grace is over; growth stops.
    GraceOver,
}

impl LifeMark {
    const ALL: [Self; 3] = [Self::RenewalDue, Self::Ended, Self::GraceOver];

    fn of(self, certificate: &Certificate, terms: &Terms) -> DateTime<Utc> {
        match self {
            Self::RenewalDue => certificate.renewable_from(),
            Self::Ended => certificate.valid_until,
            Self::GraceOver => certificate.grace_until(terms),
        }
    }

    fn notice(self) -> NoticeKind {
        match self {
            Self::RenewalDue => NoticeKind::CertificateRenewalDue,
            Self::Ended => NoticeKind::CertificateEnded,
            Self::GraceOver => NoticeKind::CertificateGraceOver,
        }
    }
}

/// Sets the clock of a certificate.
///
/// # Errors
/// When the store fails.
pub fn set_life_clock(
    tx: &mut impl JobQueue,
    context: &Context<'_>,
    tenant: TenantId,
    certificate: &Certificate,
    terms: &Terms,
) -> Result<()> {
    for mark in LifeMark::ALL {
        let job =
            Job::StrikeCertificate { tenant: tenant.into(), valid_until: certificate.valid_until, mark };
        let at = mark.of(certificate, terms) + Duration::seconds(1);
        tx.enqueue(context.random.uuid(), &job, at, context.now)?;
    }
    Ok(())
}

/// Looks whether a certificate has come to a mark, and tells the owner if it has. One that was renewed has another end.
///
/// # Errors
/// When the store fails.
pub fn strike_certificate(
    tx: &mut (impl TenantScope + CertificateStore + MemberStore + NoticeStore + JobQueue + Journal),
    context: &Context<'_>,
    (tenant, valid_until): (TenantId, DateTime<Utc>),
    mark: LifeMark,
    terms: &Terms,
) -> Result<()> {
    tx.enter(tenant);
    let Some(certificate) = tx.certificate()?.filter(|found| found.valid_until == valid_until) else {
        return Ok(());
    };
    let at = mark.of(&certificate, terms);
    if context.now < at {
        // Other terms moved it.
        let job = Job::StrikeCertificate { tenant: tenant.into(), valid_until, mark };
        return tx.enqueue(context.random.uuid(), &job, at + Duration::seconds(1), context.now);
    }
    // What a suspended certificate has come to is told when it is reinstated.
    if certificate.suspension.is_some() {
        return Ok(());
    }
    let kind = mark.notice();
    let name = format!("{} {valid_until}", kind.name());
    let id = NoticeId::from(Uuid::new_v5(&certificate.application.into(), name.as_bytes()));
    let until = match mark {
        LifeMark::RenewalDue => certificate.valid_until,
        LifeMark::Ended | LifeMark::GraceOver => certificate.grace_until(terms),
    };
    // Jobs may be done twice, and reinstating sets the clock anew; the same mark always has the same id.
    if !tell_owner(tx, context, tenant, id, kind, [("until", terms.last_day(until).to_string())])? {
        return Ok(());
    }
    let entry = Entry::new(kind.name(), "certificate", certificate.application).of(tenant);
    tx.record(context, &Actor::System, entry)
}

fn tell_owner<const N: usize>(
    tx: &mut (impl MemberStore + NoticeStore + JobQueue),
    context: &Context<'_>,
    tenant: TenantId,
    id: NoticeId,
    kind: NoticeKind,
    params: [(&str, String); N],
) -> Result<bool> {
    let Some(member) = tx.owner()? else { return Ok(false) };
    let params: Params = params.map(|(name, value)| (name.to_owned(), value)).into();
    tell(tx, context, tenant, &Notice { id, member, kind, params, created_at: context.now, read_at: None })
}

/// Takes the force of a tenant's certificate away for now.
///
/// # Errors
/// `forbidden`, `own_organization`, `not_found`, `certificate_suspended`.
pub fn suspend(
    tx: &mut (
             impl TenantScope + CertificateStore + OperatorStore + MemberStore + NoticeStore + JobQueue + Journal
         ),
    context: &Context<'_>,
    actor: &OperatorActor,
    tenant: TenantId,
    reason: &Prose<500>,
) -> Result<Certificate> {
    let mut certificate = open(tx, actor, tenant)?;
    if certificate.suspension.is_some() {
        return Err(Code::CertificateSuspended.into());
    }
    certificate.suspension = Some(Suspension { at: context.now, reason: reason.as_str().to_owned() });
    tx.update_certificate(&certificate)?;
    let params = [("reason", reason.as_str().to_owned())];
    tell_owner(tx, context, tenant, context.id(), NoticeKind::CertificateSuspended, params)?;
    let entry = Entry::new("certificate.suspended", "certificate", certificate.application)
        .of(tenant)
        .change("suspension", None::<String>, reason.as_str());
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(certificate)
}

/// Gives a suspended certificate its force back, as far as time has left it.
///
/// # Errors
/// `forbidden`, `own_organization`, `not_found`, `certificate_not_suspended`.
pub fn reinstate(
    tx: &mut (
             impl TenantScope + CertificateStore + OperatorStore + MemberStore + NoticeStore + JobQueue + Journal
         ),
    context: &Context<'_>,
    actor: &OperatorActor,
    tenant: TenantId,
    terms: &Terms,
) -> Result<Certificate> {
    let mut certificate = open(tx, actor, tenant)?;
    let Some(suspension) = certificate.suspension.take() else {
        return Err(Code::CertificateNotSuspended.into());
    };
    tx.update_certificate(&certificate)?;
    tell_owner(tx, context, tenant, context.id(), NoticeKind::CertificateReinstated, [])?;
    set_life_clock(tx, context, tenant, &certificate, terms)?;
    let entry = Entry::new("certificate.reinstated", "certificate", certificate.application)
        .of(tenant)
        .change("suspension", suspension.reason, None::<String>);
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(certificate)
}

fn open(
    tx: &mut (impl TenantScope + CertificateStore + OperatorStore),
    actor: &OperatorActor,
    tenant: TenantId,
) -> Result<Certificate> {
    access::require(actor, Permission::CertificateSuspend)?;
    require_outsider(tx, actor, tenant)?;
    tx.enter(tenant);
    tx.certificate()?.ok_or_else(|| Error::from(Code::NotFound))
}
