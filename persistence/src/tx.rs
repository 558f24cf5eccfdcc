//! A transaction as the domain sees it: every store, bound to at most one tenant.

use crate::connection::Db;
use crate::error::corrupt;
use crate::sealing::KeyRing;
use crate::sql_type::Id;
use domain::access::Hidden;
use domain::error::{Error, Result};
use domain::id::TenantId;
use domain::tenant::TenantScope;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Implements every store of the domain. Tables of tenants answer only for the tenant that was entered.
pub struct Tx<'a> {
    pub(crate) db: &'a mut Db,
    pub(crate) keys: &'a KeyRing,
    tenant: Option<TenantId>,
    /// Whether jobs were queued.
    pub(crate) queued: bool,
    /// Whether it changes nothing.
    pub(crate) reads: bool,
    /// What a tenant hides, as it was first asked, where nothing is changed: several parts of an answer go by it.
    pub(crate) hidden: Option<(Id, Hidden)>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(db: &'a mut Db, keys: &'a KeyRing) -> Self {
        Self { db, keys, tenant: None, queued: false, reads: false, hidden: None }
    }

    /// One that changes nothing.
    pub(crate) fn reading(db: &'a mut Db, keys: &'a KeyRing) -> Self {
        Self { reads: true, ..Self::new(db, keys) }
    }

    /// The tenant that the transaction is bound to.
    pub(crate) fn bound(&self) -> Result<Id> {
        self.tenant
            .map(Id::from)
            .ok_or_else(|| Error::internal("a tenant's data was asked for without a tenant"))
    }

    /// Seals a value as JSON for the place where it stands: table, column and key of the row.
    pub(crate) fn seal(&self, place: &str, value: &impl Serialize) -> Result<Vec<u8>> {
        let plain =
            serde_json::to_vec(value).map_err(|error| Error::internal(format!("sealing: {error}")))?;
        self.keys.seal(place.as_bytes(), &plain).map_err(|error| Error::internal(format!("sealing: {error}")))
    }

    /// Opens what was sealed for a place.
    pub(crate) fn open<T: DeserializeOwned>(&self, place: &str, sealed: &[u8]) -> Result<T> {
        let plain =
            self.keys.open(place.as_bytes(), sealed).map_err(|error| corrupt(place, "sealed", error))?;
        serde_json::from_slice(&plain).map_err(|error| corrupt(place, "sealed", error))
    }
}

impl TenantScope for Tx<'_> {
    fn enter(&mut self, tenant: TenantId) {
        self.tenant = Some(tenant);
    }
}
