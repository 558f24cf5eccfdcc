use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use chrono::{DateTime, Utc};
use domain::joining::{find_link, needs_approval};
use domain::tenant::TenantStore;
use serde::Serialize;
use utoipa::ToSchema;

/// What a link of invitation leads to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Invitation {
    /// The organization.
    #[schema(example = "深圳市工牌科技有限公司")]
    organization: String,
    /// Whether an administrator lets one in.
    needs_approval: bool,
    /// Until when it is good.
    expires_at: DateTime<Utc>,
}

/// See what a link of invitation leads to
///
/// For the page that asks people to join; it takes no token but that of the link.
#[utoipa::path(
    operation_id = "see_invitation", tag = "registration",
    params(("token" = String, Path, description = "What the link has in it.", max_length = 100)),
    responses((status = 200, description = "The invitation.", body = Invitation)),
    extensions(("x-errors" = json!(["link_invalid"]))),
)]
#[get("/v1/invitations/{token}")]
pub(crate) async fn see_invitation(call: Call, token: Path<String>, _: Params<NoParams>) -> Outcome {
    call.read(None, move |tx, world| {
        let (_, link) = find_link(tx, &world.context, &super::ask::known(&token)?)?;
        let organization = tx.tenant()?.organization.name.as_str().to_owned();
        let (needs_approval, expires_at) = (needs_approval(tx, &world.context, &link)?, link.expires_at);
        Reply::ok(&Invitation { organization, needs_approval, expires_at })
    })
    .await
}
