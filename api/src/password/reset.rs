use super::{good, hashed};
use crate::http::actor::KnownDevice;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::session::refusal;
use actix_web::post;
use domain::actor::Realm;
use domain::error::{Code as ErrorCode, Faults, Place};
use domain::password::{context_words, reset, resettable};
use domain::phone::MobileNumber;
use domain::session::known_device;
use domain::verification::{Check, Code};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use validator::Validate;

/// A new password in the place of a forgotten one.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"mobile": "13800138000", "code": "123456", "password": "mahogany cartwheel gravity"}))]
pub(crate) struct ResetPassword {
    /// The mobile number.
    #[schema(min_length = 5, max_length = 30)]
    mobile: String,
    /// The six digits that `request_code` sent for `reset_password`.
    #[schema(min_length = 1, max_length = 20)]
    code: String,
    /// The new password, as in `set_password`.
    #[schema(min_length = 1, max_length = 128)]
    password: String,
}

/// Set a new password for a code
///
/// Every session ends, and the owner is told. A password that is no good does not spend the code. Sign in with `create_session` then.
#[utoipa::path(
    operation_id = "reset_password", tag = "session",
    params(("X-Device-Token" = Option<String>, Header, description = "The token of a device that has signed in before.")),
    request_body = ResetPassword,
    responses((status = 204, description = "The password is set.")),
    extensions(("x-errors" = json!(["verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "version_stale", "number_idle", "busy", "input_invalid"]))),
)]
#[post("/v1/password-resets")]
pub(crate) async fn reset_password(call: Call, device: KnownDevice, body: Body<ResetPassword>) -> Outcome {
    let mut faults = Faults::of(Place::Body);
    let mobile = faults.at("/mobile", MobileNumber::parse(&body.value.mobile));
    let code = faults.at("/code", Code::parse(&body.value.code));
    let (Some(mobile), Some(code)) = (mobile, code) else { return Err(faults.into_error().into()) };
    let asked = Arc::new((mobile, code, device.0));
    let mut prepared = None;
    if !call.repeated().await? {
        let shared = Arc::clone(&asked);
        let tried = call.transact(move |tx, world| {
            let (mobile, code, token) = &*shared;
            let requester = known_device(tx, token.as_ref(), Realm::Tenant, &mobile.into())?;
            let (keys, idle) = (&world.service.keys, world.service.settings.tokens.number_idle);
            let found = resettable(tx, &world.context, (mobile, requester), code, idle, keys)?;
            Ok(found.map(|found| (found, requester)))
        });
        let (found, requester) = match tried.await? {
            Ok(found) => found,
            Err(check) => return Err(refusal(check).into()),
        };
        let words: Vec<_> = found.profiles.iter().flat_map(context_words).collect();
        let password = good(&body.value.password, &words, &found.rules)?;
        let hash = hashed(&call.service, &password, found.known.as_ref(), &found.rules).await?;
        prepared = Some((found, hash, requester));
    }
    call.write(None, body.fingerprint, move |tx, world| {
        let (found, hash, requester) = prepared.as_ref().ok_or(ErrorCode::Busy)?;
        let ((mobile, code, _), keys) = (&*asked, &world.service.keys);
        match reset(tx, &world.context, (mobile, *requester), code, (found, hash), keys)? {
            Check::Correct => Ok(Reply::no_content()),
            check => Ok(world.refusal(&refusal(check))),
        }
    })
    .await
}
