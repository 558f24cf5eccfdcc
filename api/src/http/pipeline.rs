//! The pipeline: what every request goes through once, in order: request id, span, limits, panic guard, and at the end
//! problem details, headers and metrics.

use super::answer::{Failure, Reply};
use super::call::Here;
use super::limits::{RateLimit, Standing};
use crate::access::uses::Acting;
use crate::contract::Operation;
use crate::service::Service;
use crate::settings::Networks;
use crate::system::fallback::fallback;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpResponse, HttpResponseBuilder, ResponseError};
use domain::context::{Origin, Random};
use domain::error::{Code, Error, Language};
use futures_util::FutureExt;
use std::fmt;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

/// A listener, as far as it decides who may come in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door {
    /// Whether operators are served here; where they have a listener of their own, they are served there alone.
    pub(crate) operators: bool,
}

/// What is served to operators alone.
pub(crate) const PLATFORM: &str = "/v1/platform/";

/// The limits of a listener.
pub(crate) struct Limits {
    /// For every request.
    pub(crate) all: RateLimit,
    /// For what anybody may ask without signing in and what costs something.
    pub(crate) anonymous: RateLimit,
    /// For pictures, of which one page shows many; a browser asks for each once.
    pub(crate) pictures: RateLimit,
}

/// Takes a request through.
pub(crate) async fn pipeline(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let service =
        request.app_data::<Data<Service>>().cloned().ok_or_else(|| Failure(Error::internal("no service")))?;
    let here = Arc::new(here(&request, &service));
    let span = tracing::info_span!("request", id = %here.origin.request_id, method = %request.method());
    let overridden = override_method(&mut request);
    let standing = count(&request, &here);
    let waits = standing.as_ref().and_then(|standing| standing.wait);
    let waits = waits.map_or(Ok(()), |wait| Err(Error::new(Code::RateLimited).retry_after(wait)));
    let elsewhere = path(&request).starts_with(PLATFORM)
        && !request.app_data::<Door>().is_some_and(|door| door.operators);
    let hidden = if elsewhere { Err(Code::NotFound.into()) } else { Ok(()) };
    if let Err(error) = overridden.and(waits).and(hidden) {
        let mut response = request.into_response(rendered(&error, &here));
        finish(&mut response, &here, standing.as_ref(), &service, started);
        return Ok(response);
    }
    if service.contract.lacks(request.method(), path(&request)) {
        let (http, _) = request.into_parts();
        let refused = fallback(http.clone(), service.clone()).await;
        let mut response = with_problem(ServiceResponse::new(http, refused), &here);
        finish(&mut response, &here, standing.as_ref(), &service, started);
        return Ok(response);
    }
    request.extensions_mut().insert(Arc::clone(&here));
    let answered = AssertUnwindSafe(next.call(request).instrument(span.clone())).catch_unwind().await;
    let _entered = span.entered();
    match answered {
        Ok(Ok(response)) => {
            let mut response = with_problem(response.map_into_boxed_body(), &here);
            finish(&mut response, &here, standing.as_ref(), &service, started);
            Ok(response)
        }
        Ok(Err(error)) => Err(Lost::of(&understood(&error), &here).into()),
        Err(panic) => {
            let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            service.metrics.request("panic", 500, started.elapsed());
            Err(Lost::of(&Error::internal(format!("panic: {said}")), &here).into())
        }
    }
}

fn here(request: &ServiceRequest, service: &Service) -> Here {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let given = text("x-request-id").filter(|id| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    });
    let request_id = given.map_or_else(|| service.random.uuid().to_string(), str::to_owned);
    let ip = client(request, &service.settings.network.trusted_proxies);
    let language = super::language::preferred(text("accept-language"));
    let operators = request.app_data::<Door>().is_some_and(|door| door.operators)
        && service.settings.operators.come_from(ip);
    Here { origin: Origin { ip, operators, request_id }, language }
}

