//! Codes that are asked for outside a registration, and what all who send codes ask first.

pub(crate) mod request_code;

use crate::http::call::{Call, blocking};
use domain::error::Result;
use domain::phone::MobileNumber;
use domain::session::TokenHash;
use domain::verification::{self, Purpose};

/// Asks whether a number may have another code, before the transaction that makes it.
pub(crate) async fn permit(
    call: &Call,
    purpose: Purpose,
    mobile: &MobileNumber,
    device_token: Option<TokenHash>,
) -> Result<()> {
    if call.repeated().await? {
        return Ok(());
    }
    let (call, mobile) = (call.clone(), mobile.clone());
    blocking(move || {
        let world = call.world();
        let limits = &world.service.settings.sms.limits;
        let asked = |tx: &mut persistence::Tx<'_>| {
            verification::permit(tx, &world.context, purpose, &mobile, device_token.as_ref(), limits)
        };
        world.service.database.read(asked)
    })
    .await
}
