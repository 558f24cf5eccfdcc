//! Sessions: signing in and out, and who one is.

pub(crate) mod bootstrap;
pub(crate) mod challenge;
pub(crate) mod create;
pub(crate) mod end;
pub(crate) mod invitations;
pub(crate) mod me;
pub(crate) mod own;
pub(crate) mod refresh;
pub(crate) mod switch;

use crate::mirror::mirror;
use crate::service::Service;
use crate::token;
use crate::totp::RecoveryCodes;
use domain::context::Random;
use domain::device::Serial;
use domain::error::{Code, Error, Faults, Result};
use domain::session::{NewDevice, Opened, Owner, SignInTerms, Tokens};
use domain::text::DeviceName;
use domain::verification::Check;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

mirror! {
    /// A world that a token opens.
    RealmName = domain::actor::Realm {
        Tenant "tenant" "members of companies";
        Platform "platform" "operators of the platform";
    }
}

mirror! {
    /// What runs on a device.
    DevicePlatform = domain::session::Platform {
        Web "web" "a browser";
        Ios "ios" "an iPhone or iPad";
        Android "android" "an Android device";
        Desktop "desktop" "a desktop program";
        MiniProgram "mini_program" "a mini program inside another app";
    }
}

mirror! {
    /// A member's role in the tenant.
    MemberRoleName = domain::actor::MemberRole {
        Owner "owner" "registered the tenant or took it over";
        Member "member" "everybody else";
    }
}

mirror! {
    /// An operator's role on the platform.
    OperatorRoleName = domain::actor::OperatorRole {
        Reviewer "reviewer" "decides on certifications";
        SeniorReviewer "senior_reviewer" "decides, confirms what others propose, and hands cases out";
        Support "support" "sees cases in order to help";
        PlatformAdmin "platform_admin" "runs the platform";
    }
}

/// What somebody signs in from.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceDescription {
    /// What its owner calls it.
    #[schema(example = "王小明的浏览器", min_length = 1, max_length = 100)]
    name: String,
    /// What runs on it.
    platform: DevicePlatform,
    /// Its serial number, where an app knows it: one that the organization has imported makes the device its own.
    #[schema(min_length = 4, max_length = 64, example = "C02XK0ABJG5J")]
    serial: Option<String>,
}

impl DeviceDescription {
    pub(crate) fn parse(&self, pointer: &str, faults: &mut Faults) -> Option<NewDevice> {
        let name = faults.at(&format!("{pointer}/name"), DeviceName::parse(&self.name));
        let serial = self.serial.as_deref().map(Serial::parse).transpose();
        let serial = faults.at(&format!("{pointer}/serial"), serial);
        Some(NewDevice { name: name?, platform: self.platform.into(), serial: serial? })
    }
}

/// A tenant, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TenantReference {
    /// Its id.
    id: Uuid,
    /// Its name.
    #[schema(example = "深圳市工牌科技有限公司")]
    name: String,
}

impl TenantReference {
    pub(crate) fn of(tenant: &domain::tenant::Tenant) -> Self {
        Self { id: tenant.id.into(), name: tenant.organization.name.as_str().to_owned() }
    }
}

/// A member, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MemberReference {
    /// The id.
    id: Uuid,
    /// What integrators call them.
    #[schema(example = "owner")]
    userid: String,
    /// The name.
    #[schema(example = "王小明")]
    name: String,
}

/// An operator, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct OperatorReference {
    /// The id.
    id: Uuid,
    /// The name.
    #[schema(example = "李审核")]
    name: String,
    /// The role.
    role: OperatorRoleName,
}

/// The kind of an access token.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) enum TokenType {
    Bearer,
}

/// A session and its tokens.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Its id.
    id: Uuid,
    /// Opens the API for a few minutes: send it as `Authorization: Bearer`. A JWT (RFC 9068).
    #[schema(example = "eyJhbGciOiJFZERTQSJ9.e30.c2ln")]
    access_token: String,
    /// How long the access token lives, in seconds.
    #[schema(example = 600)]
    expires_in: u32,
    /// Is exchanged for the next access token. It changes at each use.
    #[schema(example = "gpr_bXlzZWNyZXQ")]
    refresh_token: String,
    /// How the access token is sent.
    token_type: TokenType,
    /// By this the device is known again: keep it, and send it as `X-Device-Token` when signing in. Only when the device
    /// was not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "gpd_bXlzZWNyZXQ")]
    device_token: Option<String>,
}

/// Tokens made before a transaction, whichever of them it will need.
pub(crate) struct Credentials {
    /// What the domain sees of them.
    pub(crate) hashes: Tokens,
    refresh: String,
    device: String,
    pub(crate) challenge: String,
    pub(crate) recovery: RecoveryCodes,
}

impl Credentials {
    pub(crate) fn make(service: &Service) -> Self {
        let session = service.random.uuid().into();
        let (refresh, refresh_hash) = service.refresh_tokens().issue(&service.random, session);
        let (device, device_hash) = token::opaque(&service.random, "gpd");
        let (challenge, challenge_hash) = token::opaque(&service.random, "gpc");
        let recovery = RecoveryCodes::make(&service.random);
        let hashes = Tokens {
            session,
            refresh: refresh_hash,
            device: device_hash,
            challenge: challenge_hash,
            recovery: recovery.hashes(),
        };
        Self { hashes, refresh, device, challenge, recovery }
    }

    /// On what terms people sign in with them.
    pub(crate) fn terms<'a>(&'a self, service: &'a Service) -> SignInTerms<'a> {
        SignInTerms {
            tokens: &self.hashes,
            lifetime: &service.settings.tokens.lifetime,
            patience: &service.settings.passwords.patience,
            number_idle: service.settings.tokens.number_idle,
            operators_need_totp: service.settings.operators.need_totp,
        }
    }

    /// The session that was opened with them.
    pub(crate) fn session(&self, service: &Service, opened: &Opened) -> Result<SessionView> {
        let session = &opened.session;
        session_view(service, session.id.into(), session.owner, self.refresh.clone())
            .map(|view| SessionView { device_token: opened.new_device.then(|| self.device.clone()), ..view })
    }
}

fn session_view(service: &Service, id: Uuid, owner: Owner, refresh_token: String) -> Result<SessionView> {
    let tokens = &service.access_tokens;
    Ok(SessionView {
        id,
        access_token: tokens.issue(&service.random, &service.clock, id.into(), owner)?,
        expires_in: tokens.seconds(),
        refresh_token,
        token_type: TokenType::Bearer,
        device_token: None,
    })
}

/// The tenant and member of a member's session.
pub(crate) fn place(opened: &Opened) -> Result<(TenantReference, MemberReference)> {
    match &opened.who {
        domain::session::SignedIn::Member(place) => Ok((
            TenantReference { id: place.tenant.into(), name: place.tenant_name.clone() },
            MemberReference {
                id: place.member.into(),
                userid: place.userid.clone(),
                name: place.name.clone(),
            },
        )),
        domain::session::SignedIn::Operator(_) => Err(Error::internal("an operator's session has no tenant")),
    }
}

/// Why a code was not accepted.
pub(crate) fn refusal(check: Check) -> Error {
    match check {
        Check::Wrong { attempts_left } => {
            Error::new(Code::VerificationCodeIncorrect).with("attempts_left", attempts_left)
        }
        Check::Exhausted => Code::VerificationCodeExhausted.into(),
        Check::Expired => Code::VerificationCodeExpired.into(),
        Check::Correct => Error::internal("a correct code is no refusal"),
    }
}
