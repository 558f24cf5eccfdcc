use super::{ScheduledChangeView, view};
use crate::departure::create::DepartMember;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::member::update::UpdateMember;
use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::Path;
use chrono::NaiveDate;
use domain::departure::Successors;
use domain::error::{Code, Faults, Place};
use domain::id::MemberId;
use domain::scheduled_change::{Intent, NewChange, Note, schedule};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A change of a member on a day to come: either `patch` or `departure`.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"effective_on": "2027-01-01", "patch": {"position": "技术经理"}, "note": "晋升"}))]
pub(crate) struct ScheduleMemberChange {
    /// The day, from tomorrow on and at most 366 days ahead. It is done at its beginning.
    effective_on: NaiveDate,
    /// What changes about them, as in `update_member`; it is laid over what is there on that day.
    #[schema(value_type = Option<UpdateMember>, nullable = false)]
    patch: Option<Map<String, Value>>,
    /// They leave, as in `depart_member`.
    #[schema(nullable = false)]
    departure: Option<DepartMember>,
    /// What is said to it.
    #[schema(min_length = 1, max_length = 256, nullable = false)]
    note: Option<String>,
}

/// Schedule a change of a member
///
/// A transfer, a promotion or a departure that the clock carries out at the beginning of its day, all of it or nothing. It is refused now if
/// it could not happen as things stand, but for how many lead a department and who reports to whom. What cannot happen on its day becomes `failed`
/// and says why, and whoever ordered it is told; the member stays as they are. One for each member and day, at most twenty for a member, and
/// none after a departure.
#[utoipa::path(
    operation_id = "schedule_member_change", tag = "organization",
    params(("id" = Uuid, Path, description = "The member.")),
    request_body = ScheduleMemberChange,
    responses((status = 201, description = "The scheduled change.", body = ScheduledChangeView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["owner_stays", "action_not_allowed", "scheduled_change_limit_reached", "input_invalid"]))),
)]
#[post("/v1/members/{id}/scheduled-changes")]
pub(crate) async fn schedule_member_change(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    body: Body<ScheduleMemberChange>,
) -> Outcome {
    let given = &body.value;
    let mut faults = Faults::of(Place::Body);
    let note = given.note.as_deref().map(|note| faults.at("/note", Note::parse(note)));
    let intent = match (&given.patch, &given.departure) {
        (Some(patch), None) => Some(Intent::Update(Value::Object(patch.clone()))),
        (None, Some(departure)) => Some(Intent::Departure(Successors::from(departure))),
        (None, None) => faults.at("/patch", Err(Code::FieldRequired.into())),
        (Some(_), Some(_)) => faults.at("/departure", Err(Code::ParametersExclusive.into())),
    };
    let Some(intent) = intent else { return Err(faults.into_error().into()) };
    faults.finish()?;
    let (member_id, effective_on) = (MemberId::from(id.into_inner()), given.effective_on);
    let new = NewChange { member: member_id, effective_on, intent, note: note.flatten() };
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let calendar = &world.service.settings.certification.calendar;
        let change = schedule(tx, &world.context, &member.0, &new, calendar)?;
        let version = change.version;
        let view = view(tx, &member.0, change, world.language)?;
        Ok(Reply::json(StatusCode::CREATED, &view)?.version(version))
    })
    .await
}
