use super::challenge::Challenged;
use super::create::{SignedInView, outcome_reply};
use super::{Credentials, MemberReference, MemberRoleName, TenantReference};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::{get, post};
use domain::member::{MemberStore, Membership};
use domain::session::switch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// An organization of the account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyOrganization {
    /// The organization.
    tenant: TenantReference,
    /// One's place there.
    member: MemberReference,
    /// One's role there.
    role: MemberRoleName,
    /// Whether the session that asks is there.
    current: bool,
}

/// List one's organizations
///
/// Those in which `switch_tenant` can go on, in the order in which they were joined.
#[utoipa::path(
    operation_id = "list_my_organizations", tag = "session",
    params(PageParams),
    responses((status = 200, description = "Organizations.", body = Page<MyOrganization>)),
    security(("access_token" = [])),
)]
#[get("/v1/me/organizations")]
pub(crate) async fn list_my_organizations(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    call.read(None, move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("organizations {}", member.0.account));
        let after: Option<Uuid> = position(keys, &name, page.0.cursor.as_deref())?;
        let places = tx.memberships(member.0.account)?;
        let passed =
            places.iter().position(|place| Some(place.member.into()) == after).map_or(0, |at| at + 1);
        let limit = page.0.limit();
        let mut found: Vec<_> = places.into_iter().skip(passed).take(limit as usize + 1).collect();
        let next_cursor = cut(keys, &name, limit, &mut found, |last| Uuid::from(last.member))?;
        let view = |place: Membership| MyOrganization {
            current: place.tenant == member.0.tenant,
            tenant: TenantReference { id: place.tenant.into(), name: place.tenant_name },
            role: place.role.into(),
            member: MemberReference { id: place.member.into(), userid: place.userid, name: place.name },
        };
        Reply::ok(&Page { data: found.into_iter().map(view).collect(), next_cursor, total: None })
    })
    .await
}

/// Where to go on.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tenant_id": "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d"}))]
pub(crate) struct SwitchTenant {
    /// Another organization of the account.
    tenant_id: Uuid,
}

/// Go on in another organization
///
/// Opens a session there, from the same device, without signing in again; or gives the challenge of what that organization asks for
/// besides. It lives no longer than the one it comes from, which goes on: end that with `end_session` if it is not needed.
#[utoipa::path(
    operation_id = "switch_tenant", tag = "session",
    request_body = SwitchTenant,
    responses(
        (status = 201, description = "The session there.", body = SignedInView),
        (status = 202, description = "Something is still needed.", body = Challenged)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["sign_in_anew", "sign_in_method_not_allowed", "network_not_allowed", "password_expired", "device_rejected", "device_limit_reached", "input_invalid"]))),
)]
#[post("/v1/sessions/switch")]
pub(crate) async fn switch_tenant(call: Call, member: Member, body: Body<SwitchTenant>) -> Outcome {
    let (actor, tenant) = (member.0, body.value.tenant_id.into());
    let credentials = Credentials::make(&call.service);
    call.write(None, body.fingerprint, move |tx, world| {
        let outcome = switch(tx, &world.context, &actor, tenant, &credentials.terms(world.service))?;
        outcome_reply(world, &credentials, outcome, Some(&credentials.challenge))
    })
    .await
}
