use super::CertificationView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use domain::certification::overview;

/// See the certification
///
/// Everything that a frontend needs in order to draw the whole wizard: what is asked for, what is missing or wrong, and
/// what can be done.
#[utoipa::path(
    operation_id = "get_certification", tag = "certification",
    responses((status = 200, description = "The certificate and the application.", body = CertificationView,
        headers(("ETag" = String, description = "The version of the application."))),
        (status = 304, description = "It has not changed.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("certification:read"))),
)]
#[get("/v1/certification")]
pub(crate) async fn get_certification(call: Call, member: Member, _: Params<NoParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let terms = &world.service.settings.certification;
        let overview = overview(tx, &world.context, &member.0, &world.service.types, terms)?;
        let view = CertificationView::of(&overview, terms, world.language, world.context.now);
        Ok(Reply::ok(&view)?.version(overview.case.application.version))
    })
    .await
}
