use super::SmsMessage;
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use domain::error::{Faults, Place};
use domain::phone::MobileNumber;
use domain::sms::look_up;
use serde::Deserialize;
use uuid::Uuid;

/// Whose messages.
#[derive(Debug, Deserialize)]
pub(crate) struct SmsFilter {
    mobile: String,
    #[serde(flatten)]
    page: PageParams,
}

/// See what was sent to a number
///
/// For operators whom somebody asks where their code is; what the messages said is not kept. That the number was looked up is
/// journalled. Messages are kept for 30 days.
#[utoipa::path(
    operation_id = "list_sms_messages", tag = "support",
    params(("mobile" = String, Query, description = "The number.", example = "13800138000", min_length = 5, max_length = 30), PageParams),
    responses((status = 200, description = "Messages, newest first.", body = Page<SmsMessage>)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("sms:read"))),
)]
#[get("/v1/platform/sms-messages")]
pub(crate) async fn list_sms_messages(call: Call, operator: Operator, filter: Params<SmsFilter>) -> Outcome {
    let SmsFilter { mobile, page } = filter.0;
    let mobile = MobileNumber::parse(&mobile).map_err(|wrong| Faults::one(Place::Query, "mobile", wrong))?;
    let found = call.transact(move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("sms {}", mobile.as_str()));
        let after: Option<Uuid> = position(keys, &name, page.cursor.as_deref())?;
        let limit = page.limit();
        let after = after.map(Into::into);
        let mut found = look_up(tx, &world.context, &operator.0, &mobile, after, limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |last| Uuid::from(last.id))?;
        Ok(Page { data: found.iter().map(SmsMessage::from).collect::<Vec<_>>(), next_cursor, total: None })
    });
    Ok(Reply::ok(&found.await?)?)
}
