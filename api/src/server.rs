//! The server: wired here, once, for `main` and for the tests alike.

use crate::clock::Clock;
use crate::http::limits::RateLimit;
use crate::http::pipeline::{Door, Limits, pipeline};
use crate::routes::routes;
use crate::service::{Adapters, Service};
use crate::settings::Settings;
use crate::system::fallback::fallback;
use crate::{http::call::blocking, job};
use actix_cors::Cors;
use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use domain::error::{Error, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The calendar is to reach further than this, or due times soon become provisional.
const CALENDAR_DAYS: i64 = 30;

/// A server that serves.
pub struct Running {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// The address at which operators alone are served, if it is not that one.
    pub operators_address: Option<SocketAddr>,
    /// What requests and jobs share.
    pub service: Arc<Service>,
    handles: Vec<ServerHandle>,
    servers: Vec<JoinHandle<std::io::Result<()>>>,
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
        // A page of a list shows two hundred.
        pictures: RateLimit::new("pictures", network.requests_per_minute.saturating_mul(10)),
    });
    let (data, limits_data) = (Data::from(Arc::clone(&service)), Data::from(Arc::clone(&limits)));
    let operators = service.settings.operators.listen;
    let serve = |door: Door, address: SocketAddr| {
        let (data, limits, origins) = (data.clone(), limits_data.clone(), network.cors_origins.clone());
        let server = HttpServer::new(move || {
            App::new()
                .configure(routes)
                .app_data(data.clone())
                .app_data(limits.clone())
                .app_data(door)
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
        .bind(address)
        .map_err(|error| Error::internal(format!("listening at {address}: {error}")))?;
        let address = server.addrs().first().copied().unwrap_or(address);
        Ok::<_, Error>((server.run(), address))
    };
    let (server, address) = serve(Door { operators: operators.is_none() }, network.listen)?;
    let own = operators.map(|listen| serve(Door { operators: true }, listen)).transpose()?;
    let operators_address = own.as_ref().map(|(_, address)| *address);
    let servers: Vec<Server> = std::iter::once(server).chain(own.map(|(server, _)| server)).collect();
    let (stop, stopped) = watch::channel(false);
    Ok(Running {
        address,
        operators_address,
        handles: servers.iter().map(Server::handle).collect(),
        servers: servers.into_iter().map(|server| tokio::spawn(server)).collect(),
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
        self.service.stopping.store(true, Ordering::Relaxed);
        for handle in &self.handles {
            handle.stop(true).await;
        }
        let _ = self.stop.send(true);
        let failed = |error: &dyn std::fmt::Display| Error::internal(format!("stopping: {error}"));
        for jobs in self.jobs {
            jobs.await.map_err(|error| failed(&error))?;
        }
        for server in self.servers {
            server.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
        }
        Ok(())
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
            "x-human-check",
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
