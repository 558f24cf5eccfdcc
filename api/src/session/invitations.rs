use super::TenantReference;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::Params;
use actix_web::get;
use domain::account::AccountStore;
use domain::error::Code;
use domain::member::{MemberStore, Membership};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An organization that waits for somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyInvitation {
    /// The organization.
    tenant: TenantReference,
    /// Who one would be there.
    member_id: Uuid,
    /// As whom.
    #[schema(example = "王小明")]
    name: String,
}

/// List one's invitations
///
/// Organizations that invited the number of the account. To join one, sign in with a code by SMS and name it (`tenant_id`).
#[utoipa::path(
    operation_id = "list_my_invitations", tag = "session",
    params(PageParams),
    responses((status = 200, description = "Invitations, by the organization's id.", body = Page<MyInvitation>)),
    security(("access_token" = [])),
)]
#[get("/v1/me/invitations")]
pub(crate) async fn list_my_invitations(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    call.read(None, move |tx, world| {
        let (keys, account) = (&world.service.keys, member.0.account);
        let known = tx.account(account)?.ok_or(Code::NotFound)?;
        let mut waiting = tx.invitations(&known.mobile, Some(account))?;
        waiting.sort_by_key(|place| place.tenant);
        let waiting = waiting.into_iter().map(|place| (Uuid::from(place.tenant).to_string(), place));
        let view = |(_, place): (String, Membership)| MyInvitation {
            tenant: TenantReference { id: place.tenant.into(), name: place.tenant_name },
            member_id: place.member.into(),
            name: place.name,
        };
        let name = format!("invitations {account}");
        Reply::ok(&page_of(keys, &name, &page.0, waiting, |(id, _)| id.as_str(), view)?)
    })
    .await
}
