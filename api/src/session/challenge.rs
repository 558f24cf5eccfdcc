//! The challenge of a sign-in: what it still needs, and taking it.

use super::create::{SignedInView, outcome_reply};
use super::{Credentials, TenantReference};
use crate::http::actor::Bearer;
use crate::http::answer::{Failure, Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::{Call, NO_BODY};
use crate::http::params::{NoParams, Params};
use crate::mirror::mirror;
use crate::totp::{NewTotp, recovery_code};
use crate::verification::{SentCode, permit, required};
use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{get, post};
use chrono::{DateTime, Utc};
use domain::account::AccountStore;
use domain::actor::Realm;
use domain::error::{Code as ErrorCode, Error, Faults, Place, Result};
use domain::id::ChallengeId;
use domain::operator::OperatorStore;
use domain::password::{Compared, Password};
use domain::session::{
    ChallengeAnswer, Identity, Need, TokenHash, Waiting, admit_challenge_password,
    answer_challenge as answer, begin_challenge_totp as begin_totp, challenged_account, get_challenge as get,
    send_challenge_code as send,
};
use domain::totp::Given;
use domain::verification::{Code, Purpose};
use persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What a sign-in still needs.
///
/// - `tenant`: the choice of an organization
/// - `second_factor`: one of `factors`
/// - `device_approval`: that an administrator approves the device; look again, or sign in again later
/// - `nothing`: the device was approved meanwhile; answer with `approved`
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChallengeNeed {
    Tenant,
    SecondFactor,
    DeviceApproval,
    Nothing,
}

mirror! {
    /// What can be the second factor of a sign-in.
    SecondFactorName = domain::session::Way {
        Totp "totp" "a code of the authenticator";
        RecoveryCode "recovery_code" "a code kept for the day without it";
        SmsCode "sms_code" "a code by SMS, which `send_challenge_code` sends";
        Password "password" "the password";
        NewTotp "new_totp" "there is none yet: set an authenticator up with `begin_challenge_totp`, and answer with a code of it";
    }
}

/// A sign-in that still needs something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChallengeView {
    /// Its id.
    id: Uuid,
    /// Answers it: send it as `Authorization: Bearer`. Only when the sign-in begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "gpc_bXlzZWNyZXQ")]
    token: Option<String>,
    /// What it needs next.
    needs: ChallengeNeed,
    /// The organizations to choose from, for `tenant`.
    tenants: Vec<TenantReference>,
    /// What can be the second factor, for `second_factor`.
    factors: Vec<SecondFactorName>,
    /// By this the device is known again, also while it waits: keep it, and send it as `X-Device-Token` when signing in. Only when the
    /// device was not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "gpd_bXlzZWNyZXQ")]
    device_token: Option<String>,
    /// Codes for the day without the authenticator, each good once: keep them on paper. Only when it was set up just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_codes: Option<Vec<String>>,
    /// Until when it waits.
    expires_at: DateTime<Utc>,
}

impl ChallengeView {
    pub(super) fn of(waiting: &Waiting, token: Option<&str>, credentials: &Credentials) -> Self {
        let (needs, tenants, factors) = match &waiting.need {
            Need::Tenant(places) => {
                let tenant = |place: &domain::member::Membership| TenantReference {
                    id: place.tenant.into(),
                    name: place.tenant_name.clone(),
                };
                (ChallengeNeed::Tenant, places.iter().map(tenant).collect(), Vec::new())
            }
            Need::SecondFactor(ways) => {
                let factors = ways.iter().copied().map(SecondFactorName::from).collect();
                (ChallengeNeed::SecondFactor, Vec::new(), factors)
            }
            Need::DeviceApproval(_) => (ChallengeNeed::DeviceApproval, Vec::new(), Vec::new()),
            Need::Nothing => (ChallengeNeed::Nothing, Vec::new(), Vec::new()),
        };
        let challenge = &waiting.challenge;
        Self {
            id: challenge.id.into(),
            token: token.map(str::to_owned),
            needs,
            tenants,
            factors,
            device_token: waiting.new_device.then(|| credentials.device.clone()),
            recovery_codes: waiting.new_authenticator.then(|| credentials.recovery.codes().to_vec()),
            expires_at: challenge.expires_at,
        }
    }
}

/// A sign-in that still needs something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Challenged {
    /// What to do next.
    pub(super) challenge: ChallengeView,
}

