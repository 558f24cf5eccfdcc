use super::Dissolution;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use domain::dissolution::get;

/// See whether the organization is to be dissolved
#[utoipa::path(
    operation_id = "get_dissolution", tag = "person",
    responses((status = 200, description = "Whether, and when.", body = Dissolution)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tenant:manage"))),
)]
#[get("/v1/organization/dissolution")]
pub(crate) async fn get_dissolution(call: Call, member: Member, _: Params<NoParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, _| {
        Reply::ok(&Dissolution { dissolves_at: get(tx, &member.0)? })
    })
    .await
}
