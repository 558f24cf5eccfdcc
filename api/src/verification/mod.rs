//! Codes that are asked for outside a registration, and what all who send codes ask first.

pub(crate) mod request_code;

use crate::http::call::{Call, blocking};
use domain::actor::Realm;
use domain::error::{Code, Result};
use domain::phone::MobileNumber;
use domain::session::TokenHash;
use domain::verification::{self, Permit, Purpose};

/// Asks whether a number may have another code, before the transaction that makes it. `None` for a request whose answer is
/// kept: it will make none.
pub(crate) async fn permit(
    call: &Call,
    realm: Realm,
    purpose: Purpose,
    mobile: &MobileNumber,
    device_token: Option<TokenHash>,
) -> Result<Option<Permit>> {
    if call.repeated().await? {
        return Ok(None);
    }
    let (call, mobile) = (call.clone(), mobile.clone());
    blocking(move || {
        let world = call.world();
        let limits = &world.service.settings.sms.limits;
        let asked = |tx: &mut persistence::Tx<'_>| {
            let token = device_token.as_ref();
            verification::permit(tx, &world.context, realm, purpose, &mobile, token, limits)
        };
        world.service.database.read(asked).map(Some)
    })
    .await
}

/// The permit of a request that turned out to make a code: its kept answer was swept in the meantime.
pub(crate) fn required(permit: Option<&Permit>) -> Result<&Permit> {
    permit.ok_or_else(|| Code::Busy.into())
}
