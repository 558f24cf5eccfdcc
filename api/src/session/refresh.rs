use super::{SessionView, session_view};
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::post;
use domain::error::{Code, Error};
use domain::session::{Refreshed, refresh};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// A session that goes on.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "gpr_bXlzZWNyZXQ"}))]
pub(crate) struct RefreshSession {
    /// The newest refresh token.
    #[schema(min_length = 1, max_length = 200)]
    refresh_token: String,
}

/// Go on with a session
///
/// The refresh token is replaced. When the answer was lost, the same token can be used again as long as its successor was
/// not; any older one ends the session.
#[utoipa::path(
    operation_id = "refresh_session", tag = "session",
    request_body = RefreshSession,
    responses((status = 200, description = "The next tokens.", body = SessionView)),
    extensions(("x-errors" = json!(["refresh_token_invalid"]))),
)]
#[post("/v1/sessions/refresh")]
pub(crate) async fn refresh_session(call: Call, body: Body<RefreshSession>) -> Outcome {
    let tokens = call.service.refresh_tokens();
    let (session, presented) =
        tokens.open(&body.value.refresh_token).ok_or_else(|| Error::new(Code::RefreshTokenInvalid))?;
    let (next, next_hash) = tokens.issue(&call.service.random, session);
    let reply = call.write(None, body.fingerprint, move |tx, world| {
        let lifetime = &world.service.settings.tokens.lifetime;
        match refresh(tx, &world.context, session, &presented, next_hash, lifetime)? {
            Refreshed::Rotated(session) => {
                let view = session_view(world.service, session.id.into(), session.owner, next.clone())?;
                Ok(Reply::ok(&view)?.secret())
            }
            Refreshed::Replayed | Refreshed::Ended => Ok(world.refusal(&Code::RefreshTokenInvalid.into())),
        }
    });
    let reply = reply.await?;
    if !reply.is_success() {
        call.service.sessions.forget(session);
    }
    Ok(reply)
}
