use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use chrono::{DateTime, Utc};
use domain::session::Identity;
use domain::totp::TotpStore;
use serde::Serialize;
use utoipa::ToSchema;

/// One's authenticator.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TotpView {
    /// Whether signing in asks for a code of it.
    on: bool,
    /// Since when.
    since: Option<DateTime<Utc>>,
    /// How many of the codes for the day without it are left.
    #[schema(example = 10)]
    recovery_codes_left: usize,
}

/// See whether one has an authenticator
#[utoipa::path(
    operation_id = "get_totp", tag = "session",
    responses((status = 200, description = "The authenticator.", body = TotpView)),
    security(("access_token" = [])),
)]
#[get("/v1/me/totp")]
pub(crate) async fn get_totp(call: Call, member: Member, _: Params<NoParams>) -> Outcome {
    call.read(None, move |tx, _| {
        let totp = tx.totp(Identity::Account(member.0.account))?;
        let since = totp.as_ref().and_then(|totp| totp.confirmed_at);
        let recovery_codes_left = totp.map_or(0, |totp| totp.recovery.len());
        Reply::ok(&TotpView { on: since.is_some(), since, recovery_codes_left })
    })
    .await
}
