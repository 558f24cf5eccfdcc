use crate::http::actor::{Bearer, KnownDevice};
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::session::{
    Credentials, DeviceDescription, MemberReference, SessionView, TenantReference, refusal,
};
use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::Path;
use domain::error::{Faults, Place};
use domain::registration::{Verified, Verify, opened_by, verify};
use domain::verification::Code;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// The code, and the device that it is entered on.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "123456", "device": {"name": "王小明的浏览器", "platform": "web"}}))]
pub(crate) struct VerifyRegistration {
    /// The six digits of the SMS.
    #[schema(pattern = "^[0-9]{6}$")]
    code: String,
    /// The six digits of the authenticator, if the account of the number has one already.
    #[schema(min_length = 1, max_length = 20, example = "287082")]
    totp: Option<String>,
    /// From what the owner will work.
    device: DeviceDescription,
}

/// A company that has joined, and its owner's first session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CompletedRegistration {
    /// The tenant.
    tenant: TenantReference,
    /// The owner.
    member: MemberReference,
    /// The session.
    session: SessionView,
}

/// Enter the code
///
/// With the right code the tenant, its root department, its owner and the owner's first session come to be, all at once. A
/// wrong code costs an attempt; `attempts_left` says how many remain.
#[utoipa::path(
    operation_id = "verify_registration", tag = "registration",
    params(("id" = Uuid, Path, description = "The registration."),
        ("X-Device-Token" = Option<String>, Header, description = "The token of a device that has signed in before.")),
    request_body = VerifyRegistration,
    responses((status = 201, description = "The tenant exists.", body = CompletedRegistration)),
    security(("registration_token" = [])),
    extensions(("x-errors" = json!(["verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "registration_not_waiting", "registration_expired", "guess_too_soon", "guesses_exhausted", "number_idle", "input_invalid"]))),
)]
#[post("/v1/registrations/{id}/verification")]
pub(crate) async fn verify_registration(
    call: Call,
    id: Path<Uuid>,
    token: Bearer,
    device: KnownDevice,
    body: Body<VerifyRegistration>,
) -> Outcome {
    let id = id.into_inner().into();
    let mut faults = Faults::of(Place::Body);
    let code = faults.at("/code", Code::parse(&body.value.code));
    let (Some(code), Some(described)) = (code, body.value.device.parse("/device", &mut faults)) else {
        return Err(faults.into_error().into());
    };
    let (credentials, totp) = (Credentials::make(&call.service), body.value.totp);
    call.write(None, body.fingerprint, move |tx, world| {
        let registration = opened_by(tx, id, &token.0)?;
        let request = Verify {
            code: &code,
            device: &described,
            device_token: device.0.as_ref(),
            totp: totp.as_deref(),
            number_idle: world.service.settings.tokens.number_idle,
            patience: &world.service.settings.passwords.patience,
            tokens: &credentials.hashes,
            lifetime: &world.service.settings.tokens.lifetime,
        };
        match verify(tx, &world.context, registration, &request, &world.service.keys)? {
            Verified::Refused(check) => Ok(world.refusal(&refusal(check))),
            Verified::Barred(error) => Ok(world.refusal(&error)),
            Verified::Completed(completed) => {
                let session = credentials.session(world.service, &completed.opened)?;
                let (tenant, member) = crate::session::place(&completed.opened)?;
                let view = CompletedRegistration { tenant, member, session };
                Ok(Reply::json(StatusCode::CREATED, &view)?.secret())
            }
        }
    })
    .await
}
