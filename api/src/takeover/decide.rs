use super::DeskTakeover;
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::post;
use actix_web::web::Path;
use domain::takeover::settle;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What becomes of a takeover.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"transfer": false}))]
pub(crate) struct DecideTakeover {
    /// Whether the organization goes to whoever applied, in spite of the objection.
    transfer: bool,
}

/// Decide on an objection
///
/// For senior reviewers who belong to neither side.
#[utoipa::path(
    operation_id = "decide_takeover", tag = "review",
    params(("id" = Uuid, Path, description = "The takeover.")),
    request_body = DecideTakeover,
    responses((status = 200, description = "The takeover.", body = DeskTakeover)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:confirm")), ("x-errors" = json!(["takeover_not_objected", "own_organization", "input_invalid"]))),
)]
#[post("/v1/platform/takeovers/{id}/decision")]
pub(crate) async fn decide_takeover(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    body: Body<DecideTakeover>,
) -> Outcome {
    let (id, transfer) = (id.into_inner().into(), body.value.transfer);
    call.write(None, body.fingerprint, move |tx, world| {
        let terms = &world.service.settings.certification;
        let takeover = settle(tx, &world.context, &operator.0, id, transfer, terms)?;
        Reply::ok(&DeskTakeover::of(&takeover))
    })
    .await
}
