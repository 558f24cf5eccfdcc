use super::{
    Credentials, DeviceDescription, MemberReference, OperatorReference, RealmName, SessionView,
    TenantReference, place, refusal,
};
use crate::http::actor::KnownDevice;
use crate::http::answer::{Failure, Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::{Call, World};
use actix_web::http::StatusCode;
use actix_web::post;
use chrono::{DateTime, Utc};
use domain::actor::Realm;
use domain::error::{Code as ErrorCode, Error, Faults, Place, Result, Violation};
use domain::id::TenantId;
use domain::member::Membership;
use domain::password::Password;
use domain::phone::MobileNumber;
use domain::session::{
    Attempt, Challenge, NewDevice, Opened, PasswordAttempt, SignedIn, TokenHash, admit_password, sign_in,
    sign_in_by_password,
};
use domain::verification::Code;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A way to sign in.
///
/// - `sms_code`: the mobile number and a code sent to it
/// - `password`: the mobile number and a password; only in the realm of tenants
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignInMethod {
    SmsCode,
    Password,
}

/// Somebody who wants to sign in.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"method": "sms_code", "mobile": "13800138000", "code": "123456", "device": {"name": "王小明的浏览器", "platform": "web"}}))]
pub(crate) struct CreateSession {
    /// Into which world; `tenant` when nothing is said.
    realm: Option<RealmName>,
    /// How.
    method: SignInMethod,
    /// The mobile number.
    #[schema(min_length = 5, max_length = 30)]
    mobile: String,
    /// The six digits of the SMS; for `sms_code`.
    #[schema(pattern = "^[0-9]{6}$")]
    code: Option<String>,
    /// The password; for `password`.
    #[schema(min_length = 1, max_length = 128, example = "mahogany cartwheel gravity")]
    password: Option<String>,
    /// From what.
    device: DeviceDescription,
    /// Into which tenant, for an account in several.
    tenant_id: Option<Uuid>,
}

/// An open session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedInView {
    /// The session.
    session: SessionView,
    /// The tenant; null for an operator.
    tenant: Option<TenantReference>,
    /// The member; null for an operator.
    member: Option<MemberReference>,
    /// The operator; null for a member.
    operator: Option<OperatorReference>,
}

/// What a sign-in still needs.
///
/// - `tenant`: the choice of a tenant
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChallengeNeed {
    Tenant,
}

/// A sign-in that still needs something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChallengeView {
    /// Its id.
    id: Uuid,
    /// Answers it: send it as `Authorization: Bearer` to `answer_challenge`.
    #[schema(example = "gpc_bXlzZWNyZXQ")]
    token: String,
    /// What it needs.
    needs: Vec<ChallengeNeed>,
    /// The tenants to choose from.
    tenants: Vec<TenantReference>,
    /// Until when it waits.
    expires_at: DateTime<Utc>,
}

/// A sign-in that still needs something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Challenged {
    /// What to do next.
    challenge: ChallengeView,
}

