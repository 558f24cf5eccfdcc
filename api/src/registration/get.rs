use super::RegistrationView;
use crate::http::actor::Bearer;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::registration::opened_by;
use uuid::Uuid;

/// See a registration
#[utoipa::path(
    operation_id = "get_registration", tag = "registration",
    params(("id" = Uuid, Path, description = "The registration.")),
    responses((status = 200, description = "The registration.", body = RegistrationView,
        headers(("ETag" = String, description = "The version."))),
        (status = 304, description = "It has not changed.")),
    security(("registration_token" = [])),
)]
#[get("/v1/registrations/{id}")]
pub(crate) async fn get_registration(
    call: Call,
    id: Path<Uuid>,
    token: Bearer,
    _: Params<NoParams>,
) -> Outcome {
    let id = id.into_inner().into();
    call.read(None, move |tx, world| {
        let registration = opened_by(tx, id, &token.0)?;
        let view = RegistrationView::of(&registration, world.context.now, None);
        Ok(Reply::ok(&view)?.version(registration.version))
    })
    .await
}
