//! A call: one request on its way through the service, with all that is the same for every endpoint: where it came
//! from, in which language to answer, and how it is remembered when it names an `Idempotency-Key`.

use super::actor::bearer;
use super::answer::{Failure, Outcome, REPLAYED, Reply, lists};
use crate::service::Service;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use chrono::Duration;
use domain::context::{Context, Origin, network};
use domain::error::{Code, Error, Faults, Kind, Language, Place, Result};
use domain::id::TenantId;
use domain::tenant::TenantScope;
use persistence::{Answer, Record, Tx};
use ring::digest;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;

/// How long an answer is given again.
const REMEMBERED: Duration = Duration::hours(24);
/// How long an answer with tokens is given again.
const REMEMBERED_SECRET: Duration = Duration::minutes(10);

/// The fingerprint of a request without a body.
pub(crate) const NO_BODY: [u8; 32] = [0; 32];

/// What the pipeline found out about a request.
#[derive(Debug, Clone)]
pub(crate) struct Here {
    pub(crate) origin: Origin,
    pub(crate) language: Language,
}

/// One request on its way through the service.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) service: Data<Service>,
    here: Arc<Here>,
    /// The hash of caller, operation and key, when there is a key.
    scope: Option<[u8; 32]>,
    if_match: Option<String>,
    if_none_match: Option<String>,
    /// What a browser got for a solved puzzle.
    human_check: Option<String>,
}

/// What a use case sees of the call.
pub(crate) struct World<'a> {
    pub(crate) context: Context<'a>,
    pub(crate) service: &'a Service,
    pub(crate) language: Language,
}

impl World<'_> {
    /// A refusal that is committed with what the use case wrote.
    pub(crate) fn refusal(&self, error: &Error) -> Reply {
        Reply::problem(error, self.language, &self.context.origin.request_id)
    }
}

/// Runs something that blocks, on a thread for that, inside the request's span.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let span = tracing::Span::current();
    let done = tokio::task::spawn_blocking(move || span.in_scope(work)).await;
    done.unwrap_or_else(|error| Err(Error::internal(format!("a blocking task failed: {error}"))))
}

/// Runs a short read: here, when the database is in this process, where handing it to another thread and back would cost
/// several times the read; on a thread for blocking otherwise.
pub(crate) async fn reading<T: Send + 'static>(
    service: &Service,
    read: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    if service.database.is_in_process() { read() } else { blocking(read).await }
}

impl Call {
    /// The language of the answer.
    pub(crate) fn language(&self) -> Language {
        self.here.language
    }

