use super::challenge::{ChallengeView, Challenged};
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
use domain::actor::Realm;
use domain::contact::ContactPoint;
use domain::email::EmailAddress;
use domain::error::{Code as ErrorCode, Faults, Place, Result, Violation};
use domain::id::TenantId;
use domain::password::Password;
use domain::phone::MobileNumber;
use domain::session::{
    Attempt, NewDevice, Opened, PasswordAttempt, SignedIn, TokenHash, admit_password, sign_in,
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
/// - `password`: the mobile number or the email address, and a password; only in the realm of tenants
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
    /// The mobile number; always for `sms_code`, and this or `email` for `password`.
    #[schema(min_length = 5, max_length = 30)]
    mobile: Option<String>,
    /// The email address; for `password`.
    #[schema(min_length = 3, max_length = 254, example = json!(null))]
    email: Option<String>,
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
    /// Codes for the day without the authenticator, each good once: keep them on paper. Only when the authenticator was set up while
    /// signing in.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_codes: Option<Vec<String>>,
}

/// Sign in
///
/// What is still needed comes as a challenge, and `answer_challenge` takes it: the choice among several organizations, a second
/// factor where the account has one or the organization asks for it. A wrong
/// password has the same answer, after the same time, as a number or an address that nobody has; after some of them each next one has to
/// wait, but for devices that are known.
#[utoipa::path(
    operation_id = "create_session", tag = "session",
    params(("X-Device-Token" = Option<String>, Header, description = "The token of a device that has signed in before.")),
    request_body = CreateSession,
    responses(
        (status = 201, description = "The session.", body = SignedInView),
        (status = 202, description = "Something is still needed.", body = Challenged)),
    extensions(("x-errors" = json!(["verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "credentials_wrong", "guess_too_soon", "guesses_exhausted", "busy", "no_membership", "sign_in_method_not_allowed", "network_not_allowed", "password_expired", "number_idle", "device_rejected", "device_limit_reached", "input_invalid"]))),
)]
#[post("/v1/sessions")]
pub(crate) async fn create_session(call: Call, device: KnownDevice, body: Body<CreateSession>) -> Outcome {
    let request = &body.value;
    let mut faults = Faults::of(Place::Body);
    let realm = request.realm.map_or(Realm::Tenant, Realm::from);
    let described = request.device.parse("/device", &mut faults);
    let proof = request.proof(realm, &mut faults);
    if realm == Realm::Platform && request.tenant_id.is_some() {
        faults.note("/tenant_id", ErrorCode::TenantNotOffered);
    }
    let (Some(described), Some(proof)) = (described, proof) else {
        return Err(faults.into_error().into());
    };
    faults.finish()?;
    if realm == Realm::Platform && !call.world().context.origin.operators {
        return Err(ErrorCode::NetworkNotAllowed.into());
    }
    let wish = Wish { realm, described, token: device.0, tenant: request.tenant_id.map(Into::into) };
    match proof {
        Proof::Code(mobile, code) => by_code(call, body.fingerprint, wish, (mobile, code)).await,
        Proof::Password(contact, password) => {
            by_password(call, body.fingerprint, wish, (contact, &password)).await
        }
    }
}

/// As whom somebody signs in, and what they prove it with.
enum Proof {
    Code(MobileNumber, Code),
    Password(ContactPoint, Password),
}

impl CreateSession {
    /// What the method needs, and nothing else.
    fn proof(&self, realm: Realm, faults: &mut Faults) -> Option<Proof> {
        match self.method {
            SignInMethod::SmsCode => {
                unknown("/email", self.email.as_ref(), faults);
                unknown("/password", self.password.as_ref(), faults);
                let mobile = required("/mobile", self.mobile.as_ref(), faults)
                    .and_then(|mobile| faults.at("/mobile", MobileNumber::parse(mobile)));
                let code = required("/code", self.code.as_ref(), faults)
                    .and_then(|code| faults.at("/code", Code::parse(code)));
                Some(Proof::Code(mobile?, code?))
            }
            SignInMethod::Password => {
                unknown("/code", self.code.as_ref(), faults);
                if realm == Realm::Platform {
                    let only = Violation::new(ErrorCode::ValueNotAllowed).with("allowed", "sms_code");
                    faults.note("/method", only);
                }
                let contact = self.contact(faults);
                let password = required("/password", self.password.as_ref(), faults)
                    .and_then(|password| faults.at("/password", Password::parse(password)));
                Some(Proof::Password(contact?, password?))
            }
        }
    }

    /// The number or the mailbox: exactly one of them.
    fn contact(&self, faults: &mut Faults) -> Option<ContactPoint> {
        match (&self.mobile, &self.email) {
            (Some(_), Some(_)) => {
                faults.note("/email", ErrorCode::ProofMissing);
                None
            }
            (None, Some(email)) => faults.at("/email", EmailAddress::parse(email)).map(Into::into),
            (mobile, None) => required("/mobile", mobile.as_ref(), faults)
                .and_then(|mobile| faults.at("/mobile", MobileNumber::parse(mobile)))
                .map(Into::into),
        }
    }
}

/// A field that the method needs.
fn required<'a>(pointer: &str, given: Option<&'a String>, faults: &mut Faults) -> Option<&'a String> {
    if given.is_none() {
        faults.note(pointer, ErrorCode::FieldRequired);
    }
    given
}

