//! The logo.

use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Result};
use crate::journal::{Entry, Journal};
use crate::picture::{Picture, PictureStore};
use crate::tenant::{Tenant, TenantStore};

/// The sides of the squares that a logo is kept as, in pixels.
pub const LOGO_SIZES: [u32; 4] = [64, 128, 256, 512];

/// Sets the logo.
///
/// # Errors
/// `forbidden`.
pub fn set_logo(
    tx: &mut (impl TenantStore + PictureStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    logo: &Picture,
) -> Result<Tenant> {
    access::require(actor, Permission::OrganizationManage)?;
    let tenant = tx.tenant()?;
    if tenant.presence.logo.as_ref() == Some(&logo.digest) {
        return Ok(tenant);
    }
    tx.replace_picture(tenant.id.into(), logo)?;
    show(tx, context, actor, tenant, Some(logo.digest.clone()))
}

/// Takes the logo away.
///
/// # Errors
/// `forbidden`, `not_found` when there is none.
pub fn remove_logo(
    tx: &mut (impl TenantStore + PictureStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
) -> Result<()> {
    access::require(actor, Permission::OrganizationManage)?;
    let tenant = tx.tenant()?;
    if tenant.presence.logo.is_none() {
        return Err(Code::NotFound.into());
    }
    tx.forget_picture(tenant.id.into())?;
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
    tx.record(context, &actor.into(), entry.change("logo", was, logo))?;
    Ok(tenant)
}
