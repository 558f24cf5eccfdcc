//! The server: wired here, once, for `main` and for the tests alike.

use crate::clock::Clock;
use crate::http::limits::RateLimit;
use crate::http::pipeline::{Limits, pipeline};
use crate::routes::routes;
use crate::service::{Adapters, Service};
use crate::settings::Settings;
use crate::system::fallback::fallback;
use crate::{http::call::blocking, job};
use actix_cors::Cors;
use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use domain::error::{Error, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use utoipa_actix_web::service_config::ServiceConfig;

/// The calendar is to reach further than this, or due times soon become provisional.
const CALENDAR_DAYS: i64 = 30;

/// A server that serves.
pub struct Running {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// What requests and jobs share.
    pub service: Arc<Service>,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
    jobs: [JoinHandle<()>; 3],
    stop: watch::Sender<bool>,
}

/// Starts a server: opens the database, migrates it, listens.
///
/// # Errors
/// What is wrong with a setting, the database or the address.
pub async fn start(settings: Settings, clock: Clock, adapters: Adapters) -> Result<Running> {
    let network = settings.network.clone();
    let service = Arc::new(Service::open(settings, clock, adapters)?);
    let shared = Arc::clone(&service);
    blocking(move || {
        shared.database.migrate()?;
        shared.learn_signing_keys()
    })
    .await?;

    let days_left = service.calendar_days_left();
    if days_left < CALENDAR_DAYS {
        tracing::warn!(
            days_left,
            "the calendar of working days ends soon; give a newer one in GONGPAI_CALENDAR"
        );
    }
    let limits = Arc::new(Limits {
        all: RateLimit::new("default", network.requests_per_minute),
        anonymous: RateLimit::new("anonymous", network.anonymous_per_minute),
    });
    let (data, limits_data) = (Data::from(Arc::clone(&service)), Data::from(Arc::clone(&limits)));
    let origins = network.cors_origins.clone();
    let server = HttpServer::new(move || {
        App::new()
            .configure(|config| routes(&mut ServiceConfig::new(config)))
            .app_data(data.clone())
            .app_data(limits_data.clone())
            .app_data(web::PathConfig::default().error_handler(|_, _| {
                crate::http::answer::Failure(domain::error::Code::NotFound.into()).into()
            }))
            .default_service(web::to(fallback))
            .wrap(from_fn(pipeline))
            .wrap(cors(&origins))
    })
    .workers(network.workers.max(1))
    .client_request_timeout(Duration::from_secs(10))
    .shutdown_timeout(network.stop_seconds)
    .disable_signals()
    .bind(network.listen)
    .map_err(|error| Error::internal(format!("GONGPAI_LISTEN {}: {error}", network.listen)))?;
    let address = server.addrs().first().copied().unwrap_or(network.listen);
    let server = server.run();
    let handle = server.handle();
    let (stop, stopped) = watch::channel(false);
    Ok(Running {
        address,
        handle,
        server: tokio::spawn(server),
        jobs: [
            tokio::spawn(job::run(Arc::clone(&service), limits, stopped.clone())),
            tokio::spawn(job::run_messages(Arc::clone(&service), stopped.clone())),
            tokio::spawn(job::run_slow(Arc::clone(&service), stopped)),
        ],
        service,
        stop,
    })
}

impl Running {
    /// Stops: requests and jobs under way are finished first.
    ///
    /// # Errors
    /// When the server failed.
    pub async fn stop(self) -> Result<()> {
        self.handle.stop(true).await;
        let _ = self.stop.send(true);
        let failed = |error: &dyn std::fmt::Display| Error::internal(format!("stopping: {error}"));
        for jobs in self.jobs {
            jobs.await.map_err(|error| failed(&error))?;
        }
        self.server.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
    }
}

/// Nothing is allowed unless it is configured. Tokens go in a header, never in a cookie, so no credentials are shared.
fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([
            "accept-language",
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
            "x-confirmation",
            "x-device-token",
            "x-http-method-override",
            "x-request-id",
        ])
        .expose_headers([
            "etag",
            "idempotency-replayed",
            "ratelimit",
            "ratelimit-policy",
            "retry-after",
            "x-request-id",
        ])
        .max_age(3600);
    if origins.iter().any(|origin| origin == "*") {
        return cors.allow_any_origin();
    }
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
