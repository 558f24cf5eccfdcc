use super::SecurityPolicyView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use domain::policy::get;

/// See the security policy
#[utoipa::path(
    operation_id = "get_security_policy", tag = "security",
    responses((status = 200, description = "The policy.", body = SecurityPolicyView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("policy:read"))),
)]
#[get("/v1/security-policy")]
pub(crate) async fn get_security_policy(call: Call, member: Member, _: Params<NoParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, _| {
        let stored = get(tx, &member.0)?;
        Ok(Reply::ok(&SecurityPolicyView::of(&stored)?)?.version(stored.version))
    })
    .await
}
