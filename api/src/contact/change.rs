use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::session::refusal;
use actix_web::put;
use domain::contact::{Changed, ContactPoint, change};
use domain::email::EmailAddress;
use domain::error::{Code as ErrorCode, Faults, Place};
use domain::phone::MobileNumber;
use domain::verification::Code;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// Another number.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"mobile": "13800138001", "code": "123456"}))]
pub(crate) struct ChangeMobile {
    /// The mobile number.
    #[schema(min_length = 5, max_length = 30)]
    mobile: String,
    /// The six digits that `send_mobile_code` sent to it.
    #[schema(min_length = 1, max_length = 20)]
    code: String,
}

/// Change one's number
///
/// In all of one's organizations. The confirmation proves the number so far (or, where that is lost, the authenticator), the code the
/// new one. Every other session ends, and both numbers are told.
#[utoipa::path(
    operation_id = "change_my_mobile", tag = "session",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `change_mobile`.")),
    request_body = ChangeMobile,
    responses((status = 204, description = "It is one's number now.")),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["confirmation_required", "mobile_taken", "verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "busy", "input_invalid"]))),
)]
#[put("/v1/me/mobile")]
pub(crate) async fn change_my_mobile(
    call: Call,
    member: Member,
    confirmed: Confirmed,
    body: Body<ChangeMobile>,
) -> Outcome {
    let mut faults = Faults::of(Place::Body);
    let mobile = faults.at("/mobile", MobileNumber::parse(&body.value.mobile));
    let code = faults.at("/code", Code::parse(&body.value.code));
    let (Some(mobile), Some(code)) = (mobile, code) else { return Err(faults.into_error().into()) };
    enter(call, member, confirmed, body.fingerprint, (mobile.into(), code)).await
}

/// Another mailbox.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "wang@example.com", "code": "123456"}))]
pub(crate) struct ChangeEmail {
    /// The email address.
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// The six digits that `send_email_code` sent to it.
    #[schema(min_length = 1, max_length = 20)]
    code: String,
}

/// Set or change one's email address
///
/// In all of one's organizations. With it and the password one signs in, and warnings go there too. The code proves that one reads it;
/// the address so far, and one's number, are told.
#[utoipa::path(
    operation_id = "change_my_email", tag = "session",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `change_email`.")),
    request_body = ChangeEmail,
    responses((status = 204, description = "It is one's address now.")),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["confirmation_required", "email_taken", "verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "busy", "input_invalid"]))),
)]
#[put("/v1/me/email")]
pub(crate) async fn change_my_email(
    call: Call,
    member: Member,
    confirmed: Confirmed,
    body: Body<ChangeEmail>,
) -> Outcome {
    let mut faults = Faults::of(Place::Body);
    let email = faults.at("/email", EmailAddress::parse(&body.value.email));
    let code = faults.at("/code", Code::parse(&body.value.code));
    let (Some(email), Some(code)) = (email, code) else { return Err(faults.into_error().into()) };
    enter(call, member, confirmed, body.fingerprint, (email.into(), code)).await
}

async fn enter(
    call: Call,
    Member(actor): Member,
    confirmed: Confirmed,
    fingerprint: [u8; 32],
    (contact, code): (ContactPoint, Code),
) -> Outcome {
    let confirmation = confirmed.of(&call, actor.session, contact.change());
    call.write(Some(actor.tenant), fingerprint, move |tx, world| {
        let keys = &world.service.keys;
        match change(tx, &world.context, &actor, (&contact, &code), confirmation.as_ref(), keys)? {
            Changed::Done => Ok(Reply::no_content()),
            Changed::Refused(check) => Ok(world.refusal(&refusal(check))),
            Changed::Taken => {
                let taken = match contact {
                    ContactPoint::Mobile(_) => ErrorCode::MobileTaken,
                    ContactPoint::Email(_) => ErrorCode::EmailTaken,
                };
                Ok(world.refusal(&taken.into()))
            }
        }
    })
    .await
}