    /// The world of this call.
    pub(crate) fn world(&self) -> World<'_> {
        let service: &Service = &self.service;
        let context =
            Context { now: service.clock.now(), random: &service.random, origin: &self.here.origin };
        World { context, service, language: self.here.language }
    }

    /// Reads, without a tenant or in one.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        tenant: Option<TenantId>,
        work: impl FnOnce(&mut Tx<'_>, &World<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let call = self.clone();
        let found = reading(&self.service, move || call.reads(tenant, work));
        Ok(found.await?)
    }

    /// Reads so much that the thread of requests is not to wait for it.
    pub(crate) async fn read_much<T: Send + 'static>(
        &self,
        tenant: Option<TenantId>,
        work: impl FnOnce(&mut Tx<'_>, &World<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let call = self.clone();
        let found = blocking(move || call.reads(tenant, work));
        Ok(found.await?)
    }

    fn reads<T>(
        &self,
        tenant: Option<TenantId>,
        work: impl FnOnce(&mut Tx<'_>, &World<'_>) -> Result<T>,
    ) -> Result<T> {
        self.service.database.read(|tx| {
            tenant.into_iter().for_each(|tenant| tx.enter(tenant));
            work(tx, &self.world())
        })
    }

    /// Answers a POST that changes nothing: a read, unless its answer is to be remembered.
    pub(crate) async fn compute(
        &self,
        tenant: Option<TenantId>,
        asked: [u8; 32],
        work: impl Fn(&mut Tx<'_>, &World<'_>) -> Result<Reply> + Send + 'static,
    ) -> Outcome {
        if self.scope.is_some() {
            self.write(tenant, asked, work).await
        } else {
            self.read(tenant, work).await
        }
    }

    /// Does something in one transaction and gives what came of it: a reading that leaves a trace, or a step that has to be
    /// durable before the next one.
    pub(crate) async fn transact<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>, &World<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let call = self.clone();
        let found = blocking(move || call.service.database.write(|tx| work(tx, &call.world())));
        Ok(found.await?)
    }

    /// Changes things, without a tenant or in one. A repeated `Idempotency-Key` gets the first answer; `asked` is the
    /// fingerprint that tells a repetition from another request under the same key.
    pub(crate) async fn write(
        &self,
        tenant: Option<TenantId>,
        asked: [u8; 32],
        work: impl Fn(&mut Tx<'_>, &World<'_>) -> Result<Reply> + Send + 'static,
    ) -> Outcome {
        let call = self.clone();
        blocking(move || {
            let done = call.service.database.write(|tx| {
                if let Some(reply) = call.remembered(tx, &asked)? {
                    return Ok(reply);
                }
                tenant.into_iter().for_each(|tenant| tx.enter(tenant));
                let reply = work(tx, &call.world())?;
                call.remember(tx, &asked, &reply)?;
                Ok(reply)
            });
            call.remember_refusal(&asked, done)
        })
        .await
        .map_err(Failure)
    }

    /// Whether an answer is kept for this request's key, so that nothing has to be asked ahead of giving it again.
    pub(crate) async fn repeated(&self) -> Result<bool> {
        let Some(scope) = self.scope else { return Ok(false) };
        let service = self.service.clone();
        let now = service.clock.now();
        blocking(move || service.database.read(|tx| tx.remembered(&scope, now).map(|kept| kept.is_some())))
            .await
    }

    fn remembered(&self, tx: &mut Tx<'_>, asked: &[u8; 32]) -> Result<Option<Reply>> {
        let Some(scope) = &self.scope else { return Ok(None) };
        let Some((fingerprint, answer)) = tx.remembered(scope, self.service.clock.now())? else {
            return Ok(None);
        };
        if fingerprint != self.service.keys.fingerprint(asked) {
            return Err(Code::IdempotencyKeyReused.into());
        }
        Ok(Some(Reply::from(answer).header(REPLAYED, "true")))
    }

    fn remember(&self, tx: &mut Tx<'_>, asked: &[u8; 32], reply: &Reply) -> Result<()> {
        let Some(scope) = self.scope.filter(|_| reply.keepable()) else { return Ok(()) };
        let now = self.service.clock.now();
        let kept = if reply.secret { REMEMBERED_SECRET } else { REMEMBERED };
        let fingerprint = self.service.keys.fingerprint(asked);
        let record = Record { scope, fingerprint, answer: Answer::from(reply), expires_at: now + kept };
        tx.remember(&record, now)
    }

    /// A refusal undid everything, so it is remembered by itself. If that fails, the repetition is refused anew.
    fn remember_refusal(&self, asked: &[u8; 32], done: Result<Reply>) -> Result<Reply> {
        let Err(error) = &done else { return done };
        // Two requests with one key met, and the other one was first.
        if self.scope.is_some()
            && let Some(first) = self.service.database.read(|tx| self.remembered(tx, asked))?
        {
            return Ok(first);
        }
        let kept = matches!(error.kind(), Kind::Invalid | Kind::Conflict | Kind::Forbidden | Kind::NotFound);
        // What is missing comes in a header, and the repetition may bring it.
        let passing = matches!(error.code(), Code::IdempotencyKeyReused | Code::ConfirmationRequired);
        if kept && self.scope.is_some() && !passing {
            let reply = self.world().refusal(error);
            let kept = self.service.database.write(|tx| self.remember(tx, asked, &reply));
            if let Err(error) = kept {
                tracing::warn!(%error, "a refusal was not remembered");
            }
        }
        done
    }

    /// Whether the client has proved that a person is there: nothing when it did not try.
    ///
    /// # Errors
    /// `human_check_required`, `human_check_failed`, `unavailable`.
    pub(crate) async fn is_human(&self) -> Result<bool> {
        match &self.human_check {
            None => Ok(false),
            Some(answer) => {
                self.service.human_check.require(answer, self.here.origin.ip).await.map(|()| true)
            }
        }
    }

    /// Whether the client has what a tag stands for.
    pub(crate) fn knows(&self, tag: &str) -> bool {
        self.if_none_match.as_deref().is_some_and(|known| lists(known, tag))
    }

    /// The version that `If-Match` names, if it is there; `*` matches every version.
    pub(crate) fn if_match(&self) -> Result<Option<i64>> {
        match self.if_match.as_deref().map(str::trim) {
            None | Some("*") => Ok(None),
            Some(tag) => {
                let tag = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
                let version = tag.and_then(|tag| tag.split('.').next()).and_then(|tag| tag.parse().ok());
                version.map(Some).ok_or_else(|| Code::VersionStale.into())
            }
        }
    }

    /// The version that `If-Match` has to name.
    pub(crate) fn require_if_match(&self) -> Result<Option<i64>> {
        if self.if_match.is_none() { Err(Code::VersionRequired.into()) } else { self.if_match() }
    }
}

