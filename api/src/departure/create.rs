use super::DepartureView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::member::Ended;
use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::Path;
use domain::departure::{Leaver, Successors, depart};
use domain::id::{DepartmentId, MemberId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Who takes over from a member who leaves.
#[derive(Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"successor_id": "0196f5a2-7c3e-7a10-8f4b-3d2c1b0a9f8e"}))]
pub(crate) struct DepartMember {
    /// Who leads what they led, has the tags that they had, and to whom those report who reported to them. Null for nobody: what they led is led by nobody in their
    /// place, and those report where the leaver did.
    #[schema(required = true)]
    successor_id: Option<Uuid>,
    /// Some departments that somebody else takes over, or nobody.
    #[serde(default)]
    #[schema(max_items = 100)]
    leaderships: Vec<LeadershipSuccessor>,
    /// Whether whoever takes over has their tags as well; otherwise nobody has those in their place.
    #[serde(default = "yes")]
    #[schema(default = true)]
    hand_over_tags: bool,
}

/// What `hand_over_tags` is when nothing is said.
pub(super) fn yes() -> bool {
    true
}

/// Who takes over a department.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeadershipSuccessor {
    /// The department.
    department_id: Uuid,
    /// Who leads it from now on; null for nobody in the place of the leaver.
    #[schema(required = true)]
    successor_id: Option<Uuid>,
}

impl From<&DepartMember> for Successors {
    fn from(given: &DepartMember) -> Self {
        let own = |led: &LeadershipSuccessor| (led.department_id.into(), led.successor_id.map(Into::into));
        Self {
            all: given.successor_id.map(Into::into),
            leaderships: given.leaderships.iter().map(own).collect(),
            hand_over_tags: given.hand_over_tags,
        }
    }
}

impl From<&Successors> for DepartMember {
    fn from(successors: &Successors) -> Self {
        let own = |(department, successor): &(DepartmentId, Option<MemberId>)| LeadershipSuccessor {
            department_id: (*department).into(),
            successor_id: successor.map(Uuid::from),
        };
        Self {
            successor_id: successors.all.map(Uuid::from),
            leaderships: successors.leaderships.iter().map(own).collect(),
            hand_over_tags: successors.hand_over_tags,
        }
    }
}

/// See a member off
///
/// All at once: what they had in hand goes to those who are named, they are in no department any more, and every session of theirs ends
/// here, on every replica within a second. For 30 days (`GONGPAI_DEPARTED_DAYS`) they can be brought back; then what is kept of them is
/// erased, and the journal keeps an id that says nothing of anybody. Look at `preview_departure` first.
#[utoipa::path(
    operation_id = "depart_member", tag = "organization",
    params(("id" = Uuid, Path, description = "The member.")),
    request_body = DepartMember,
    responses((status = 201, description = "The hand-over report.", body = DepartureView)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["beyond_own_rights", "version_stale", "owner_stays", "action_not_allowed", "input_invalid"]))),
)]
#[post("/v1/members/{id}/departure")]
pub(crate) async fn depart_member(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    body: Body<DepartMember>,
) -> Outcome {
    let leaver = Leaver { id: id.into_inner().into(), expected: call.if_match()? };
    let successors = Successors::from(&body.value);
    let ended = Ended::default();
    let noted = ended.clone();
    let done = call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let restorable = world.service.settings.restorable;
        let (left, ended) = depart(tx, &world.context, &member.0, leaver, &successors, restorable)?;
        noted.are(ended);
        Reply::json(StatusCode::CREATED, &DepartureView::from(&left))
    });
    let done = done.await;
    ended.forget(&call.service);
    done
}
