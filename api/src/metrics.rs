//! Metrics for Prometheus. Every label is bounded: operations and statuses of the contract, kinds of job.

use crate::service::Service;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};
use std::time::Duration;

/// What is measured.
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    latency: HistogramVec,
    jobs: IntCounterVec,
    sms: IntCounterVec,
    email: IntCounterVec,
    codes_refused: IntCounterVec,
    carrier_rests: IntGaugeVec,
    guesses: IntCounterVec,
    jobs_ready: IntGauge,
    jobs_dead: IntGauge,
    calendar_days_left: IntGauge,
    connections_open: IntGauge,
    connections_idle: IntGauge,
}

/// Upper bounds in seconds, from a cached read to a slow upload.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

impl Metrics {
    pub(crate) fn new() -> Self {
        let counter = |name: &str, help: &str, labels: &[&str]| {
            IntCounterVec::new(Opts::new(name, help), labels).unwrap_or_else(|_| unreachable_name(name))
        };
        let gauge =
            |name: &str, help: &str| IntGauge::new(name, help).unwrap_or_else(|_| unreachable_name(name));
        let latency = HistogramOpts::new("gongpai_request_duration_seconds", "Time from request to answer.");
        let latency = HistogramVec::new(latency.buckets(BUCKETS.to_vec()), &["operation"])
            .unwrap_or_else(|_| unreachable_name("gongpai_request_duration_seconds"));
        let metrics = Self {
            registry: Registry::new(),
            requests: counter(
                "gongpai_requests_total",
                "Requests by operation and status.",
                &["operation", "status"],
            ),
            latency,
            jobs: counter("gongpai_jobs_total", "Jobs by kind and outcome.", &["kind", "outcome"]),
            sms: counter(
                "gongpai_sms_total",
                "Messages by carrier and what became of them; one that failed over counts with each carrier.",
                &["carrier", "outcome"],
            ),
            email: counter("gongpai_email_total", "Messages by what the mail server said.", &["outcome"]),
            codes_refused: counter(
                "gongpai_codes_refused_total",
                "Codes that were asked for and not sent, by the budget that was spent or the limit that was reached.",
                &["reason"],
            ),
            carrier_rests: IntGaugeVec::new(
                Opts::new(
                    "gongpai_sms_carrier_rests",
                    "1 while a carrier is left out because it keeps failing.",
                ),
                &["carrier"],
            )
            .unwrap_or_else(|_| unreachable_name("gongpai_sms_carrier_rests")),
            guesses: counter(
                "gongpai_password_guesses_total",
                "Passwords that were tried at sign-in, by what came of it; those of refused tries were not looked at.",
                &["outcome"],
            ),
            jobs_ready: gauge("gongpai_jobs_ready", "Jobs that are due or under way."),
            jobs_dead: gauge("gongpai_jobs_dead", "Jobs set aside after too many failures."),
            calendar_days_left: gauge(
                "gongpai_calendar_days_left",
                "Days until the calendar of working days ends; due times after it are provisional.",
            ),
            connections_open: gauge("gongpai_database_connections_open", "Connections to the database."),
            connections_idle: gauge("gongpai_database_connections_idle", "Connections that nobody uses."),
        };
        let collectors: [Box<dyn prometheus::core::Collector>; 13] = [
            Box::new(metrics.requests.clone()),
            Box::new(metrics.latency.clone()),
            Box::new(metrics.jobs.clone()),
            Box::new(metrics.sms.clone()),
            Box::new(metrics.email.clone()),
            Box::new(metrics.codes_refused.clone()),
            Box::new(metrics.carrier_rests.clone()),
            Box::new(metrics.guesses.clone()),
            Box::new(metrics.jobs_ready.clone()),
            Box::new(metrics.jobs_dead.clone()),
            Box::new(metrics.calendar_days_left.clone()),
            Box::new(metrics.connections_open.clone()),
            Box::new(metrics.connections_idle.clone()),
        ];
        for collector in collectors {
            if let Err(error) = metrics.registry.register(collector) {
                tracing::error!(%error, "a metric was not registered");
            }
        }
        metrics
    }

    pub(crate) fn request(&self, operation: &str, status: u16, took: Duration) {
        self.requests.with_label_values(&[operation, status_label(status)]).inc();
        self.latency.with_label_values(&[operation]).observe(took.as_secs_f64());
    }

    pub(crate) fn job(&self, kind: &str, outcome: &str) {
        self.jobs.with_label_values(&[kind, outcome]).inc();
    }

    pub(crate) fn email(&self, outcome: &str) {
        self.email.with_label_values(&[outcome]).inc();
    }

    pub(crate) fn sms(&self, carrier: &str, outcome: &str) {
        self.sms.with_label_values(&[carrier, outcome]).inc();
    }

    /// `reason`: the budget or the code of the error, of which there are few.
    pub(crate) fn code_refused(&self, reason: &str) {
        self.codes_refused.with_label_values(&[reason]).inc();
    }

    pub(crate) fn guess(&self, outcome: &str) {
        self.guesses.with_label_values(&[outcome]).inc();
    }

    /// The text that Prometheus reads. Gauges of the database are taken now; while it is away they stay as they were.
    pub(crate) fn text(&self, service: &Service) -> String {
        let pools = service.database.pools();
        self.connections_open.set(pools.open.into());
        self.connections_idle.set(pools.idle.into());
        self.calendar_days_left.set(service.calendar_days_left());
        for (carrier, rests) in service.relay.resting() {
            self.carrier_rests.with_label_values(&[carrier.name()]).set(rests.into());
        }
        if let Ok(jobs) = service.database.job_counts(service.clock.now()) {
            let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
            self.jobs_ready.set(number(jobs.ready));
            self.jobs_dead.set(number(jobs.dead));
        }
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            tracing::error!(%error, "metrics");
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// Names are constants of this file; a test makes all of them.
fn unreachable_name(name: &str) -> ! {
    unreachable!("{name} is not the name of a metric")
}

/// Statuses as text without an allocation per request.
fn status_label(status: u16) -> &'static str {
    match status {
        200 => "200",
        201 => "201",
        202 => "202",
        204 => "204",
        304 => "304",
        400 => "400",
        401 => "401",
        403 => "403",
        404 => "404",
        405 => "405",
        408 => "408",
        409 => "409",
        412 => "412",
        413 => "413",
        415 => "415",
        422 => "422",
        428 => "428",
        429 => "429",
        500 => "500",
        503 => "503",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_metric_has_a_valid_name() {
        let metrics = super::Metrics::new();
        metrics.request("get_me", 200, std::time::Duration::from_millis(1));
        assert_eq!(
            metrics.registry.gather().iter().filter(|family| family.name().starts_with("gongpai_")).count(),
            7
        );
    }
}
