use super::TagView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::tag::get;
use uuid::Uuid;

/// See a tag
#[utoipa::path(
    operation_id = "get_tag", tag = "organization",
    params(("id" = Uuid, Path, description = "The tag.")),
    responses((status = 200, description = "The tag.", body = TagView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tag:read"))),
)]
#[get("/v1/tags/{id}")]
pub(crate) async fn get_tag(call: Call, id: Path<Uuid>, member: Member, _: Params<NoParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, _| {
        let (tag, count) = get(tx, &member.0, id.into_inner().into())?;
        Ok(Reply::ok(&TagView::new(&tag, Some(count)))?.version(tag.version))
    })
    .await
}