/// Sign in
///
/// An account in several tenants, which does not name one, gets a challenge: choose one with `answer_challenge`. A wrong
/// password has the same answer, after the same time, as a number that nobody has; after some of them each next one has to
/// wait, but for devices that are known.
#[utoipa::path(
    operation_id = "create_session", tag = "session",
    params(("X-Device-Token" = Option<String>, Header, description = "The token of a device that has signed in before.")),
    request_body = CreateSession,
    responses(
        (status = 201, description = "The session.", body = SignedInView),
        (status = 202, description = "Something is still needed.", body = Challenged)),
    extensions(("x-errors" = json!(["verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "credentials_wrong", "guess_too_soon", "guesses_exhausted", "busy", "no_membership", "input_invalid"]))),
)]
#[post("/v1/sessions")]
pub(crate) async fn create_session(call: Call, device: KnownDevice, body: Body<CreateSession>) -> Outcome {
    let request = &body.value;
    let mut faults = Faults::of(Place::Body);
    let realm = request.realm.map_or(Realm::Tenant, Realm::from);
    let mobile = faults.at("/mobile", MobileNumber::parse(&request.mobile));
    let described = request.device.parse("/device", &mut faults);
    let secret = request.secret(realm, &mut faults);
    if realm == Realm::Platform && request.tenant_id.is_some() {
        faults.note("/tenant_id", ErrorCode::TenantNotOffered);
    }
    let (Some(mobile), Some(described), Some(secret)) = (mobile, described, secret) else {
        return Err(faults.into_error().into());
    };
    faults.finish()?;
    let wish = Wish { realm, mobile, described, token: device.0, tenant: request.tenant_id.map(Into::into) };
    match secret {
        Secret::Code(code) => by_code(call, body.fingerprint, wish, code).await,
        Secret::Password(password) => by_password(call, body.fingerprint, wish, &password).await,
    }
}

/// What somebody proves who they are with.
enum Secret {
    Code(Code),
    Password(Password),
}

impl CreateSession {
    /// The secret that the method needs, and no other.
    fn secret(&self, realm: Realm, faults: &mut Faults) -> Option<Secret> {
        let (wanted, pointer, other, other_pointer) = match self.method {
            SignInMethod::SmsCode => (&self.code, "/code", &self.password, "/password"),
            SignInMethod::Password => (&self.password, "/password", &self.code, "/code"),
        };
        if other.is_some() {
            faults.note(other_pointer, ErrorCode::FieldUnknown);
        }
        if realm == Realm::Platform && self.method == SignInMethod::Password {
            faults.note("/method", Violation::new(ErrorCode::ValueNotAllowed).with("allowed", "sms_code"));
        }
        let Some(secret) = wanted else {
            faults.note(pointer, ErrorCode::FieldRequired);
            return None;
        };
        match self.method {
            SignInMethod::SmsCode => faults.at(pointer, Code::parse(secret)).map(Secret::Code),
            SignInMethod::Password => faults.at(pointer, Password::parse(secret)).map(Secret::Password),
        }
    }
}

/// Who wants to sign in, whatever they prove it with.
struct Wish {
    realm: Realm,
    mobile: MobileNumber,
    described: NewDevice,
    token: Option<TokenHash>,
    tenant: Option<TenantId>,
}

async fn by_code(call: Call, fingerprint: [u8; 32], wish: Wish, code: Code) -> Outcome {
    let credentials = Credentials::make(&call.service);
    call.write(None, fingerprint, move |tx, world| {
        let attempt = Attempt {
            realm: wish.realm,
            mobile: &wish.mobile,
            code: &code,
            device: &wish.described,
            device_token: wish.token.as_ref(),
            tenant: wish.tenant,
        };
        let (keys, lifetime) = (&world.service.keys, &world.service.settings.tokens.lifetime);
        let outcome = sign_in(tx, &world.context, &attempt, keys, &credentials.hashes, lifetime)?;
        outcome_reply(world, &credentials, outcome)
    })
    .await
}

/// The guess is counted first; then the password is compared, outside any transaction; then the session is opened.
async fn by_password(call: Call, fingerprint: [u8; 32], wish: Wish, password: &Password) -> Outcome {
    let credentials = Credentials::make(&call.service);
    let wish = Arc::new(wish);
    let mut compared = None;
    if !call.repeated().await? {
        let asked = Arc::clone(&wish);
        let admitted = call.transact(move |tx, world| {
            let patience = &world.service.settings.passwords.patience;
            admit_password(tx, &world.context, &asked.mobile, asked.token.as_ref(), patience)
        });
        let metrics = &call.service.metrics;
        let admitted = admitted.await.inspect_err(|Failure(error)| metrics.guess(error.code().name()))?;
        let known = admitted.known.as_ref().map(|known| &known.hash);
        let right = call.service.passwords.compare(password, known).await?;
        metrics.guess(if right.is_some() { "right" } else { "wrong" });
        compared = Some((admitted, right));
    }
    call.write(None, fingerprint, move |tx, world| {
        let (admitted, right) = compared.as_ref().ok_or(ErrorCode::Busy)?;
        let attempt = PasswordAttempt { mobile: &wish.mobile, device: &wish.described, tenant: wish.tenant };
        let (settings, hashes) = (&world.service.settings, &credentials.hashes);
        let (patience, lifetime) = (&settings.passwords.patience, &settings.tokens.lifetime);
        let compared = (admitted, right.as_ref());
        match sign_in_by_password(tx, &world.context, &attempt, compared, patience, hashes, lifetime)? {
            Some(outcome) => outcome_reply(world, &credentials, outcome),
            None => Ok(world.refusal(&ErrorCode::CredentialsWrong.into())),
        }
    })
    .await
}

/// The answer to a sign-in. It is committed, whatever it says.
fn outcome_reply(
    world: &World<'_>,
    credentials: &Credentials,
    outcome: domain::session::Outcome,
) -> Result<Reply> {
    match outcome {
        domain::session::Outcome::Refused(check) => Ok(world.refusal(&refusal(check))),
        domain::session::Outcome::Opened(opened) => opened_reply(world, credentials, &opened),
        domain::session::Outcome::Choose(challenge, places) => {
            let view = Challenged { challenge: challenge_view(&challenge, &places, &credentials.challenge) };
            Ok(Reply::json(StatusCode::ACCEPTED, &view)?.secret())
        }
        domain::session::Outcome::WithoutMembership => {
            Ok(world.refusal(&Error::new(ErrorCode::NoMembership)))
        }
        domain::session::Outcome::TenantNotOffered => {
            let mut faults = Faults::of(Place::Body);
            faults.note("/tenant_id", ErrorCode::TenantNotOffered);
            Ok(world.refusal(&faults.into_error()))
        }
    }
}

/// The answer that carries a new session.
pub(super) fn opened_reply(world: &World<'_>, credentials: &Credentials, opened: &Opened) -> Result<Reply> {
    let session = credentials.session(world.service, opened)?;
    let view = match &opened.who {
        SignedIn::Member(_) => {
            let (tenant, member) = place(opened)?;
            SignedInView { session, tenant: Some(tenant), member: Some(member), operator: None }
        }
        SignedIn::Operator(operator) => SignedInView {
            session,
            tenant: None,
            member: None,
            operator: Some(OperatorReference {
                id: operator.id.into(),
                name: operator.name.as_str().to_owned(),
                role: operator.role.into(),
            }),
        },
    };
    Ok(Reply::json(StatusCode::CREATED, &view)?.secret())
}

fn challenge_view(challenge: &Challenge, places: &[Membership], token: &str) -> ChallengeView {
    ChallengeView {
        id: challenge.id.into(),
        token: token.to_owned(),
        needs: vec![ChallengeNeed::Tenant],
        tenants: places
            .iter()
            .map(|place| TenantReference { id: place.tenant.into(), name: place.tenant_name.clone() })
            .collect(),
        expires_at: challenge.expires_at,
    }
}
