//! Budgets: how many SMS strangers may cause in an hour, from one network, to one number block, and in all.
//!
//! They protect the bill and the recipients. Known devices have their own count and are not held up by what strangers
//! spend. Under load a budget may be overrun by the few sends that are under way.

use super::VerificationStore;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::phone::MobileNumber;
use chrono::Duration;
use std::net::IpAddr;

/// Sends per hour; 0 means without limit.
#[derive(Debug, Clone, Copy)]
pub struct Budgets {
    /// From one client network.
    pub per_ip: u32,
    /// To one block of numbers (all but the last four digits).
    pub per_prefix: u32,
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
    /// Everything.
    Platform,
}

/// Refuses when a budget is spent.
///
/// # Errors
/// [`Code::CodeBudgetSpent`].
pub(super) fn within_budgets(
    tx: &mut impl VerificationStore,
    context: &Context<'_>,
    mobile: &MobileNumber,
    budgets: &Budgets,
) -> Result<()> {
    let since = context.now - Duration::hours(1);
    let counted = [
        context.origin.ip.map(|ip| (Budget::Ip(ip), budgets.per_ip)),
        Some((Budget::Prefix(mobile.prefix().to_owned()), budgets.per_prefix)),
        Some((Budget::Platform, budgets.platform)),
    ];
    for (budget, limit) in counted.into_iter().flatten().filter(|(_, limit)| *limit > 0) {
        if tx.spent(&budget, since, limit)? {
            return Err(Error::new(Code::CodeBudgetSpent).retry_after(600));
        }
    }
    Ok(())
}
