//! Tencent Cloud SMS (`SendSms` of 2021-01-11), signed with TC3-HMAC-SHA256.

use super::{Adapter, Sending, answer, hmac_sha256, host, refused, sha256_hex};
use crate::settings::Tencent as Settings;
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use domain::sms::{Carrier, Failure, Receipt};
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

const CONTENT_TYPE: &str = "application/json; charset=utf-8";

pub(super) struct Tencent {
    pub(super) settings: Settings,
    pub(super) client: reqwest::Client,
}

impl Adapter for Tencent {
    fn carrier(&self) -> Carrier {
        Carrier::Tencent
    }

    fn send<'a>(&'a self, sending: &'a Sending<'a>) -> BoxFuture<'a, Result<Option<String>, Failure>> {
        Box::pin(async move {
            let said = answer(self.request(sending).ok_or(Failure::Misconfigured)?).await?;
            let (response, status) = (&said["Response"], &said["Response"]["SendStatusSet"][0]);
            let code = response["Error"]["Code"].as_str().or(status["Code"].as_str()).unwrap_or_default();
            if code == "Ok" {
                return Ok(status["SerialNo"].as_str().map(str::to_owned));
            }
            Err(refused(Carrier::Tencent, code, failure(code)))
        })
    }
}

impl Tencent {
    /// None without a template for the message.
    fn request(&self, sending: &Sending<'_>) -> Option<reqwest::RequestBuilder> {
        let (settings, message) = (&self.settings, sending.message);
        let template = settings.templates.get(&(message.content.template(), message.language))?;
        let values = message.content.values(message.language).into_iter();
        let values: Vec<_> = values.map(|(_, value)| value).collect();
        let payload = json!({
            "PhoneNumberSet": [message.to.as_str()],
            "SmsSdkAppId": settings.app_id,
            "SignName": settings.sign_name,
            "TemplateId": template,
            "TemplateParamSet": values,
            "SessionContext": sending.id,
        })
        .to_string();
        let call = Call {
            host: host(&settings.endpoint),
            service: "sms",
            headers: &[("x-tc-action", "SendSms")],
            payload: &payload,
            at: sending.now,
        };
        let authorization = call.authorization(&settings.secret_id, &settings.secret_key);
        let request = self
            .client
            .post(format!("{}/", settings.endpoint.trim_end_matches('/')))
            .header("content-type", CONTENT_TYPE)
            .header("host", call.host)
            .header("x-tc-action", "SendSms")
            .header("x-tc-version", "2021-01-11")
            .header("x-tc-timestamp", sending.now.timestamp())
            .header("x-tc-region", &settings.region)
            .header("authorization", authorization);
        Some(request.body(payload))
    }
}

/// A call to an API of Tencent Cloud.
struct Call<'a> {
    host: &'a str,
    service: &'a str,
    /// What is signed besides content type and host, behind them by name.
    headers: &'a [(&'a str, &'a str)],
    payload: &'a str,
    at: DateTime<Utc>,
}

impl Call<'_> {
    fn authorization(&self, secret_id: &str, secret_key: &str) -> String {
        const ALGORITHM: &str = "TC3-HMAC-SHA256";
        let headers = [("content-type", CONTENT_TYPE), ("host", self.host)];
        let headers: Vec<_> = headers.iter().chain(self.headers).collect();
        let canonical: Vec<_> = headers
            .iter()
            .map(|(name, value)| {
                format!(
                    "{name}:{}
",
                    value.to_lowercase()
                )
            })
            .collect();
        let canonical = canonical.concat();
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let digest = sha256_hex(self.payload.as_bytes());
        let request = format!("POST\n/\n\n{canonical}\n{names}\n{digest}");
        let (date, service) = (self.at.format("%Y-%m-%d").to_string(), self.service);
        let scope = format!("{date}/{service}/tc3_request");
        let signed =
            format!("{ALGORITHM}\n{}\n{scope}\n{}", self.at.timestamp(), sha256_hex(request.as_bytes()));
        let key = hmac_sha256(format!("TC3{secret_key}").as_bytes(), &date);
        let key = hmac_sha256(&hmac_sha256(&key, service), "tc3_request");
        let signature = HEXLOWER.encode(&hmac_sha256(&key, &signed));
        format!("{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={signature}")
    }
}

/// The error codes of its documentation.
fn failure(code: &str) -> Failure {
    match code {
        "InvalidParameterValue.IncorrectPhoneNumber"
        | "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber" => Failure::NumberInvalid,
        "FailedOperation.PhoneNumberInBlacklist" => Failure::Blocked,
        "FailedOperation.InsufficientBalanceInSmsPackage" | "RequestLimitExceeded" => Failure::Quota,
        limited if limited.starts_with("LimitExceeded") => Failure::Quota,
        "" => Failure::Unavailable,
        broken if broken.starts_with("InternalError") => Failure::Unavailable,
        _ => Failure::Misconfigured,
    }
}

/// What Tencent Cloud says became of a message.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TencentReport {
    /// What it calls the message.
    #[schema(example = "2019:538884321325600000")]
    sid: String,
    /// `SUCCESS`, or that it was not brought.
    #[schema(example = "SUCCESS")]
    report_status: String,
}

impl From<&TencentReport> for Receipt {
    fn from(report: &TencentReport) -> Self {
        let brought = report.report_status == "SUCCESS";
        Self { reference: report.sid.clone(), failure: (!brought).then_some(Failure::Undelivered) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: &str =
        r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;

    fn signature(headers: &[(&str, &str)], secret_key: &str) -> String {
        let at = DateTime::from_timestamp(1_551_113_065, 0).unwrap();
        let call = Call { host: "cvm.tencentcloudapi.com", service: "cvm", headers, payload: PAYLOAD, at };
        call.authorization("AKID", secret_key).rsplit_once('=').unwrap().1.to_owned()
    }

    /// The documented examples, the older one and that of the current page.
    #[test]
    fn the_signature_is_the_documented_one() {
        assert_eq!(
            signature(&[], "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"),
            "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        );
        assert_eq!(
            signature(&[("x-tc-action", "DescribeInstances")], &"*".repeat(32)),
            "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
        );
    }

    #[test]
    fn its_words_are_understood() {
        assert_eq!(failure("FailedOperation.PhoneNumberInBlacklist"), Failure::Blocked);
        assert_eq!(failure("LimitExceeded.PhoneNumberOneHourLimit"), Failure::Quota);
        assert_eq!(failure("AuthFailure.SignatureFailure"), Failure::Misconfigured);
        assert_eq!(failure("InternalError.SigVerificationFail"), Failure::Unavailable);
    }
}
