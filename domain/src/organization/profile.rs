//! Seeing the profile and changing it.

use super::{PrimaryContact, ShortName, Website};
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::certification::{CaseStore, CertificateState};
use crate::context::Context;
use crate::error::{Code, Faults, Place, Result};
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::phone::Phone;
use crate::reference::{IndustryCode, RegionCode, StaffSize};
use crate::tenant::{Tenant, TenantStore};
use crate::text::{AddressLine, OrganizationName};

/// An organization as its members see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The organization.
    pub tenant: Tenant,
    /// Where its certificate stands.
    pub certificate: CertificateState,
    /// Whom to ask: who was named, or the certified representative, or the owner.
    pub contact: (String, Phone),
}

impl Profile {
    /// Whether the name is that of the certificate, and changes with it alone.
    #[must_use]
    pub fn name_locked(&self) -> bool {
        self.certificate != CertificateState::None
    }
}

/// What changes; what is not there stays.
#[derive(Debug, Clone, Default)]
pub struct OrganizationPatch {
    /// The full name.
    pub name: Option<OrganizationName>,
    /// What people call it, or that it is called nothing else.
    pub short_name: Option<Option<ShortName>>,
    /// What it does.
    pub industry: Option<IndustryCode>,
    /// How many people it has.
    pub staff_size: Option<StaffSize>,
    /// The administrative division where it is.
    pub region: Option<RegionCode>,
    /// Street, number, floor.
    pub line: Option<AddressLine>,
    /// Where it is called.
    pub phone: Option<Phone>,
    /// Where it is on the web, or that it is nowhere.
    pub website: Option<Option<Website>>,
    /// Whom to ask, or that nobody is named.
    pub contact: Option<Option<PrimaryContact>>,
}

/// The profile, for every member.
///
/// # Errors
/// When the store fails.
pub fn get(tx: &mut (impl TenantStore + CaseStore + MemberStore), context: &Context<'_>) -> Result<Profile> {
    let tenant = tx.tenant()?;
    profile(tx, context, tenant)
}

fn profile(
    tx: &mut (impl CaseStore + MemberStore),
    context: &Context<'_>,
    tenant: Tenant,
) -> Result<Profile> {
    let held = tx.certificate()?;
    let certificate = held.as_ref().map_or(CertificateState::None, |held| held.state(context.now));
    let representative = held.and_then(|held| held.subject.representative.name);
    let contact = contact(tx, &tenant, representative)?;
    Ok(Profile { tenant, certificate, contact })
}

/// Whom to ask: who was named, or the representative, or the owner.
fn contact(
    tx: &mut impl MemberStore,
    tenant: &Tenant,
    representative: Option<String>,
) -> Result<(String, Phone)> {
    if let Some(named) = &tenant.presence.contact {
        return Ok((named.name.as_str().to_owned(), named.phone.clone()));
    }
    let name = if let Some(name) = representative {
        name
    } else {
        let owner = tx.owner()?.map(|owner| tx.member(owner)).transpose()?.flatten();
        owner.map(|owner| owner.details.name.as_str().to_owned()).unwrap_or_default()
    };
    Ok((name, tenant.organization.phone.clone()))
}

/// Changes the profile.
///
/// # Errors
/// `forbidden`, `version_stale`; at `/name` `organization_name_locked`.
pub fn update(
    tx: &mut (impl TenantStore + CaseStore + MemberStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    expected: Option<i64>,
    patch: OrganizationPatch,
) -> Result<Profile> {
    access::require(actor, Permission::OrganizationManage)?;
    let before = tx.tenant()?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Code::VersionStale.into());
    }
    let mut after = before.clone();
    let (organization, presence) = (&mut after.organization, &mut after.presence);
    organization.name = patch.name.unwrap_or_else(|| organization.name.clone());
    organization.industry = patch.industry.unwrap_or(organization.industry);
    organization.staff_size = patch.staff_size.unwrap_or(organization.staff_size);
    organization.address.region = patch.region.unwrap_or(organization.address.region);
    organization.address.line = patch.line.unwrap_or_else(|| organization.address.line.clone());
    organization.phone = patch.phone.unwrap_or_else(|| organization.phone.clone());
    presence.short_name = patch.short_name.unwrap_or_else(|| presence.short_name.take());
    presence.website = patch.website.unwrap_or_else(|| presence.website.take());
    presence.contact = patch.contact.unwrap_or_else(|| presence.contact.take());
    let mut found = profile(tx, context, after)?;
    if found.tenant.organization.name != before.organization.name && found.name_locked() {
        return Err(Faults::one(Place::Body, "/name", Code::OrganizationNameLocked));
    }
    let entry = changes(&before, &found.tenant);
    if entry.changes.is_empty() {
        return Ok(found);
    }
    tx.save_tenant(&found.tenant)?;
    found.tenant.version += 1;
    tx.record(context, &actor.into(), entry)?;
    Ok(found)
}

fn changes(before: &Tenant, after: &Tenant) -> Entry {
    let said = |of: &Tenant| {
        let organization = &of.organization;
        [
            ("name", organization.name.as_str().to_owned()),
            ("industry", organization.industry.as_str().to_owned()),
            ("staff_size", organization.staff_size.name().to_owned()),
            ("region", organization.address.region.as_str().to_owned()),
            ("address", organization.address.line.as_str().to_owned()),
            ("phone", organization.phone.as_str().to_owned()),
        ]
    };
    let shown = |of: &Tenant| {
        let presence = &of.presence;
        [
            ("short_name", presence.short_name.as_ref().map(|name| name.as_str().to_owned())),
            ("website", presence.website.as_ref().map(|website| website.as_str().to_owned())),
        ]
    };
    let mut entry = Entry::new("organization.changed", "tenant", after.id).of(after.id);
    for ((field, was), (_, is)) in said(before).into_iter().zip(said(after)) {
        entry = entry.change(field, was, is);
    }
    for ((field, was), (_, is)) in shown(before).into_iter().zip(shown(after)) {
        entry = entry.change(field, was, is);
    }
    // Whom to ask is a person, and the journal keeps no person's values in the open.
    let named = before.presence.contact != after.presence.contact;
    entry.change("contact", None::<bool>, named.then_some(after.presence.contact.is_some()))
}
