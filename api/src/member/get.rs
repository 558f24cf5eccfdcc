use super::MemberView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::member::get;
use uuid::Uuid;

/// See a member
#[utoipa::path(
    operation_id = "get_member", tag = "organization",
    params(("id" = Uuid, Path, description = "The member.")),
    responses((status = 200, description = "The member.", body = MemberView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:read"))),
)]
#[get("/v1/members/{id}")]
pub(crate) async fn get_member(call: Call, id: Path<Uuid>, member: Member, _: Params<NoParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, _| {
        let found = get(tx, &member.0, id.into_inner().into())?;
        Ok(Reply::ok(&MemberView::from(&found))?.version(found.listed.member.version))
    })
    .await
}
