use super::Dissolution;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::session::refusal;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::dissolution::{Asked, ask};
use domain::error::{Faults, Place};
use domain::verification::Code;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// What says that it is meant.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "深圳市工牌科技有限公司", "code": "123456"}))]
pub(crate) struct DissolveOrganization {
    /// The full name of the organization.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// The six digits that `request_confirmation` sent for `dissolve_organization`.
    #[schema(min_length = 1, max_length = 20)]
    code: String,
}

/// Dissolve the organization
///
/// After some days everything of it is erased: members, certification, documents, tickets. Whoever belongs to no other
/// organization is erased along. Until then it can be called off. For the owner.
#[utoipa::path(
    operation_id = "dissolve_organization", tag = "person",
    request_body = DissolveOrganization,
    responses((status = 202, description = "It is to be dissolved.", body = Dissolution)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["dissolution_under_way", "organization_disputed", "verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "input_invalid"]))),
)]
#[post("/v1/organization/dissolution")]
pub(crate) async fn dissolve_organization(
    call: Call,
    member: Member,
    body: Body<DissolveOrganization>,
) -> Outcome {
    let code = Code::parse(&body.value.code).map_err(|wrong| Faults::one(Place::Body, "/code", wrong))?;
    let name = body.value.name;
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let settings = &world.service.settings;
        let terms = (settings.dissolution, &settings.certification.calendar);
        match ask(tx, &world.context, &member.0, (&name, &code), &world.service.keys, terms)? {
            Asked::Scheduled(at) => {
                Reply::json(StatusCode::ACCEPTED, &Dissolution { dissolves_at: Some(at) })
            }
            Asked::Refused(check) => Ok(world.refusal(&refusal(check))),
        }
    })
    .await
}
