//! How carriers stand in for each other: they are asked in order, one that keeps failing is left out for a while, and a
//! number that a carrier does not take is not tried with another one.

use super::aliyun::Aliyun;
use super::tencent::Tencent;
use super::twilio::Twilio;
use super::{Adapter, Sending};
use crate::gateway::outbox::Outbox;
use crate::metrics::Metrics;
use crate::settings::{Carriage, Settings};
use domain::error::{Code, Error, Result};
use domain::sms::{Carrier, Failure};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// After so many failures in a row, a carrier is left out …
const FAILURES: u32 = 3;
/// … for so long.
const REST: Duration = Duration::from_secs(30);

/// The carriers of an installation.
pub(crate) struct Relay {
    routes: Vec<Route>,
    patience: Duration,
}

struct Route {
    adapter: Box<dyn Adapter>,
    health: Mutex<Health>,
}

#[derive(Default)]
struct Health {
    failures: u32,
    rests_until: Option<Instant>,
}

/// What came of a message: who was asked last, and what they said.
pub(crate) struct Relayed {
    pub(crate) carrier: Carrier,
    /// What the carrier calls it, or why the number cannot be reached.
    pub(crate) outcome: Result<Option<String>, Failure>,
}

impl Relay {
    pub(crate) fn new(settings: &Settings, outbox: &Arc<Outbox>) -> Self {
        let patience = settings.sms.patience;
        let client = reqwest::Client::builder().timeout(patience).redirect(reqwest::redirect::Policy::none());
        let client = client.build().unwrap_or_default();
        let adapter = |carriage: &Carriage| -> Box<dyn Adapter> {
            let client = client.clone();
            match carriage.clone() {
                Carriage::Outbox => Box::new(Arc::clone(outbox)),
                Carriage::Aliyun(settings) => Box::new(Aliyun { settings, client }),
                Carriage::Tencent(settings) => Box::new(Tencent { settings, client }),
                Carriage::Twilio(account) => {
                    let report_to = settings.network.reachable.then(|| report_url(settings));
                    Box::new(Twilio { settings: account, report_to, client })
                }
            }
        };
        let route = |carriage| Route { adapter: adapter(carriage), health: Mutex::default() };
        Self { routes: settings.sms.carriers.iter().map(route).collect(), patience }
    }

    /// Each carrier, and whether it rests now.
    pub(crate) fn resting(&self) -> impl Iterator<Item = (Carrier, bool)> {
        let now = Instant::now();
        self.routes.iter().map(move |route| (route.adapter.carrier(), route.rests(now)))
    }

    /// Gives a message to the first carrier that takes it.
    ///
    /// # Errors
    /// `unavailable` when none did and another time may be better.
    pub(crate) async fn send(&self, sending: &Sending<'_>, metrics: &Metrics) -> Result<Relayed> {
        let reaching: Vec<_> =
            self.routes.iter().filter(|route| route.adapter.reaches(&sending.message.to)).collect();
        let now = Instant::now();
        let (rested, tired): (Vec<_>, Vec<_>) = reaching.into_iter().partition(|route| !route.rests(now));
        let mut last = None;
        for route in rested.into_iter().chain(tired) {
            let carrier = route.adapter.carrier();
            let sent = tokio::time::timeout(self.patience, route.adapter.send(sending)).await;
            let outcome = sent.unwrap_or(Err(Failure::Unavailable));
            metrics
                .sms(carrier.name(), outcome.as_ref().map_or_else(|failure| failure.name(), |_| "accepted"));
            let done = outcome.as_ref().map_or_else(|failure| failure.is_of_number(), |_| true);
            route.note(done);
            if done {
                return Ok(Relayed { carrier, outcome });
            }
            last = outcome.err();
        }
        let why = last.map_or("no carrier reaches the number", Failure::name);
        Err(Error::new(Code::Unavailable).context(format!("no carrier took a message: {why}")))
    }
}

/// Where Twilio tells what became of a message.
pub(crate) fn report_url(settings: &Settings) -> String {
    format!("{}/v1/sms-receipts/twilio", settings.network.public_url)
}

impl Route {
    fn rests(&self, now: Instant) -> bool {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.rests_until.is_some_and(|until| now < until)
    }

    /// Notes whether the carrier did its work.
    fn note(&self, done: bool) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        if done {
            *health = Health::default();
        } else {
            health.failures += 1;
            if health.failures >= FAILURES {
                health.rests_until = Some(Instant::now() + REST);
            }
        }
    }
}
