use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::session::refusal;
use actix_web::post;
use domain::error::{Faults, Place};
use domain::person::close;
use domain::verification::{Check, Code};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// The code that confirms it.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "123456"}))]
pub(crate) struct CloseAccount {
    /// The six digits that `request_confirmation` sent for `close_account`.
    #[schema(min_length = 1, max_length = 20)]
    code: String,
}

/// Close one's account
///
/// At once and for good: one's places in all organizations, devices, sessions, notices and tickets are erased, and nothing
/// opens any more what the journal says of the person. An owner dissolves the organization or hands it over first.
#[utoipa::path(
    operation_id = "close_account", tag = "person",
    request_body = CloseAccount,
    responses((status = 204, description = "The account is closed.")),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["owner_of_organization", "verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "input_invalid"]))),
)]
#[post("/v1/me/closure")]
pub(crate) async fn close_account(call: Call, member: Member, body: Body<CloseAccount>) -> Outcome {
    let code = Code::parse(&body.value.code).map_err(|wrong| Faults::one(Place::Body, "/code", wrong))?;
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        match close(tx, &world.context, &member.0, &code, &world.service.keys)? {
            Check::Correct => Ok(Reply::no_content()),
            check => Ok(world.refusal(&refusal(check))),
        }
    })
    .await
}
