use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::error::{Code, Faults, Place, Result};
use domain::joining::{Ask, Asked, Remark, ask};
use domain::phone::MobileNumber;
use domain::text::PersonName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Somebody who asks to join.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "gpi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "name": "张三", "mobile": "13800138000"}))]
pub(crate) struct AskToJoin {
    /// What the link has in it.
    #[schema(max_length = 100)]
    token: String,
    /// One's name.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// The mobile number with which one will sign in; bare digits mean +86.
    #[schema(max_length = 40)]
    mobile: String,
    /// What one says to those who decide.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    remark: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JoinAnswer {
    /// Whether an administrator decides first. Otherwise one signs in with a code by SMS now, and is there.
    waits_for_approval: bool,
}

/// Ask to join
///
/// By a link of invitation. To ask again is to ask once. The answer says nothing about whether the number is known; that it is one's
/// own is shown when one signs in.
#[utoipa::path(
    operation_id = "ask_to_join", tag = "registration",
    request_body = AskToJoin,
    responses((status = 202, description = "It was asked.", body = JoinAnswer)),
    extensions(("x-errors" = json!(["link_invalid", "join_requests_full", "member_limit_reached", "input_invalid"]))),
)]
#[post("/v1/join-requests")]
pub(crate) async fn ask_to_join(call: Call, body: Body<AskToJoin>) -> Outcome {
    let given = &body.value;
    let mut faults = Faults::of(Place::Body);
    let name = faults.at("/name", PersonName::parse(&given.name));
    let mobile = faults.at("/mobile", MobileNumber::parse(&given.mobile));
    let remark = faults.at("/remark", given.remark.as_deref().map(Remark::parse).transpose());
    let (Some(name), Some(mobile), Some(remark)) = (name, mobile, remark) else {
        return Err(faults.into_error().into());
    };
    let token = known(&given.token)?;
    let asking = Ask { token, name, mobile, remark };
    call.write(None, body.fingerprint, move |tx, world| {
        let asked = ask(tx, &world.context, &asking, &world.service.settings.certification)?;
        let answer = JoinAnswer { waits_for_approval: asked == Asked::Waiting };
        Reply::json(StatusCode::ACCEPTED, &answer)
    })
    .await
}

/// A token that can be one: whoever asks is not known, so nothing else is looked for.
pub(super) fn known(token: &str) -> Result<String> {
    let fits = token.len() <= 100
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if fits { Ok(token.to_owned()) } else { Err(Code::LinkInvalid.into()) }
}
