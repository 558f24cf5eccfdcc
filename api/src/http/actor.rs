//! Who is asking, as an argument of handlers.

use super::answer::Failure;
use super::call::{Here, reading};
use crate::access::uses::Acting;
use crate::service::Service;
use crate::token;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::actor::{Actor, MemberActor, OperatorActor, Realm};
use domain::context::Origin;
use domain::error::{Code, Result};
use domain::id::{SessionId, TenantId};
use domain::registration::{Registration, RegistrationStore};
use domain::session::{TokenHash, admission};
use domain::ticket;
use futures_util::future::LocalBoxFuture;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Instant;

/// A member of a tenant, proved by an access token.
pub(crate) struct Member(pub(crate) MemberActor);

/// An operator of the platform, proved by an access token.
pub(crate) struct Operator(pub(crate) OperatorActor);

/// Anybody who holds a session.
pub(crate) struct SignedIn(pub(crate) Actor, pub(crate) SessionId);

/// Whoever asks for help: a member, or who holds the token of a registration that is not completed.
#[derive(Clone)]
pub(crate) struct Requester(pub(crate) ticket::Requester);

impl Requester {
    /// The tenant, if there is one yet.
    pub(crate) fn tenant(&self) -> Option<TenantId> {
        match &self.0 {
            ticket::Requester::Member(member) => Some(member.tenant),
            ticket::Requester::Applicant(_) => None,
        }
    }
}

/// A member who stays connected, and is looked at whenever there is something for them.
pub(crate) struct Staying {
    service: Data<Service>,
    claimed: Claimed,
}

impl Staying {
    /// Who they are by now.
    ///
    /// # Errors
    /// Whatever a request of theirs would be refused with now.
    pub(crate) async fn member(&self) -> Result<MemberActor> {
        match actor(self.service.clone(), self.claimed.clone(), Some(Realm::Tenant)).await? {
            (Actor::Member(member), _) => Ok(member),
            _ => Err(Code::Unauthenticated.into()),
        }
    }
}

impl FromRequest for Staying {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (service, claimed, request) = (service(request), Claimed::by(request), request.clone());
        Box::pin(async move {
            let staying = Self { service: service?, claimed };
            acts(&request, &staying.member().await?);
            Ok(staying)
        })
    }
}

/// Notes who acts, for what they use of their rights.
fn acts(request: &HttpRequest, member: &MemberActor) {
    if let Some(acting) = Acting::of(member) {
        request.extensions_mut().insert(acting);
    }
}

/// The hash of an opaque token given as `Authorization: Bearer`.
pub(crate) struct Bearer(pub(crate) TokenHash);

/// The hash of the token by which a device says that it is known.
pub(crate) struct KnownDevice(pub(crate) Option<TokenHash>);

pub(crate) fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What a request says of who makes it.
#[derive(Clone)]
struct Claimed {
    token: Option<String>,
    origin: Origin,
}

impl Claimed {
    fn by(request: &HttpRequest) -> Self {
        let here = request.extensions().get::<Arc<Here>>().map(|here| here.origin.clone());
        Self { token: bearer(request).map(str::to_owned), origin: here.unwrap_or_default() }
    }
}

/// The actor of the request's access token, for a realm.
async fn actor(service: Data<Service>, claimed: Claimed, realm: Option<Realm>) -> Result<(Actor, SessionId)> {
    let token = claimed.token.ok_or(Code::Unauthenticated)?;
    let hash = token::hash(&token).0;
    let claims = if let Some(known) = service.sessions.claims(&hash) {
        known
    } else {
        let claims = Arc::new(service.access_tokens.check(&token, service.clock.now())?);
        service.sessions.checked(hash, Arc::clone(&claims));
        claims
    };
    let now = service.clock.now();
    if now.timestamp() >= claims.exp {
        return Err(Code::TokenExpired.into());
    }
    if realm.is_some_and(|realm| token::realm(&claims.aud) != Some(realm)) {
        return Err(Code::Unauthenticated.into());
    }
    let session = SessionId::from(claims.sid);
    if let Some(known) = service.sessions.admission(session) {
        return Ok((known.from(&claimed.origin)?, session));
    }
    let asked = Instant::now();
    let shared = service.clone();
    let look = move || {
        let ceiling = &shared.settings.tokens.lifetime;
        shared.database.read(|tx| admission(tx, now, session, ceiling))
    };
    let found = reading(&service, look).await?;
    service.sessions.found(session, found.clone(), asked);
    Ok((found.from(&claimed.origin)?, session))
}

fn service(request: &HttpRequest) -> Result<Data<Service>> {
    request.app_data::<Data<Service>>().cloned().ok_or_else(|| domain::error::Error::internal("no service"))
}

macro_rules! from_token {
    ($extractor:ident, $realm:expr, $pattern:pat => $made:expr) => {
        impl FromRequest for $extractor {
            type Error = Failure;
            type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let service = service(request);
                let claimed = Claimed::by(request);
                Box::pin(async move {
                    match actor(service?, claimed, $realm).await? {
                        $pattern => Ok($made),
                        #[allow(unreachable_patterns, reason = "one use takes every actor")]
                        _ => Err(Code::Unauthenticated.into()),
                    }
                })
            }
        }
    };
}

impl FromRequest for Member {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (service, claimed, request) = (service(request), Claimed::by(request), request.clone());
        Box::pin(async move {
            let (Actor::Member(member), _) = actor(service?, claimed, Some(Realm::Tenant)).await? else {
                return Err(Code::Unauthenticated.into());
            };
            acts(&request, &member);
            Ok(Self(member))
        })
    }
}

from_token!(Operator, Some(Realm::Platform), (Actor::Operator(operator), _) => Self(operator));
from_token!(SignedIn, None, (actor, session) => Self(actor, session));

/// Opaque tokens have no dots, and access tokens have two.
impl FromRequest for Requester {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let service = service(request);
        let claimed = Claimed::by(request);
        Box::pin(async move {
            let service = service?;
            match &claimed.token {
                Some(token) if !token.contains('.') => {
                    let hash = token::hash(token);
                    let shared = service.clone();
                    let find = move || shared.database.read(|tx| tx.registration_by_token(&hash));
                    let now = service.clock.now();
                    let waits = |found: &Registration| found.require_waiting(now).is_ok();
                    let found = reading(&service, find).await?.filter(waits);
                    let found = found.ok_or(Code::Unauthenticated)?;
                    Ok(Self(ticket::Requester::Applicant(found.id)))
                }
                _ => match actor(service, claimed, Some(Realm::Tenant)).await? {
                    (Actor::Member(member), _) => Ok(Self(ticket::Requester::Member(member))),
                    _ => Err(Code::Unauthenticated.into()),
                },
            }
        })
    }
}

impl FromRequest for Bearer {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            bearer(request).map(|token| Self(token::hash(token))).ok_or_else(|| Code::Unauthenticated.into()),
        )
    }
}

impl FromRequest for KnownDevice {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let token = request.headers().get("x-device-token").and_then(|value| value.to_str().ok());
        ready(Ok(Self(token.map(token::hash))))
    }
}
