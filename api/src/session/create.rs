use super::{
    Credentials, DeviceDescription, MemberReference, OperatorReference, RealmName, SessionView,
    TenantReference, place, refusal,
};
use crate::http::actor::KnownDevice;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::{Call, World};
use actix_web::http::StatusCode;
use actix_web::post;
use chrono::{DateTime, Utc};
use domain::actor::Realm;
use domain::error::{Code as ErrorCode, Error, Faults, Place, Result};
use domain::member::Membership;
use domain::phone::MobileNumber;
use domain::session::{Attempt, Challenge, Opened, SignedIn, sign_in};
use domain::verification::Code;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A way to sign in.
///
/// - `sms_code`: the mobile number and a code sent to it
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignInMethod {
    SmsCode,
}

/// Somebody who wants to sign in.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"method": "sms_code", "mobile": "13800138000", "code": "123456", "device": {"name": "王小明的浏览器", "platform": "web"}}))]
pub(crate) struct CreateSession {
    /// Into which world; `tenant` when nothing is said.
    realm: Option<RealmName>,
    /// How.
    #[expect(dead_code, reason = "there is one method so far; the schema checks it")]
    method: SignInMethod,
    /// The mobile number.
    #[schema(min_length = 5, max_length = 30)]
    mobile: String,
    /// The six digits of the SMS.
    #[schema(pattern = "^[0-9]{6}$")]
    code: String,
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
/// An account in several tenants, which does not name one, gets a challenge: choose one with `answer_challenge`.
#[utoipa::path(
    operation_id = "create_session", tag = "session",
    params(("X-Device-Token" = Option<String>, Header, description = "The token of a device that has signed in before.")),
    request_body = CreateSession,
    responses(
        (status = 201, description = "The session.", body = SignedInView),
        (status = 202, description = "Something is still needed.", body = Challenged)),
    extensions(("x-errors" = json!(["verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "no_membership", "input_invalid"]))),
)]
#[post("/v1/sessions")]
pub(crate) async fn create_session(call: Call, device: KnownDevice, body: Body<CreateSession>) -> Outcome {
    let request = &body.value;
    let mut faults = Faults::of(Place::Body);
    let mobile = faults.at("/mobile", MobileNumber::parse(&request.mobile));
    let code = faults.at("/code", Code::parse(&request.code));
    let described = request.device.parse("/device", &mut faults);
    let (Some(mobile), Some(code), Some(described)) = (mobile, code, described) else {
        return Err(faults.into_error().into());
    };
    let realm = request.realm.map_or(Realm::Tenant, Realm::from);
    if realm == Realm::Platform && request.tenant_id.is_some() {
        faults.note("/tenant_id", ErrorCode::TenantNotOffered);
        return Err(faults.into_error().into());
    }
    let tenant = request.tenant_id.map(Into::into);
    let credentials = Credentials::make(&call.service);
    call.write(None, body.fingerprint, move |tx, world| {
        let attempt = Attempt {
            realm,
            mobile: &mobile,
            code: &code,
            device: &described,
            device_token: device.0.as_ref(),
            tenant,
        };
        let (keys, lifetime) = (&world.service.keys, &world.service.settings.tokens.lifetime);
        match sign_in(tx, &world.context, &attempt, keys, &credentials.hashes, lifetime)? {
            domain::session::Outcome::Refused(check) => Ok(world.refusal(&refusal(check))),
            domain::session::Outcome::Opened(opened) => opened_reply(world, &credentials, &opened),
            domain::session::Outcome::Choose(challenge, places) => {
                let view =
                    Challenged { challenge: challenge_view(&challenge, &places, &credentials.challenge) };
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
    })
    .await
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
