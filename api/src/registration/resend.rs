use super::RegistrationView;
use crate::http::actor::{Bearer, KnownDevice};
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use crate::verification::{permit, required};
use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::Path;
use domain::actor::Realm;
use domain::registration::{opened_by, resend};
use domain::verification::Purpose;
use uuid::Uuid;

/// Send the code once more
///
/// The code before it is worth nothing any more.
#[utoipa::path(
    operation_id = "resend_registration_code", tag = "registration",
    params(("id" = Uuid, Path, description = "The registration."),
        ("X-Device-Token" = Option<String>, Header, description = "The token of a device that has signed in before.")),
    responses((status = 202, description = "A new code is on its way.", body = RegistrationView,
        headers(("ETag" = String, description = "The version.")))),
    security(("registration_token" = [])),
    extensions(("x-errors" = json!(["registration_not_waiting", "registration_expired", "code_resend_too_soon", "code_daily_limit", "code_budget_spent", "human_check_required", "human_check_failed"]))),
)]
#[post("/v1/registrations/{id}/codes")]
pub(crate) async fn resend_registration_code(
    call: Call,
    id: Path<Uuid>,
    token: Bearer,
    device: KnownDevice,
) -> Outcome {
    let id = id.into_inner().into();
    let registration = super::opened(&call, id, token.0).await?;
    if !call.repeated().await? {
        registration.require_waiting(call.service.clock.now())?;
    }
    let mobile = &registration.administrator.mobile;
    let permit = permit(&call, Realm::Tenant, Purpose::Register, mobile, device.0, None).await?;
    call.write(None, NO_BODY, move |tx, world| {
        let registration = opened_by(tx, id, &token.0)?;
        let limits = &world.service.settings.codes;
        let registration = resend(tx, &world.context, registration, required(permit.as_ref())?, limits)?;
        let view = RegistrationView::of(&registration, world.context.now, None);
        Ok(Reply::json(StatusCode::ACCEPTED, &view)?.version(registration.version))
    })
    .await
}
