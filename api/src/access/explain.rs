use super::FieldGroup;
use super::assignments::{AssignmentView, views};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::mirror::mirror;
use actix_web::post;
use domain::access::{self, Permission, Question, explain};
use domain::error::{Code, Error, Faults, Place};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What something is done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccessTargetKind {
    /// The organization as a whole.
    Organization,
    /// A department.
    Department,
    /// A member.
    Member,
}

/// What something is done with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessTarget {
    /// What it is.
    kind: AccessTargetKind,
    /// Its id; of the organization there is none.
    #[schema(nullable = false)]
    id: Option<Uuid>,
}

/// Whether somebody may do something.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"member_id": "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d", "permission": "member:manage", "target": {"kind": "organization"}, "field": "contact"}))]
pub(crate) struct AccessQuestion {
    /// Who; the reader themselves when nobody is named.
    #[schema(nullable = false)]
    member_id: Option<Uuid>,
    /// What, as `x-permission` of the operation names it.
    #[schema(example = "member:manage")]
    permission: String,
    /// With what.
    target: AccessTarget,
    /// And with which fields of members: for `member:read`, `member:manage` and `member:export`.
    #[schema(nullable = false)]
    field: Option<FieldGroup>,
}

mirror! {
    /// Why somebody may do something, or may not.
    AccessReason = access::Reason {
        Owner "owner" "they are the owner, who may do everything";
        Everybody "everybody" "everybody may";
        OwnRecord "own_record" "it is about themselves";
        Role "role" "their roles allow it";
        NotActive "not_active" "they do not get in: they have not come yet, are disabled, or left";
        Hidden "hidden" "what it is done with is hidden from them";
        NotGiven "not_given" "no role of theirs allows it";
        OutOfRange "out_of_range" "what allows it counts elsewhere, or not for all of it";
        FieldNotGiven "field_not_given" "what allows it does not have the field";
    }
}

mirror! {
    /// What an assignment does about a question.
    AssignmentEffect = access::Effect {
        Allows "allows" "it allows it";
        Over "over" "it would, and is over";
        Elsewhere "elsewhere" "it would in other departments";
        Partly "partly" "it counts for some of the departments and not for all";
        NotWhole "not_whole" "what it allows is only worth something for the whole organization, and it is not given everywhere";
        FieldNotGiven "field_not_given" "it does not have the field";
    }
}

/// An assignment that is about a question.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsideredAssignment {
    /// What it does.
    effect: AssignmentEffect,
    /// The assignment.
    assignment: AssignmentView,
}

/// What somebody would have to be given.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MissingAccess {
    /// To do this; empty where it is only about the fields.
    #[schema(example = json!(["member:manage"]))]
    permissions: Vec<&'static str>,
    /// With these fields.
    fields: Vec<FieldGroup>,
    /// In these departments, as far as the reader sees them; null for everywhere.
    department_ids: Option<Vec<Uuid>>,
}

/// A member, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamedMember {
    /// The member.
    pub(crate) member_id: Uuid,
    /// Their name.
    #[schema(example = "王小明")]
    pub(crate) name: String,
}

/// Why somebody may do something, or may not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccessExplanation {
    /// Whether they may.
    allowed: bool,
    /// Why.
    reason: AccessReason,
    /// The assignments of theirs that are about it and that the reader may see.
    assignments: Vec<ConsideredAssignment>,
    /// What they would have to be given; null where they may, and where giving does not help.
    missing: Option<MissingAccess>,
    /// Who could give it, the owner first; ten at most.
    grantors: Vec<NamedMember>,
}

/// Explain a decision
///
/// Whether a member may do something with something: by which of their roles, or what is missing and who could give it. Everybody asks about
/// themselves; about others asks whoever may see who has which roles there.
#[utoipa::path(
    operation_id = "explain_access", tag = "access",
    request_body = AccessQuestion,
    responses((status = 200, description = "The decision, and why.", body = AccessExplanation)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:read")), ("x-errors" = json!(["input_invalid"]))),
)]
#[post("/v1/access/explain")]
pub(crate) async fn explain_access(call: Call, member: Member, body: Body<AccessQuestion>) -> Outcome {
    let (asked, language) = (&body.value, call.language());
    let mut faults = Faults::of(Place::Body);
    let permission = Permission::find(&asked.permission);
    if permission.is_none() {
        faults.note("/permission", Code::PermissionUnknown);
    }
    let target = match (asked.target.kind, asked.target.id) {
        (AccessTargetKind::Organization, None) => Some(access::Target::Organization),
        (AccessTargetKind::Department, Some(id)) => Some(access::Target::Department(id.into())),
        (AccessTargetKind::Member, Some(id)) => Some(access::Target::Member(id.into())),
        (AccessTargetKind::Organization, Some(_)) => {
            faults.note("/target/id", Code::FieldUnknown);
            None
        }
        (_, None) => {
            faults.note("/target/id", Code::FieldRequired);
            None
        }
    };
    faults.finish()?;
    let (Some(permission), Some(target)) = (permission, target) else {
        return Err(Error::internal("a question without a subject").into());
    };
    let asked = Question {
        member: asked.member_id.map_or(member.0.member, Into::into),
        permission,
        target,
        field: asked.field.map(access::FieldGroup::from),
    };
    call.read_much(Some(member.0.tenant), move |tx, world| {
        let found = explain(tx, &world.context, &member.0, &asked)?;
        let about: Vec<_> = found.assignments.iter().map(|(one, _)| one.assignment.clone()).collect();
        let shown = views(tx, &member.0, &about, language)?;
        let effects = found.assignments.iter().map(|(_, effect)| AssignmentEffect::from(*effect));
        Reply::ok(&AccessExplanation {
            allowed: found.allowed,
            reason: found.reason.into(),
            assignments: effects
                .zip(shown)
                .map(|(effect, assignment)| ConsideredAssignment { effect, assignment })
                .collect(),
            missing: found.missing.map(|missing| MissingAccess {
                permissions: missing.permissions.iter().map(Permission::name).collect(),
                fields: missing.fields.iter().map(FieldGroup::from).collect(),
                department_ids: missing.departments.map(|ids| ids.into_iter().map(Uuid::from).collect()),
            }),
            grantors: found
                .grantors
                .into_iter()
                .map(|(id, name)| NamedMember { member_id: id.into(), name })
                .collect(),
        })
    })
    .await
}