/// What a challenge asked for: exactly one of them.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tenant_id": "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d"}))]
pub(crate) struct AnswerChallenge {
    /// The chosen organization.
    tenant_id: Option<Uuid>,
    /// The six digits that the authenticator shows.
    #[schema(min_length = 1, max_length = 20, example = "287082")]
    totp: Option<String>,
    /// A code that was kept for the day without it. Neither case nor hyphens count.
    #[schema(min_length = 1, max_length = 40, example = "k7w2m-9xq4d")]
    recovery_code: Option<String>,
    /// The six digits that `send_challenge_code` sent.
    #[schema(min_length = 1, max_length = 20, example = "123456")]
    sms_code: Option<String>,
    /// The password.
    #[schema(min_length = 1, max_length = 128, example = "mahogany cartwheel gravity")]
    password: Option<String>,
    /// That the device was approved, which is looked up.
    #[schema(example = true)]
    approved: Option<bool>,
}

/// An answer, before a password is compared.
enum Typed {
    Ready(ChallengeAnswer),
    Password(Password),
}

impl AnswerChallenge {
    fn given(&self) -> Result<Typed> {
        let mut faults = Faults::of(Place::Body);
        let given = [
            self.tenant_id.map(|id| Some(Typed::Ready(ChallengeAnswer::Tenant(id.into())))),
            self.totp
                .clone()
                .map(|code| Some(Typed::Ready(ChallengeAnswer::SecondFactor(Given::Totp(code))))),
            self.recovery_code.as_deref().map(|code| {
                Some(Typed::Ready(ChallengeAnswer::SecondFactor(Given::Recovery(recovery_code(code)))))
            }),
            self.sms_code.as_deref().map(|code| {
                let code = faults.at("/sms_code", Code::parse(code));
                code.map(|code| Typed::Ready(ChallengeAnswer::SmsCode(code)))
            }),
            self.password
                .as_deref()
                .map(|password| faults.at("/password", Password::parse(password)).map(Typed::Password)),
            self.approved.filter(|said| *said).map(|_| Some(Typed::Ready(ChallengeAnswer::Approved))),
        ];
        let mut given: Vec<_> = given.into_iter().flatten().collect();
        if given.len() != 1 {
            faults.note("", ErrorCode::ProofMissing);
        }
        faults.finish()?;
        given.pop().flatten().ok_or_else(|| ErrorCode::ProofMissing.into())
    }
}

/// See what a sign-in still needs
#[utoipa::path(
    operation_id = "get_challenge", tag = "session",
    params(("id" = Uuid, Path, description = "The challenge.")),
    responses((status = 200, description = "What it needs.", body = ChallengeView)),
    security(("challenge_token" = [])),
    extensions(("x-errors" = json!(["challenge_ended", "sign_in_method_not_allowed", "network_not_allowed", "password_expired", "number_idle", "device_rejected", "device_limit_reached"]))),
)]
#[get("/v1/challenges/{id}")]
pub(crate) async fn get_challenge(call: Call, id: Path<Uuid>, token: Bearer, _: Params<NoParams>) -> Outcome {
    let id = ChallengeId::from(id.into_inner());
    let credentials = Credentials::make(&call.service);
    call.read(None, move |tx, world| {
        let waiting = get(tx, &world.context, (id, &token.0), &credentials.terms(world.service))?;
        Reply::ok(&ChallengeView::of(&waiting, None, &credentials))
    })
    .await
}

