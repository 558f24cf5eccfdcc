use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use domain::certification::withdraw;

/// Withdraw the application
///
/// It can be edited and submitted again.
#[utoipa::path(
    operation_id = "withdraw_certification", tag = "certification",
    responses((status = 204, description = "It was taken back.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("certification:manage")), ("x-errors" = json!(["action_not_allowed"]))),
)]
#[delete("/v1/certification/submission")]
pub(crate) async fn withdraw_certification(call: Call, member: Member) -> Outcome {
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        withdraw(tx, &world.context, &member.0, &world.service.settings.certification)?;
        Ok(Reply::no_content())
    })
    .await
}
