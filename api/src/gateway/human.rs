//! Whether a person asks: a provider's puzzle was solved in the browser, and the provider says here whether it really was.
//!
//! Cloudflare Turnstile, hCaptcha and reCAPTCHA speak the same protocol: the site's secret, what the browser got and its address go to the
//! provider, which says yes or no. What the browser got is good once; the provider sees to that.

use super::sms::encoded;
use crate::settings::HumanCheck as Settings;
use domain::error::{Code, Error, Result};
use serde::Deserialize;
use std::net::IpAddr;
use std::time::Duration;

/// How long the provider may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// What the check of development takes for the answer of a person.
const PERSON: &str = "person";

/// Asks whether a person is there.
pub(crate) struct HumanCheck {
    settings: Settings,
    client: reqwest::Client,
}

#[derive(Deserialize)]
struct Verdict {
    success: bool,
    #[serde(default, rename = "error-codes")]
    error_codes: Vec<String>,
}

impl HumanCheck {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self { settings: settings.clone(), client: reqwest::Client::new() }
    }

    /// # Errors
    /// `human_check_required` where nothing could be checked, `human_check_failed`, `unavailable`.
    pub(crate) async fn require(&self, answer: &str, address: Option<IpAddr>) -> Result<()> {
        let passed = match &self.settings {
            Settings::None => return Err(Code::HumanCheckRequired.into()),
            Settings::Test => answer == PERSON,
            Settings::Provider { url, secret, .. } => self.ask(url, secret, answer, address).await?,
        };
        if passed { Ok(()) } else { Err(Code::HumanCheckFailed.into()) }
    }

    async fn ask(&self, url: &str, secret: &str, answer: &str, address: Option<IpAddr>) -> Result<bool> {
        let address = address.map(|address| address.to_string());
        let mut fields = vec![("secret", secret), ("response", answer)];
        fields.extend(address.as_deref().map(|address| ("remoteip", address)));
        let sent = self
            .client
            .post(url)
            .timeout(PATIENCE)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encoded(&fields));
        let away = |error: &dyn std::fmt::Display| {
            Error::new(Code::Unavailable).context(format!("the human check: {error}")).retry_after(5)
        };
        let answered = sent.send().await.map_err(|error| away(&error.without_url()))?;
        let text = answered.error_for_status().map_err(|error| away(&error.without_url()))?.text().await;
        let text = text.map_err(|error| away(&error.without_url()))?;
        let verdict: Verdict = serde_json::from_str(&text).map_err(|error| away(&error))?;
        // A wrong secret is nothing that whoever asks can mend.
        if verdict.error_codes.iter().any(|code| code.ends_with("-input-secret")) {
            return Err(away(&"the provider does not know the secret"));
        }
        Ok(verdict.success)
    }
}
