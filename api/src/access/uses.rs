//! What people use of what they may do: noted in memory by every request, and written once a minute, each permission of each member once
//! a day. Whatever a crash loses of it is used again.

use crate::service::Service;
use chrono::{DateTime, Utc};
use domain::access::{Permission, PermissionSet, UseStore};
use domain::actor::MemberActor;
use domain::error::Result;
use domain::id::{MemberId, TenantId};
use domain::tenant::TenantScope;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Acting {
    pub(crate) tenant: TenantId,
    pub(crate) member: MemberId,
}

impl Acting {
    /// Somebody who was given roles: of others there is nothing to review.
    pub(crate) fn of(actor: &MemberActor) -> Option<Self> {
        let given = actor.rights.grants().iter().any(|grant| grant.assignment.is_some());
        given.then_some(Self { tenant: actor.tenant, member: actor.member })
    }
}

/// What was used today.
#[derive(Default)]
struct Day {
    /// Days since 1970.
    number: i64,
    /// Of it, what is written.
    written: HashMap<Acting, PermissionSet>,
    /// And what is not yet.
    waiting: HashMap<Acting, PermissionSet>,
}

/// What people use.
#[derive(Default)]
pub(crate) struct Uses(Mutex<Day>);

impl Uses {
    /// Notes that somebody used a permission.
    pub(crate) fn note(&self, acting: Acting, permission: Permission, now: DateTime<Utc>) {
        let mut day = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.timestamp().div_euclid(86_400);
        if day.number != number {
            day.number = number;
            day.written.clear();
        }
        if !day.written.get(&acting).is_some_and(|written| written.has(permission)) {
            let waiting = day.waiting.entry(acting).or_default();
            *waiting = *waiting | permission.into();
        }
    }

    /// What waits, and the day on which that was.
    fn taken(&self) -> (i64, HashMap<Acting, PermissionSet>) {
        let mut day = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (day.number, std::mem::take(&mut day.waiting))
    }

    fn put_back(&self, used: Vec<(Acting, PermissionSet)>) {
        let mut day = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (acting, permissions) in used {
            let waiting = day.waiting.entry(acting).or_default();
            *waiting = *waiting | permissions;
        }
    }

    fn are_written(&self, number: i64, used: &[(Acting, PermissionSet)]) {
        let mut day = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What was used yesterday is used anew today.
        if day.number != number {
            return;
        }
        for (acting, permissions) in used {
            let written = day.written.entry(*acting).or_default();
            *written = *written | *permissions;
        }
    }
}

impl Service {
    /// Writes what was used since the last time.
    pub(crate) fn write_uses(&self) -> Result<()> {
        let mut tenants: HashMap<TenantId, Vec<(Acting, PermissionSet)>> = HashMap::new();
        let (day, used) = self.uses.taken();
        for (acting, used) in used {
            tenants.entry(acting.tenant).or_default().push((acting, used));
        }
        let (now, mut failed) = (self.clock.now(), Ok(()));
        for (tenant, used) in tenants {
            let members: Vec<(MemberId, PermissionSet)> =
                used.iter().map(|(acting, used)| (acting.member, *used)).collect();
            let written = self.database.write(|tx| {
                tx.enter(tenant);
                tx.note_uses(&members, now)
            });
            match written {
                Ok(()) => self.uses.are_written(day, &used),
                Err(error) => {
                    self.uses.put_back(used);
                    failed = Err(error);
                }
            }
        }
        failed
    }
}
