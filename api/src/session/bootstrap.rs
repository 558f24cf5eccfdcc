use super::me::Me;
use crate::access::mine::MyPermissions;
use crate::assessment::assess::StageLimits;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use crate::organization::OrganizationView;
use actix_web::get;
use domain::certification::CertificateStore;
use domain::limits::Limits;
use domain::member::MemberStore;
use domain::organization;
use serde::Serialize;
use utoipa::ToSchema;

/// What a frontend needs to begin.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Bootstrap {
    /// Who is signed in.
    me: Me,
    /// Their organization.
    organization: OrganizationView,
    /// What they may do.
    access: MyPermissions,
    /// What the organization may do, by its certificate.
    limits: StageLimits,
}

/// Everything to begin with
///
/// Who is signed in, their organization, what they may do and what the organization may, in one answer. It has an entity tag: a client that
/// asks again with `If-None-Match` is told by `304` that nothing has changed.
#[utoipa::path(
    operation_id = "get_my_bootstrap", tag = "session",
    responses((status = 200, description = "What a frontend needs to begin.", body = Bootstrap,
        headers(("ETag" = String, description = "The tag of this very answer.")))),
    security(("access_token" = [])),
)]
#[get("/v1/me/bootstrap")]
pub(crate) async fn get_my_bootstrap(call: Call, member: Member, _: Params<NoParams>) -> Outcome {
    let (actor, language) = (member.0, call.language());
    call.read(Some(actor.tenant), move |tx, world| {
        let profile = tx.profile(actor.member)?;
        let found = organization::get(tx, &world.context)?;
        let certificate = tx.certificate()?;
        let terms = &world.service.settings.certification;
        let limits = Limits::of(certificate.as_ref(), world.context.now, terms);
        let bootstrap = Bootstrap {
            me: Me::of(&actor, profile),
            organization: OrganizationView::of(&found),
            access: MyPermissions::of(tx, &actor, language)?,
            limits: limits.into(),
        };
        Ok(Reply::ok(&bootstrap)?.header("cache-control", "private, no-cache"))
    })
    .await
}
