use crate::http::actor::SignedIn;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::delete;
use domain::session::end;

/// Sign out
///
/// The session's tokens are worth nothing any more, on every replica within a second.
#[utoipa::path(
    operation_id = "end_session", tag = "session",
    responses((status = 204, description = "The session has ended.")),
    security(("access_token" = []), ("operator_token" = [])),
)]
#[delete("/v1/sessions/current")]
pub(crate) async fn end_session(call: Call, who: SignedIn) -> Outcome {
    let SignedIn(actor, session) = who;
    let reply = call
        .write(None, NO_BODY, move |tx, world| {
            end(tx, &world.context, &actor, session)?;
            Ok(Reply::no_content())
        })
        .await?;
    call.service.sessions.forget(session);
    Ok(reply)
}
