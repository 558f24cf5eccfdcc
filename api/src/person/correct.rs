use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::session::me::Me;
use actix_web::patch;
use domain::error::{Code, Faults, Place, Violation};
use domain::person::correct;
use domain::text::{PersonName, Position};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// What to correct; what is absent stays.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "王小明", "position": "总经理"}))]
pub(crate) struct CorrectMe {
    /// One's name in this organization.
    #[schema(min_length = 1, max_length = 64)]
    name: Option<String>,
    /// One's job there; null for none.
    #[schema(min_length = 1, max_length = 64)]
    position: Option<String>,
}

/// Correct one's name and job
///
/// A JSON merge patch (RFC 7396). What a certification says is changed by an application.
#[utoipa::path(
    operation_id = "correct_me", tag = "person",
    request_body(content((CorrectMe = "application/json"), (CorrectMe = "application/merge-patch+json"))),
    responses((status = 200, description = "As it is now.", body = Me)),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["input_invalid"]))),
)]
#[patch("/v1/me")]
pub(crate) async fn correct_me(call: Call, member: Member, body: Body<CorrectMe>) -> Outcome {
    let mut faults = Faults::of(Place::Body);
    // A name can be another one, and not none.
    let name = match (&body.value.name, body.json.get("name")) {
        (None, Some(_)) => Err(Violation::new(Code::FieldRequired)),
        (name, _) => name.as_deref().map(PersonName::parse).transpose(),
    };
    let name = faults.at("/name", name);
    let position = faults.at("/position", body.value.position.as_deref().map(Position::parse).transpose());
    let (Some(name), Some(position)) = (name, position) else { return Err(faults.into_error().into()) };
    let position = body.json.get("position").map(|_| position);
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let position = position.as_ref().map(Option::as_ref);
        let profile = correct(tx, &world.context, &member.0, name.as_ref(), position)?;
        Reply::ok(&Me::of(&member.0, profile))
    })
    .await
}
