use super::assignments::{AssignmentView, HolderKind, RangeKind, views};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use chrono::{DateTime, Utc};
use domain::access::{Holder, NewAssignment, Range, assign};
use domain::error::{Code, Faults, Place};
use domain::id::DepartmentId;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Who is to have a role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewHolder {
    /// What it is.
    kind: HolderKind,
    /// Its id.
    id: Uuid,
}

/// Where a role is to count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRange {
    /// How it is said.
    kind: RangeKind,
    /// The departments, each once; for `departments`, and for nothing else.
    #[schema(min_items = 1, max_items = 1000, nullable = false)]
    department_ids: Option<Vec<Uuid>>,
}

/// A role to be given.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role_id": "00000000-0000-8000-8000-000000000007", "holder": {"kind": "member", "id": "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d"}, "range": {"kind": "own"}, "until": null}))]
pub(crate) struct CreateAssignment {
    /// The role.
    role_id: Uuid,
    /// Who is to have it.
    holder: NewHolder,
    /// Where it counts. What of a role cannot be given for some departments alone is given for the whole organization only.
    range: NewRange,
    /// When it ends.
    until: Option<DateTime<Utc>>,
}

impl NewRange {
    fn read(&self) -> Result<Range, (&'static str, Code)> {
        match (self.kind, &self.department_ids) {
            (RangeKind::Everywhere, None) => Ok(Range::Everywhere),
            (RangeKind::Own, None) => Ok(Range::Own),
            (RangeKind::Departments, Some(ids)) => {
                let mut ids: Vec<DepartmentId> = ids.iter().copied().map(DepartmentId::from).collect();
                let given = ids.len();
                ids.sort_unstable();
                ids.dedup();
                if ids.len() < given {
                    return Err(("/range/department_ids", Code::FieldRepeated));
                }
                Ok(Range::Departments(ids))
            }
            (RangeKind::Departments, None) => Err(("/range/department_ids", Code::FieldRequired)),
            (RangeKind::Everywhere | RangeKind::Own, Some(_)) => {
                Err(("/range/department_ids", Code::FieldUnknown))
            }
        }
    }
}

/// Give a role
///
/// It counts within a second. It gives nothing that its giver does not have there, and for as long. At most 3 000 are given at a time.
#[utoipa::path(
    operation_id = "create_assignment", tag = "access",
    request_body = CreateAssignment,
    responses((status = 201, description = "The assignment.", body = AssignmentView)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:manage")), ("x-errors" = json!(["assignment_limit_reached", "beyond_own_rights", "input_invalid"]))),
)]
#[post("/v1/access/assignments")]
pub(crate) async fn create_assignment(call: Call, member: Member, body: Body<CreateAssignment>) -> Outcome {
    let given = &body.value;
    let range = given.range.read().map_err(|(pointer, code)| Faults::one(Place::Body, pointer, code))?;
    let holder = Holder::of(given.holder.kind.into(), given.holder.id);
    let new = NewAssignment { role: given.role_id.into(), holder, range, until: given.until };
    let language = call.language();
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let made = assign(tx, &world.context, &member.0, &new)?;
        Reply::json(StatusCode::CREATED, &views(tx, &member.0, &[made], language)?.pop())
    })
    .await
}
