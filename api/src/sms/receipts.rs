//! What carriers say became of messages. Twilio signs it; the others know an address that nobody can guess.

use crate::gateway::sms::{AliyunReport, TencentReport, TwilioReport, authentic, report_url};
use crate::http::answer::{Failure, Outcome, Reply};
use crate::http::body::Raw;
use crate::http::call::Call;
use crate::settings::Carriage;
use crate::token;
use actix_web::HttpRequest;
use actix_web::post;
use actix_web::web::{Path, Query};
use domain::error::{Code, Error, Result};
use domain::sms::{Carrier, Delivery, Receipt, settle};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// That reports were received, in the words that Alibaba Cloud expects.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AliyunReceived {
    /// Always 0.
    #[schema(example = 0)]
    code: u8,
    /// Always `OK`.
    #[schema(example = "OK")]
    msg: &'static str,
}

/// That reports were received, in the words that Tencent Cloud expects.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TencentReceived {
    /// Always 0.
    #[schema(example = 0)]
    result: u8,
    /// Always `OK`.
    #[schema(example = "OK")]
    errmsg: &'static str,
}

/// Receive what Alibaba Cloud says of messages
///
/// For Alibaba Cloud (`SmsReport`), which calls the address that `gongpai sms` prints.
#[utoipa::path(
    operation_id = "receive_aliyun_reports", tag = "carrier",
    params(("key" = String, Path, description = "The key of the installation.", example = "c2VjcmV0LWtleS1vZi11cw")),
    request_body(content = Vec<AliyunReport>, example = json!([{"biz_id": "900619746936498440^0", "success": true, "err_code": "DELIVERED"}])),
    responses((status = 200, description = "They were received.", body = AliyunReceived)),
    extensions(("x-errors" = json!(["malformed_json", "payload_too_large", "request_timeout"]))),
)]
#[post("/v1/sms-receipts/aliyun/{key}")]
pub(crate) async fn receive_aliyun_reports(call: Call, key: Path<String>, body: Raw) -> Outcome {
    require_key(&call, &key)?;
    let reports: Vec<AliyunReport> = read(&body)?;
    note(&call, Carrier::Aliyun, reports.iter().map(Receipt::from).collect()).await?;
    Ok(Reply::ok(&AliyunReceived { code: 0, msg: "OK" })?)
}

/// Receive what Tencent Cloud says of messages
///
/// For Tencent Cloud, which calls the address that `gongpai sms` prints.
#[utoipa::path(
    operation_id = "receive_tencent_reports", tag = "carrier",
    params(("key" = String, Path, description = "The key of the installation.", example = "c2VjcmV0LWtleS1vZi11cw")),
    request_body(content = Vec<TencentReport>, example = json!([{"sid": "2019:538884321325600000", "report_status": "SUCCESS"}])),
    responses((status = 200, description = "They were received.", body = TencentReceived)),
    extensions(("x-errors" = json!(["malformed_json", "payload_too_large", "request_timeout"]))),
)]
#[post("/v1/sms-receipts/tencent/{key}")]
pub(crate) async fn receive_tencent_reports(call: Call, key: Path<String>, body: Raw) -> Outcome {
    require_key(&call, &key)?;
    let reports: Vec<TencentReport> = read(&body)?;
    note(&call, Carrier::Tencent, reports.iter().map(Receipt::from).collect()).await?;
    Ok(Reply::ok(&TencentReceived { result: 0, errmsg: "OK" })?)
}

/// Receive what Twilio says of a message
///
/// For Twilio, which signs it with the token of the account.
#[utoipa::path(
    operation_id = "receive_twilio_report", tag = "carrier",
    params(("X-Twilio-Signature" = String, Header, description = "The signature of the address and the form.")),
    request_body(content = TwilioReport, content_type = "application/x-www-form-urlencoded"),
    responses((status = 204, description = "It was received.")),
    extensions(("x-errors" = json!(["unauthenticated", "malformed_request", "payload_too_large", "request_timeout"]))),
)]
#[post("/v1/sms-receipts/twilio")]
pub(crate) async fn receive_twilio_report(call: Call, request: HttpRequest, body: Raw) -> Outcome {
    let settings = &call.service.settings;
    let account = settings.sms.carriers.iter().find_map(|carriage| match carriage {
        Carriage::Twilio(account) => Some(account),
        _ => None,
    });
    let account = account.ok_or(Code::Unauthenticated)?;
    let text = std::str::from_utf8(&body.0).map_err(|_| Error::from(Code::MalformedRequest))?;
    let form = Query::<BTreeMap<String, String>>::from_query(text)
        .map_err(|_| Error::from(Code::MalformedRequest))?
        .into_inner();
    let signature = request.headers().get("x-twilio-signature").and_then(|value| value.to_str().ok());
    if !authentic(account, &report_url(settings), &form, signature.unwrap_or_default()) {
        return Err(Code::Unauthenticated.into());
    }
    let report = TwilioReport::of(&form).ok_or(Code::MalformedRequest)?;
    note(&call, Carrier::Twilio, report.receipt().into_iter().collect()).await?;
    Ok(Reply::no_content())
}

/// A wrong key leads nowhere.
fn require_key(call: &Call, key: &str) -> Result<()> {
    // Hashes are compared, so that the time of it tells nothing of the key.
    let given = token::hash(key);
    let right = call.service.keys.reports.iter().any(|known| token::hash(known) == given);
    if right { Ok(()) } else { Err(Code::NotFound.into()) }
}

fn read<T: DeserializeOwned>(body: &Raw) -> Result<Vec<T>> {
    serde_json::from_slice(&body.0).map_err(|error| {
        Error::new(Code::MalformedJson).with("line", error.line()).with("column", error.column())
    })
}

async fn note(call: &Call, carrier: Carrier, receipts: Vec<Receipt>) -> Result<(), Failure> {
    let settled = call.transact(move |tx, world| settle(tx, &world.context, carrier, &receipts)).await?;
    for receipt in settled {
        let became = receipt.failure.map_or(Delivery::Delivered.name(), domain::sms::Failure::name);
        call.service.metrics.sms(carrier.name(), became);
    }
    Ok(())
}
