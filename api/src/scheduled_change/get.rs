use super::{ScheduledChangeView, view};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::scheduled_change::get;
use uuid::Uuid;

/// See a scheduled change
#[utoipa::path(
    operation_id = "get_scheduled_change", tag = "organization",
    params(("id" = Uuid, Path, description = "The change.")),
    responses((status = 200, description = "The change.", body = ScheduledChangeView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage"))),
)]
#[get("/v1/scheduled-changes/{id}")]
pub(crate) async fn get_scheduled_change(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    _: Params<NoParams>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let change = get(tx, &member.0, id.into_inner().into())?;
        let version = change.version;
        Ok(Reply::ok(&view(tx, &member.0, change, world.language)?)?.version(version))
    })
    .await
}
