use super::RoleView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::{NoParams, Params};
use crate::mirror::mirror;
use actix_web::get;
use actix_web::web::Path;
use chrono::{DateTime, Utc};
use domain::access::{
    self, AccessStore, Assignment, AssignmentFilter, BuiltInRole, Holder, Range, Role, assignment,
    assignments,
};
use domain::actor::MemberActor;
use domain::error::{Code, Faults, Language, Place, Result};
use domain::id::RoleId;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// What can hold a role.
    HolderKind = access::HolderKind {
        Member "member" "one member";
        Department "department" "whoever is in a department or below it";
        Tag "tag" "whoever has a tag";
    }
}

mirror! {
    /// Where a role counts.
    RangeKind = access::RangeKind {
        Everywhere "everywhere" "in the whole organization";
        Own "own" "in the departments that whoever has it is in, and below them; by a department: in those of theirs that are that one or below it";
        Departments "departments" "in some departments, and below them";
    }
}

/// Who has a role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HolderView {
    /// What it is.
    kind: HolderKind,
    /// Its id.
    id: Uuid,
    /// Its name; null where the reader does not see it.
    #[schema(example = "李四")]
    name: Option<String>,
}

/// Where a role counts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RangeView {
    /// How it is said.
    kind: RangeKind,
    /// The departments, where some were chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    department_ids: Option<Vec<Uuid>>,
}

/// That somebody has a role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssignmentView {
    /// Its id.
    id: Uuid,
    /// The role.
    role: RoleReference,
    /// Who has it.
    holder: HolderView,
    /// Where it counts.
    range: RangeView,
    /// When it ends; null when it does not.
    until: Option<DateTime<Utc>>,
    /// Who gave it.
    granted_by: Uuid,
    /// When they did.
    granted_at: DateTime<Utc>,
}

impl AssignmentView {
    /// The role, by what somebody has it and where it counts, in words.
    pub(crate) fn words(&self) -> (String, String, String) {
        let name = self.holder.name.as_deref().unwrap_or_default();
        let by = format!("{} {name}", access::HolderKind::from(self.holder.kind).name());
        let departments = self.range.department_ids.iter().flatten();
        let place: Vec<String> = std::iter::once(access::RangeKind::from(self.range.kind).name().to_owned())
            .chain(departments.map(Uuid::to_string))
            .collect();
        (self.role.name.clone(), by, place.join(" "))
    }
}

/// A role, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RoleReference {
    /// Its id.
    id: Uuid,
    /// Its name.
    #[schema(example = "人事")]
    name: String,
}

/// Assignments as they are shown, with the names of what they are about.
pub(crate) fn views(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    found: &[Assignment],
    language: Language,
) -> Result<Vec<AssignmentView>> {
    let custom = found.iter().any(|one| BuiltInRole::with_id(one.role).is_none());
    let custom = if custom { tx.custom_roles()? } else { Vec::new() };
    let built_in = BuiltInRole::ALL.iter().copied().map(Role::BuiltIn);
    let roles: HashMap<RoleId, RoleReference> = built_in
        .chain(custom.into_iter().map(Role::Custom))
        .map(|role| (role.id(), RoleView::new(&role, language)))
        .map(|(id, view)| (id, RoleReference { id: view.id, name: view.name }))
        .collect();
    let holders: Vec<Holder> = found.iter().map(|one| one.holder).collect();
    let names: HashMap<Holder, String> = access::names_seen(tx, actor, &holders)?.into_iter().collect();
    let view = |one: &Assignment| AssignmentView {
        id: one.id.into(),
        role: roles
            .get(&one.role)
            .cloned()
            .unwrap_or_else(|| RoleReference { id: one.role.into(), name: String::new() }),
        holder: HolderView {
            kind: one.holder.kind().into(),
            id: one.holder.id(),
            name: names.get(&one.holder).cloned(),
        },
        range: RangeView {
            kind: one.range.kind().into(),
            department_ids: match &one.range {
                Range::Departments(ids) => Some(ids.iter().copied().map(Uuid::from).collect()),
                Range::Everywhere | Range::Own => None,
            },
        },
        until: one.until,
        granted_by: one.granted_by.into(),
        granted_at: one.granted_at,
    };
    Ok(found.iter().map(view).collect())
}

/// Which assignments.
#[derive(Debug, Deserialize)]
pub(crate) struct AssignmentsFilter {
    role_id: Option<Uuid>,
    member_id: Option<Uuid>,
    holder_kind: Option<HolderKind>,
    holder_id: Option<Uuid>,
    ends_before: Option<DateTime<Utc>>,
    #[serde(flatten)]
    page: PageParams,
}

/// List who has which role
///
/// Oldest first; those that are over as well, until they are taken away. Whoever sees them for some departments sees those that count nowhere
/// else.
#[utoipa::path(
    operation_id = "list_assignments", tag = "access",
    params(("role_id" = Option<Uuid>, Query, description = "Only of this role."),
        ("member_id" = Option<Uuid>, Query, description = "Only those that this member has now, be it by a department or a tag."),
        ("holder_kind" = Option<HolderKind>, Query, description = "With `holder_id`: what it is given to."),
        ("holder_id" = Option<Uuid>, Query, description = "Only those given to this holder itself."),
        ("ends_before" = Option<DateTime<Utc>>, Query, description = "Only those that end before this moment."), PageParams),
    responses((status = 200, description = "Assignments.", body = Page<AssignmentView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:read"))),
)]
#[get("/v1/access/assignments")]
pub(crate) async fn list_assignments(
    call: Call,
    member: Member,
    filter: Params<AssignmentsFilter>,
) -> Outcome {
    let language = call.language();
    call.read(Some(member.0.tenant), move |tx, world| {
        let AssignmentsFilter { role_id, member_id, holder_kind, holder_id, ends_before, page } = &filter.0;
        let holder = match (holder_kind, holder_id) {
            (None, None) => None,
            (Some(kind), Some(id)) => Some(Holder::of((*kind).into(), *id)),
            (None, _) => return Err(Faults::one(Place::Query, "holder_kind", Code::FieldRequired)),
            (_, None) => return Err(Faults::one(Place::Query, "holder_id", Code::FieldRequired)),
        };
        let name =
            format!("assignments {} {role_id:?} {member_id:?} {holder:?} {ends_before:?}", member.0.tenant);
        let (keys, limit) = (&world.service.keys, page.limit());
        let after: Option<Uuid> = position(keys, &name, page.cursor.as_deref())?;
        let filter =
            AssignmentFilter { role: role_id.map(Into::into), holder, until: *ends_before, among: None };
        let of = member_id.map(Into::into);
        let after = after.map(Into::into);
        let mut found = assignments(tx, &world.context, &member.0, (filter, of), after, limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |last| Uuid::from(last.id))?;
        Reply::ok(&Page { data: views(tx, &member.0, &found, language)?, next_cursor, total: None })
    })
    .await
}

/// See that somebody has a role
#[utoipa::path(
    operation_id = "get_assignment", tag = "access",
    params(("id" = Uuid, Path, description = "The assignment.")),
    responses((status = 200, description = "The assignment.", body = AssignmentView)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:read"))),
)]
#[get("/v1/access/assignments/{id}")]
pub(crate) async fn get_assignment(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    _: Params<NoParams>,
) -> Outcome {
    let (id, language) = (id.into_inner().into(), call.language());
    call.read(Some(member.0.tenant), move |tx, _| {
        let found = assignment(tx, &member.0, id)?;
        Reply::ok(&views(tx, &member.0, &[found], language)?.pop())
    })
    .await
}