/// Answer a challenge
///
/// Gives the session, or what is needed after that. Wrong codes and passwords are counted over all challenges, and after some of
/// them the next one has to wait.
#[utoipa::path(
    operation_id = "answer_challenge", tag = "session",
    params(("id" = Uuid, Path, description = "The challenge.")),
    request_body = AnswerChallenge,
    responses(
        (status = 201, description = "The session.", body = SignedInView),
        (status = 202, description = "Something is still needed.", body = Challenged)),
    security(("challenge_token" = [])),
    extensions(("x-errors" = json!(["challenge_ended", "verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "guess_too_soon", "guesses_exhausted", "sign_in_method_not_allowed", "network_not_allowed", "password_expired", "number_idle", "device_rejected", "device_limit_reached", "busy", "input_invalid"]))),
)]
#[post("/v1/challenges/{id}")]
pub(crate) async fn answer_challenge(
    call: Call,
    id: Path<Uuid>,
    token: Bearer,
    body: Body<AnswerChallenge>,
) -> Outcome {
    let id = ChallengeId::from(id.into_inner());
    let credentials = Credentials::make(&call.service);
    let given = match body.value.given()? {
        Typed::Ready(given) => Some(given),
        Typed::Password(_) if call.repeated().await? => None,
        Typed::Password(password) => Some(compared(&call, (id, token.0), &password).await?),
    };
    call.write(None, body.fingerprint, move |tx, world| {
        let (given, terms) = (given.as_ref().ok_or(ErrorCode::Busy)?, credentials.terms(world.service));
        let keys = &world.service.keys;
        let outcome = answer(tx, &world.context, (id, &token.0), given, keys, &terms)?;
        outcome_reply(world, &credentials, outcome, None)
    })
    .await
}

/// Compares the password of the account. The try is counted before.
async fn compared(
    call: &Call,
    (id, token): (ChallengeId, TokenHash),
    password: &Password,
) -> Result<ChallengeAnswer, Failure> {
    let credentials = Credentials::make(&call.service);
    let admitted = call.transact(move |tx, world| {
        admit_challenge_password(tx, &world.context, (id, &token), &credentials.terms(world.service))
    });
    let metrics = &call.service.metrics;
    let known = admitted.await.inspect_err(|Failure(error)| metrics.guess(error.code().name()))?;
    let right = call.service.compare(password, Some(&known.hash)).await?.is_some();
    Ok(ChallengeAnswer::Password(Compared { known, right }))
}

/// Ask for the code that a challenge needs
///
/// It goes to the number of the account.
#[utoipa::path(
    operation_id = "send_challenge_code", tag = "session",
    params(("id" = Uuid, Path, description = "The challenge.")),
    responses((status = 202, description = "The code is on its way.", body = SentCode)),
    security(("challenge_token" = [])),
    extensions(("x-errors" = json!(["challenge_ended", "sms_code_not_needed", "sign_in_method_not_allowed", "network_not_allowed", "password_expired", "number_idle", "device_rejected", "device_limit_reached", "code_resend_too_soon", "code_daily_limit", "code_budget_spent", "human_check_required", "human_check_failed"]))),
)]
#[post("/v1/challenges/{id}/codes")]
pub(crate) async fn send_challenge_code(call: Call, id: Path<Uuid>, token: Bearer) -> Outcome {
    let (id, token) = (ChallengeId::from(id.into_inner()), token.0);
    let credentials = Credentials::make(&call.service);
    let account = call.read(None, move |tx, world| {
        challenged_account(tx, &world.context, (id, &token), &credentials.terms(world.service))
    });
    let mobile = account.await?.mobile;
    let permit = permit(&call, Realm::Tenant, Purpose::ConfirmSensitive, &mobile, None, None).await?;
    let credentials = Credentials::make(&call.service);
    call.write(None, NO_BODY, move |tx, world| {
        let (permit, limits) = (required(permit.as_ref())?, &world.service.settings.codes);
        let terms = credentials.terms(world.service);
        let sent = send(tx, &world.context, (id, &token), permit, limits, &terms)?;
        Reply::json(StatusCode::ACCEPTED, &SentCode::of(permit.mobile()?, &sent))
    })
    .await
}

/// Set an authenticator up while signing in
///
/// For who has no second factor yet, where one is asked for. Answer the challenge with a code of it then; that answer brings the
/// codes for the day without it.
#[utoipa::path(
    operation_id = "begin_challenge_totp", tag = "session",
    params(("id" = Uuid, Path, description = "The challenge.")),
    responses((status = 201, description = "What the authenticator has to know.", body = NewTotp)),
    security(("challenge_token" = [])),
    extensions(("x-errors" = json!(["challenge_ended", "totp_already_on", "sign_in_method_not_allowed", "network_not_allowed", "password_expired", "number_idle", "device_rejected", "device_limit_reached"]))),
)]
#[post("/v1/challenges/{id}/totp")]
pub(crate) async fn begin_challenge_totp(call: Call, id: Path<Uuid>, token: Bearer) -> Outcome {
    let id = ChallengeId::from(id.into_inner());
    let credentials = Credentials::make(&call.service);
    call.write(None, NO_BODY, move |tx, world| {
        let terms = credentials.terms(world.service);
        let (challenge, secret) = begin_totp(tx, &world.context, (id, &token.0), &terms)?;
        let name = name_of(tx, challenge.who)?;
        Ok(Reply::json(StatusCode::CREATED, &NewTotp::of(&secret, &name)?)?.secret())
    })
    .await
}

/// How an authenticator shows whose account it is for.
fn name_of(tx: &mut Tx<'_>, who: Identity) -> Result<String> {
    let mobile = match who {
        Identity::Account(id) => tx.account(id)?.map(|account| account.mobile),
        Identity::Operator(id) => tx.operator(id)?.map(|operator| operator.mobile),
    };
    mobile.map(|mobile| mobile.masked()).ok_or_else(|| Error::new(ErrorCode::ChallengeEnded))
}
