use super::FieldGroup;
use super::assignments::{AssignmentView, views};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use domain::access::{self, AccessStore, AssignmentFilter, Permission, Reach};
use domain::actor::MemberActor;
use domain::department::DepartmentStore;
use domain::error::{Language, Result};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Where something is allowed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AllowedWhere {
    /// Whether in the whole organization.
    everywhere: bool,
    /// Otherwise in these departments, and below them.
    department_ids: Vec<Uuid>,
}

/// A permission that somebody has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyPermission {
    /// Its name, as `x-permission` of operations has it.
    #[schema(example = "member:manage")]
    name: &'static str,
    /// Where.
    #[serde(flatten)]
    place: AllowedWhere,
}

/// Fields of members that somebody sees.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyFields {
    /// What they are about.
    group: FieldGroup,
    /// Where they are seen.
    read: AllowedWhere,
    /// Where they are changed, of members who are in no other departments.
    write: AllowedWhere,
}

/// What somebody may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyPermissions {
    /// Whether they are the owner, who may do everything.
    is_owner: bool,
    /// What they may do, in the order of the catalogue.
    permissions: Vec<MyPermission>,
    /// What they see and change of members; of themselves, they see everything.
    fields: Vec<MyFields>,
    /// The assignments that it comes from, oldest first.
    assignments: Vec<AssignmentView>,
}

impl MyPermissions {
    pub(crate) fn of(
        tx: &mut (impl AccessStore + DepartmentStore),
        actor: &MemberActor,
        language: Language,
    ) -> Result<Self> {
        let rights = &actor.rights;
        let held: Vec<Permission> =
            Permission::ALL.iter().copied().filter(|one| rights.somewhere(*one)).collect();
        let groups: Vec<access::FieldGroup> = access::FieldGroup::ALL.to_vec();
        let mut numbers: Vec<i64> = Vec::new();
        let mut note = |reach: &Reach| {
            if !reach.is_everywhere() {
                numbers.extend(reach.departments().iter().filter_map(|path| path.numbers().last()));
            }
        };
        held.iter().for_each(|one| note(&rights.reach(*one)));
        groups.iter().for_each(|one| {
            note(&rights.seen(*one));
            note(&rights.written(*one));
        });
        numbers.sort_unstable();
        numbers.dedup();
        let found = if numbers.is_empty() { Vec::new() } else { tx.departments_numbered(&numbers)? };
        let ids: HashMap<_, Uuid> = found.into_iter().map(|one| (one.path, one.id.into())).collect();
        let place = |reach: &Reach| {
            let everywhere = reach.is_everywhere();
            let some = if everywhere { &[] } else { reach.departments() };
            AllowedWhere {
                everywhere,
                department_ids: some.iter().filter_map(|path| ids.get(path)).copied().collect(),
            }
        };
        let among: Vec<_> = rights.grants().iter().filter_map(|grant| grant.assignment).collect();
        let assignments = if among.is_empty() {
            Vec::new()
        } else {
            let filter = AssignmentFilter { among: Some(among), ..AssignmentFilter::default() };
            tx.assignments(&filter, &Reach::everywhere(), None, u32::MAX)?
        };
        Ok(Self {
            is_owner: rights.are_all(),
            permissions: held
                .iter()
                .map(|one| MyPermission { name: one.name(), place: place(&rights.reach(*one)) })
                .collect(),
            fields: groups
                .iter()
                .map(|group| MyFields {
                    group: (*group).into(),
                    read: place(&rights.seen(*group)),
                    write: place(&rights.written(*group)),
                })
                .collect(),
            assignments: views(tx, actor, &assignments, language)?,
        })
    }
}

/// See what one may do oneself
///
/// For frontends, which show what works: each permission with where it counts, what is seen and changed of members, and the roles that it
/// comes from.
#[utoipa::path(
    operation_id = "get_my_permissions", tag = "access",
    responses((status = 200, description = "What the member may do.", body = MyPermissions)),
    security(("access_token" = [])),
)]
#[get("/v1/me/permissions")]
pub(crate) async fn get_my_permissions(call: Call, member: Member, _: Params<NoParams>) -> Outcome {
    let language = call.language();
    call.read(Some(member.0.tenant), move |tx, _| Reply::ok(&MyPermissions::of(tx, &member.0, language)?))
        .await
}
