use super::DepartmentView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use domain::access::sight;
use domain::department::{DepartmentStore, Path, Scope, list};
use domain::error::{Code, Faults, Place};
use serde::Deserialize;
use uuid::Uuid;

/// Which departments.
#[derive(Debug, Deserialize)]
pub(crate) struct DepartmentsFilter {
    parent_id: Option<Uuid>,
    within_id: Option<Uuid>,
    #[serde(default)]
    counts: bool,
    #[serde(flatten)]
    page: PageParams,
}

/// List departments
///
/// Those right below one, in their order; or one with all that stands below it, each before what is below it. Without either, all.
#[utoipa::path(
    operation_id = "list_departments", tag = "organization",
    params(("parent_id" = Option<Uuid>, Query, description = "Only those right below this one."),
        ("within_id" = Option<Uuid>, Query, description = "Only this one and what stands below it."),
        ("counts" = Option<bool>, Query, description = "Whether to count their people."), PageParams),
    responses((status = 200, description = "Departments.", body = Page<DepartmentView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("department:read"))),
)]
#[get("/v1/departments")]
pub(crate) async fn list_departments(
    call: Call,
    member: Member,
    filter: Params<DepartmentsFilter>,
) -> Outcome {
    call.read_much(Some(member.0.tenant), move |tx, world| {
        let DepartmentsFilter { parent_id, within_id, counts, page } = &filter.0;
        if parent_id.is_some() && within_id.is_some() {
            return Err(Faults::one(Place::Query, "within_id", Code::ParametersExclusive));
        }
        let name = format!("departments {} {parent_id:?} {within_id:?}", member.0.tenant);
        let (keys, cursor, limit) = (&world.service.keys, page.cursor.as_deref(), page.limit());
        let sight = sight(tx, &member.0)?;
        let mut at = |name: &str, id: Uuid| {
            let unknown = || Faults::one(Place::Query, name, Code::DepartmentUnknown);
            tx.department(id.into())?.filter(|known| sight.sees(&known.path)).ok_or_else(unknown)
        };
        let scope = if let Some(parent) = *parent_id {
            let parent = at("parent_id", parent)?.id;
            Scope::Below { parent, after: position(keys, &name, cursor)? }
        } else {
            let path = match *within_id {
                None => Path::root(),
                Some(id) => at("within_id", id)?.path,
            };
            let after: Option<String> = position(keys, &name, cursor)?;
            // It has moved since the page before, so that nobody knows any more what was seen.
            let seen = |after: &String| Path::stored(after).is_some_and(|after| path.covers(&after));
            if !after.as_ref().is_none_or(seen) {
                return Err(Faults::one(Place::Query, "cursor", Code::CursorInvalid));
            }
            Scope::Within { path, after, to_level: None }
        };
        let mut found = list(tx, (&member.0, &sight), &scope, *counts, limit + 1)?;
        let next_cursor = match scope {
            Scope::Below { .. } => {
                cut(keys, &name, limit, &mut found, |last| (last.department.order, last.department.number))?
            }
            Scope::Within { .. } => {
                cut(keys, &name, limit, &mut found, |last| last.department.path.to_string())?
            }
        };
        Reply::ok(&Page { data: found.iter().map(DepartmentView::of).collect(), next_cursor, total: None })
    })
    .await
}
