//! Sending codes and notices by SMS: one file a carrier, and how they stand in for each other.

mod aliyun;
mod relay;
mod tencent;
mod twilio;

pub(crate) use aliyun::AliyunReport;
pub(crate) use relay::{Relay, Relayed, report_url};
pub(crate) use tencent::TencentReport;
pub(crate) use twilio::{TwilioReport, authentic};

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use domain::message::Message;
use domain::phone::MobileNumber;
use domain::sms::{Carrier, Failure};
use futures_util::future::BoxFuture;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ring::{digest, hmac};
use uuid::Uuid;

/// A message that is about to go.
pub(crate) struct Sending<'a> {
    pub(crate) message: &'a Message<MobileNumber>,
    /// Its id, which no other one has.
    pub(crate) id: Uuid,
    pub(crate) now: DateTime<Utc>,
}

/// Somebody who carries messages.
pub(crate) trait Adapter: Send + Sync {
    fn carrier(&self) -> Carrier;
    /// Whether it carries messages to a number.
    fn reaches(&self, _: &MobileNumber) -> bool {
        true
    }
    /// Hands a message over, and gives what the carrier calls it.
    fn send<'a>(&'a self, sending: &'a Sending<'a>) -> BoxFuture<'a, Result<Option<String>, Failure>>;
}

/// What is not escaped in a URL (RFC 3986, 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Pairs as a query, or as a form.
pub(super) fn encoded(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    pairs.join("&")
}

fn sha256_hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// The host of an endpoint, as it is signed.
fn host(endpoint: &str) -> &str {
    endpoint.split_once("://").map_or(endpoint, |(_, host)| host).trim_end_matches('/')
}

/// What a carrier answers, as JSON; null when it is none. A carrier that does not answer is unavailable.
async fn answer(request: reqwest::RequestBuilder) -> Result<serde_json::Value, Failure> {
    let gone = |error: reqwest::Error| {
        tracing::warn!(error = %error.without_url(), "a carrier of messages does not answer");
        Failure::Unavailable
    };
    let answered = request.send().await.map_err(gone)?;
    let status = answered.status();
    let bytes = answered.bytes().await.map_err(gone)?;
    match serde_json::from_slice(&bytes) {
        Ok(value) => Ok(value),
        Err(_) if status.is_server_error() => Err(Failure::Unavailable),
        Err(_) => Ok(serde_json::Value::Null),
    }
}

/// Notes why a carrier refused: its own word, for whoever runs Gongpai. Its sentence may hold the number, and is not noted.
fn refused(carrier: Carrier, code: &str, failure: Failure) -> Failure {
    let code: String = code.chars().take(100).collect();
    tracing::warn!(carrier = carrier.name(), code, failure = failure.name(), "a message was refused");
    failure
}
