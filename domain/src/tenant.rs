//! Tenants: registered organizations. All of a tenant's data is its own.

use crate::error::Result;
use crate::id::TenantId;
use crate::organization::Presence;
use crate::phone::Phone;
use crate::reference::{IndustryCode, RegionCode, StaffSize};
use crate::text::{AddressLine, OrganizationName};
use chrono::{DateTime, Utc};

/// A postal address: region and the line below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The administrative division.
    pub region: RegionCode,
    /// Street, number, floor.
    pub line: AddressLine,
}

/// What an organization says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its full name.
    pub name: OrganizationName,
    /// The code of its type.
    pub kind: String,
    /// What it does.
    pub industry: IndustryCode,
    /// How many people it has.
    pub staff_size: StaffSize,
    /// Where it is.
    pub address: Address,
    /// Where it is called.
    pub phone: Phone,
}

/// A registered organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// What it said of itself when it registered, as it stands today.
    pub organization: Organization,
    /// What it shows besides.
    pub presence: Presence,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
    /// The version read from the store.
    pub version: i64,
}

/// Goes to the tenant whose data the next calls mean. Whoever calls it has made sure that the actor may.
pub trait TenantScope {
    /// Binds the transaction to a tenant.
    fn enter(&mut self, tenant: TenantId);
}

/// Keeps tenants. All but the insert mean the tenant that the transaction is bound to.
pub trait TenantStore {
    /// The tenant.
    ///
    /// # Errors
    /// `not_found`.
    fn tenant(&mut self) -> Result<Tenant>;
    /// Keeps what a tenant says of itself and shows.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_tenant(&mut self, tenant: &Tenant) -> Result<()>;
    /// Keeps a changed name.
    ///
    /// # Errors
    /// When the store fails.
    fn rename_tenant(&mut self, name: &OrganizationName) -> Result<()>;
    /// Keeps a new tenant.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_tenant(&mut self, tenant: &Tenant) -> Result<()>;
}
