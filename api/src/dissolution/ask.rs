use super::Dissolution;
use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::confirmation::SensitiveAction;
use domain::dissolution::ask;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// What says that it is meant.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "深圳市工牌科技有限公司"}))]
pub(crate) struct DissolveOrganization {
    /// The full name of the organization.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
}

/// Dissolve the organization
///
/// After some days everything of it is erased: members, certification, documents, tickets. Whoever belongs to no other
/// organization is erased along. Until then it can be called off. For the owner.
#[utoipa::path(
    operation_id = "dissolve_organization", tag = "person",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `dissolve_organization`.")),
    request_body = DissolveOrganization,
    responses((status = 202, description = "It is to be dissolved.", body = Dissolution)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tenant:manage")), ("x-errors" = json!(["dissolution_under_way", "organization_disputed", "confirmation_required", "input_invalid"]))),
)]
#[post("/v1/organization/dissolution")]
pub(crate) async fn dissolve_organization(
    call: Call,
    member: Member,
    confirmed: Confirmed,
    body: Body<DissolveOrganization>,
) -> Outcome {
    let confirmation = confirmed.of(&call, member.0.session, SensitiveAction::DissolveOrganization);
    let name = body.value.name;
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let settings = &world.service.settings;
        let terms = (settings.dissolution, &settings.certification.calendar);
        let at = ask(tx, &world.context, &member.0, &name, confirmation.as_ref(), terms)?;
        Reply::json(StatusCode::ACCEPTED, &Dissolution { dissolves_at: Some(at) })
    })
    .await
}
