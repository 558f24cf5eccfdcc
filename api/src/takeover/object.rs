use super::TakeoverView;
use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::Path;
use domain::confirmation::SensitiveAction;
use domain::error::{Faults, Place};
use domain::takeover::object;
use domain::text::Prose;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Why a takeover is wrong.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "我一直是本企业的创建者，执照已被冒用。"}))]
pub(crate) struct ObjectToTakeover {
    /// Why, for the reviewers.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Object to a takeover
///
/// A senior reviewer decides then. For the owner, until `objection_until`.
#[utoipa::path(
    operation_id = "object_to_takeover", tag = "certification",
    params(("id" = Uuid, Path, description = "The takeover."),
        ("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `object_to_takeover`, where the security policy asks for it.")),
    request_body = ObjectToTakeover,
    responses((status = 201, description = "The takeover.", body = TakeoverView)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tenant:manage")), ("x-errors" = json!(["takeover_not_open", "confirmation_required", "input_invalid"]))),
)]
#[post("/v1/organization/takeovers/{id}/objection")]
pub(crate) async fn object_to_takeover(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    confirmed: Confirmed,
    body: Body<ObjectToTakeover>,
) -> Outcome {
    let id = id.into_inner().into();
    let confirmation = confirmed.of(&call, member.0.session, SensitiveAction::ObjectToTakeover);
    let why = Prose::parse(&body.value.reason).map_err(|wrong| Faults::one(Place::Body, "/reason", wrong))?;
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let takeover = object(tx, &world.context, &member.0, id, &why, confirmation.as_ref())?;
        Reply::json(StatusCode::CREATED, &TakeoverView::of(&takeover))
    })
    .await
}
