//! SMS: what became of them, as carriers say, and for operators whom somebody asks where their code is.

pub(crate) mod list;
pub(crate) mod receipts;

use crate::mirror::mirror;
use crate::service::Service;
use chrono::{DateTime, Utc};
use domain::error::Language;
use domain::message::Template;
use domain::sms::SentSms;
use serde::Serialize;
use std::fmt::Write;
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// Who carries messages.
    SmsCarrier = domain::sms::Carrier {
        Aliyun "aliyun" "Alibaba Cloud";
        Tencent "tencent" "Tencent Cloud";
        Twilio "twilio" "Twilio";
        Outbox "outbox" "memory, for development";
    }
}

mirror! {
    /// Where a message is.
    SmsDelivery = domain::sms::Delivery {
        Accepted "accepted" "a carrier has taken it, and has not said more";
        Delivered "delivered" "it was brought";
        Failed "failed" "it was not";
    }
}

mirror! {
    /// Why a message did not arrive.
    SmsFailure = domain::sms::Failure {
        NumberInvalid "number_invalid" "there is no such number, or it is no mobile";
        Blocked "blocked" "the number is on a list: of its owner, or of the carrier";
        Quota "quota" "too many messages";
        Misconfigured "misconfigured" "the carrier does not accept how it is asked";
        Unavailable "unavailable" "the carrier did not answer";
        Undelivered "undelivered" "the phone is off, out of reach or full";
    }
}

/// A message that was given to a carrier. What it said is not kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SmsMessage {
    /// Its id.
    id: Uuid,
    /// Where it went.
    #[schema(example = "+86 138****8000")]
    mobile_masked: String,
    /// What it was for: the purpose of a code, or the kind of a notice.
    #[schema(example = "sign_in")]
    template: &'static str,
    /// Who carried it.
    carrier: SmsCarrier,
    /// Where it is.
    delivery: SmsDelivery,
    /// Why it did not arrive; null unless it failed.
    failure: Option<SmsFailure>,
    /// When it was given to the carrier.
    sent_at: DateTime<Utc>,
    /// When the carrier said what became of it; null when it has not.
    reported_at: Option<DateTime<Utc>>,
}

impl From<&SentSms> for SmsMessage {
    fn from(sms: &SentSms) -> Self {
        Self {
            id: sms.id.into(),
            mobile_masked: sms.mobile.masked(),
            template: sms.template.name(),
            carrier: sms.carrier.into(),
            delivery: sms.delivery.into(),
            failure: sms.failure.map(Into::into),
            sent_at: sms.sent_at,
            reported_at: sms.reported_at,
        }
    }
}

/// What to register with carriers: the templates with their places, and the addresses for their reports.
#[must_use]
pub fn to_register(service: &Service) -> String {
    let base = &service.settings.network.public_url;
    let key = service.keys.reports.first().map_or("", String::as_str);
    let mut text = String::from("Reports of carriers go to\n");
    for carrier in ["aliyun", "tencent"] {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {carrier}  {base}/v1/sms-receipts/{carrier}/{key}");
    }
    text.push_str("  twilio   (told with every message)\n\nTemplates, for aliyun; tencent counts the places: {1}, {2}, …\n");
    for template in Template::of_sms() {
        let _ = writeln!(text, "\n{}", template.name());
        for language in [Language::Chinese, Language::English] {
            let _ = writeln!(text, "  {:6} {}", language.tag(), template.text(language).replace('{', "${"));
        }
    }
    text
}
