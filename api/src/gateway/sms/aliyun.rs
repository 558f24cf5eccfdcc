//! Alibaba Cloud SMS (`SendSms` of 2017-05-25), signed with ACS3-HMAC-SHA256.

use super::{Adapter, Sending, answer, encoded, hmac_sha256, host, refused, sha256_hex};
use crate::settings::Aliyun as Settings;
use chrono::{DateTime, SecondsFormat, Utc};
use data_encoding::HEXLOWER;
use domain::sms::{Carrier, Failure, Receipt};
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub(super) struct Aliyun {
    pub(super) settings: Settings,
    pub(super) client: reqwest::Client,
}

impl Adapter for Aliyun {
    fn carrier(&self) -> Carrier {
        Carrier::Aliyun
    }

    fn send<'a>(&'a self, sending: &'a Sending<'a>) -> BoxFuture<'a, Result<Option<String>, Failure>> {
        Box::pin(async move {
            let said = answer(self.request(sending).ok_or(Failure::Misconfigured)?).await?;
            let code = said["Code"].as_str().unwrap_or_default();
            if code == "OK" {
                return Ok(said["BizId"].as_str().map(str::to_owned));
            }
            Err(refused(Carrier::Aliyun, code, failure(code)))
        })
    }
}

impl Aliyun {
    /// None without a template for the message.
    fn request(&self, sending: &Sending<'_>) -> Option<reqwest::RequestBuilder> {
        let (settings, message) = (&self.settings, sending.message);
        let template = settings.templates.get(&(message.content.template(), message.language))?;
        let values = message.content.values(message.language).into_iter();
        let values: Map<_, _> = values.map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
        let (mobile, id) = (&message.to, sending.id.to_string());
        let number = match mobile.calling_code() {
            "86" => mobile.national().to_owned(),
            abroad => format!("{abroad}{}", mobile.national()),
        };
        let values = Value::Object(values).to_string();
        let mut query = [
            ("OutId", id.as_str()),
            ("PhoneNumbers", &number),
            ("SignName", &settings.sign_name),
            ("TemplateCode", template),
            ("TemplateParam", &values),
        ];
        let call = Call {
            host: host(&settings.endpoint),
            action: "SendSms",
            version: "2017-05-25",
            query: &sorted(&mut query),
            nonce: &id,
            date: &date(sending.now),
        };
        let mut request =
            self.client.post(format!("{}/?{}", settings.endpoint.trim_end_matches('/'), call.query));
        for (name, value) in call.headers() {
            request = request.header(name, value);
        }
        Some(request.header("authorization", call.authorization(&settings.key_id, &settings.key_secret)))
    }
}

fn date(now: DateTime<Utc>) -> String {
    now.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The canonical query: by name.
fn sorted(pairs: &mut [(&str, &str)]) -> String {
    pairs.sort_unstable();
    encoded(pairs)
}

/// A call to an API of Alibaba Cloud, whose parameters are all in its query.
struct Call<'a> {
    host: &'a str,
    action: &'a str,
    version: &'a str,
    query: &'a str,
    nonce: &'a str,
    date: &'a str,
}

impl Call<'_> {
    /// The headers that are signed, by name.
    fn headers(&self) -> [(&'static str, String); 6] {
        [
            ("host", self.host.to_owned()),
            ("x-acs-action", self.action.to_owned()),
            ("x-acs-content-sha256", sha256_hex(b"")),
            ("x-acs-date", self.date.to_owned()),
            ("x-acs-signature-nonce", self.nonce.to_owned()),
            ("x-acs-version", self.version.to_owned()),
        ]
    }

    fn authorization(&self, key_id: &str, key_secret: &str) -> String {
        const ALGORITHM: &str = "ACS3-HMAC-SHA256";
        let headers = self.headers();
        let canonical = headers
            .each_ref()
            .map(|(name, value)| {
                format!(
                    "{name}:{value}
"
                )
            })
            .concat();
        let names = headers.map(|(name, _)| name).join(";");
        let request = format!("POST\n/\n{}\n{canonical}\n{names}\n{}", self.query, sha256_hex(b""));
        let signed = format!("{ALGORITHM}\n{}", sha256_hex(request.as_bytes()));
        let signature = HEXLOWER.encode(&hmac_sha256(key_secret.as_bytes(), &signed));
        format!("{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}")
    }
}

/// The error codes of its documentation, and those of its receipts.
fn failure(code: &str) -> Failure {
    match code {
        "isv.MOBILE_NUMBER_ILLEGAL" | "isv.MOBILE_COUNT_OVER_LIMIT" | "MOBILE_NOT_ON_SERVICE" => {
            Failure::NumberInvalid
        }
        "isv.BLACK_KEY_CONTROL_LIMIT" | "isv.MOBILE_IN_BLACK" | "MOBILE_IN_BLACK" => Failure::Blocked,
        "isv.BUSINESS_LIMIT_CONTROL"
        | "isv.DAY_LIMIT_CONTROL"
        | "isv.MONTH_LIMIT_CONTROL"
        | "isv.AMOUNT_NOT_ENOUGH"
        | "isv.OUT_OF_SERVICE" => Failure::Quota,
        throttled if throttled.starts_with("Throttling") => Failure::Quota,
        "" | "isp.SYSTEM_ERROR" | "ServiceUnavailable" | "InternalError" => Failure::Unavailable,
        _ => Failure::Misconfigured,
    }
}

/// What Alibaba Cloud says became of a message (`SmsReport`).
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AliyunReport {
    /// What it calls the message.
    #[schema(example = "900619746936498440^0")]
    biz_id: String,
    /// Whether it was brought.
    success: bool,
    /// Why not.
    #[schema(example = "DELIVERED")]
    err_code: Option<String>,
}

impl From<&AliyunReport> for Receipt {
    fn from(report: &AliyunReport) -> Self {
        let why = match failure(report.err_code.as_deref().unwrap_or_default()) {
            known @ (Failure::NumberInvalid | Failure::Blocked) => known,
            _ => Failure::Undelivered,
        };
        Self { reference: report.biz_id.clone(), failure: (!report.success).then_some(why) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documented example.
    #[test]
    fn the_signature_is_the_documented_one() {
        let mut query =
            [("RegionId", "cn-shanghai"), ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd")];
        let call = Call {
            host: "ecs.cn-shanghai.aliyuncs.com",
            action: "RunInstances",
            version: "2014-05-26",
            query: &sorted(&mut query),
            nonce: "3156853299f313e23d1673dc12e1703d",
            date: "2023-10-26T10:22:32Z",
        };
        let signature = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0";
        let authorization = call.authorization("YourAccessKeyId", "YourAccessKeySecret");
        assert_eq!(authorization.rsplit_once('=').unwrap().1, signature);
    }

    #[test]
    fn its_words_are_understood() {
        assert_eq!(failure("isv.MOBILE_NUMBER_ILLEGAL"), Failure::NumberInvalid);
        assert_eq!(failure("Throttling.User"), Failure::Quota);
        assert_eq!(failure("SignatureDoesNotMatch"), Failure::Misconfigured);
        let report = |success, code: &str| AliyunReport {
            biz_id: "1^0".to_owned(),
            success,
            err_code: Some(code.to_owned()),
        };
        assert_eq!(Receipt::from(&report(true, "DELIVERED")).failure, None);
        assert_eq!(Receipt::from(&report(false, "MOBILE_IN_BLACK")).failure, Some(Failure::Blocked));
        assert_eq!(Receipt::from(&report(false, "NO_ROUTE")).failure, Some(Failure::Undelivered));
    }
}
