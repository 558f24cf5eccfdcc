use super::{SensitiveActionName, token};
use crate::http::actor::Member;
use crate::http::answer::{Failure, Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::{Call, World};
use crate::session::refusal;
use crate::totp::recovery_code;
use actix_web::http::StatusCode;
use actix_web::post;
use chrono::{DateTime, Utc};
use domain::actor::MemberActor;
use domain::confirmation::{
    Confirmation, SensitiveAction, admit_password, confirm_by_code, confirm_by_password,
    confirm_by_second_factor,
};
use domain::error::{Code as ErrorCode, Faults, Place, Result};
use domain::password::{Compared, Password};
use domain::tenant::TenantScope;
use domain::totp::Given;
use domain::verification::Code;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// What shows that it is really oneself: exactly one of them.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"action": "close_account", "code": "123456"}))]
pub(crate) struct Confirm {
    /// What is to be confirmed.
    action: SensitiveActionName,
    /// The six digits that `send_confirmation_code` sent for it.
    #[schema(min_length = 1, max_length = 20)]
    code: Option<String>,
    /// The password.
    #[schema(min_length = 1, max_length = 128, example = "mahogany cartwheel gravity")]
    password: Option<String>,
    /// The six digits that the authenticator shows.
    #[schema(min_length = 1, max_length = 20, example = "287082")]
    totp: Option<String>,
    /// A code that was kept for the day without it.
    #[schema(min_length = 1, max_length = 40, example = "k7w2m-9xq4d")]
    recovery_code: Option<String>,
}

/// A confirmation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConfirmationView {
    /// What is confirmed.
    action: SensitiveActionName,
    /// Send it as `X-Confirmation` along with that. It counts in this session alone.
    #[schema(example = "gpf_bXlzZWNyZXQ")]
    token: String,
    /// Until when it counts.
    expires_at: DateTime<Utc>,
}

/// What was given.
enum Evidence {
    Code(Code),
    Password(Password),
    SecondFactor(Given),
}

/// Confirm something
///
/// What nobody does with a session alone asks for a confirmation: a code or the password, given afresh. It counts for that action, in
/// this session, for five minutes. With an authenticator set up, only that confirms `change_second_factor`.
#[utoipa::path(
    operation_id = "confirm_action", tag = "session",
    request_body = Confirm,
    responses((status = 201, description = "It is confirmed.", body = ConfirmationView)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["authenticator_needed", "password_not_enough", "password_not_set", "totp_not_begun", "guess_too_soon", "guesses_exhausted", "verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "busy", "input_invalid"]))),
)]
#[post("/v1/me/confirmations")]
pub(crate) async fn confirm(call: Call, member: Member, body: Body<Confirm>) -> Outcome {
    let (actor, action) = (member.0, SensitiveAction::from(body.value.action));
    match evidence(&body.value)? {
        Evidence::Code(code) => {
            call.write(Some(actor.tenant), body.fingerprint, move |tx, world| {
                let confirmed =
                    confirm_by_code(tx, &world.context, &actor, action, &code, &world.service.keys)?;
                confirmed.map_or_else(
                    |check| Ok(world.refusal(&refusal(check))),
                    |confirmed| reply(world, &confirmed),
                )
            })
            .await
        }
        Evidence::SecondFactor(given) => {
            let pointer = if matches!(given, Given::Totp(_)) { "/totp" } else { "/recovery_code" };
            call.write(Some(actor.tenant), body.fingerprint, move |tx, world| {
                let patience = &world.service.settings.passwords.patience;
                match confirm_by_second_factor(tx, &world.context, &actor, (action, &given), patience)? {
                    Some(confirmed) => reply(world, &confirmed),
                    None => Ok(world.refusal(&Faults::one(Place::Body, pointer, ErrorCode::TotpIncorrect))),
                }
            })
            .await
        }
        Evidence::Password(password) => {
            let compared = if call.repeated().await? {
                None
            } else {
                Some(compared(&call, (actor.clone(), action), &password).await?)
            };
            call.write(Some(actor.tenant), body.fingerprint, move |tx, world| {
                let compared = compared.as_ref().ok_or(ErrorCode::Busy)?;
                let patience = &world.service.settings.passwords.patience;
                match confirm_by_password(tx, &world.context, &actor, (action, compared), patience)? {
                    Some(confirmed) => reply(world, &confirmed),
                    None => {
                        Ok(world.refusal(&Faults::one(Place::Body, "/password", ErrorCode::PasswordWrong)))
                    }
                }
            })
            .await
        }
    }
}

/// Exactly one evidence, well formed.
fn evidence(given: &Confirm) -> Result<Evidence> {
    let mut faults = Faults::of(Place::Body);
    let found = match (&given.code, &given.password, &given.totp, &given.recovery_code) {
        (Some(code), None, None, None) => faults.at("/code", Code::parse(code)).map(Evidence::Code),
        (None, Some(raw), None, None) => faults.at("/password", Password::parse(raw)).map(Evidence::Password),
        (None, None, Some(code), None) => Some(Evidence::SecondFactor(Given::Totp(code.clone()))),
        (None, None, None, Some(code)) => Some(Evidence::SecondFactor(Given::Recovery(recovery_code(code)))),
        _ => {
            faults.note("/code", ErrorCode::ProofMissing);
            None
        }
    };
    found.ok_or_else(|| faults.into_error())
}

/// Compares the actor's password. The try is counted before.
async fn compared(
    call: &Call,
    (actor, action): (MemberActor, SensitiveAction),
    password: &Password,
) -> Result<Compared, Failure> {
    let admitted = call.transact(move |tx, world| {
        tx.enter(actor.tenant);
        admit_password(tx, &world.context, &actor, action, &world.service.settings.passwords.patience)
    });
    let metrics = &call.service.metrics;
    let known = admitted.await.inspect_err(|Failure(error)| metrics.guess(error.code().name()))?;
    let right = call.service.compare(password, Some(&known.hash)).await?.is_some();
    Ok(Compared { known, right })
}

fn reply(world: &World<'_>, confirmed: &Confirmation) -> Result<Reply> {
    let view = ConfirmationView {
        action: confirmed.action.into(),
        token: token(&world.service.keys.confirmations, confirmed),
        expires_at: confirmed.expires_at,
    };
    Ok(Reply::json(StatusCode::CREATED, &view)?.secret())
}
