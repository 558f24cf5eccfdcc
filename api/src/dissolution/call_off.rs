use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use domain::dissolution::call_off;

/// Call the dissolution off
#[utoipa::path(
    operation_id = "call_dissolution_off", tag = "person",
    responses((status = 204, description = "Everything stays.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tenant:manage")), ("x-errors" = json!(["dissolution_not_under_way"]))),
)]
#[delete("/v1/organization/dissolution")]
pub(crate) async fn call_dissolution_off(call: Call, member: Member) -> Outcome {
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        call_off(tx, &world.context, &member.0)?;
        Ok(Reply::no_content())
    })
    .await
}
