use super::LeaseView;
use crate::certification::list_applications::AttemptView;
use crate::certification::{ApplicationView, CertificateView, FindingView, Reader};
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, World};
use crate::http::params::{NoParams, Params};
use crate::session::TenantReference;
use actix_web::get;
use actix_web::web::Path;
use domain::certification::{Attempt, Overview};
use domain::error::Result;
use domain::review;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A case: everything that a reviewer looks at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewView {
    /// Its id, which is the application's.
    id: Uuid,
    /// The tenant.
    tenant: TenantReference,
    /// The application, with the actions of an operator.
    application: ApplicationView,
    /// The certificate that the tenant holds.
    certificate: CertificateView,
    /// Every submission, newest first.
    attempts: Vec<AttemptView>,
    /// Who holds it; null when nobody does.
    lease: Option<LeaseView>,
}

impl ReviewView {
    pub(crate) fn of(overview: &Overview, attempts: &[Attempt], world: &World<'_>) -> Self {
        let case = &overview.case;
        let terms = &world.service.settings.certification;
        let below = format!("/v1/platform/reviews/{}", case.application.id);
        Self {
            id: case.application.id.into(),
            tenant: TenantReference::of(&case.tenant),
            application: ApplicationView::of(overview, terms, world.language, Reader::Operator, &below),
            certificate: CertificateView::of(overview.case.certificate.as_ref(), world.context.now),
            attempts: attempts
                .iter()
                .map(|attempt| AttemptView::of(attempt, world.language, FindingView::for_operator))
                .collect(),
            lease: case.application.state.claim(world.context.now).map(LeaseView::of),
        }
    }
}

/// The answer that shows a case after an action on it.
pub(super) fn reply(
    tx: &mut persistence::Tx<'_>,
    world: &World<'_>,
    case: domain::certification::Case,
) -> Result<Reply> {
    use domain::certification::{ApplicationStore, SHOWN_ATTEMPTS};
    let terms = &world.service.settings.certification;
    let attempts = tx.attempts(case.application.id, SHOWN_ATTEMPTS)?;
    let overview = case.overview(&world.service.types, terms.day(world.context.now))?;
    Ok(Reply::ok(&ReviewView::of(&overview, &attempts, world))?.version(overview.case.application.version))
}

/// See a case
#[utoipa::path(
    operation_id = "get_review", tag = "review",
    params(("id" = Uuid, Path, description = "The application.")),
    responses((status = 200, description = "The case.", body = ReviewView,
        headers(("ETag" = String, description = "The version."))),
        (status = 304, description = "It has not changed.")),
    security(("operator_token" = [])),
)]
#[get("/v1/platform/reviews/{id}")]
pub(crate) async fn get_review(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    _: Params<NoParams>,
) -> Outcome {
    let id = id.into_inner().into();
    call.read(None, move |tx, world| {
        let terms = &world.service.settings.certification;
        let (overview, attempts) =
            review::get(tx, &world.context, &operator.0, id, &world.service.types, terms)?;
        Ok(Reply::ok(&ReviewView::of(&overview, &attempts, world))?
            .version(overview.case.application.version))
    })
    .await
}
