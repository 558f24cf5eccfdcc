use super::{good, hashed};
use crate::http::actor::Member;
use crate::http::answer::{Failure, Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::session::refusal;
use actix_web::put;
use domain::error::{Code as ErrorCode, Faults, Place};
use domain::password::{
    Password, Proof, Replacement, Rules, Wanted, change, context_words, count_try, forget_tries, prepare,
    try_code,
};
use domain::verification::{Check, Code};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use validator::Validate;

/// A new password, and what shows that it is the owner who sets it.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "mahogany cartwheel gravity", "code": "123456"}))]
pub(crate) struct SetPassword {
    /// The new password. It is compared in Unicode form NFKC.
    #[schema(min_length = 1, max_length = 128)]
    password: String,
    /// The password so far.
    #[schema(min_length = 1, max_length = 128)]
    current_password: Option<String>,
    /// In its place, or when there is none yet, the six digits that `request_confirmation` sent for `set_password`.
    #[schema(min_length = 1, max_length = 20)]
    code: Option<String>,
}

/// Set or change one's password
///
/// It is the same in all organizations. Every other session ends, and the owner is told by SMS. Long and unlikely is good: what
/// is common, has leaked, or is easy to guess for who knows the person is refused, each fault told at once; there are no rules about
/// kinds of characters (NIST SP 800-63B-4, 3.1.1.2).
#[utoipa::path(
    operation_id = "set_password", tag = "session",
    request_body = SetPassword,
    responses((status = 204, description = "The password is set.")),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["password_not_set", "guess_too_soon", "guesses_exhausted", "verification_code_incorrect", "verification_code_exhausted", "verification_code_expired", "version_stale", "busy", "input_invalid"]))),
)]
#[put("/v1/me/password")]
pub(crate) async fn set_password(call: Call, member: Member, body: Body<SetPassword>) -> Outcome {
    let (actor, tenant, rules) = (member.0, Some(member.0.tenant), Rules::default());
    let mut faults = Faults::of(Place::Body);
    let given = (&body.value.current_password, &body.value.code);
    let current = given.0.as_deref().map(|raw| faults.at("/current_password", Password::parse(raw)));
    let code = given.1.as_deref().map(|raw| faults.at("/code", Code::parse(raw)));
    if given.0.is_some() == given.1.is_some() {
        faults.note("/current_password", ErrorCode::ProofMissing);
    }
    faults.finish()?;
    let wanted = Arc::new(call.read(tenant, move |tx, _| prepare(tx, &actor)).await?);
    let password = good(&body.value.password, &context_words(&wanted.profile), rules)?;
    let code = code.flatten();
    if let Some(code) = code.clone() {
        let shown = Arc::clone(&wanted);
        let tried = call.transact(move |tx, world| {
            try_code(tx, &world.context, &actor, &shown, &code, &world.service.keys)
        });
        match tried.await? {
            Check::Correct => {}
            check => return Err(refusal(check).into()),
        }
    }
    if let Some(current) = current.flatten() {
        require_current(&call, &wanted, &current).await?;
    }
    let hash = hashed(&call.service, &password, wanted.known.as_ref(), rules).await?;
    let reply = call.write(tenant, body.fingerprint, move |tx, world| {
        let proof = code.as_ref().map_or(Proof::Password, Proof::Code);
        let replaced = (wanted.known.as_ref(), &hash);
        match change(tx, &world.context, &actor, proof, replaced, rules, &world.service.keys)? {
            Replacement::Done => Ok(Reply::no_content()),
            Replacement::Refused(check) => Ok(world.refusal(&refusal(check))),
        }
    });
    reply.await
}

/// Refuses whoever does not know the password so far.
async fn require_current(call: &Call, wanted: &Arc<Wanted>, current: &Password) -> Result<(), Failure> {
    let known = wanted.known.as_ref().ok_or(ErrorCode::PasswordNotSet)?;
    let tried = Arc::clone(wanted);
    let counted = call.transact(move |tx, world| {
        count_try(tx, &world.context, &tried, &world.service.settings.passwords.patience)
    });
    counted.await?;
    if call.service.passwords.compare(current, Some(&known.hash)).await?.is_none() {
        return Err(Faults::one(Place::Body, "/current_password", ErrorCode::PasswordWrong).into());
    }
    let right = Arc::clone(wanted);
    call.transact(move |tx, _| forget_tries(tx, &right)).await
}
