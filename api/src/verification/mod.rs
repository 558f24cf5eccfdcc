//! Codes that are asked for outside a registration, and what all who send codes ask first.

pub(crate) mod request_code;

use crate::http::call::{Call, blocking};
use domain::error::Result;
use domain::phone::MobileNumber;
use domain::verification::within_budgets;

/// Refuses to send when a budget is spent; see `domain::verification::Budgets` for why this is not in the transaction.
pub(crate) async fn require_budget(call: &Call, mobile: &MobileNumber) -> Result<()> {
    let (call, mobile) = (call.clone(), mobile.clone());
    blocking(move || {
        let world = call.world();
        let budgets = &world.service.settings.sms.limits.budgets;
        world.service.database.read(|tx| within_budgets(tx, &world.context, &mobile, None, budgets))
    })
    .await
}
