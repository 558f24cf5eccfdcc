use super::{ScheduledChangeView, view};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::post;
use actix_web::web::Path;
use domain::scheduled_change::cancel;
use uuid::Uuid;

/// Cancel a scheduled change
///
/// As long as its day has not come.
#[utoipa::path(
    operation_id = "cancel_scheduled_change", tag = "organization",
    params(("id" = Uuid, Path, description = "The change.")),
    responses((status = 200, description = "The change.", body = ScheduledChangeView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["not_found", "version_stale", "action_not_allowed"]))),
)]
#[post("/v1/scheduled-changes/{id}/cancellation")]
pub(crate) async fn cancel_scheduled_change(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let (id, expected) = (id.into_inner().into(), call.if_match()?);
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        let change = cancel(tx, &world.context, &member.0, (id, expected))?;
        let version = change.version;
        Ok(Reply::ok(&view(tx, &member.0, change, world.language)?)?.version(version))
    })
    .await
}
