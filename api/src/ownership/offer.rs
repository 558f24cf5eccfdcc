use super::{OwnershipOfferView, view};
use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::confirmation::SensitiveAction;
use domain::ownership::offer;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// To whom the organization is offered.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"member_id": "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d"}))]
pub(crate) struct OfferOwnership {
    /// A member who gets in.
    member_id: Uuid,
}

/// Offer the organization to a member
///
/// They have three days to accept it, and nothing changes until then. For the owner, who confirms it with a code or their authenticator.
#[utoipa::path(
    operation_id = "offer_ownership", tag = "organization",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `hand_over_ownership`.")),
    request_body = OfferOwnership,
    responses((status = 201, description = "The offer.", body = OwnershipOfferView)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tenant:manage")), ("x-errors" = json!(["owner_alone", "ownership_offered", "organization_disputed", "dissolution_under_way", "confirmation_required", "input_invalid"]))),
)]
#[post("/v1/organization/ownership-offer")]
pub(crate) async fn offer_ownership(
    call: Call,
    member: Member,
    confirmed: Confirmed,
    body: Body<OfferOwnership>,
) -> Outcome {
    let confirmation = confirmed.of(&call, member.0.session, SensitiveAction::HandOverOwnership);
    let to = body.value.member_id.into();
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let made = offer(tx, &world.context, &member.0, to, confirmation.as_ref())?;
        Reply::json(StatusCode::CREATED, &view(tx, &made)?)
    })
    .await
}
