use super::NewTotp;
use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::http::StatusCode;
use actix_web::post;
use domain::confirmation::SensitiveAction;
use domain::member::MemberStore;
use domain::totp::begin;

/// Set an authenticator up
///
/// It counts when `confirm_totp` has seen a code of it; one that was begun before is forgotten.
#[utoipa::path(
    operation_id = "begin_totp", tag = "session",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `change_second_factor`.")),
    responses((status = 201, description = "What the authenticator has to know.", body = NewTotp)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["totp_already_on", "confirmation_required"]))),
)]
#[post("/v1/me/totp")]
pub(crate) async fn begin_totp(call: Call, member: Member, confirmed: Confirmed) -> Outcome {
    let actor = member.0;
    let confirmation = confirmed.of(&call, actor.session, SensitiveAction::ChangeSecondFactor);
    call.write(Some(actor.tenant), NO_BODY, move |tx, world| {
        let secret = begin(tx, &world.context, &actor, confirmation.as_ref())?;
        let name = tx.profile(actor.member)?.mobile.masked();
        Ok(Reply::json(StatusCode::CREATED, &NewTotp::of(&secret, &name)?)?.secret())
    })
    .await
}
