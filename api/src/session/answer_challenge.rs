use super::Credentials;
use super::create::{SignedInView, opened_reply};
use crate::http::actor::Bearer;
use crate::http::answer::Outcome;
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::post;
use actix_web::web::Path;
use domain::session::{ChallengeAnswer, answer_challenge as answer};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What a challenge asked for.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tenant_id": "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d"}))]
pub(crate) struct AnswerChallenge {
    /// The chosen tenant.
    tenant_id: Uuid,
}

/// Answer a challenge
#[utoipa::path(
    operation_id = "answer_challenge", tag = "session",
    params(("id" = Uuid, Path, description = "The challenge.")),
    request_body = AnswerChallenge,
    responses((status = 201, description = "The session.", body = SignedInView)),
    security(("challenge_token" = [])),
    extensions(("x-errors" = json!(["challenge_ended", "input_invalid"]))),
)]
#[post("/v1/challenges/{id}")]
pub(crate) async fn answer_challenge(
    call: Call,
    id: Path<Uuid>,
    token: Bearer,
    body: Body<AnswerChallenge>,
) -> Outcome {
    let id = id.into_inner().into();
    let tenant = body.value.tenant_id.into();
    let credentials = Credentials::make(&call.service);
    call.write(None, body.fingerprint, move |tx, world| {
        let lifetime = &world.service.settings.tokens.lifetime;
        let request = ChallengeAnswer { id, token: &token.0, tenant };
        let opened = answer(tx, &world.context, &request, &credentials.hashes, lifetime)?;
        opened_reply(world, &credentials, &opened)
    })
    .await
}
