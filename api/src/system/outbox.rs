use crate::gateway::outbox::SentMessage;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::Page;
use crate::http::params::Params;
use actix_web::{HttpRequest, get};
use chrono::{DateTime, Utc};
use domain::contact::ContactPoint;
use domain::email::EmailAddress;
use domain::error::{Code, Faults, Place};
use domain::message::Content;
use domain::phone::MobileNumber;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OutboxFilter {
    /// Only those to this number.
    #[param(example = "13800138000", min_length = 1, max_length = 30)]
    mobile: Option<String>,
    /// Only those to this email address; not with `mobile`.
    #[param(min_length = 3, max_length = 254)]
    email: Option<String>,
    /// Only codes, or only notices.
    #[param(inline)]
    kind: Option<OutboxKind>,
    /// Only when something newer than this is there.
    after: Option<DateTime<Utc>>,
    /// How many seconds to wait for a message.
    #[param(minimum = 0, maximum = 10, default = 0)]
    wait: Option<u8>,
    /// How many messages at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// A kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OutboxKind {
    Code,
    Notice,
}

impl OutboxKind {
    fn fits(self, content: &Content) -> bool {
        matches!((self, content), (Self::Code, Content::Code { .. }) | (Self::Notice, Content::Notice(..)))
    }
}

/// A message that would have gone out by SMS or by email.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutboxMessage {
    /// The number that it is for; null in an email.
    #[schema(example = "+8613800138000")]
    mobile: Option<String>,
    /// The email address that it is for; null in an SMS.
    #[schema(example = json!(null))]
    email: Option<String>,
    /// What for.
    #[schema(example = "register")]
    purpose: &'static str,
    /// The code; null in a notice.
    #[schema(example = "123456")]
    code: Option<String>,
    /// What it says.
    #[schema(example = "验证码 123456，用于登录，5 分钟内有效。请勿告知他人。")]
    text: String,
    /// When.
    sent_at: DateTime<Utc>,
}

impl OutboxMessage {
    fn of(sent: &SentMessage) -> Self {
        let message = &sent.message;
        let code = match &message.content {
            Content::Code { code, .. } => Some(code.reveal().to_owned()),
            Content::Notice(..) => None,
        };
        let to = Some(message.to.as_str().to_owned());
        let (mobile, email) = match message.to {
            ContactPoint::Mobile(_) => (to, None),
            ContactPoint::Email(_) => (None, to),
        };
        Self {
            mobile,
            email,
            purpose: message.content.template().name(),
            code,
            text: message.content.text(message.language),
            sent_at: sent.sent_at,
        }
    }
}

/// Read the outbox
///
/// For development: only on this machine, never through a proxy.
#[utoipa::path(
    operation_id = "list_outbox_messages", tag = "development",
    params(OutboxFilter),
    responses((status = 200, description = "Messages, newest first.", body = Page<OutboxMessage>)),
    extensions(("x-errors" = json!(["not_found", "malformed_request", "input_invalid"]))),
)]
#[get("/dev/outbox")]
pub(crate) async fn list_outbox_messages(
    call: Call,
    request: HttpRequest,
    filter: Params<OutboxFilter>,
) -> Outcome {
    if !from_this_machine(&request) {
        return Err(Code::NotFound.into());
    }
    let filter = filter.0;
    let mut faults = Faults::of(Place::Query);
    let to: Option<ContactPoint> = match (&filter.mobile, &filter.email) {
        (None, None) => None,
        (Some(mobile), None) => faults.at("mobile", MobileNumber::parse(mobile)).map(Into::into),
        (None, Some(email)) => faults.at("email", EmailAddress::parse(email)).map(Into::into),
        (Some(_), Some(_)) => {
            faults.note("email", Code::ProofMissing);
            None
        }
    };
    faults.finish()?;
    let outbox = &call.service.outbox;
    let wanted = move |message: &SentMessage| {
        to.as_ref().is_none_or(|to| message.message.to == *to)
            && filter.kind.is_none_or(|kind| kind.fits(&message.message.content))
    };
    let messages = match filter.wait {
        None | Some(0) => outbox.messages(&wanted),
        Some(seconds) => outbox.wait(&wanted, filter.after, Duration::from_secs(seconds.into())).await,
    };
    let fresh = messages.iter().filter(|message| filter.after.is_none_or(|after| message.sent_at > after));
    let data = fresh.take(filter.limit.unwrap_or(50)).map(OutboxMessage::of).collect();
    Ok(Reply::ok(&Page { data, next_cursor: None, total: None })?.secret())
}

/// A loopback peer that names a loopback host and went through nothing that forwards. A page in a browser that had a
/// foreign name resolve to this machine names that foreign host.
fn from_this_machine(request: &HttpRequest) -> bool {
    let peer = request.peer_addr().is_some_and(|peer| peer.ip().is_loopback());
    let forwarded =
        ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"]
            .iter()
            .any(|name| request.headers().contains_key(*name));
    let host = request.headers().get("host").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let local = name.eq_ignore_ascii_case("localhost")
        || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    peer && !forwarded && local
}