/// The client's address: the last one that a trusted proxy vouches for.
fn client(request: &ServiceRequest, trusted: &[Networks]) -> Option<IpAddr> {
    let mut address = request.peer_addr()?.ip().to_canonical();
    // A proxy may add to the line that it got, or add a line of its own.
    let lines: Vec<_> = request.headers().get_all("x-forwarded-for").collect();
    let hops = lines.iter().rev().flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    for hop in hops {
        if !trusted.iter().any(|proxies| proxies.contain(address)) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(next) => address = next.to_canonical(),
            Err(_) => break,
        }
    }
    Some(address)
}

/// HEAD is GET whose body stays away, which the connection sees to. For clients that cannot PATCH, PUT or DELETE, a POST says
/// which of them it means.
fn override_method(request: &mut ServiceRequest) -> Result<(), Error> {
    let wanted = request.headers().get("x-http-method-override").map(HeaderValue::as_bytes);
    let method = match (request.method(), wanted) {
        (&Method::HEAD, _) => Method::GET,
        (&Method::POST, Some(b"PATCH")) => Method::PATCH,
        (&Method::POST, Some(b"PUT")) => Method::PUT,
        (&Method::POST, Some(b"DELETE")) => Method::DELETE,
        (&Method::POST, Some(_)) => {
            return Err(
                Error::new(Code::MalformedRequest).context("X-HTTP-Method-Override is PATCH, PUT or DELETE")
            );
        }
        _ => return Ok(()),
    };
    request.head_mut().method = method;
    Ok(())
}

/// Paths that are counted apart, because anybody may ask and asking costs. Going on with a session is not among them: a
/// whole company may stand behind one address.
const ANONYMOUS: [&str; 7] = [
    "/v1/registrations",
    "/v1/codes",
    "/v1/sessions",
    "/v1/challenges",
    "/v1/certification-status",
    "/v1/invitations",
    "/v1/join-requests",
];
const SIGNED_IN: [&str; 2] = ["/v1/sessions/current", "/v1/sessions/refresh"];
/// Paths of pictures.
const PICTURES: [&str; 2] = ["/v1/logos/", "/v1/avatars/"];
/// Paths that are not counted: whoever watches the service is not to be turned away.
const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The path as routes see it: without the percent-encoding in which one path has many spellings.
fn path(request: &ServiceRequest) -> &str {
    request.match_info().as_str()
}

