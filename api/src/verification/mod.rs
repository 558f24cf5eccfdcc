//! Codes that are asked for outside a registration, and what all who send codes ask first.

pub(crate) mod request_code;

use crate::http::call::{Call, blocking};
use chrono::{DateTime, Utc};
use domain::actor::Realm;
use domain::contact::ContactPoint;
use domain::error::{Code, Kind, Result};
use domain::id::TenantId;
use domain::phone::MobileNumber;
use domain::session::TokenHash;
use domain::verification::{self, Permit, Purpose, Sent, Wanted};
use serde::Serialize;
use utoipa::ToSchema;

/// A code that is on its way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SentCode {
    /// Where it goes.
    #[schema(example = "+86 138****8000")]
    mobile_masked: String,
    /// Until when it is valid.
    expires_at: DateTime<Utc>,
    /// When another one may be asked for.
    resend_after: DateTime<Utc>,
}

impl SentCode {
    pub(crate) fn of(mobile: &MobileNumber, sent: &Sent) -> Self {
        Self { mobile_masked: mobile.masked(), expires_at: sent.expires_at, resend_after: sent.resend_after }
    }
}

/// Asks whether a contact point may have another code, before the transaction that makes it. `None` for a request whose answer is
/// kept: it will make none.
pub(crate) async fn permit(
    call: &Call,
    realm: Realm,
    purpose: Purpose,
    contact: impl Into<ContactPoint>,
    device_token: Option<TokenHash>,
    tenant: Option<TenantId>,
) -> Result<Option<Permit>> {
    if call.repeated().await? {
        return Ok(None);
    }
    let asked = Asked { realm, purpose, contact: contact.into(), device_token, tenant };
    let first = asked.clone().permit(call.clone(), false).await;
    // The provider is asked only where it matters: its answers cost, and each is good once.
    match first {
        Err(error) if error.code() == Code::HumanCheckRequired && call.is_human().await? => {
            asked.permit(call.clone(), true).await
        }
        first => first,
    }
    .map(Some)
}

/// A code that somebody asks for.
#[derive(Clone)]
struct Asked {
    realm: Realm,
    purpose: Purpose,
    contact: ContactPoint,
    device_token: Option<TokenHash>,
    tenant: Option<TenantId>,
}

impl Asked {
    async fn permit(self, call: Call, human: bool) -> Result<Permit> {
        blocking(move || {
            let world = call.world();
            let limits = &world.service.settings.codes;
            let wanted = Wanted {
                realm: self.realm,
                purpose: self.purpose,
                contact: &self.contact,
                device_token: self.device_token.as_ref(),
                tenant: self.tenant,
                language: world.language,
                human,
            };
            let asked =
                world.service.database.read(|tx| verification::permit(tx, &world.context, &wanted, limits));
            if let Err(error) = &asked
                && error.kind() == Kind::TooMany
            {
                world.service.metrics.code_refused(error.log_context().unwrap_or(error.code().name()));
            }
            asked
        })
        .await
    }
}

/// The permit of a request that turned out to make a code: its kept answer was swept in the meantime.
pub(crate) fn required(permit: Option<&Permit>) -> Result<&Permit> {
    permit.ok_or_else(|| Code::Busy.into())
}
