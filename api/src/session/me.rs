use super::{MemberReference, MemberRoleName, TenantReference};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use crate::member::avatar::avatar;
use crate::picture::PictureSquare;
use actix_web::get;
use domain::access::Permission;
use domain::actor::MemberActor;
use domain::member::{MemberStore, Profile};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The account.
    account_id: Uuid,
    /// The number of the account.
    #[schema(example = "+86 138****8000")]
    mobile_masked: String,
    /// The email address of the account; null when it has none.
    #[schema(example = "w***@example.com")]
    email_masked: Option<String>,
    /// The tenant.
    tenant: TenantReference,
    /// The place in it.
    member: MemberReference,
    /// The job.
    #[schema(example = "行政经理")]
    position: Option<String>,
    /// Their picture, in every size; null when they have none.
    avatar: Option<Vec<PictureSquare>>,
    /// Whether they are the owner.
    role: MemberRoleName,
    /// What they may do, in the whole organization or in some departments.
    #[schema(example = json!(["certification:read", "certification:manage", "tenant:manage", "organization:manage", "policy:read", "policy:manage", "member:read", "hidden:read", "member:manage", "member:export", "department:read", "department:manage", "tag:read", "tag:manage", "access:read", "access:manage", "device:read", "device:manage"]))]
    permissions: Vec<String>,
    /// The session.
    session_id: Uuid,
}

impl Me {
    pub(crate) fn of(actor: &MemberActor, profile: Profile) -> Self {
        let place = profile.membership;
        let permitted = Permission::ALL.iter().filter(|permission| actor.rights.somewhere(**permission));
        Self {
            account_id: actor.account.into(),
            mobile_masked: profile.mobile.masked(),
            email_masked: profile.email.map(|email| email.masked()),
            avatar: avatar(place.tenant, place.member, profile.avatar.as_deref()),
            tenant: TenantReference { id: place.tenant.into(), name: place.tenant_name },
            member: MemberReference { id: place.member.into(), userid: place.userid, name: place.name },
            position: profile.position,
            role: actor.role.into(),
            permissions: permitted.map(|permission| permission.name().to_owned()).collect(),
            session_id: actor.session.into(),
        }
    }
}

/// See who is signed in
#[utoipa::path(
    operation_id = "get_me", tag = "session",
    responses((status = 200, description = "The member, the tenant and the session.", body = Me)),
    security(("access_token" = [])),
)]
#[get("/v1/me")]
pub(crate) async fn get_me(call: Call, member: Member, _: Params<NoParams>) -> Outcome {
    let Member(actor) = member;
    call.read(Some(actor.tenant), move |tx, _| Reply::ok(&Me::of(&actor, tx.profile(actor.member)?))).await
}