impl FromRequest for Call {
    type Error = Failure;
    type Future = Ready<std::result::Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(call(request).map_err(Failure))
    }
}

fn call(request: &HttpRequest) -> Result<Call> {
    let service =
        request.app_data::<Data<Service>>().cloned().ok_or_else(|| Error::internal("no service"))?;
    let here =
        request.extensions().get::<Arc<Here>>().cloned().ok_or_else(|| Error::internal("no pipeline"))?;
    let operation =
        request.match_pattern().and_then(|pattern| service.contract.operation(request.method(), &pattern));
    if operation.is_none_or(|operation| !operation.takes_parameters()) && request.method() != Method::GET {
        refuse_parameters(request.query_string())?;
    }
    let scope = match (request.method() == Method::POST, idempotency_key(request.headers())?) {
        (true, Some(key)) => Some(scope(request, &key, here.origin.ip)),
        _ => None,
    };
    let header = |name: &str| request.headers().get(name)?.to_str().ok().map(str::to_owned);
    let (if_match, if_none_match) = (header("if-match"), header("if-none-match"));
    Ok(Call { service, here, scope, if_match, if_none_match, human_check: header("x-human-check") })
}

/// What takes no query parameters is given none.
fn refuse_parameters(query: &str) -> Result<()> {
    let mut faults = Faults::of(Place::Query);
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()).take(20) {
        faults.note(parameter.split('=').next().unwrap_or_default(), Code::ParameterUnknown);
    }
    faults.finish()
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value
        .to_str()
        .ok()
        .filter(|key| (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()));
    key.map(|key| Some(key.to_owned())).ok_or_else(|| Code::IdempotencyKeyInvalid.into())
}

/// Keys of different callers, operations or targets never meet: the caller is who holds the token, or an address.
fn scope(request: &HttpRequest, key: &str, address: Option<IpAddr>) -> [u8; 32] {
    let stranger = || address.map(|address| network(address).to_string()).unwrap_or_default();
    let caller = bearer(request).map_or_else(stranger, |token| token_owner(request, token));
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in [caller.as_bytes(), request.path().as_bytes(), key.as_bytes()] {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    finished(hash)
}

/// Access tokens change every few minutes, so a caller is known by the session behind one.
fn token_owner(request: &HttpRequest, token: &str) -> String {
    let service = request.app_data::<Data<Service>>();
    let claims = service.and_then(|service| {
        service
            .sessions
            .claims(&crate::token::hash(token).0)
            .or_else(|| service.access_tokens.check(token, service.clock.now()).ok().map(Arc::new))
    });
    claims.map_or_else(
        || token.to_owned(),
        |claims| format!("{}:{}:{:?}", claims.aud, claims.sub, claims.tenant_id),
    )
}

/// The bytes of a finished SHA-256.
pub(crate) fn finished(hash: digest::Context) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hash.finish().as_ref());
    bytes
}