fn count(request: &ServiceRequest, here: &Here) -> Option<Standing> {
    let limits = request.app_data::<Data<Limits>>()?;
    let address = here.origin.ip?;
    let path = path(request);
    if PROBES.contains(&path) {
        return None;
    }
    let anonymous = !SIGNED_IN.contains(&path)
        && ANONYMOUS.iter().any(|prefix| {
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
    let limit = if anonymous {
        &limits.anonymous
    } else if PICTURES.iter().any(|prefix| path.starts_with(prefix)) {
        &limits.pictures
    } else {
        &limits.all
    };
    limit.count(address)
}

/// What an error of actix means here.
fn understood(error: &actix_web::Error) -> Error {
    if let Some(failure) = error.as_error::<Failure>() {
        return failure.0.clone();
    }
    let context = error.to_string();
    let code = match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::REQUEST_TIMEOUT => Code::RequestTimeout,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::MediaTypeUnsupported,
        status if status.is_client_error() => Code::MalformedRequest,
        _ => Code::Internal,
    };
    Error::new(code).context(context)
}

fn rendered(error: &Error, here: &Here) -> HttpResponse {
    let reply = Reply::problem(error, here.language, &here.origin.request_id);
    reply.into_response()
}

/// Writes problem details in the place of an error's own words.
fn with_problem(response: ServiceResponse, here: &Here) -> ServiceResponse {
    let Some(error) = response.response().error().map(understood) else { return response };
    log(&error, response.status());
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut response = response.into_response(rendered(&error, here));
    if let Some(allow) = allow {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

/// Failures are logged here, once, and nowhere else.
fn log(error: &Error, status: StatusCode) {
    if status.is_server_error() {
        tracing::error!(code = error.code().name(), context = error.log_context(), "failed");
    } else {
        tracing::debug!(code = error.code().name(), context = error.log_context(), "refused");
    }
}

fn finish(
    response: &mut ServiceResponse,
    here: &Here,
    standing: Option<&Standing>,
    service: &Service,
    started: Instant,
) {
    let operation = response
        .request()
        .match_pattern()
        .and_then(|pattern| service.contract.operation(response.request().method(), &pattern));
    let status = response.status().as_u16();
    let acting = response.request().extensions().get::<Acting>().copied();
    if let Some((acting, permission)) = acting.zip(operation.and_then(Operation::permission))
        && status < 400
    {
        service.uses.note(acting, permission, service.clock.now());
    }
    let operation = operation.map_or("none", Operation::id);
    let took = started.elapsed();
    service.metrics.request(operation, status, took);
    tracing::debug!(operation, status, took_us = took.as_micros(), "answered");
    let headers = response.headers_mut();
    // Which organization an answer is about is in the token, so that a browser where somebody changes it has nothing to give again.
    let public =
        headers.get(header::CACHE_CONTROL).is_some_and(|value| value.as_bytes().starts_with(b"public"));
    let varies = if public { "accept-language" } else { "accept-language, authorization" };
    headers.append(header::VARY, HeaderValue::from_static(varies));
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-request-id", &here.origin.request_id);
    set("x-content-type-options", "nosniff");
    set("content-language", here.language.tag());
    if let Some(standing) = standing {
        set("ratelimit-policy", &standing.policy);
        set("ratelimit", &standing.now);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}

/// A failure whose request is gone, because its handler panicked: it brings its whole answer along.
struct Lost {
    status: StatusCode,
    body: Vec<u8>,
    request_id: String,
}

impl Lost {
    fn of(error: &Error, here: &Here) -> Self {
        let status = super::problem::status(error.kind());
        log(error, status);
        let language: Language = here.language;
        let request_id = here.origin.request_id.clone();
        Self { status, body: super::problem::Problem::of(error, language, &request_id).json(), request_id }
    }
}

impl fmt::Debug for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lost request {}", self.request_id)
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl ResponseError for Lost {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponseBuilder::new(self.status)
            .content_type("application/problem+json")
            .insert_header(("x-request-id", self.request_id.as_str()))
            .body(self.body.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::settings::{Settings, Source};
    use actix_web::middleware::from_fn;
    use actix_web::{App, HttpServer, web};

    async fn explode() -> HttpResponse {
        panic!("on purpose")
    }

    /// Over a real connection, because a panic that gets through would end it.
    #[actix_web::test]
    async fn a_panic_is_a_problem_and_the_process_lives() {
        let folder = tempfile::tempdir().unwrap();
        let given = [("GONGPAI_DATA_DIR", folder.path().to_string_lossy().into_owned())];
        let settings = Settings::read(&mut Source::of(given)).unwrap();
        let service = Data::new(
            Service::open(settings, Clock::default(), crate::service::Adapters::default()).unwrap(),
        );
        let server = HttpServer::new(move || {
            App::new()
                .app_data(service.clone())
                .route("/explode", web::get().to(explode))
                .wrap(from_fn(pipeline))
        });
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let asked = tokio::task::spawn_blocking(move || {
            use std::io::{Read, Write};
            [(); 2].map(|()| {
                let mut stream = std::net::TcpStream::connect(address).unwrap();
                let request =
                    "GET /explode HTTP/1.1\r\nhost: x\r\nx-request-id: boom\r\nconnection: close\r\n\r\n";
                stream.write_all(request.as_bytes()).unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                answer
            })
        });
        for answer in asked.await.unwrap() {
            assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
            assert!(
                answer.contains("application/problem+json") && answer.contains("\"request_id\":\"boom\""),
                "{answer}"
            );
            assert!(!answer.contains("on purpose"), "{answer}");
        }
        handle.stop(false).await;
    }
}
