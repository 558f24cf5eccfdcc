//! Relations between departments, beside the tree.

use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::{NoParams, Params};
use crate::mirror::mirror;
use actix_web::web::Path;
use actix_web::{delete, get, put};
use domain::department::{Direction, Related, relate, relations, unrelate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// What one department is to another, beside the tree.
    DepartmentRelation = domain::department::RelationKind {
        DottedLine "dotted_line" "it reports there as well";
        Supports "supports" "it works for the other one";
        SharesDirectory "shares_directory" "its people see the other one's people as they see their own";
    }
}

mirror! {
    /// Which end of a relation a department is.
    RelationDirection = domain::department::Direction {
        Outgoing "outgoing" "the relation begins there";
        Incoming "incoming" "it ends there";
    }
}

/// A relation as one of its departments sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RelatedDepartment {
    /// What it is.
    kind: DepartmentRelation,
    /// Which end this department is.
    direction: RelationDirection,
    /// The other one.
    department_id: Uuid,
    /// Its number.
    #[schema(example = 9)]
    number: i64,
    /// Its name.
    #[schema(example = "财务部")]
    name: String,
}

/// List the relations of a department
#[utoipa::path(
    operation_id = "list_department_relations", tag = "organization",
    params(("id" = Uuid, Path, description = "The department."), PageParams),
    responses((status = 200, description = "Its relations, those that begin there first.", body = Page<RelatedDepartment>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("department:read"))),
)]
#[get("/v1/departments/{id}/relations")]
pub(crate) async fn list_department_relations(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    page: Params<PageParams>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("department relations {id}"));
        let found = relations(tx, &member.0, id.into_inner().into())?;
        let place = |of: &Related| {
            let incoming = of.direction == Direction::Incoming;
            format!("{}.{}.{:019}", u8::from(incoming), of.kind.name(), of.number)
        };
        let places = found.into_iter().map(|related| (place(&related), related));
        let view = |(_, related): (String, Related)| RelatedDepartment {
            kind: related.kind.into(),
            direction: related.direction.into(),
            department_id: related.other.into(),
            number: related.number,
            name: related.name.as_str().to_owned(),
        };
        Reply::ok(&page_of(keys, &name, &page.0, places, |(place, _)| place.as_str(), view)?)
    })
    .await
}

/// Where a relation is.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct RelationPath {
    id: Uuid,
    kind: DepartmentRelation,
    other_id: Uuid,
}

/// Relate a department to another one
///
/// To do it again changes nothing.
#[utoipa::path(
    operation_id = "relate_departments", tag = "organization",
    params(("id" = Uuid, Path, description = "The department."), ("kind" = DepartmentRelation, Path, description = "What it is to the other one."),
        ("other_id" = Uuid, Path, description = "The other one.")),
    responses((status = 204, description = "They are related.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("department:manage")), ("x-errors" = json!(["department_below_itself", "relation_limit_reached"]))),
)]
#[put("/v1/departments/{id}/relations/{kind}/{other_id}")]
pub(crate) async fn relate_departments(
    call: Call,
    member: Member,
    place: Path<RelationPath>,
    _: Params<NoParams>,
) -> Outcome {
    let RelationPath { id, kind, other_id } = place.into_inner();
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        relate(tx, &world.context, &member.0, (id.into(), kind.into(), other_id.into()))?;
        Ok(Reply::no_content())
    })
    .await
}

/// End a relation of a department to another one
#[utoipa::path(
    operation_id = "unrelate_departments", tag = "organization",
    params(("id" = Uuid, Path, description = "The department."), ("kind" = DepartmentRelation, Path, description = "What it is to the other one."),
        ("other_id" = Uuid, Path, description = "The other one.")),
    responses((status = 204, description = "They are not related any more.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("department:manage"))),
)]
#[delete("/v1/departments/{id}/relations/{kind}/{other_id}")]
pub(crate) async fn unrelate_departments(
    call: Call,
    member: Member,
    place: Path<RelationPath>,
    _: Params<NoParams>,
) -> Outcome {
    let RelationPath { id, kind, other_id } = place.into_inner();
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        unrelate(tx, &world.context, &member.0, (id.into(), kind.into(), other_id.into()))?;
        Ok(Reply::no_content())
    })
    .await
}
