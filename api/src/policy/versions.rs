use super::SecurityPolicyView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use domain::error::Result;
use domain::policy::versions;

/// List what the security policy was
///
/// Every version that somebody made, the newest first.
#[utoipa::path(
    operation_id = "list_security_policy_versions", tag = "security",
    params(PageParams),
    responses((status = 200, description = "Versions.", body = Page<SecurityPolicyView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("policy:read"))),
)]
#[get("/v1/security-policy/versions")]
pub(crate) async fn list_security_policy_versions(
    call: Call,
    member: Member,
    page: Params<PageParams>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("policies {}", member.0.tenant));
        let before: Option<i64> = position(keys, &name, page.0.cursor.as_deref())?;
        let limit = page.0.limit();
        let mut found = versions(tx, &member.0, before, limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |last| last.version)?;
        let data = found.iter().map(SecurityPolicyView::of).collect::<Result<Vec<_>>>()?;
        Reply::ok(&Page { data, next_cursor, total: None })
    })
    .await
}
