//! The logo.

use crate::access::{self, Permission};
use crate::actor::{Actor, MemberActor};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::journal::{Entry, Journal};
use crate::tenant::{Tenant, TenantStore};

/// The sides of the squares that a logo is kept as, in pixels.
pub const LOGO_SIZES: [u32; 4] = [64, 128, 256, 512];

/// Whether a text can name a logo: 32 hexadecimal digits.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A logo, drawn anew by us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// Names this logo, and no other one.
    pub digest: String,
    /// Squares as PNG, each with its side in pixels.
    pub squares: Vec<(u32, Vec<u8>)>,
}

/// Keeps logos, of the tenant that the transaction is bound to.
pub trait LogoStore {
    /// A square of a logo.
    ///
    /// # Errors
    /// When the store fails.
    fn logo(&mut self, digest: &str, size: u32) -> Result<Option<Vec<u8>>>;
    /// Keeps a logo in the place of the one before.
    ///
    /// # Errors
    /// When the store fails.
    fn replace_logo(&mut self, logo: &Logo) -> Result<()>;
    /// Forgets the logo.
    ///
    /// # Errors
    /// When the store fails.
    fn forget_logo(&mut self) -> Result<()>;
}

/// Sets the logo.
///
/// # Errors
/// `forbidden`.
pub fn set_logo(
    tx: &mut (impl TenantStore + LogoStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    logo: &Logo,
) -> Result<Tenant> {
    access::require(actor, Permission::OrganizationManage)?;
    let tenant = tx.tenant()?;
    if tenant.presence.logo.as_ref() == Some(&logo.digest) {
        return Ok(tenant);
    }
    tx.replace_logo(logo)?;
    show(tx, context, actor, tenant, Some(logo.digest.clone()))
}

/// Takes the logo away.
///
/// # Errors
/// `forbidden`, `not_found` when there is none.
pub fn remove_logo(
    tx: &mut (impl TenantStore + LogoStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
) -> Result<()> {
    access::require(actor, Permission::OrganizationManage)?;
    let tenant = tx.tenant()?;
    if tenant.presence.logo.is_none() {
        return Err(Code::NotFound.into());
    }
    tx.forget_logo()?;
    show(tx, context, actor, tenant, None).map(drop)
}

fn show(
    tx: &mut (impl TenantStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    mut tenant: Tenant,
    logo: Option<String>,
) -> Result<Tenant> {
    let was = std::mem::replace(&mut tenant.presence.logo, logo.clone());
    tx.save_tenant(&tenant)?;
    tenant.version += 1;
    let entry = Entry::new("organization.changed", "tenant", tenant.id).of(tenant.id);
    tx.record(context, &Actor::Member(*actor), entry.change("logo", was, logo))?;
    Ok(tenant)
}