/// A field that the method does not know.
fn unknown(pointer: &str, given: Option<&String>, faults: &mut Faults) {
    if given.is_some() {
        faults.note(pointer, ErrorCode::FieldUnknown);
    }
}

/// Who wants to sign in, whatever they prove it with.
struct Wish {
    realm: Realm,
    described: NewDevice,
    token: Option<TokenHash>,
    tenant: Option<TenantId>,
}

async fn by_code(
    call: Call,
    fingerprint: [u8; 32],
    wish: Wish,
    (mobile, code): (MobileNumber, Code),
) -> Outcome {
    let credentials = Credentials::make(&call.service);
    call.write(None, fingerprint, move |tx, world| {
        let attempt = Attempt {
            realm: wish.realm,
            mobile: &mobile,
            code: &code,
            device: &wish.described,
            device_token: wish.token.as_ref(),
            tenant: wish.tenant,
        };
        let (keys, terms) = (&world.service.keys, credentials.terms(world.service));
        let outcome = sign_in(tx, &world.context, &attempt, keys, &terms)?;
        outcome_reply(world, &credentials, outcome, Some(&credentials.challenge))
    })
    .await
}

/// The guess is counted first; then the password is compared, outside any transaction; then the session is opened.
async fn by_password(
    call: Call,
    fingerprint: [u8; 32],
    wish: Wish,
    (contact, password): (ContactPoint, &Password),
) -> Outcome {
    let credentials = Credentials::make(&call.service);
    let wish = Arc::new((wish, contact));
    let mut compared = None;
    if !call.repeated().await? {
        let asked = Arc::clone(&wish);
        let admitted = call.transact(move |tx, world| {
            let patience = &world.service.settings.passwords.patience;
            let (wish, contact) = &*asked;
            admit_password(tx, &world.context, contact, wish.token.as_ref(), patience)
        });
        let metrics = &call.service.metrics;
        let admitted = admitted.await.inspect_err(|Failure(error)| metrics.guess(error.code().name()))?;
        let known = admitted.known.as_ref().map(|known| &known.hash);
        let right = call.service.compare(password, known).await?;
        compared = Some((admitted, right));
    }
    call.write(None, fingerprint, move |tx, world| {
        let (admitted, right) = compared.as_ref().ok_or(ErrorCode::Busy)?;
        let (wish, contact) = &*wish;
        let attempt = PasswordAttempt { contact, device: &wish.described, tenant: wish.tenant };
        let (compared, terms) = ((admitted, right.as_ref()), credentials.terms(world.service));
        match sign_in_by_password(tx, &world.context, &attempt, compared, &terms)? {
            Some(outcome) => outcome_reply(world, &credentials, outcome, Some(&credentials.challenge)),
            None => Ok(world.refusal(&ErrorCode::CredentialsWrong.into())),
        }
    })
    .await
}

/// The answer to a step of signing in. It is committed, whatever it says.
pub(super) fn outcome_reply(
    world: &World<'_>,
    credentials: &Credentials,
    outcome: domain::session::Outcome,
    token: Option<&str>,
) -> Result<Reply> {
    match outcome {
        domain::session::Outcome::Refused(check) => Ok(world.refusal(&refusal(check))),
        domain::session::Outcome::Barred(error) => Ok(world.refusal(&error)),
        domain::session::Outcome::Opened(opened) => opened_reply(world, credentials, &opened),
        domain::session::Outcome::Challenged(waiting) => {
            let view = Challenged { challenge: ChallengeView::of(&waiting, token, credentials) };
            Ok(Reply::json(StatusCode::ACCEPTED, &view)?.secret())
        }
    }
}

/// The answer that carries a new session.
fn opened_reply(world: &World<'_>, credentials: &Credentials, opened: &Opened) -> Result<Reply> {
    let session = credentials.session(world.service, opened)?;
    let recovery_codes = opened.new_authenticator.then(|| credentials.recovery.codes().to_vec());
    let view = match &opened.who {
        SignedIn::Member(_) => {
            let (tenant, member) = place(opened)?;
            SignedInView {
                session,
                tenant: Some(tenant),
                member: Some(member),
                operator: None,
                recovery_codes,
            }
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
            recovery_codes,
        },
    };
    Ok(Reply::json(StatusCode::CREATED, &view)?.secret())
}
