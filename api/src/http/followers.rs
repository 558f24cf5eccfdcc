//! Who follows something as it goes on: each holds a connection and looks again and again, so they are few.

use domain::error::{Code, Error, Result};
use domain::id::TenantId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many of one tenant follow at once.
const PER_TENANT: usize = 10;
/// How many follow at once in all.
const ALL: usize = 200;

/// How many follow, of each tenant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Followers(Arc<Mutex<HashMap<TenantId, usize>>>);

/// Somebody who follows, until this is dropped.
pub(crate) struct Follower {
    all: Followers,
    tenant: TenantId,
}

impl Followers {
    /// Lets one more follow.
    ///
    /// # Errors
    /// `busy` when there are enough.
    pub(crate) fn enter(&self, tenant: TenantId) -> Result<Follower> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = counts.values().sum();
        if counts.get(&tenant).is_some_and(|own| *own >= PER_TENANT) || all >= ALL {
            return Err(Error::new(Code::Busy).retry_after(10));
        }
        *counts.entry(tenant).or_default() += 1;
        Ok(Follower { all: self.clone(), tenant })
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut counts = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = counts.get_mut(&self.tenant) {
            *own -= 1;
            if *own == 0 {
                counts.remove(&self.tenant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn few_follow() {
        let followers = Followers::default();
        let tenant = |n: u128| TenantId::from(Uuid::from_u128(n));
        let ours: Vec<_> = (0..PER_TENANT).map(|_| followers.enter(tenant(1)).unwrap()).collect();
        assert!(followers.enter(tenant(1)).is_err());
        drop(ours);
        let many: Vec<_> = (0..ALL).map(|n| followers.enter(tenant(n as u128 % 20)).unwrap()).collect();
        assert!(followers.enter(tenant(99)).is_err());
        drop(many);
        assert!(followers.0.lock().unwrap().is_empty());
    }
}
