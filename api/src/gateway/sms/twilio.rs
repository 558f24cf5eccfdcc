//! Twilio's Messages, for numbers outside mainland China unless that is meant.

use super::{Adapter, Sending, answer, encoded, refused};
use crate::settings::Twilio as Settings;
use data_encoding::BASE64;
use domain::phone::MobileNumber;
use domain::sms::{Carrier, Failure, Receipt};
use futures_util::future::BoxFuture;
use ring::hmac;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

pub(super) struct Twilio {
    pub(super) settings: Settings,
    /// Where it is to tell what became of a message; none for an address that only this machine has.
    pub(super) report_to: Option<String>,
    pub(super) client: reqwest::Client,
}

impl Adapter for Twilio {
    fn carrier(&self) -> Carrier {
        Carrier::Twilio
    }

    fn reaches(&self, mobile: &MobileNumber) -> bool {
        self.settings.mainland || mobile.calling_code() != "86"
    }

    fn send<'a>(&'a self, sending: &'a Sending<'a>) -> BoxFuture<'a, Result<Option<String>, Failure>> {
        Box::pin(async move {
            let said = answer(self.request(sending)).await?;
            if let Some(sid) = said["sid"].as_str() {
                return Ok(Some(sid.to_owned()));
            }
            let code = match &said["code"] {
                Value::Null => String::new(),
                code => code.to_string(),
            };
            Err(refused(Carrier::Twilio, &code, failure(&code)))
        })
    }
}

impl Twilio {
    fn request(&self, sending: &Sending<'_>) -> reqwest::RequestBuilder {
        let (settings, message) = (&self.settings, sending.message);
        let sender = if settings.from.starts_with("MG") { "MessagingServiceSid" } else { "From" };
        let text = message.content.text(message.language);
        let mut form =
            vec![("To", message.to.as_str()), (sender, settings.from.as_str()), ("Body", text.as_str())];
        form.extend(self.report_to.as_deref().map(|url| ("StatusCallback", url)));
        let (endpoint, account) = (settings.endpoint.trim_end_matches('/'), &settings.account_sid);
        self.client
            .post(format!("{endpoint}/2010-04-01/Accounts/{account}/Messages.json"))
            .basic_auth(account, Some(&settings.auth_token))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encoded(&form))
    }
}

/// The error codes of its documentation.
fn failure(code: &str) -> Failure {
    match code {
        "21211" | "21214" | "21217" | "21614" | "30005" | "30006" => Failure::NumberInvalid,
        "21610" | "30004" => Failure::Blocked,
        "20429" | "14107" | "30001" | "30002" | "63038" => Failure::Quota,
        "" | "20500" | "20503" => Failure::Unavailable,
        _ => Failure::Misconfigured,
    }
}

/// What Twilio says of a message on its way. There is more in it, which is signed and not looked at.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TwilioReport {
    /// What it calls the message.
    #[serde(rename = "MessageSid")]
    #[schema(example = "SM800f449d0399ed014aae2bcc0cc2f2ec")]
    sid: String,
    /// Where it is.
    #[serde(rename = "MessageStatus")]
    #[schema(example = "delivered")]
    status: String,
    /// Why it did not arrive.
    #[serde(rename = "ErrorCode")]
    #[schema(example = "30003")]
    error: Option<String>,
}

impl TwilioReport {
    /// Reads the form that Twilio sends.
    pub(crate) fn of(form: &BTreeMap<String, String>) -> Option<Self> {
        Some(Self {
            sid: form.get("MessageSid")?.clone(),
            status: form.get("MessageStatus")?.clone(),
            error: form.get("ErrorCode").cloned(),
        })
    }

    /// None while it is on its way.
    pub(crate) fn receipt(&self) -> Option<Receipt> {
        let failure = match self.status.as_str() {
            "delivered" | "read" => None,
            "undelivered" | "failed" => match failure(self.error.as_deref().unwrap_or_default()) {
                known @ (Failure::NumberInvalid | Failure::Blocked) => Some(known),
                _ => Some(Failure::Undelivered),
            },
            _ => return None,
        };
        Some(Receipt { reference: self.sid.clone(), failure })
    }
}

/// Whether a form that was sent to a URL was signed with the account's token (`X-Twilio-Signature`).
pub(crate) fn authentic(
    settings: &Settings,
    url: &str,
    form: &BTreeMap<String, String>,
    signature: &str,
) -> bool {
    let mut signed = url.to_owned();
    for (name, value) in form {
        signed.push_str(name);
        signed.push_str(value);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, settings.auth_token.as_bytes());
    let tag = BASE64.decode(signature.as_bytes()).unwrap_or_default();
    hmac::verify(&key, signed.as_bytes(), &tag).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_words_are_understood() {
        assert_eq!(failure("21610"), Failure::Blocked);
        assert_eq!(failure("20003"), Failure::Misconfigured);
        let report = |status: &str, error: Option<&str>| {
            let error = error.map(str::to_owned);
            TwilioReport { sid: "SM1".to_owned(), status: status.to_owned(), error }.receipt()
        };
        assert_eq!(report("sent", None), None);
        assert_eq!(report("delivered", None).unwrap().failure, None);
        assert_eq!(report("undelivered", Some("30003")).unwrap().failure, Some(Failure::Undelivered));
        assert_eq!(report("failed", Some("30005")).unwrap().failure, Some(Failure::NumberInvalid));
    }
}
