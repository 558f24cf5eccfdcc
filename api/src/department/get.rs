use super::DepartmentView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::Params;
use actix_web::get;
use actix_web::web::Path;
use domain::access::AccessStore;
use domain::actor::MemberActor;
use domain::department::{DepartmentStore, PlacementStore, get};
use domain::error::Result;
use domain::id::DepartmentId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A department with those above it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepartmentDetail {
    /// The department.
    #[serde(flatten)]
    department: DepartmentView,
    /// Those above it, the root first.
    ancestors: Vec<Ancestor>,
}

/// A department above another one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ancestor {
    /// Its id.
    id: Uuid,
    /// Its number.
    #[schema(example = 1)]
    number: i64,
    /// Its name.
    #[schema(example = "工牌科技")]
    name: String,
}

/// With what.
#[derive(Debug, Deserialize)]
pub(crate) struct DepartmentParams {
    #[serde(default)]
    counts: bool,
}

/// See a department
#[utoipa::path(
    operation_id = "get_department", tag = "organization",
    params(("id" = Uuid, Path, description = "The department."),
        ("counts" = Option<bool>, Query, description = "Whether to count its people.")),
    responses((status = 200, description = "The department.", body = DepartmentDetail,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("department:read"))),
)]
#[get("/v1/departments/{id}")]
pub(crate) async fn get_department(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    params: Params<DepartmentParams>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, _| {
        detail(tx, &member.0, id.into_inner().into(), params.0.counts)
    })
    .await
}

/// The answer with a department as it is.
pub(super) fn detail(
    tx: &mut (impl DepartmentStore + PlacementStore + AccessStore),
    actor: &MemberActor,
    id: DepartmentId,
    counts: bool,
) -> Result<Reply> {
    let (found, above) = get(tx, actor, id, counts)?;
    let ancestor = |above: &domain::department::Department| Ancestor {
        id: above.id.into(),
        number: above.number,
        name: above.name.as_str().to_owned(),
    };
    let department = DepartmentView::of(&found);
    let view = DepartmentDetail { department, ancestors: above.iter().map(ancestor).collect() };
    Ok(Reply::ok(&view)?.version(found.department.version))
}
