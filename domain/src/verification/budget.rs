//! Budgets: how many codes strangers may cause in an hour, from one network, to one number block, and in all; and how many
//! anybody may in one tenant.
//!
//! They protect the bill and the recipients. Known devices have their own count and are not held up by what strangers
//! spend. Under load a budget may be overrun by the few sends that are under way.

use super::{Permit, Requester, VerificationStore};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::TenantId;
use chrono::Duration;
use std::net::IpAddr;

/// Sends per hour; 0 means without limit.
#[derive(Debug, Clone, Copy)]
pub struct Budgets {
    /// From one client network.
    pub per_ip: u32,
    /// To one block of numbers (all but the last four digits).
    pub per_prefix: u32,
    /// In one tenant.
    pub per_tenant: u32,
    /// By the whole platform.
    pub platform: u32,
}

/// What is counted.
#[derive(Debug, Clone)]
pub enum Budget {
    /// The network of a client.
    Ip(IpAddr),
    /// One block of numbers.
    Prefix(String),
    /// One tenant.
    Tenant(TenantId),
    /// Everything.
    Platform,
}

impl Budget {
    /// The word for the kind of budget, for the log and the metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ip(_) => "address",
            Self::Prefix(_) => "prefix",
            Self::Tenant(_) => "tenant",
            Self::Platform => "platform",
        }
    }
}

/// Refuses when a budget is spent.
///
/// # Errors
/// [`Code::CodeBudgetSpent`].
pub(super) fn within_budgets(
    tx: &mut impl VerificationStore,
    context: &Context<'_>,
    permit: &Permit,
    budgets: &Budgets,
) -> Result<()> {
    let since = context.now - Duration::hours(1);
    let stranger = permit.requester == Requester::Stranger;
    let prefix = permit.contact.prefix().filter(|_| stranger);
    let counted = [
        context.origin.ip.filter(|_| stranger).map(|ip| (Budget::Ip(ip), budgets.per_ip)),
        prefix.map(|prefix| (Budget::Prefix(prefix.to_owned()), budgets.per_prefix)),
        permit.tenant.map(|tenant| (Budget::Tenant(tenant), budgets.per_tenant)),
        stranger.then_some((Budget::Platform, budgets.platform)),
    ];
    for (budget, limit) in counted.into_iter().flatten().filter(|(_, limit)| *limit > 0) {
        if tx.spent(&budget, since, limit)? {
            let refused = Error::new(Code::CodeBudgetSpent).retry_after(600);
            return Err(refused.context(budget.name()));
        }
    }
    Ok(())
}
