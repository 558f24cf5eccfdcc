use super::{good, hashed};
use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::put;
use domain::confirmation::SensitiveAction;
use domain::password::{change, context_words, prepare};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// A new password.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "mahogany cartwheel gravity"}))]
pub(crate) struct SetPassword {
    /// The new password. It is compared in Unicode form NFKC.
    #[schema(min_length = 1, max_length = 128)]
    password: String,
}

/// Set or change one's password
///
/// It is the same in all organizations. Every other session ends, and the owner is told by SMS, and by email where there is an
/// address. Long and unlikely is good: what is common, has leaked, or is easy to guess for who knows the person is refused, each
/// fault told at once. Whatever one of the person's organizations asks of passwords counts.
#[utoipa::path(
    operation_id = "set_password", tag = "session",
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `set_password`.")),
    request_body = SetPassword,
    responses((status = 204, description = "The password is set.")),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["confirmation_required", "version_stale", "busy", "input_invalid"]))),
)]
#[put("/v1/me/password")]
pub(crate) async fn set_password(
    call: Call,
    member: Member,
    confirmed: Confirmed,
    body: Body<SetPassword>,
) -> Outcome {
    let Member(actor) = member;
    let tenant = Some(actor.tenant);
    let confirmation = confirmed.of(&call, actor.session, SensitiveAction::SetPassword);
    let asker = actor.clone();
    let wanted = call
        .read(tenant, move |tx, world| prepare(tx, &world.context, &asker, confirmation.as_ref()))
        .await?;
    let password = good(&body.value.password, &context_words(&wanted.profile), &wanted.rules)?;
    let hash = hashed(&call.service, &password, wanted.known.as_ref(), &wanted.rules).await?;
    call.write(tenant, body.fingerprint, move |tx, world| {
        change(tx, &world.context, &actor, (&wanted, &hash))?;
        Ok(Reply::no_content())
    })
    .await
}
